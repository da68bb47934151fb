"""Grades what changed since it was graded last, with nbgrader, one hand-in after another.

What was graded is kept in .batchgrader/ASSIGNMENT.json, written after each hand-in: a run that
was stopped, even by the power going off, goes on where it was.
"""

import contextlib
import json
import os
import re
import time
from importlib.metadata import version
from pathlib import Path

import nbformat
from traitlets import List, Unicode
from traitlets.config import Configurable

from batchgrader.course import CourseError
from batchgrader.digest import digest

IMPORT_ERRORS = ("ImportError", "ModuleNotFoundError")
VERSIONS = ("nbgrader", "tensorflow", "keras", "numpy", "ipykernel")


def grade(course, assignment, force=False, say=print):
    """Grade the hand-ins of `assignment` in `course`; write feedback pages too.

    course: as from open_course. say: called with each line on the progress.
    Returns {student: why a person has to look at the hand-in, or None}.
    """
    root = Path(course.coursedir.root)
    if not (root / "source" / assignment).is_dir():
        raise CourseError(f"There is no assignment {assignment} in {root / 'source'}.")
    students = sorted(p.parent.name for p in (root / "submitted").glob(f"*/{assignment}/"))
    record = _Record(root / ".batchgrader" / f"{assignment}.json")
    depends_on = BatchGrader(config=course.config).depends_on
    keys = {student: _key(root, assignment, student, depends_on) for student in students}
    todo = [s for s in students if force or not record.holds(s, keys[s], root, assignment)]
    say(f"{len(students)} hand-ins, {len(todo)} of them new or changed.")
    for number, student in enumerate(todo, 1):
        start = time.monotonic()
        record.forget(student)
        with _terminal_kept_clean(record.path.with_suffix(".log")):
            problem = _grade_one(course, assignment, student)
        record.keep(student, keys[student], problem)
        seconds = f"{time.monotonic() - start:.0f} s"
        say(f"  {number:3} of {len(todo)}  {student:24.24} {problem or 'graded'} ({seconds})")
    return {student: record.problem(student) for student in students}


@contextlib.contextmanager
def _terminal_kept_clean(log):
    """Append to the file `log` what kernels write to the terminal they inherit."""
    kept = os.dup(1), os.dup(2)
    with log.open("a") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    try:
        yield
    finally:
        for number, copy in enumerate(kept, 1):
            os.dup2(copy, number)
            os.close(copy)


def _grade_one(course, assignment, student):
    """Return None, or why a person has to look at the hand-in."""
    for step in (course.autograde, course.generate_feedback):
        result = step(assignment, student, force=True)
        if not result["success"]:
            return _reason(result.get("log") or result.get("error", ""))
    return _broken_test(Path(course.coursedir.root) / "autograded" / student / assignment)


def _broken_test(folder):
    """Return None, or which test could not do its work: that is no mistake of the student's."""
    for path in sorted(folder.glob("*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("grade"):
                for output in cell.outputs:
                    if output.output_type == "error" and output.ename in IMPORT_ERRORS:
                        return (f"needs a person: the test {cell.metadata.nbgrader.grade_id} "
                                f"stopped with {output.ename}: {output.evalue}")
    return None


def _reason(log):
    """Return the last line of nbgrader's log that names an error, without its own frame."""
    lines = [line for line in log.split("\n") if re.match(r"\s*[\w.]*(Error|Exception)\b", line)]
    named = [line for line in lines if "NbGraderException" not in line]
    return "needs a person: " + (named or lines or ["nbgrader stopped"])[-1].strip()[:200]


def _key(root, assignment, student, depends_on):
    """Return a hash of all that the points depend on: hand-in, master, settings, versions."""
    files = digest(root, f"source/{assignment}", f"submitted/{student}/{assignment}",
                   "nbgrader_config.py", *depends_on)
    return f"{files} {' '.join(f'{name}={_version(name)}' for name in VERSIONS)}"


def _version(name):
    try:
        return version(name)
    except ImportError:
        return None


class BatchGrader(Configurable):
    """What nbgrader_config.py may set as c.BatchGrader.…"""

    depends_on = List(Unicode(), help=(
        "Files and folders of the course that tests import. When one changes, hand-ins are "
        "graded again.")).tag(config=True)


class _Record:
    """What was graded: {student: {key, problem}}, on disk after every change."""

    def __init__(self, path):
        self.path = path
        path.parent.mkdir(exist_ok=True)
        self.graded = json.loads(path.read_text()) if path.exists() else {}

    def holds(self, student, key, root, assignment):
        entry = self.graded.get(student)
        pages = root / "feedback" / student / assignment
        return bool(entry) and entry["key"] == key and (entry["problem"] or pages.is_dir())

    def problem(self, student):
        return self.graded[student]["problem"]

    def forget(self, student):
        if self.graded.pop(student, None):
            self._write()

    def keep(self, student, key, problem):
        self.graded[student] = {"key": key, "problem": problem}
        self._write()

    def _write(self):
        half = self.path.with_suffix(".half")
        half.write_text(json.dumps(self.graded, indent=1))
        half.replace(self.path)
