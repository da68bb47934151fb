"""nbval goes red when a notebook no longer does what it shows, and so does the lint."""

import copy
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import notebook_lint as lint
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from nbval.plugin import get_sanitize_patterns

ROOT = Path(__file__).resolve().parent.parent
SANITIZE = ROOT / "tests/nbval_sanitize.cfg"
STORED = [*ROOT.glob("notebooks/*.ipynb"), *ROOT.glob("source/*/*.ipynb")]


def run_nbval(folder, *options):
    """Run nbval on the notebooks in `folder`; return {name: numbers of the cells that failed}.

    It starts as in a test, with PYTEST_CURRENT_TEST in its environment.
    """
    shutil.copy(ROOT / "conftest.py", folder)
    shutil.copy(ROOT / "pyproject.toml", folder)
    environment = {"PYTEST_CURRENT_TEST": "this", **os.environ,
                   "JUPYTER_PATH": str(ROOT / "tests/jupyter"),
                   "PYTHONPATH": str(ROOT / "tests")}
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "--nbval", "--nbval-sanitize-with", SANITIZE,
         "-p", "no:cacheprovider", "--color=no", *options, "."],
        cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode in (0, 1), result.stdout + result.stderr
    assert not re.search(r"^ERROR ", result.stdout, re.M), result.stdout  # a kernel did not start
    found = {path.stem: set() for path in folder.glob("*.ipynb")}
    for name, number in re.findall(r"^FAILED \S*?(\w+)\.ipynb::Cell (\d+)", result.stdout, re.M):
        found[name].add(int(number))
    return found


def notebook_of(*cells):
    """Return a notebook of (source, outputs) pairs, stored as if it had been run."""
    return new_notebook(cells=[
        new_code_cell(source, execution_count=count, outputs=copy.deepcopy(outputs))
        for count, (source, outputs) in enumerate(cells, 1)])


def printed(text):
    return [new_output("stream", name="stdout", text=text)]


def result_of(text):
    return [new_output("execute_result", data={"text/plain": text})]


# --- fast: the files that nbval is given ---


def doubtful(sanitizing, stored):
    """Return the patterns that lack a comment above them, or match nothing that is stored."""
    return [pattern for pattern, _ in get_sanitize_patterns(sanitizing)
            if not re.search(rf"^# .+\nregex: {re.escape(pattern)}$", sanitizing, re.M)
            or not re.search(pattern, stored)]


def test_each_sanitizing_pattern_is_named_and_needed():
    """nbval hides what they match, so none may stay that no stored notebook needs."""
    sanitizing = SANITIZE.read_text()
    stored = "\n".join(lint.shown(nbformat.read(path, as_version=4)) for path in STORED)
    assert doubtful(sanitizing, stored) == []
    assert len(get_sanitize_patterns(sanitizing)) <= 5

    planted = "regex: Keras [\\d.]+\nreplace: Keras VERSION\n"
    assert doubtful("# Versions differ.\n" + planted, "Keras 3.13") == []
    assert doubtful("# Versions differ.\n" + planted, "Keras") == ["Keras [\\d.]+"]
    assert doubtful(planted, "Keras 3.13") == ["Keras [\\d.]+"]


# --- slow: nbval itself, once on all of these ---

LESSON = nbformat.read(ROOT / "notebooks/01_dataset.ipynb", as_version=4)


def change(kind, key, old, new):
    """Change the first output of `kind` in a copy of the lesson; return it and the cell's place."""
    notebook = copy.deepcopy(LESSON)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    place, output = next((place, output) for place, cell in enumerate(cells)
                         for output in cell.outputs if output.output_type == kind)
    holder = output.data if "data" in output else output
    assert old in holder[key]
    holder[key] = holder[key].replace(old, new, 1)
    return notebook, place


TEXT, TEXT_PLACE = change("stream", "text", "\n", " \n")
RESULT, RESULT_PLACE = change("execute_result", "text/plain", ",", ", ")
PICTURE, PICTURE_PLACE = change("display_data", "text/plain", "column", "row")

FAULTS = [  # source, stored outputs, whether nbval has to see a difference
    ("x = 2", [], False),
    ("print(x)", printed("2\n"), False),
    ("print(x)", printed("3\n"), True),
    ("print(x)", [], True),
    ("print(x)\nprint(x)", printed("2\n"), True),
    ("x", result_of("2"), False),
    ("x", result_of("3"), True),
    ("y = x", result_of("2"), True),
    ("1 / 0", [], True),
    ("import sys\nprint(x, file=sys.stderr)", printed("2\n"), True),
]
ERROR = new_output("error", ename="ValueError", evalue="no", traceback=[])
ERRORS = [  # tagged raises-exception, stored error, whether nbval has to see a difference
    (False, ERROR, True),
    (True, ERROR, False),
    (True, {**ERROR, "evalue": "yes"}, True),
    (True, {**ERROR, "ename": "TypeError"}, True),
]
LOG_LINE = "import os, time\nos.write(2, b'a log line\\n')\ntime.sleep(1)"
CHAIN = notebook_of(("x = [0]", []), *[
    (f"x.append({step})\nlen(x)", result_of(str(step + 1))) for step in range(1, 12)])
KERNEL = notebook_of(
    ("import sys\nprint(sys.prefix)", printed(f"{sys.prefix}\n")),
    ("import os\nprint(os.environ.get('PYTEST_CURRENT_TEST'))", printed("None\n")),
    ("try:\n    import planted\nexcept ImportError:\n    print('not there')",
     printed("not there\n")))


def errors():
    notebook = notebook_of(*[("raise ValueError('no')", [error]) for _, error, _ in ERRORS])
    for cell, (tagged, _, _) in zip(notebook.cells, ERRORS, strict=True):
        cell.metadata.tags = ["raises-exception"] * tagged
    return notebook


def unexecuted():
    """A lesson with a cell that was never run: nbval compares nothing there."""
    notebook = notebook_of(("x = 2", []), ("print(x)", []))
    notebook.cells[1].execution_count = None
    return notebook


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    """What nbval sees, run in parallel with the kernel of the tests, as in `make test`."""
    folder = tmp_path_factory.mktemp("nbval")
    (folder / "planted.py").touch()
    for name, notebook in {
            "lesson": LESSON, "text": TEXT, "result": RESULT, "picture": PICTURE,
            "faults": notebook_of(*[(source, stored) for source, stored, _ in FAULTS]),
            "errors": errors(), "unexecuted": unexecuted(), "kernel": KERNEL, "chain": CHAIN,
            "log": notebook_of((LOG_LINE, []))}.items():
        nbformat.write(nbformat.from_dict(notebook), folder / f"{name}.ipynb")
    return run_nbval(folder, "--nbval-kernel-name", "course", "-n", "2", "--dist", "load")


@pytest.mark.slow
def test_a_real_notebook_passes_as_it_is_stored(seen):
    assert seen["lesson"] == set()


@pytest.mark.slow
@pytest.mark.parametrize("name, place", [
    ("text", TEXT_PLACE), ("result", RESULT_PLACE), ("picture", PICTURE_PLACE)])
def test_it_fails_where_a_stored_output_is_changed(seen, name, place):
    assert seen[name] == {place}


@pytest.mark.slow
@pytest.mark.parametrize("place, fault", list(enumerate(FAULTS)))
def test_what_nbval_sees(seen, place, fault):
    assert (place in seen["faults"]) == fault[-1]


@pytest.mark.slow
@pytest.mark.parametrize("place, error", list(enumerate(ERRORS)))
def test_an_error_has_to_be_announced_and_is_then_compared(seen, place, error):
    assert (place in seen["errors"]) == error[-1]


@pytest.mark.slow
def test_a_cell_that_was_not_run_is_seen_by_the_lint_only(seen):
    assert seen["unexecuted"] == set()
    assert lint.executed(unexecuted()) == ["code cell 2 has the execution count None"]


@pytest.mark.slow
def test_the_kernel_is_that_of_the_build(seen):
    """The same Python, no word of pytest, and nothing imported from the notebook's folder."""
    assert seen["kernel"] == set()


@pytest.mark.slow
def test_a_log_line_of_c_code_is_seen_only_with_the_kernel_of_the_tests(seen, tmp_path):
    """It goes to file descriptor 2, which ipykernel does not capture if it sees that pytest runs.

    The build runs without pytest, so it would store the line, and nbval would miss its absence.
    """
    assert seen["log"] == {0}
    nbformat.write(notebook_of((LOG_LINE, [])), tmp_path / "log.ipynb")
    assert run_nbval(tmp_path) == {"log": set()}


@pytest.mark.slow
def test_in_parallel_a_notebook_stays_on_one_worker_in_order(seen, tmp_path):
    assert seen["chain"] == set()
    nbformat.write(CHAIN, tmp_path / "chain.ipynb")
    torn = run_nbval(tmp_path, "--nbval-kernel-name", "course", "-n", "2", "--dist", "load",
                     "--noconftest")
    assert torn["chain"] != set()
