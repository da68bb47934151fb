"""A release shows students nothing that only the instructor may see."""

import re
import shutil
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from nbgrader.utils import is_grade, is_solution

from coursebuild.leaks import find_leak, secrets

ROOT = Path(__file__).resolve().parent.parent
SOURCES = sorted(ROOT.glob("source/*/*.ipynb"))
RELEASED = "release/ps1/ps1.ipynb"


def stored(path):
    return nbformat.read(ROOT / path, as_version=4)


def regions(notebook, kind):
    """Return the lines between BEGIN and END of `kind` in `notebook`."""
    found = [match[1] for cell in notebook.cells for match in re.finditer(
        rf"BEGIN {kind}\b(.*?)\bEND {kind}", cell.source, re.S)]
    return [line.strip("# =") for text in found for line in text.split("\n") if line.strip("# =")]


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_what_is_released_is_clean(source):
    hidden = secrets(stored(source))
    released = stored(ROOT / "release" / source.parent.name / source.name)
    assert hidden and released.cells
    assert [leak for cell in released.cells if (leak := find_leak(cell, hidden))] == []


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_what_is_not_released_is_full_of_leaks(source):
    notebook = stored(source)
    hidden = secrets(notebook)
    secret = [cell for cell in notebook.cells if "BEGIN" in cell.source
              or (is_grade(cell) and is_solution(cell))]
    assert len(secret) > 2
    assert all(find_leak(cell, hidden) for cell in secret)


def marked(cell, **mark):
    cell.metadata.nbgrader = {"grade": False, "solution": False, "locked": False, "task": False,
                              "schema_version": 3, "grade_id": "ps9_cell", **mark}
    return cell


def answer(*lines):
    return marked(new_code_cell("\n".join(
        ["shape = ...", "### BEGIN SOLUTION", *lines, "### END SOLUTION"])), solution=True)


EXAMPLE = new_notebook(cells=[
    new_markdown_cell("# Problem set 9\n\nWhat is the shape of `X_train`?"),
    answer("X_train_shape = (50, 6, 12)"),
    answer("decoded_shape = (50, 6)"),
    answer("symbolic_shape = (None, 7)"),
    answer("data_shape = [3, 7]"),
    answer("    return (test_size, time_steps, vocabulary_size), (test_size, units)"),
    answer("layer = keras.layers.LSTM(4)"),
    marked(new_code_cell(
        "check(layer)\n### BEGIN HIDDEN TESTS\nfrom lstm_marking.marks import mark_layer\n\n"
        "mark_layer(layer, features=9, expected=(None, 4))\n"
        "for sizes in draw_sizes(lesson, cases=20, seed=1):\n"
        '    mark(sizes, {(50, 12): "Decoding takes the features away."})\n'
        "### END HIDDEN TESTS"), grade=True, locked=True, points=2),
    marked(new_markdown_cell(
        "No: the number of units is the length of the hidden state vector, chosen by the author "
        "of the\nmodel, and it has nothing to do with time. Time steps come from the data."),
        grade=True, solution=True, points=4),
    marked(new_markdown_cell(
        "Done?\n\n=== BEGIN MARK SCHEME ===\n\n- 1 point: it says no.\n- 2 points: it says what "
        "units are: how long the hidden state is, or how\n  many numbers come back for a step.\n"
        "\n=== END MARK SCHEME ==="), locked=True),
])


@pytest.fixture(scope="module")
def hidden():
    """What an instructor's notebook of the tests' own hides."""
    return secrets(EXAMPLE)


# What an author may have left in a text, and what the scan says it is.
LEAKS = [
    # an answer, however it is written
    ("The shape is (50, 6, 12).", "the answer (50, 6, 12)"),
    ("The shape is (50,6,12).", "the answer (50, 6, 12)"),
    ("The shape is `(50, 6, 12)`.", "the answer (50, 6, 12)"),
    ("The shape is [50, 6, 12].", "the answer (50, 6, 12)"),
    ("The shape is [50,6,12].", "the answer (50, 6, 12)"),
    ("It is TensorShape([50, 6, 12]).", "the answer (50, 6, 12)"),
    ("It is 50 \N{MULTIPLICATION SIGN} 6 \N{MULTIPLICATION SIGN} 12.", "the answer (50, 6, 12)"),
    ("It is 50x6x12.", "the answer (50, 6, 12)"),
    ("It is 50 by 6 by 12.", "the answer (50, 6, 12)"),
    ("It is 50 * 6 * 12.", "the answer (50, 6, 12)"),
    ("It is 50 6 12.", "the answer (50, 6, 12)"),
    (r"It is $50 \times 6 \times 12$.", "the answer (50, 6, 12)"),
    ("It is `50`, `6`, `12`.", "the answer (50, 6, 12)"),
    ("It is **50**, **6**, **12**.", "the answer (50, 6, 12)"),
    ("| 50 | 6 | 12 |", "the answer (50, 6, 12)"),
    ("A line\nends (50,\n6, 12).", "the answer (50, 6, 12)"),
    ("The shape is (50, 6).", "the answer (50, 6)"),
    ("The shape is [50,6].", "the answer (50, 6)"),
    ("It is (None, 7).", "the answer (None, 7)"),
    ("It is `(None,7)`.", "the answer (None, 7)"),
    ("It is (3, 7).", "the answer (3, 7)"),
    # a line of a solution
    ("layer = keras.layers.LSTM(4)", "the instructor's line"),
    ("Write `layer=keras.layers.LSTM( 4 )`.", "the instructor's line"),
    ("return (test_size, time_steps, vocabulary_size), (test_size, units)", "instructor's line"),
    # the model answer, also when its lines are broken elsewhere
    ("The number of units is the length of the hidden state vector, chosen by the author of the\n"
     "model, and it has nothing to do with time.", "the instructor's line"),
    ("(No: the number of units is the length of the hidden state vector, chosen by the author of "
     "the model.)", "the instructor's line"),
    ("Time steps come from the data", "the instructor's line"),
    # a hidden test
    ("mark_layer(layer, features=9, expected=(None, 4))", "the instructor's line"),
    ("It runs `for sizes in draw_sizes(lesson, cases=20, seed=1):`", "the instructor's line"),
    ('mark(sizes, {(50, 12): "Decoding takes the features away."})', "the instructor's line"),
    # the mark scheme
    ("- 1 point: it says no.", "the instructor's line"),
    ("1 point: it says no", "the instructor's line"),
    ("2 points: it says what units are: how long the hidden state is, or how many numbers",
     "the instructor's line"),
    # what no notebook for students holds
    ("### BEGIN SOLUTION", "a mark that only an instructor's notebook has"),
    ("### END HIDDEN TESTS", "a mark that only an instructor's notebook has"),
    ("=== BEGIN MARK SCHEME ===", "a mark that only an instructor's notebook has"),
    ("See lstm_marking.", "the package that knows the answers"),
    ("See\nlstm_marking/marks.py", "the package that knows the answers"),
    ("It is made from content/exercises/ps1.py", "a path of the instructor's repository"),
    ("Look:\nsource/ps1/ps1.ipynb", "a path of the instructor's repository"),
    ("Made in /home/ada/course", "a path of the machine it was made on"),
    ("Made\n\t/Users/ada/course", "a path of the machine it was made on"),
    ('open("/tmp/points.csv")', "a path of the machine it was made on"),
]


@pytest.mark.parametrize("text, what", LEAKS)
def test_a_planted_leak_is_found(hidden, text, what):
    comment = "# " + text.replace("\n", "\n# ")
    for cell in (new_markdown_cell(f"Hello.\n\n{text}\n\nBye."), new_code_cell(comment)):
        assert what in (find_leak(cell, hidden) or "nothing")


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
@pytest.mark.parametrize("kind", ["SOLUTION", "HIDDEN TESTS", "MARK SCHEME"])
def test_every_line_that_students_must_not_see_is_found(source, kind):
    """All lines that nbgrader removes, but for short ones and imports."""
    notebook = stored(source)
    hidden = secrets(notebook)
    lines = [line for line in regions(notebook, kind)
             if len(re.sub(r"\W", "", line)) >= 12 and not line.startswith(("from ", "import "))]
    for line in lines:
        assert find_leak(new_markdown_cell(f"Hint: {line}"), hidden), line
    assert lines or kind == "MARK SCHEME"


def test_a_leak_is_found_outside_the_text_too(hidden):
    for metadata in ({"executionInfo": {"status": "ok"}}, {"user": {"userId": "7"}}):
        assert find_leak(new_code_cell("", metadata=metadata), hidden) == "personal metadata"
    output = new_output("error", ename="E", evalue="", traceback=["in\n/home/ada/x.py"])
    assert "a path of the machine" in find_leak(new_code_cell("", outputs=[output]), hidden)
    attached = new_markdown_cell("", attachments={"source/ps1": {}})
    assert "the instructor's repository" in find_leak(attached, hidden)


@pytest.mark.parametrize("text", [
    "Shapes are written as tuples, like `(2, 3)`. A size that is not known is written `None`.",
    "train_size=50, test_size=8, time_steps=6, vocabulary_size=12",
    "3 sequences of 5 time steps with 9 features, into one array of shape `(3, 4)`",
    "Of 50 sequences, 6 have 12 features.",
    "(150, 6, 12), (50, 6, 120), (50, 16, 12), (6, 50, 12), (50, 6, 11)",
    "keras.layers.LSTM(7), keras.Input(shape=(5, 9))",
    "https://colab.research.google.com/github/you/course/blob/main/release/ps1/ps1.ipynb",
    "https://example.org/home/ada and the source or the content of it",
    "Say what the number in `LSTM(16)` means. It has 16 time steps.",
])
def test_no_false_alarm(hidden, text):
    assert find_leak(new_markdown_cell(text), hidden) is None


# --- slow: nbgrader itself ---


@pytest.fixture
def copy(tmp_path):
    """A copy of all that a release is made by and from."""
    for name in ("coursebuild", "batchgrader", "lstm_outputs", "lstm_marking", "source", "release"):
        shutil.copytree(ROOT / name, tmp_path / name,
                        ignore=shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints"))
    for name in ("nbgrader_config.py", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def files(folder):
    """Return {name: bytes} of all below `folder`."""
    return {path.relative_to(folder): path.read_bytes()
            for path in folder.rglob("*") if path.is_file()}


def plant(folder, text):
    """Add `text` to the first question of the instructor's notebook."""
    path = folder / "source/ps1/ps1.ipynb"
    notebook = nbformat.read(path, as_version=4)
    question = next(cell for cell in notebook.cells if cell.source.startswith("## Question 1"))
    question.source += f"\n\n{text}"
    nbformat.write(notebook, path)


@pytest.mark.slow
def test_nbgrader_makes_the_stored_release_to_the_byte(copy, run):
    before = files(copy / "release")
    shutil.rmtree(copy / "release")
    output = run("coursebuild", "release", cwd=copy)
    assert "release/ps1/ps1.ipynb: released" in output
    assert files(copy / "release") == before

    assert "release/ps1/ps1.ipynb: up to date" in run("coursebuild", "release", cwd=copy)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["SOLUTION", "HIDDEN TESTS", "MARK SCHEME"])
def test_nbgrader_stops_at_a_planted_leak_and_names_it(copy, run, kind):
    secret = max(regions(stored("source/ps1/ps1.ipynb"), kind), key=len)
    plant(copy, f"Hint: {secret}")
    before = (copy / RELEASED).read_bytes()

    output = run("coursebuild", "release", "ps1", cwd=copy, code=1)
    assert "source/ps1 is not released: ps1 would show students " in output
    assert "in the cell that begins '## Question 1" in output
    assert "Change that cell in content/exercises/." in output
    assert (copy / RELEASED).read_bytes() == before

    shutil.rmtree(copy / "release")
    output = run("nbgrader", "generate_assignment", "ps1", cwd=copy, code=1)
    assert "LeakError: ps1 would show students the instructor's line" in output
    assert not (copy / RELEASED).exists()
