"""A class in the small course, graded by batchgrader, and what a run leaves."""

import contextlib
import json
import shutil
import sqlite3
import time
import tomllib
from pathlib import Path

import nbformat
import processes
import psutil
from nbgrader.api import Gradebook

HERE = Path(__file__).resolve().parent
TABLE = tomllib.loads((HERE / "grading/faults.toml").read_text())


def make_class(folder):
    """Make a course with an assignment released and the table's class handed in."""
    shutil.copytree(HERE / "courses/small", folder, dirs_exist_ok=True)
    with (folder / "nbgrader_config.py").open("a") as config:
        config.write(TABLE["settings"])
    (folder / "tmp").mkdir()
    processes.run("nbgrader", "generate_assignment", "small", cwd=folder)
    set_due(folder, TABLE["due"])
    shutil.copy(folder / "gradebook.db", folder / "new_gradebook.db")
    for student, handin in TABLE["students"].items():
        hand_in(folder, student, **handin)


def give_by_hand(folder, student, cell, points, comment):
    """Give points and a comment as Formgrader does."""
    with Gradebook(f"sqlite:///{folder}/gradebook.db", "small") as gradebook:
        gradebook.find_grade(cell, "small", "small", student).manual_score = points
        gradebook.find_comment(cell, "small", "small", student).manual_comment = comment
        gradebook.db.commit()


def given_by_hand(folder, student, cell):
    """Return the points and the comment that a person gave."""
    with Gradebook(f"sqlite:///{folder}/gradebook.db", "small") as gradebook:
        return (gradebook.find_grade(cell, "small", "small", student).manual_score,
                gradebook.find_comment(cell, "small", "small", student).manual_comment)


def set_due(folder, when):
    with Gradebook(f"sqlite:///{folder}/gradebook.db", "small") as gradebook:
        gradebook.update_or_create_assignment("small", duedate=when)


def hand_in(folder, student, answers=None, cell=None, raw=None, timestamp=None, files=None):
    """Put a hand-in into submitted/: right answers, but for `answers`, and one more cell."""
    place = folder / "submitted" / student / "small"
    place.mkdir(parents=True, exist_ok=True)
    notebook = nbformat.read(folder / "source/small/small.ipynb", as_version=4)
    for one in notebook.cells:
        mark = one.metadata.get("nbgrader", {})
        if mark.get("solution"):
            one.source = (answers or {}).get(mark["grade_id"], one.source)
    if cell:
        notebook.cells.insert(2, nbformat.v4.new_code_cell(cell, id="own"))
    (place / "small.ipynb").write_text(raw or nbformat.writes(notebook))
    for name, text in (files or {}).items():
        (place / name).write_text(text)
    if timestamp:
        (place / "timestamp.txt").write_text(timestamp)


def copied(course, tmp_path):
    """Return a copy of a course, to be spoiled."""
    return Path(shutil.copytree(course, tmp_path / "course", symlinks=True))


def state(course):
    """Return all that a run leaves, without ids: gradebook, copies, the journal's entries."""
    return {"gradebook": _rows(course / "gradebook.db"), "copies": _copies(course),
            "journal": journal(course)}


def differences(ours, theirs):
    """Return what of two states is not the same: (where, ours, theirs)."""
    return [(f"{part}: {name}", ours[part].get(name), theirs[part].get(name))
            for part in ours for name in sorted(ours[part].keys() | theirs[part].keys())
            if ours[part].get(name) != theirs[part].get(name)]


def journal(course):
    """Return {student: the last entry}."""
    lines = (course / ".batchgrader/small/journal.jsonl").read_bytes().splitlines()
    entries = {}
    for line in lines:
        with contextlib.suppress(ValueError):
            entry = json.loads(line)
            if entry.get("result"):
                entries[entry["student"]] = entry
    return entries


def _copies(course):
    return {str(path.relative_to(course)): path.read_bytes()
            for path in sorted((course / "autograded").rglob("*")) if path.is_file()}


def _rows(database):
    """Return {table: sorted rows} with names in place of ids."""
    with contextlib.closing(sqlite3.connect(database)) as db:
        names = {}
        for table, name in (("notebook", "name"), ("base_cell", "name"),
                            ("submitted_assignment", "student_id")):
            names |= dict(db.execute(f"select id, {name} from {table}"))
        names |= {row: f"{names[of]}/{names[notebook]}" for row, of, notebook in db.execute(
            "select id, assignment_id, notebook_id from submitted_notebook")}
        found = {}
        for table, in db.execute("select name from sqlite_master where type='table'").fetchall():
            cursor = db.execute(f"select * from {table}")
            columns = [column[0] for column in cursor.description]
            found[table] = sorted((tuple(
                (column, names.get(value, value)) for column, value in zip(columns, row)
                if not (column == "id" and table in ("grade", "comment"))) for row in cursor),
                key=repr)
    return found


def left_over(course, seconds=10):
    """Return processes and temporary files of a run that are still there after some seconds."""
    end = time.monotonic() + seconds
    while (found := [*_processes(course), *(course / "tmp").iterdir()]) and time.monotonic() < end:
        time.sleep(0.05)
    return found


def _processes(course):
    """Return this course's parents of hand-ins' processes, and their children."""
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.environ().get("COURSE") == str(course) and (
                    process.status() != psutil.STATUS_ZOMBIE):
                yield process
