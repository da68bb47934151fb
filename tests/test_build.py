"""content/ to notebooks: what is embedded, marked, named, refused, and never overwritten."""

import ast
import copy
import json
import re
from itertools import zip_longest
from pathlib import Path

import jupytext
import nbformat
import notebook_lint as lint
import pytest

from coursebuild import build, embed, rules, text
from coursebuild.build import read, stop_if_edited, targets
from coursebuild.embed import Embedder
from coursebuild.settings import SETTINGS, BuildError
from coursebuild.text import fingerprint, read_exercise, read_lesson

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = sorted((ROOT / "lstm_outputs").rglob("*.py"))
DERIVED = [pytest.param(*target, id=str(target[1].relative_to(ROOT))) for target in targets()]

# --- embed: a package made for the tests, so that nothing else changes what they see ---

FIRST = '''"""What learners meet."""

import functools
import math
import os.path as paths

from lstm_outputs.second import half

LIMIT = 3
LOW, HIGH = 1, 9


def unused():
    return paths


# Each call is remembered.
@functools.cache
def public(x):
    """Never more than LIMIT."""
    return min(half(x), LIMIT)


class Thing:
    limit = LIMIT

    def width(self):
        return HIGH - LOW + math.floor(public(2))
'''
SECOND = '''"""What the first needs."""

import math


def half(x):
    return math.floor(x / 2)
'''


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A repository with lstm_outputs.first and lstm_outputs.second, and nothing else."""
    folder = tmp_path / "lstm_outputs"
    folder.mkdir()
    (folder / "first.py").write_text(FIRST)
    (folder / "second.py").write_text(SECOND)
    for module in (embed, text, build):
        monkeypatch.setattr(module, "ROOT", tmp_path)
    embed._parts.cache_clear()
    yield tmp_path
    embed._parts.cache_clear()


def run(*cells):
    """Run cells one after the other, where lstm_outputs does not exist; return what they bind."""
    names = {}
    for cell in cells:
        assert "lstm_outputs" not in cell
        exec(cell, names)
    return names


def test_what_is_named_comes_with_all_that_it_needs_in_order(package):
    cell = Embedder().embed("from lstm_outputs.first import public\n\nanswer = public(100)")
    assert run(cell)["answer"] == 3
    for needed in ("LIMIT = 3", "def half(x):"):  # one does not need the other
        places = [cell.index(line) for line in (
            "import functools", "import math", needed, "# Each call is remembered.",
            "@functools.cache", "def public(x):", "answer = public(100)")]
        assert places == sorted(places)
    for absent in ("unused", "paths", "Thing", "HIGH", "What learners meet"):
        assert absent not in cell


def test_code_is_copied_to_the_letter(package):
    cell = Embedder().embed("from lstm_outputs.first import public")
    start = FIRST.index("# Each call")
    assert FIRST[start : FIRST.index("\n\n\nclass")] in cell
    assert SECOND[SECOND.index("def half") :].strip() in cell


def test_in_a_folded_cell_only_the_first_line_of_a_docstring_is_left(package):
    (package / "lstm_outputs/third.py").write_text('''"""Third."""


def long(x):
    """What it does.

    And what is not read where it is folded.
    """
    text = """First.

    Third."""
    return text
''')
    name = "from lstm_outputs.third import long"
    assert "And what is not read" in Embedder().embed(name)
    folded = Embedder().embed(f"# @title Setup\n{name}\n\ntext = long(1)")
    assert "And what is not read" not in folded
    assert 'def long(x):\n    """What it does."""\n    text = """First.\n\n    Third."""' in folded
    assert run(folded)["text"] == "First.\n\n    Third."


def test_nothing_is_embedded_twice(package):
    embedder = Embedder()
    cells = [embedder.embed(source) for source in (
        "from lstm_outputs.first import public",
        "from lstm_outputs.first import Thing, public\n\nwidth = Thing().width()",
        "from lstm_outputs.first import HIGH, LOW\nfrom lstm_outputs.second import half")]
    assert run(*cells)["width"] == 9
    whole = "\n".join(cells)
    for line in ("def public", "def half", "class Thing", "LIMIT = 3", "LOW, HIGH = 1, 9",
                 "import math", "import functools"):
        assert whole.count(line) == 1, line
    assert cells[2] == ""


@pytest.mark.parametrize("line", ["import math", "import math, functools", "import functools"])
@pytest.mark.parametrize("own_cell", [True, False])
def test_an_import_that_the_notebook_has_is_not_repeated(package, line, own_cell):
    embedder = Embedder()
    name = "from lstm_outputs.first import public"
    cells = [line, name] if own_cell else [f"{line}\n\n{name}"]
    made = [embedder.embed(cell) for cell in cells]
    imported = re.findall(r"\b(math|functools)\b", " ".join(
        part for part in "\n".join(made).split("\n") if part.startswith("import")))
    assert sorted(imported) == ["functools", "math"]
    run(*made)


def test_what_only_hidden_tests_import_is_not_there_yet(package):
    hidden = ("### BEGIN HIDDEN TESTS\nimport math\n\nfrom lstm_outputs.second import half\n"
              "### END HIDDEN TESTS")
    embedder = Embedder()
    cell = f"check = 1\n{hidden}\nfrom lstm_outputs.first import LIMIT"
    made = embedder.embed(cell)
    assert hidden in made
    assert made.endswith("LIMIT = 3") and made.startswith("check = 1")
    assert embedder.embed(f"check(2)\n{hidden}") == f"check(2)\n{hidden}"
    assert run(embedder.embed("from lstm_outputs.second import half"))["half"](5) == 2


@pytest.mark.parametrize("cell", ["x = 1", "%matplotlib inline", "!pip list", "a = 'lstm_outputs'",
                                  "import numpy as np\nfrom pathlib import Path"])
def test_other_cells_stay_as_they_are(package, cell):
    assert Embedder().embed(cell) == cell


@pytest.mark.parametrize("cell, sentence", [
    ("from lstm_outputs.first import missing",
     "lstm_outputs.first has no top-level name 'missing' that could be embedded."),
    ("from lstm_outputs.frist import public",
     "There is no module lstm_outputs.frist that could be embedded. Is it misspelled?"),
    ("from lstm_outputs import first", "There is no module lstm_outputs that could be embedded."),
    ("import lstm_outputs.first", "'import lstm_outputs.first' cannot be replaced by code."),
    ("from lstm_outputs.first import public as p", "cannot be replaced by code. Write it"),
    ("if 1:\n    from lstm_outputs.first import public", "Write it at the start of a line"),
    ("%time\nfrom lstm_outputs.first import public", "is not plain Python"),
])
def test_what_cannot_be_embedded_is_refused(package, cell, sentence):
    with pytest.raises(BuildError) as refusal:
        Embedder().embed(cell)
    assert sentence in str(refusal.value)


def test_an_exercise_embeds_only_what_may_be_released(package):
    embedder = Embedder(releasable=["lstm_outputs.first"])
    assert "LIMIT = 3" in embedder.embed("from lstm_outputs.first import LIMIT")
    for line in ("from lstm_outputs.second import half",
                 "from lstm_outputs.first import public"):  # which needs half
        with pytest.raises(BuildError, match=r"^lstm_outputs\.second may not be written into an "
                                             r"exercise: an answer could be computed from it\."):
            embedder.embed(line)


def tells_answers(source):
    """Return whether a module knows which shapes are right, or imports one that does."""
    return re.search(r"(?m)^def \w+_beliefs\b|^(from|import) .*(beliefs|lstm_marking)\b", source)


def test_no_answer_can_be_read_from_what_may_be_released():
    """Beliefs are told apart from the right shape, so it could be found out from them."""
    for module in SETTINGS["releasable"]:
        source = (ROOT / f"{module.replace('.', '/')}.py").read_text()
        assert module.startswith("lstm_outputs.") and not tells_answers(source), module
    assert tells_answers((ROOT / "lstm_outputs/beliefs.py").read_text())
    assert tells_answers("from lstm_outputs.beliefs import output_beliefs")


# --- text: py:percent to a notebook ---

LESSON = """# %% [markdown]
# # A lesson
#
# Text.

# %%
# @title Setup
import math

# %% tags=["raises-exception"]
1 / 0

# %% [markdown]
# ## Step
"""
EXERCISE = """# ---
# jupyter:
#   points: 5
# ---
# %% [markdown]
# # Problem set 9

# %% locked="ps9_setup"
# @title Setup
import math

# %% answer="ps9_answer"
answer = ...
### BEGIN SOLUTION
answer = (3, 4)
### END SOLUTION

# %% test="ps9_test" points=3
check(answer)
### BEGIN HIDDEN TESTS
mark(answer)
### END HIDDEN TESTS

# %% [markdown] manual="ps9_explain" points=2
# A model answer.
"""


def write(root, kind, source):
    path = root / "content" / kind / "ps9.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source)
    return path


def lesson(root, source=LESSON):
    return read_lesson(write(root, "lessons", source))


def exercise(root, source=EXERCISE):
    return read(write(root, "exercises", source), read_exercise)


def test_marks_become_what_nbgrader_reads(package):
    cells = exercise(package).cells
    assert "nbgrader" not in cells[0].metadata
    common = {"schema_version": 3, "task": False}
    assert [cell.metadata.nbgrader for cell in cells[1:]] == [
        {"grade_id": "ps9_setup", "grade": False, "solution": False, "locked": True, **common},
        {"grade_id": "ps9_answer", "grade": False, "solution": True, "locked": False, **common},
        {"grade_id": "ps9_test", "grade": True, "solution": False, "locked": True, "points": 3,
         **common},
        {"grade_id": "ps9_explain", "grade": True, "solution": True, "locked": False, "points": 2,
         **common},
    ]
    assert [cell.cell_type for cell in cells[2:]] == ["code", "code", "markdown"]


def test_nbgrader_agrees_with_the_marks(package):
    from nbgrader.nbgraderformat import MetadataValidator
    from nbgrader.utils import is_grade, is_locked, is_solution

    notebook = exercise(package)
    MetadataValidator().validate_nb(notebook)
    assert [(is_grade(c), is_solution(c), is_locked(c)) for c in notebook.cells[1:]] == [
        (False, False, True), (False, True, False), (True, False, True), (True, True, False)]


@pytest.mark.parametrize("mark", [
    'anwser="ps9_answer"', 'task="ps9_answer"', 'answer="a" test="b"', "points=1 nbgrader=1"])
def test_an_unknown_mark_is_refused(package, mark):
    with pytest.raises(BuildError, match=r"content/exercises/ps9\.py: a cell is marked with .*"
                                         r"it takes one of answer, test, manual, locked"):
        exercise(package, EXERCISE.replace('answer="ps9_answer"', mark))


def test_tags_and_folding_are_kept(package):
    cells = lesson(package).cells
    assert cells[1].metadata == {"jupyter": {"source_hidden": True}, "cellView": "form"}
    assert cells[2].metadata == {"tags": ["raises-exception"]}
    assert cells[3].metadata == {}


def test_ids_stay_when_something_else_changes(package):
    before = [cell.id for cell in lesson(package).cells]
    with_a_step = LESSON.replace("# %% tags", "# %%\nx = 1\n\n# %% tags")
    after = [cell.id for cell in lesson(package, with_a_step).cells]
    assert [name for name in after if name in before] == before and len(after) == 5
    changed = [cell.id for cell in lesson(package, LESSON.replace("Text.", "Another.")).cells]
    assert changed[0] != before[0] and changed[1:] == before[1:]


def test_ids_differ_and_a_marked_cell_has_its_own(package):
    twice = LESSON + "\n# %%\nx = 1\n" * 4
    names = [cell.id for cell in lesson(package, twice).cells]
    assert len(set(names)) == len(names) == 8
    assert [cell.id for cell in exercise(package).cells[1:]] == [
        "ps9_setup", "ps9_answer", "ps9_test", "ps9_explain"]
    nbformat.validate(lesson(package, twice))


def test_the_badge_stands_under_the_heading(package):
    for notebook, public in [(lesson(package), "notebooks/ps9.ipynb"),
                             (exercise(package), "release/ps9/ps9.ipynb")]:
        assert lint.badge(notebook, public) == []
        assert lint.badge(notebook, "notebooks/other.ipynb") != []
    assert lesson(package).cells[0].source.endswith("\n\nText.")


@pytest.mark.parametrize("start", ["# %%\nx = 1\n\n", "# %% [markdown]\n# Text first\n\n",
                                   "# %% [markdown]\n# ## An H2\n\n"])
def test_a_notebook_starts_with_its_heading(package, start):
    with pytest.raises(BuildError, match=r"content/lessons/ps9\.py must start with .* an H1"):
        lesson(package, start + LESSON)


def test_a_folded_cell_does_not_grow_without_end(package):
    many = "".join(f"\n\ndef f{n}():\n    return {n}\n" for n in range(60))
    (package / "lstm_outputs/many.py").write_text(f'"""Many."""\n{many}')
    names = ", ".join(f"f{n}" for n in range(60))
    source = LESSON.replace("import math", f"from lstm_outputs.many import {names}")
    with pytest.raises(BuildError, match=r"lessons/ps9\.py: the folded cell grew to \d+ lines"):
        lesson(package, source)
    lesson(package, source.replace("# @title Setup", "# not folded"))


def test_what_cannot_be_embedded_is_named_with_its_file(package):
    with pytest.raises(BuildError, match=r"content/lessons/ps9\.py: There is no module"):
        lesson(package, LESSON.replace("import math", "from lstm_outputs.other import math"))


# --- rules: what every assignment keeps to ---

TEST = EXERCISE[EXERCISE.index("# %% test") : EXERCISE.index("# %% [markdown] manual")]
SOLUTION = "### BEGIN SOLUTION\nanswer = (3, 4)\n### END SOLUTION\n"
HIDDEN = "### BEGIN HIDDEN TESTS\nmark(answer)\n### END HIDDEN TESTS\n"
FAULTS = [
    ('test="ps9_test"', 'test="PS9 test"', "'PS9 test' is no id; write it like ps9_layer_test."),
    ('test="ps9_test"', 'test="9_test"', "'9_test' is no id"),
    ('test="ps9_test"', "test=9", "9 is no id"),
    ('test="ps9_test"', 'test=""', "'' is no id"),
    ('test="ps9_test"', 'test="ps9_answer"', "two cells have the id ps9_answer. Rename one"),
    (" points=3", "", "ps9_test needs points, a whole number of 1 or more."),
    (" points=3", " points=0", "ps9_test needs points"),
    (" points=3", " points=-3", "ps9_test needs points"),
    (" points=3", " points=2.5", "ps9_test needs points"),
    (" points=3", ' points="3"', "ps9_test needs points"),
    (" points=3", " points=true", "ps9_test needs points"),
    (" points=2", "", "ps9_explain needs points"),
    (HIDDEN, "", "ps9_test has no hidden test. Put one between ### BEGIN HIDDEN TESTS"),
    (SOLUTION, "", "ps9_answer has no solution. Put it between ### BEGIN SOLUTION"),
    ('answer="ps9_answer"', 'locked="ps9_answer"', "a solution stands in a cell that is no answer"),
    (' answer="ps9_answer"', "", "a solution stands in a cell that is no answer: 'answer = ..."),
    ("# # Problem set 9", f"# # Problem set 9\n#\n# {SOLUTION}".replace("\n#", "\n# #"),
     "a solution stands in a cell that is no answer"),
    ("mark(answer)\n", f"mark(answer)\n{SOLUTION}", "a solution stands in a cell that is no an"),
    (" points=3", " points=4", "its cells add up to 6 points, but its header says 5."),
    ("points: 5", "points: 7", "its cells add up to 5 points, but its header says 7."),
    ("#   points: 5\n", "#   other: 5\n", "its cells add up to 5 points, but its header says None"),
    (TEST, "", "its cells add up to 2 points, but its header says 5."),
]


@pytest.mark.parametrize("old, new, sentence", FAULTS, ids=[fault[2] for fault in FAULTS])
def test_an_unsound_exercise_is_refused(package, old, new, sentence):
    assert EXERCISE.count(old) == 1
    with pytest.raises(BuildError) as refusal:
        exercise(package, EXERCISE.replace(old, new))
    assert str(refusal.value).startswith("ps9: ") and sentence in str(refusal.value)


def test_a_lesson_is_no_assignment(package, monkeypatch):
    monkeypatch.setattr(build, "check_assignment", None)
    read(write(package, "lessons", LESSON), read_lesson)
    assert rules.check_assignment is not None


# --- build: what is made, left alone, and never overwritten ---


@pytest.fixture
def built(package, monkeypatch):
    """A lesson and an exercise, built without being executed; and a list of what is built next."""
    for kind, source in (("lessons", LESSON), ("exercises", EXERCISE)):
        write(package, kind, source)
    made = []

    def write_only(notebook, path):
        made.append(str(path.relative_to(package)))
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, path)

    monkeypatch.setattr(build, "_execute_and_write", write_only)
    build.build()
    assert sorted(made) == ["notebooks/ps9.ipynb", "source/ps9/ps9.ipynb"]
    made.clear()
    return made


def test_what_has_not_changed_is_left_alone(package, built, capsys):
    build.build()
    assert built == []
    assert capsys.readouterr().out == ("notebooks/ps9.ipynb: up to date\n"
                                       "source/ps9/ps9.ipynb: up to date\n")
    build.build(force=True)
    assert len(built) == 2


@pytest.mark.parametrize("kind, old, new", [
    ("lessons", "Text.", "Another."),
    ("lessons", "1 / 0", "1 / 1"),
    ("lessons", ' tags=["raises-exception"]', ""),
    ("lessons", "# %% [markdown]\n# ## Step", "# %%\n# ## Step"),
    ("exercises", "answer = (3, 4)", "answer = (4, 3)"),
    ("exercises", 'locked="ps9_setup"', 'locked="ps9_start"'),
])
def test_what_has_changed_is_built_again(package, built, kind, old, new):
    source = {"lessons": LESSON, "exercises": EXERCISE}[kind]
    assert source.count(old) == 1
    write(package, kind, source.replace(old, new))
    build.build()
    assert built == [{"lessons": "notebooks/ps9.ipynb",
                      "exercises": "source/ps9/ps9.ipynb"}[kind]]


def test_a_change_of_the_package_builds_what_embeds_it(package, built):
    write(package, "lessons", LESSON.replace("import math", "from lstm_outputs.second import half"))
    build.build()
    built.clear()
    build.build()
    assert built == []
    path = package / "lstm_outputs/second.py"
    path.write_text(path.read_text().replace("x / 2", "0.5 * x"))
    embed._parts.cache_clear()
    build.build()
    assert built == ["notebooks/ps9.ipynb"]


def edit(path, old, new):
    """Edit a notebook by hand, as an author would in JupyterLab."""
    source = path.read_text()
    assert source.count(old) == 1
    path.write_text(source.replace(old, new))
    return path.read_bytes()


@pytest.mark.parametrize("old, new, shown", [
    ("# A lesson", "# My lesson", ["-# # A lesson", "+# # My lesson"]),
    ("Text.", "Another text.", ["-# Text.", "+# Another text."]),
    ("1 / 0", "1 / 7", ["-1 / 0", "+1 / 7"]),
    ("import math", "import cmath", ["-import math", "+import cmath"]),
    ("## Step", "## A new end", ["-# ## Step", "+# ## A new end"]),
])
def test_a_notebook_edited_by_hand_is_never_overwritten(package, built, old, new, shown):
    path = package / "notebooks/ps9.ipynb"
    edited = edit(path, old, new)
    for force in (False, True):
        with pytest.raises(BuildError) as refusal:
            build.build(force=force)
        message = str(refusal.value)
        assert message.startswith("notebooks/ps9.ipynb was edited by hand, so it is left as it is.")
        assert set(shown) <= set(message.split("\n"))
        assert "Bring the lines marked + into content/lessons/ps9.py, remove notebooks/" in message
    assert built == [] and path.read_bytes() == edited


def test_neither_is_one_with_other_marks(package, built):
    edited = edit(package / "source/ps9/ps9.ipynb", '"points": 3', '"points": 4')
    with pytest.raises(BuildError, match=r"source/ps9/ps9\.ipynb was edited by hand"):
        build.build()
    assert (package / "source/ps9/ps9.ipynb").read_bytes() == edited


@pytest.mark.parametrize("metadata", [{}, {"course": {}}, {"course": {"fingerprint": "0"}}])
def test_neither_is_one_that_was_not_built_at_all(package, built, metadata):
    path = package / "notebooks/ps9.ipynb"
    notebook = json.loads(path.read_text())
    notebook["metadata"] = metadata
    path.write_text(json.dumps(notebook))
    kept = path.read_bytes()
    with pytest.raises(BuildError, match=r"notebooks/ps9\.ipynb was edited by hand"):
        build.build()
    assert built == [] and path.read_bytes() == kept


def test_outputs_are_no_edit(package, built):
    path = package / "notebooks/ps9.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[1].outputs = [nbformat.v4.new_output("stream", text="new")]
    notebook.cells[1].execution_count = 5
    assert stop_if_edited(notebook, None, path, None) is None


@pytest.mark.slow
def test_a_cell_that_stops_leaves_nothing_behind(package):
    write(package, "lessons", LESSON.replace(' tags=["raises-exception"]', ""))
    with pytest.raises(BuildError, match=r"(?s)^notebooks/ps9\.ipynb stops with an error:.*1 / 0"):
        build.build()
    assert not list(package.glob("notebooks/*"))
    write(package, "lessons", LESSON)
    build.build()
    notebook = nbformat.read(package / "notebooks/ps9.ipynb", as_version=4)
    assert lint.executed(notebook) == lint.no_error(notebook) == []
    assert [path.name for path in package.glob("notebooks/*")] == ["ps9.ipynb"]


# --- what is stored is what content/ and the package say ---


def stale(stored, made):
    """Return what differs between two notebooks, but for what running the cells adds."""
    found = [key for key in ("metadata", "nbformat", "nbformat_minor") if stored[key] != made[key]]
    for old, new in zip_longest(stored.cells, made.cells, fillvalue=nbformat.NotebookNode()):
        found += [f"{key} of the cell {old.get('source', new.get('source'))[:40]!r}"
                  for key in ("cell_type", "id", "source", "metadata")
                  if old.get(key) != new.get(key)]
    return found


@pytest.mark.parametrize("content, path, reader", DERIVED)
def test_stored_notebooks_are_what_content_says(content, path, reader):
    """If this fails, `make notebooks` has to be run, and what it makes to be committed."""
    assert stale(nbformat.read(path, as_version=4), read(content, reader)) == []


@pytest.mark.parametrize("plant, finding", [
    (lambda notebook: notebook.cells[1].update(source="x"), "source of the cell 'x'"),
    (lambda notebook: notebook.cells[1].update(id="x"), "id of the cell '# @title Setup"),
    (lambda notebook: notebook.cells[2].metadata.clear(), "metadata of the cell '1 / 0'"),
    (lambda notebook: notebook.cells.pop(), "source of the cell '## Step'"),
    (lambda notebook: notebook.metadata.update(x=1), "metadata"),
    (lambda notebook: notebook.update(nbformat_minor=4), "nbformat_minor"),
])
def test_a_stale_notebook_is_found(package, plant, finding):
    notebook = lesson(package)
    assert stale(notebook, lesson(package)) == []
    notebook.cells[2].update(execution_count=2, outputs=[1])
    assert stale(notebook, lesson(package)) == []
    plant(notebook)
    assert any(finding in one for one in stale(notebook, lesson(package)))


def test_no_notebook_is_left_without_its_content():
    stored = {*ROOT.glob("notebooks/*"), *ROOT.glob("source/*/*")}
    stored = {path for path in stored if path.suffix == ".ipynb" or path.is_dir()}
    assert {path for _, path, _ in targets()} == {
        path for path in stored if path.name != ".ipynb_checkpoints"}


def top_level(source):
    """Return {name: text} of the functions, classes and constants of a module or a cell."""
    lines, found = source.split("\n"), {}
    for node in ast.parse(source).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.Assign)):
            first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
            name = getattr(node, "name", None) or ast.unparse(node.targets[0])
            found[name] = "\n".join(lines[first - 1 : node.end_lineno])
    return found


def copies(content, notebook):
    """Yield (cell, name, text) for each definition in `notebook` that `content` does not have."""
    for written, made in zip(jupytext.read(content).cells, notebook.cells, strict=True):
        if made.cell_type == "code" and written.source != made.source:
            own = top_level(written.source)
            yield from ((made, name, text) for name, text in top_level(made.source).items()
                        if own.get(name) != text)


def copies_that_differ(content, notebook):
    """Return the names of the copies that are not the package's text, to the letter.

    In a folded cell a docstring may end after its first line.
    """
    texts = {text for path in PACKAGE for text in top_level(path.read_text()).values()}
    long = re.compile(r'^(    """.+)\n(?:.*\n)*?    """$', re.M)
    folded = texts | {long.sub(r'\1"""', text, count=1) for text in texts}
    return [name for cell, name, text in copies(content, notebook)
            if text not in (folded if cell.source.startswith("# @title") else texts)]


@pytest.mark.parametrize("content, path, reader", DERIVED)
def test_each_copy_equals_the_package(content, path, reader):
    notebook = nbformat.read(path, as_version=4)
    assert copies_that_differ(content, notebook) == []
    names = {name for _, name, _ in copies(content, notebook)}
    imported = re.findall(r"^from lstm_outputs\S* import (.+)", content.read_text(), re.M)
    if reader is read_lesson:  # an exercise names what hidden tests import, too
        assert {name for line in imported for name in line.split(", ")} <= names
    assert names


def test_a_copy_that_differs_is_found():
    content, path, _ = next(target for target in targets() if target[2] is read_exercise)
    notebook = nbformat.read(path, as_version=4)
    setup = next(cell for cell in notebook.cells if "def as_size" in cell.source)
    setup.source = setup.source.replace("if size < 1:", "if size < 0:")
    assert copies_that_differ(content, notebook) == ["as_size"]
    setup.source = setup.source.replace('    """Say that', '    """Say what')
    assert copies_that_differ(content, notebook) == ["as_size", "check_form"]


@pytest.mark.parametrize("content, path, reader", DERIVED)
def test_the_fingerprint_is_that_of_the_cells(content, path, reader):
    notebook = nbformat.read(path, as_version=4)
    assert notebook.metadata.course.fingerprint == fingerprint(notebook)
    changed = copy.deepcopy(notebook)
    changed.cells[-1].source += " "
    assert fingerprint(changed) != fingerprint(notebook)
