"""Feedback pages: everybody's own, written again when what they show has changed."""

import os
import shutil
import signal
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from batchgrader.feedback import STOPPED, stale, write_feedback

pytestmark = pytest.mark.slow

SMALL = Path(__file__).resolve().parent / "courses/small"
STUDENTS = list("abcdefghi")  # enough for two processes


def secret(student):
    return f"answer-of-{STUDENTS.index(student):03}"


def said_by_hand(student):
    return f"comment-for-{STUDENTS.index(student):03}"


def give(folder, student, cell="why", comment=None, points=None):
    with Gradebook(f"sqlite:///{folder}/gradebook.db") as gradebook:
        if comment:
            row = gradebook.find_comment(cell, "small", "small", student)
            row.manual_comment = comment
        else:
            row = gradebook.find_grade(cell, "small", "small", student)
            row.manual_score = points
        gradebook.db.commit()


@pytest.fixture(scope="module")
def written(run, tmp_path_factory):
    """A course whose class is graded, with all pages written by two processes."""
    folder = tmp_path_factory.mktemp("feedback") / "course"
    shutil.copytree(SMALL, folder)
    with (folder / "nbgrader_config.py").open("a") as config:
        config.write("c.Execute.enabled = False\n")
    run("nbgrader", "generate_assignment", "small", cwd=folder)
    for student in STUDENTS:
        notebook = nbformat.read(folder / "release/small/small.ipynb", as_version=4)
        for cell in notebook.cells:
            if cell.metadata.get("nbgrader", {}).get("grade_id") == "why":
                cell.source = secret(student)
        place = folder / "submitted" / student / "small"
        place.mkdir(parents=True)
        nbformat.write(notebook, place / "small.ipynb")
    run("nbgrader", "autograde", "small", cwd=folder)
    for student in STUDENTS:
        give(folder, student, comment=said_by_hand(student))
    assert stale(folder, "small") == STUDENTS
    problems = write_feedback(folder, "small", STUDENTS, jobs=2)
    assert problems == dict.fromkeys(STUDENTS)
    return folder


@pytest.fixture
def course(written, tmp_path):
    return shutil.copytree(written, tmp_path / "course")


def page(folder, student):
    return (folder / "feedback" / student / "small/small.html").read_text()


def test_a_page_shows_its_student_and_no_other(written):
    for student in STUDENTS:
        found = page(written, student)
        shown = {other for other in STUDENTS
                 if secret(other) in found or said_by_hand(other) in found}
        assert shown == {student}
        assert secret(student) in found and said_by_hand(student) in found


def test_what_has_not_changed_is_up_to_date(course):
    assert stale(course, "small") == []


def change_copy(folder):
    path = folder / "autograded/b/small/small.ipynb"
    path.chmod(0o644)
    path.write_text(path.read_text().replace(secret("b"), "another"))


def change_points_there_are(folder):
    with Gradebook(f"sqlite:///{folder}/gradebook.db") as gradebook:
        gradebook.update_or_create_grade_cell("why", "small", "small", max_score=7)


def take_off_for_being_late(folder):
    with Gradebook(f"sqlite:///{folder}/gradebook.db") as gradebook:
        notebook = gradebook.find_submission_notebook("small", "small", "b")
        notebook.late_submission_penalty = 1
        gradebook.db.commit()


def change_settings(folder):
    with (folder / "nbgrader_config.py").open("a") as config:
        config.write("# something else\n")


@pytest.mark.parametrize("change, students", [
    (change_copy, ["b"]),
    (lambda folder: give(folder, "b", comment="Well done."), ["b"]),
    (lambda folder: give(folder, "c", points=2.5), ["c"]),
    (lambda folder: give(folder, "c", points=0), []),
    (take_off_for_being_late, ["b"]),
    (change_points_there_are, STUDENTS),
    (change_settings, STUDENTS),
    (lambda folder: shutil.rmtree(folder / "feedback/d"), ["d"]),
    (lambda folder: shutil.rmtree(folder / "autograded/d"), []),
], ids=["graded copy", "comment", "points", "points that change nothing", "penalty",
        "points there are", "settings", "page gone", "copy gone"])
def test_who_needs_a_new_page(course, change, students):
    change(course)
    assert stale(course, "small") == students
    assert write_feedback(course, "small", students[:2], jobs=1) == dict.fromkeys(students[:2])
    assert stale(course, "small") == students[2:]


def test_a_page_that_cannot_be_written_is_explained_and_tried_again(course, capfd):
    broken = course / "autograded/b/small/small.ipynb"
    broken.chmod(0o644)
    broken.write_text("{")
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        gradebook.remove_submission("small", "c")
    shutil.rmtree(course / "autograded/d")
    shutil.copytree(course / "autograded/a", course / "autograded/[ab]")
    before = page(course, "a")
    heard = {}
    problems = write_feedback(course, "small", ["[ab]", *"bcde"], jobs=1,
                              said=heard.__setitem__)
    assert capfd.readouterr() == ("", "")
    assert heard == problems
    assert problems["e"] is None
    assert "pattern" in problems["[ab]"] and page(course, "a") == before
    assert "NotJSONError" in problems["b"]
    assert "No such" in problems["c"]
    assert "no graded copy; run `batchgrader grade small`" in problems["d"]
    assert stale(course, "small") == ["[ab]", "b", "c"]
    assert "NotJSONError" in (course / ".batchgrader/small/feedback.log").read_text()


def stop_at(folder, moment, student, how):
    """Let nbgrader run `how` before ("pre") or after ("post") a page, but if `spared` exists."""
    with (folder / "nbgrader_config.py").open("a") as config:
        config.write(f"def stop(student, **_):\n"
                     f"    if student == {student!r} and not os.path.exists('spared'):\n"
                     f"        {how}\n"
                     f"c.GenerateFeedback.{moment}_convert_hook = stop\n")


@pytest.mark.parametrize("moment", ["pre", "post"])
def test_a_killed_run_goes_on_where_it_was(course, moment):
    """Also where nothing had changed: the page that was being written is half of one."""
    everybody = ["a", "b", "c"]
    stop_at(course, moment, "b", "os.kill(os.getpid(), 9)")
    (course / "spared").touch()
    write_feedback(course, "small", everybody, jobs=1)
    assert not set(everybody) & set(stale(course, "small"))
    (course / "spared").unlink()
    child = os.fork()
    if child == 0:
        write_feedback(course, "small", everybody, jobs=1)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    assert [student for student in stale(course, "small") if student in everybody] == ["b", "c"]


def test_a_process_that_is_stopped_stops_no_run(course, capfd):
    stop_at(course, "pre", "e", "os._exit(1)")
    problems = write_feedback(course, "small", STUDENTS, jobs=2)
    assert capfd.readouterr() == ("", "")
    assert problems["e"] == STOPPED
    assert set(problems.values()) <= {None, STOPPED}
    left = sorted(student for student, problem in problems.items() if problem)
    assert stale(course, "small") == left
    (course / "spared").touch()
    assert write_feedback(course, "small", left, jobs=2) == dict.fromkeys(left)
    assert stale(course, "small") == []
