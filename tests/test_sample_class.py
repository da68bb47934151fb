"""The sample class, graded by the real commands: points, feedback, and what goes wrong in a class.

What each student should be given is in sample_class.csv.
"""

import csv
import html
import importlib.util
import os
import re
import shutil
import signal
import time
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from lstm_outputs.beliefs import batch_beliefs, dataset_beliefs, output_beliefs

ROOT = Path(__file__).resolve().parent.parent
HANDINS = ROOT / "samples/ps1"
with (ROOT / "tests/sample_class.csv").open() as table:
    EXPECTED = {row.pop("student"): {cell: float(value) for cell, value in row.items()}
                for row in csv.DictReader(table)}

spec = importlib.util.spec_from_file_location("make_class", ROOT / "samples/make_class.py")
make_class = importlib.util.module_from_spec(spec)
spec.loader.exec_module(make_class)

# What only the instructor may see; feedback shows none of it.
HIDDEN = ["lstm_marking", "lstm_outputs.beliefs", "HIDDEN TESTS", "MARK SCHEME", "mark_shape",
          "mark_returns", "mark_layer", "draw_sizes", "_beliefs", "1 point: it says no"]

slow = pytest.mark.slow


def points(course):
    """Return {student: {cell: points, "auto": sum, "open": points that a person gives}}."""
    found = {}
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        for submission in gradebook.assignment_submissions("ps1"):
            grades = [g for notebook in submission.notebooks for g in notebook.grades]
            row = {g.name: g.auto_score for g in grades if g.name != "ps1_explain"}
            found[submission.student.id] = row | {
                "auto": submission.score,
                "open": sum(g.max_score for g in grades if g.needs_manual_grade)}
    return found


def feedback(course, student):
    """Return the text that the feedback page of `student` shows."""
    page = (course / "feedback" / student / "ps1/ps1.html").read_text()
    page = re.sub(r"(?s)<(script|style).*?</\1>", "", page)
    return html.unescape(re.sub(r"<[^>]+>", "", page))


def new_class(course, folder, students):
    """Return a copy of `course`, and a folder with the sample hand-ins of `students`."""
    shutil.copytree(course, folder / "course")
    for student in students:
        shutil.copytree(HANDINS / student, folder / "handins" / student)
    return folder / "course", folder / "handins"


def collect(run, course, handins, code=0):
    return run("batchgrader", "collect", "ps1", handins, cwd=course, code=code)


def grade(run, course, code=0):
    return run("batchgrader", "grade", "ps1", cwd=course, code=code)


def grade_with_stock_nbgrader(run, course):
    """Grade without any setting of the course: its gradebook, nothing else."""
    (course / "nbgrader_config.py").write_text(
        "c = get_config()\n"
        f"c.CourseDirectory.root = {str(course)!r}\n"
        "c.OverwriteCells.add_missing_cells = True\n")
    run("nbgrader", "autograde", "ps1", "--force", cwd=course)


def notebook(**answers):
    """Return the bytes of a hand-in made from the release."""
    release = nbformat.read(make_class.RELEASE, as_version=4)
    return make_class.hand_in(release, **answers)[1].encode()


def test_the_sample_class_is_made_from_the_release(tmp_path):
    make_class.make_class(tmp_path / "made")
    made, kept = ({p.relative_to(folder): p.read_bytes() for p in folder.glob("*/*")}
                  for folder in (tmp_path / "made", HANDINS))
    assert made == kept, "run `make samples`"


def test_the_readme_shows_the_points_of_the_table():
    readme = (ROOT / "README.md").read_text()
    shown = re.findall(r"^(\w+) +(\d+) / 20 +(?:(\d+) open|-)", readme, re.MULTILINE)
    assert {student: (float(auto), float(by_hand or 0)) for student, auto, by_hand in shown} == {
        student: (row["auto"], row["open"]) for student, row in EXPECTED.items()}


@slow
def test_everybody_gets_the_points_of_the_table(graded):
    assert points(graded) == EXPECTED


@slow
def test_what_cannot_be_graded_stops_no_other(course, run, tmp_path):
    course, handins = new_class(course, tmp_path, ["misconceptions"])
    for student, file, content in [
        ("a_pdf", "ps1.ipynb", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n"),
        ("another_file", "ps1.pdf", b"%PDF-1.7\n"),
        ("dead_process", "ps1.ipynb", notebook(
            dots=make_class.RIGHT, cells={"ps1_choose": "import os\nos._exit(0)"})),
    ]:
        (handins / student).mkdir()
        (handins / student / file).write_bytes(content)
    output = collect(run, course, handins, code=1)
    assert "another_file: no notebooks handed in" in output
    output = grade(run, course, code=1)
    table = output.partition("student  ")[2]
    assert re.search(r"^a_pdf +- +- +not gradable$", table, re.MULTILINE)
    assert re.search(r"^a_pdf needs a person: This is a PDF", table, re.MULTILINE)
    assert re.search(r"^dead_process +14 / 20 +- +died$", table, re.MULTILINE)
    assert re.search(r"^misconceptions +0 / 20 +4 open +graded$", table, re.MULTILINE)
    assert points(course) == {
        "misconceptions": EXPECTED["misconceptions"],
        "dead_process": EXPECTED["all_right"] | {"ps1_choose_test": 0, "auto": 14, "open": 0}}


@slow
def test_a_killed_run_is_finished_by_the_next(course, run, start, tmp_path):
    students = ["all_right", "edited_test"]
    course, handins = new_class(course, tmp_path, students)
    collect(run, course, handins)
    journal = course / ".batchgrader/ps1/journal.jsonl"
    with start("batchgrader", "grade", "ps1", "--jobs", "1", cwd=course,
               start_new_session=True) as process:
        while not (journal.exists() and journal.read_text()):
            assert process.poll() is None, process.stdout.read()
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGKILL)
    assert points(course).keys() == {"all_right"}
    assert "2 hand-ins, 1 of them new or changed." in grade(run, course)
    assert points(course) == {student: EXPECTED[student] for student in students}


@slow
def test_the_setup_cell_keeps_the_points_in_stock_nbgrader(course, run, tmp_path):
    course, handins = new_class(course, tmp_path, ["stderr_chatter"])
    collect(run, course, handins)
    grade_with_stock_nbgrader(run, course)
    assert points(course) == {"stderr_chatter": EXPECTED["stderr_chatter"]}


@slow
def test_without_the_setup_only_stock_nbgrader_takes_the_points(course, run, tmp_path):
    course, handins = new_class(course, tmp_path, ["stderr_chatter"])
    source = course / "source/ps1/ps1.ipynb"
    text = source.read_text()
    assert text.count('"show_log_lines_as_output()\\n"') == 1
    source.write_text(text.replace('"show_log_lines_as_output()\\n"', '"\\n"'))
    run("nbgrader", "generate_assignment", "ps1", "--force", cwd=course)
    collect(run, course, handins)
    grade(run, course)
    assert points(course) == {"stderr_chatter": EXPECTED["stderr_chatter"]}
    grade_with_stock_nbgrader(run, course)
    assert points(course) == {"stderr_chatter": EXPECTED["stderr_chatter"] | {
        "ps1_any_sizes_input_test": 0, "ps1_any_sizes_output_test": 0, "auto": 12}}


@slow
def test_validate_says_what_is_missing_and_when_nothing_is(run, tmp_path):
    shutil.copy(ROOT / "release/ps1/ps1.ipynb", tmp_path / "release.ipynb")
    shutil.copy(HANDINS / "all_right/ps1.ipynb", tmp_path / "right.ipynb")
    # It exits with 0 whatever the tests say.
    output = run("nbgrader", "validate", "release.ipynb", "right.ipynb", cwd=tmp_path)
    assert "VALIDATION FAILED ON 11 CELL(S)" in output  # 10 tests and the answer to explain
    assert output.count("Not yet: ") == 10
    assert "Not yet: X_train_shape is still missing." in output
    assert "You did not provide a response." in output
    assert output.endswith("Success! Your notebook passes all the tests.\n")


@slow
def test_a_second_run_grades_nothing(graded, run):
    output = grade(run, graded)
    assert f"{len(EXPECTED)} hand-ins, 0 of them new or changed." in output
    assert points(graded) == EXPECTED


@slow
def test_a_changed_handin_is_graded_again_and_no_other(graded, run, tmp_path):
    course, handins = new_class(graded, tmp_path, ["half_right"])
    shutil.copy(HANDINS / "all_right/ps1.ipynb", handins / "half_right")
    collect(run, course, handins)
    output = grade(run, course)
    assert f"{len(EXPECTED)} hand-ins, 1 of them new or changed." in output
    assert points(course) == EXPECTED | {"half_right": EXPECTED["all_right"]}


@slow
def test_feedback_shows_no_hidden_test(graded):
    pages = {student: feedback(graded, student) for student in EXPECTED}
    assert [s for s, page in pages.items() if "check_form(X_train_shape" not in page] == []
    assert [(s, text) for s, page in pages.items() for text in HIDDEN if text in page] == []


def test_what_is_looked_for_in_feedback_is_what_is_hidden():
    source = (ROOT / "source/ps1/ps1.ipynb").read_text()
    assert [text for text in HIDDEN if text not in source] == []


@slow
def test_feedback_names_the_belief_behind_a_wrong_shape(graded):
    for student, sentences in {
        "misconceptions": [
            dataset_beliefs(50, 6, 12)[50, 6],
            dataset_beliefs(8, 6, 12)[8, 12, 6],
            output_beliefs(None, 5, 9, 7)[None, 5, 7],
            output_beliefs(3, 5, 9, 7)[3, 5],
        ],
        "batch_forgotten": [
            dataset_beliefs(50, 6, 12)[6, 12],
            dataset_beliefs(8, 6, 12)[1, 6, 12],
            batch_beliefs(1, (None, 7))[1, 7],
            output_beliefs(3, 5, 9, 7)[7,],
            "the layer returns ((3, 4), (3, 4), (3, 4)), but",
        ],
        "half_right": [batch_beliefs(3, (3, 7))[None, 7]],
        "blank": ["X_train_shape is still missing.", "The layer is still missing."],
        "wrong_form": ["X_train_shape is of type str.", "of type bool", "of type float"],
    }.items():
        page = feedback(graded, student)
        assert [sentence for sentence in sentences if sentence not in page] == []


@slow
def test_feedback_never_gives_the_right_shape(graded):
    shapes = [dots for dots in make_class.RIGHT.values() if dots.startswith("(")]
    page = feedback(graded, "blank")
    assert [shape for shape in shapes if shape in page] == []
    hints = [hint for student in EXPECTED for hint in re.findall(
        r"(?:is not the shape|is not what comes back)\. (.*)", feedback(graded, student))]
    assert len(hints) > 15
    assert [hint for hint in hints if re.search(r"[(\[](\d|None)", hint)] == []


@slow
def test_a_test_that_met_no_answer_shows_one_line_and_no_frames(graded):
    page = feedback(graded, "syntax_error")
    assert "SyntaxError" in page
    assert "NameError: name 'symbolic_shape' is not defined (the cell" in page
    assert "Traceback" not in page
