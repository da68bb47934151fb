"""What comes of hand-ins that do not end well: each in the small course, by the real command.

The table is outcomes.toml.
"""

import copy
import json
import tomllib
from pathlib import Path

import nbformat
import pytest
from shared import shared
from small_course import hand_in, make_course

HERE = Path(__file__).resolve().parent
TABLE = tomllib.loads((HERE / "outcomes.toml").read_text())
RIGHT = {test: float(points) for test, points in TABLE["right"].items()}
WORST_FIRST = ["not gradable", "died", "out of memory", "out of time", "too much output"]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def results(tmp_path_factory, run):
    """What `batchgrader grade --json` prints of all hand-ins of the table, in one run."""
    folder = shared(tmp_path_factory, "outcomes", lambda folder: grade(run, folder))
    return json.loads((folder / "results.json").read_text())


def grade(run, folder):
    make_course(run, folder, TABLE["settings"])
    for student, row in TABLE["handins"].items():
        hand_in(folder, student, row.get("answers"), row.get("first", ()),
                content=row.get("content"))
    printed = run("batchgrader", "grade", "small", "--json", cwd=folder, code=1)
    (folder / "results.json").write_text(printed)


@pytest.mark.parametrize("student", TABLE["handins"])
def test_outcomes(results, student):
    row, result = TABLE["handins"][student], results[student]
    assert row.get("person", "") in result["person"]
    assert bool(result["person"]) == ("person" in row)
    if "content" in row:
        assert (result["outcome"], result["books"]) == (row["outcome"], {})
        return
    questions = result["books"]["small"]["questions"]
    points = {test: None if points is False else points
              for test, points in (RIGHT | row.get("points", {})).items()}
    assert {test: questions[test]["points"] for test in RIGHT} == points
    due = {test: "graded" for test in questions} | row.get("outcomes", {})
    assert {test: question["outcome"] for test, question in questions.items()} == due
    assert result["outcome"] == next(
        (outcome for outcome in WORST_FIRST if outcome in due.values()), "graded")
    assert result["score"] == sum(filter(None, points.values()))


def test_a_hand_in_that_takes_too_long_as_a_whole(tmp_path, run):
    """It gets what it had by then; the rest is out of time."""
    make_course(run, tmp_path, "c.BatchGrader.seconds = 4\n")
    hand_in(tmp_path, "slow", {"primes": "import time\ntime.sleep(99)"})
    hand_in(tmp_path, "right")
    results = json.loads(run("batchgrader", "grade", "small", "--json", cwd=tmp_path))
    assert (results["slow"]["outcome"], results["right"]["outcome"]) == ("out of time", "graded")
    questions = results["slow"]["books"]["small"]["questions"]
    assert {test: (questions[test]["points"], questions[test]["outcome"]) for test in RIGHT} == {
        test: (points, "graded") for test, points in RIGHT.items()} | {
        "primes_test": (0, "out of time")}


def test_a_locked_cell_that_no_test_needs_is_left_out_if_the_course_says_so(tmp_path, run):
    make_course(run, tmp_path, "c.BatchGrader.only_shown = ['*']\n")
    source = tmp_path / "source/small/small.ipynb"
    notebook = nbformat.read(source, as_version=4)
    cells = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell for cell in notebook.cells}
    shown = copy.deepcopy(cells["setup"])
    shown.source, shown.id = "import builtins\nbuiltins.it_ran = True", "shown"
    shown.metadata.nbgrader.grade_id = "shown"
    notebook.cells.insert(0, shown)
    cells["area_test"].source = "assert not hasattr(__builtins__, 'it_ran')"
    nbformat.write(notebook, source)
    run("nbgrader", "generate_assignment", "small", "--force", cwd=tmp_path)
    hand_in(tmp_path, "right", {"area": "math = None  # a test takes it from the setup cell"})
    results = json.loads(run("batchgrader", "grade", "small", "--json", cwd=tmp_path))
    questions = results["right"]["books"]["small"]["questions"]
    assert {test: questions[test]["points"] for test in RIGHT} == RIGHT
