"""What reaches the gradebook: the same as with nbgrader's own autograde, wholly or not at all."""

import contextlib
import os
import re
import resource
import shutil
import signal
import sqlite3
import threading
import time
import tomllib
from datetime import datetime, timedelta
from pathlib import Path

import nbformat
import pytest
from nbgrader import utils
from nbgrader.api import Gradebook
from sqlalchemy import event, text

from batchgrader.course import open_course
from batchgrader.gradebook import GradebookError, GradebookLockedError
from batchgrader.merge import Merger, Score

HERE = Path(__file__).resolve().parent
CLASS = tomllib.loads((HERE / "merge/handins.toml").read_text())
PENALTIES = {
    "zero": 'c.LateSubmissionPlugin.penalty_method = "zero"\n',
    # Unexecuted tests give full points: as good for penalties, and quick.
    "of the course's own": (
        'c.Execute.enabled = False\n'
        'from nbgrader.plugins import BasePlugin\n'
        'class Hourly(BasePlugin):\n'
        '    def late_submission_penalty(self, student_id, score, total_seconds_late):\n'
        '        return {"late": 1.5, "late_and_blank": -1, "no_timestamp": None}.get(\n'
        '            student_id, total_seconds_late / 3600)\n'
        'c.AssignLatePenalties.plugin_class = Hourly\n'),
    "none, the step left out": (
        'c.Execute.enabled = False\n'
        'c.LateSubmissionPlugin.penalty_method = "zero"\n'
        'from nbgrader.converters import Autograde\n'
        'c.Autograde.autograde_preprocessors = [\n'
        '    step for step in Autograde.autograde_preprocessors.default_args[0]\n'
        '    if step.__name__ != "AssignLatePenalties"]\n'),
}

# A hand-in of the gradebook that tests make for themselves.
ANSWERED = {"one": ({"test": Score(2.0, False), "essay": Score(None, True)}, {"essay": None}),
            "two": ({"test": Score(1.5, False)}, {})}
NOON = datetime(2026, 3, 1, 12)


def rows(database):
    """Return {table: sorted rows} of a gradebook, with names in place of random ids."""
    with contextlib.closing(sqlite3.connect(database)) as db:
        names = dict(db.execute("select id, student_id from submitted_assignment"))
        names |= {row: f"{names[of]}/{notebook}" for row, of, notebook in db.execute(
            "select id, assignment_id, notebook_id from submitted_notebook")}
        tables = [name for name, in db.execute("select name from sqlite_master where type='table'")]
        found = {}
        for table in tables:
            cursor = db.execute(f"select * from {table}")
            columns = [column[0] for column in cursor.description]
            drop = table in ("grade", "comment")
            found[table] = sorted(
                (tuple((column, names.get(value, value)) for column, value in zip(columns, row)
                       if not (drop and column == "id")) for row in cursor), key=repr)
    return found


def opened(folder, database, **settings):
    return open_course(folder, CourseDirectory={"db_url": f"sqlite:///{database}"}, **settings)


# The same as nbgrader's own autograde


def released(run, folder, settings):
    """Make a course with two notebooks in its assignment, released, with a time it is due."""
    shutil.copytree(HERE / "courses/small", folder)
    source = nbformat.read(folder / "source/small/small.ipynb", as_version=4)
    source.cells = source.cells[:5]
    nbformat.write(source, folder / "source/small/more.ipynb")
    with (folder / "nbgrader_config.py").open("a") as config:
        config.write(settings)
    run("nbgrader", "generate_assignment", "small", cwd=folder)
    with Gradebook(f"sqlite:///{folder}/gradebook.db", "small") as gradebook:
        gradebook.update_or_create_assignment("small", duedate=CLASS["due"])
        for student, its in CLASS["students"].items():
            if "extension" in its:
                gradebook.add_student(student)
                gradebook.add_submission("small", student)
                gradebook.grant_extension("small", student, days=its["extension"])


def hand_in(folder, student, timestamp=None, answers=None, blank=False, notebooks=("small", "more"),
            **_):
    place = folder / "submitted" / student / "small"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    if timestamp:
        (place / "timestamp.txt").write_text(timestamp)
    for name in notebooks:
        notebook = nbformat.read(folder / "release/small" / f"{name}.ipynb", as_version=4)
        source = nbformat.read(folder / "source/small" / f"{name}.ipynb", as_version=4)
        for cell, solved in zip(notebook.cells, source.cells):
            mark = cell.metadata.get("nbgrader", {})
            if mark.get("solution") and not blank:
                cell.source = (answers or {}).get(mark["grade_id"], solved.source)
        nbformat.write(notebook, place / f"{name}.ipynb")


def graded(folder, student):
    """Return what the graded copies of nbgrader say, as a Merger takes it."""
    found = {}
    for path in (folder / "autograded" / student / "small").glob("*.ipynb"):
        scores, comments = {}, {}
        for cell in nbformat.read(path, as_version=4).cells:
            if utils.is_grade(cell):
                points = utils.determine_grade(cell)[0]
                scores[cell.metadata.nbgrader.grade_id] = Score(points, points is None)
            if utils.is_solution(cell) or utils.is_task(cell):
                same = cell.metadata.nbgrader.get("checksum") == utils.compute_checksum(cell)
                comments[cell.metadata.nbgrader.grade_id] = (
                    "No response." if same and not utils.is_task(cell) else None)
        found[path.stem] = scores, comments
    return found


def merge_class(folder, database, students):
    with Merger(opened(folder, database), "small") as merger:
        for student in students:
            stamp = folder / "submitted" / student / "small/timestamp.txt"
            merger.merge(student, graded(folder, student),
                         utils.parse_utc(stamp.read_text()) if stamp.exists() else None)


def grade_by_hand(database):
    """Give points and comments as Formgrader does (formgrader/apihandlers.py of nbgrader)."""
    with Gradebook(f"sqlite:///{database}", "small") as gradebook:
        for student, cell, points, extra in [
                ("half", "why", 2, None), ("half", "mean_test", 1, 0.5), ("late", "task", None, 1),
                ("late", "loop", 0, None), ("one_notebook", "why", 3, 1),
                ("one_notebook", "task", 2, None)]:
            grade = gradebook.find_grade(cell, "small", "small", student)
            grade.manual_score, grade.extra_credit = points, extra
            grade.needs_manual_grade = points is None and grade.auto_score is None
        for student in ("half", "late", "one_notebook"):
            comment = gradebook.find_comment("why", "small", "small", student)
            comment.manual_comment = f"Well done, {student}."
        gradebook.db.commit()


@pytest.mark.slow
@pytest.mark.parametrize("penalties", PENALTIES)
def test_the_gradebook_is_as_nbgrader_leaves_it(run, tmp_path, penalties):
    folder, students = tmp_path / "course", CLASS["students"]
    theirs, ours = folder / "gradebook.db", folder / "ours.db"
    released(run, folder, PENALTIES[penalties])
    for student, its in students.items():
        hand_in(folder, student, **its)
    shutil.copy(theirs, ours)
    run("nbgrader", "autograde", "small", cwd=folder)
    merge_class(folder, ours, students)
    assert rows(ours) == rows(theirs)

    for database in (theirs, ours):
        grade_by_hand(database)
    for student, its in students.items():
        if "again" in its:
            hand_in(folder, student, **its["again"])
    run("nbgrader", "autograde", "small", "--force", cwd=folder)
    merge_class(folder, ours, students)
    assert rows(ours) == rows(theirs)
    with Gradebook(f"sqlite:///{ours}") as gradebook:
        grade = gradebook.find_grade("why", "small", "small", "half")
        assert (grade.manual_score, grade.needs_manual_grade) == (2, True)


# Wholly or not at all


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A course with a gradebook that knows one assignment of two notebooks."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "nbgrader_config.py").write_text("c = get_config()\n")
    with open_course(folder).gradebook as gradebook:
        gradebook.add_assignment("hw", duedate=NOON)
        for notebook in ("one", "two"):
            gradebook.add_notebook(notebook, "hw")
            gradebook.add_grade_cell("test", notebook, "hw", max_score=2, cell_type="code")
        gradebook.add_grade_cell("essay", "one", "hw", max_score=3, cell_type="markdown")
        gradebook.add_solution_cell("essay", "one", "hw")
        gradebook.add_task_cell("task", "two", "hw", max_score=1, cell_type="markdown")
    return folder


MASTER = {"one": {"test": 2.0, "essay": 3.0}, "two": {"test": 2.0, "task": 1.0}}


@pytest.fixture
def database(made, tmp_path):
    return shutil.copy(made / "gradebook.db", tmp_path / "gradebook.db")


@pytest.fixture
def merger(made, database):
    with Merger(opened(made, database), "hw", patience=0.1) as merger:
        yield merger


def in_child(work):
    """Run work() in a child process; return its exit code, negative for a signal."""
    child = os.fork()
    if child == 0:
        try:
            work()
            os._exit(0)
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def merge_and_die_at(made, database, moment):
    """Merge a hand-in in a child that is killed at a moment: before or after a statement."""
    def work():
        left = [moment]

        def count(*_):
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left[0] -= 1

        with Merger(opened(made, database), "hw") as merger:
            for each in ("before_cursor_execute", "after_cursor_execute", "commit"):
                event.listen(merger._gradebook.api.engine, each, count)
            merger.merge("ada", ANSWERED, NOON)
            os.kill(os.getpid(), signal.SIGKILL)

    assert in_child(work) == -signal.SIGKILL


@pytest.mark.parametrize("first", [True, False], ids=["first hand-in", "second hand-in"])
def test_a_killed_merge_leaves_all_or_nothing(made, merger, database, tmp_path, first):
    if not first:
        merger.merge("ada", {"one": ({}, {"essay": "No response."}), "two": None}, None)
    before = rows(database)
    after = rows(merged_copy(made, database, tmp_path / "after.db"))
    found = []
    while after not in found:
        killed = shutil.copy(database, tmp_path / "killed.db")
        merge_and_die_at(made, killed, moment=len(found))
        found.append(rows(killed))
        assert found[-1] in (before, after)
    assert len(found) > 10


def test_nothing_given_by_hand_slips_in_between(merger, database):
    """Points given between reading a grade and writing it would not be asked about again."""
    merger.merge("ada", ANSWERED, NOON)
    outcomes = []

    def give_points(*details):
        if "FROM base_cell" in details[2]:
            with contextlib.closing(sqlite3.connect(database, timeout=0)) as formgrader:
                try:
                    formgrader.execute("update grade set manual_score = 1")
                    outcomes.append("given")
                except sqlite3.OperationalError as error:
                    outcomes.append(str(error))

    event.listen(merger._gradebook.api.engine, "after_cursor_execute", give_points)
    merger.merge("ada", ANSWERED, NOON)
    assert set(outcomes) == {"database is locked"}


def merged_copy(made, database, path):
    with Merger(opened(made, shutil.copy(database, path)), "hw") as merger:
        merger.merge("ada", ANSWERED, NOON)
    return path


@pytest.mark.parametrize("table", [
    "submitted_assignment", "submitted_notebook", "grade", "comment"])
def test_new_rows_have_ids_as_nbgrader_gives_them(merger, database, table):
    """SQLite would take rows without, and nbgrader could not find them."""
    merger.merge("ada", ANSWERED, NOON)
    merger.merge("bob", ANSWERED, NOON)
    with contextlib.closing(sqlite3.connect(database)) as db:
        ids = [name for name, in db.execute(f"select id from {table}")]
    assert len(ids) == len(set(ids)) > 1
    assert all(re.fullmatch("[0-9a-f]{32}", name) for name in ids)


def test_a_cell_without_a_score_and_a_missing_notebook_are_given_zero(merger, database):
    merger.merge("ada", {"one": ({"test": Score(2.0, True)}, {})}, NOON)
    with Gradebook(f"sqlite:///{database}") as gradebook:
        grades = {(g.notebook.name, g.name): (g.auto_score, g.needs_manual_grade)
                  for n in gradebook.find_submission("hw", "ada").notebooks for g in n.grades}
    assert grades == {("one", "test"): (2, True), ("one", "essay"): (0, False),
                      ("two", "test"): (0, False), ("two", "task"): (0, False)}


def test_a_task_handed_in_later_is_for_a_person(merger, database):
    """Where nbgrader would keep the zero, and nobody would look."""
    merger.merge("ada", {"one": ANSWERED["one"], "two": None}, NOON)
    merger.merge("ada", ANSWERED, NOON)
    with Gradebook(f"sqlite:///{database}") as gradebook:
        grade = gradebook.find_grade("task", "two", "hw", "ada")
        assert (grade.auto_score, grade.needs_manual_grade) == (None, True)


def penalties_in(database):
    with Gradebook(f"sqlite:///{database}") as gradebook:
        return {notebook.name: notebook.late_submission_penalty
                for notebook in gradebook.find_submission("hw", "ada").notebooks}


def test_a_notebook_no_longer_handed_in_has_no_penalty_left(made, database):
    """Where nbgrader would keep the old one, and the total would be negative."""
    course = opened(made, database, LateSubmissionPlugin={"penalty_method": "zero"})
    with Merger(course, "hw") as merger:
        merger.merge("ada", ANSWERED, NOON + timedelta(hours=1))
        assert penalties_in(database) == {"one": 2, "two": 1.5}
        merger.merge("ada", {"one": ANSWERED["one"], "two": None}, None)
        assert penalties_in(database) == {"one": 2, "two": None}


def test_all_due_times_come_at_once(merger, database):
    students = [f"student{number:03}" for number in range(100)]
    for student in students:
        merger.merge(student, ANSWERED, NOON)
    with Gradebook(f"sqlite:///{database}") as gradebook:
        gradebook.grant_extension("hw", "student007", days=1)
    statements = []
    event.listen(merger._gradebook.api.engine, "before_cursor_execute",
                 lambda *details: statements.append(details[2]))
    due = merger.due()
    assert len(statements) == 1
    assert sorted(due) == students
    assert due["student006"] == merger.merge("student006", ANSWERED, NOON) == NOON
    later = NOON + timedelta(days=1)
    assert due["student007"] == merger.merge("student007", ANSWERED, NOON) == later


def test_an_extension_of_nothing_is_not_late(merger, database):
    with Gradebook(f"sqlite:///{database}") as gradebook:
        gradebook.update_or_create_assignment("hw", duedate=None)
        gradebook.add_student("ada")
        gradebook.add_submission("hw", "ada")
        gradebook.grant_extension("hw", "ada", days=1)
    assert merger.merge("ada", ANSWERED, NOON) is None
    assert merger.due() == {"ada": None}


# What can go wrong


@contextlib.contextmanager
def refused(capfd, database, *words, kind=GradebookError):
    """The body raises one sentence with these words, prints nothing, and changes nothing."""
    before = rows(database)
    with pytest.raises(kind) as caught:
        yield
    for word in words:
        assert word in str(caught.value)
    assert capfd.readouterr() == ("", "")
    assert rows(database) == before


@pytest.mark.parametrize("cells, words", [
    (MASTER | {"three": {}}, ["notebooks (three)"]),
    ({"one": MASTER["one"]}, ["notebooks (two)"]),
    (MASTER | {"two": {"test": 2.0}}, ["the cell task of two"]),
    (MASTER | {"two": {"test": 2.5, "task": 1.0}}, ["the cell test of two"]),
])
def test_a_changed_assignment_is_refused(merger, database, capfd, cells, words):
    merger.check(MASTER)
    with refused(capfd, database, *words, "run `nbgrader generate_assignment hw` first"):
        merger.check(cells)


def test_an_unknown_assignment_is_refused(made, database, capfd):
    with (Merger(opened(made, database), "other") as merger,
          refused(capfd, database, "does not know other", "generate_assignment other")):
        merger.check({})


@pytest.mark.parametrize("notebooks, word", [
    ({"three": None}, "three"), ({"one": ({"no": Score(1.0, False)}, {})}, "no"),
    ({"one": ({}, {"no": None})}, "no")])
def test_what_has_no_place_is_refused(merger, database, capfd, notebooks, word):
    with refused(capfd, database, word):
        merger.merge("ada", notebooks, NOON)


def test_an_unknown_student_is_refused_where_the_course_says_so(made, database, capfd):
    course = opened(made, database, Autograde={"create_student": False})
    with Merger(course, "hw") as merger:
        with refused(capfd, database, "ada", "nbgrader db student add ada"):
            merger.merge("ada", ANSWERED, NOON)
        with Gradebook(f"sqlite:///{database}") as gradebook:
            gradebook.add_student("ada")
        merger.merge("ada", ANSWERED, NOON)


def test_a_plugin_that_fails_is_named(made, database, capfd, monkeypatch):
    with Merger(opened(made, database), "hw") as merger:
        monkeypatch.setattr(merger._late_step.plugin_inst, "late_submission_penalty",
                            lambda *_: 1 / 0)
        with refused(capfd, database, "LateSubmissionPlugin", "ada", "ZeroDivisionError"):
            merger.merge("ada", ANSWERED, NOON + timedelta(hours=1))


@pytest.mark.parametrize("kind", ["immediate", "exclusive"])
def test_a_locked_gradebook_is_waited_for_and_then_refused(merger, database, capfd, kind):
    with contextlib.closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute(f"begin {kind}")
        start = time.monotonic()
        with pytest.raises(GradebookLockedError, match="locked by another program"):
            merger.merge("ada", ANSWERED, NOON)
        assert 0.1 <= time.monotonic() - start < 2
        other.execute("rollback")
    assert capfd.readouterr() == ("", "")
    merger.merge("ada", ANSWERED, NOON)
    assert list(merger.due()) == ["ada"]


def test_a_gradebook_that_is_free_again_in_time_is_written(made, database):
    other = sqlite3.connect(database, isolation_level=None, check_same_thread=False)
    other.execute("begin exclusive")
    threading.Timer(1.5, lambda: other.execute("rollback")).start()
    with Merger(opened(made, database), "hw", patience=20) as merger:
        merger.merge("ada", ANSWERED, NOON)
        assert list(merger.due()) == ["ada"]
    other.close()


def test_a_read_only_gradebook_is_refused(made, database, capfd):
    course = opened(made, f"file:{database}?mode=ro&uri=true")
    with (Merger(course, "hw") as merger,
          refused(capfd, database, "cannot be written", "Nothing is lost")):
        merger.merge("ada", ANSWERED, NOON)


def test_a_read_only_gradebook_of_another_course_is_refused(made, database):
    course = open_course(made, CourseDirectory={
        "db_url": f"sqlite:///file:{database}?mode=ro&uri=true", "course_id": "another"})
    with pytest.raises(GradebookError, match="cannot be written"), Merger(course, "hw"):
        pass


LONG = ANSWERED | {"one": (ANSWERED["one"][0], {"essay": "long" * 100_000})}


def test_a_full_disk_is_refused_and_goes_on_when_there_is_room(merger, database, capfd):
    def limit(pages):
        with merger._gradebook.api.engine.connect() as connection:
            connection.execute(text(f"pragma max_page_count = {pages}"))

    limit(os.path.getsize(database) // 4096)
    with refused(capfd, database, "its disk is full", "Nothing is lost"):
        merger.merge("ada", LONG, NOON)
    limit(1_000_000)
    merger.merge("ada", LONG, NOON)
    assert list(merger.due()) == ["ada"]


def test_a_file_that_may_not_grow_is_refused(made, database):
    before = rows(database)

    def work():
        size = os.path.getsize(database) + 1000
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        with (Merger(opened(made, database), "hw") as merger,
              pytest.raises(GradebookError, match="its disk or your quota is full")):
            merger.merge("ada", LONG, NOON)

    assert in_child(work) == 0
    assert rows(database) == before


@pytest.mark.parametrize("content, words", [
    (b"points, in a spreadsheet\n" * 100, "is not a database"), (None, "There is no gradebook")])
def test_a_file_that_is_no_gradebook_is_refused(made, tmp_path, capfd, content, words):
    file = tmp_path / "gradebook.db"
    if content:
        file.write_bytes(content)
    with pytest.raises(GradebookError, match=words), Merger(opened(made, file), "hw"):
        pass
    assert capfd.readouterr() == ("", "")
    assert (file.read_bytes() if file.exists() else None) == content


def test_an_older_gradebook_is_refused(made, database, capfd):
    with contextlib.closing(sqlite3.connect(database)) as db:
        db.execute("alter table student drop column lms_user_id")
    with (Merger(opened(made, database), "hw") as merger,
          refused(capfd, database, "nbgrader db upgrade")):
        merger.merge("ada", ANSWERED, NOON)
