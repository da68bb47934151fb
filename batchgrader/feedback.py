"""Writes nbgrader's feedback pages, several at a time, for those whose page is not up to date.

What a page was written from is kept in .batchgrader/ASSIGNMENT/feedback.json, as a hash a student
of the graded copy, the points and comments, and the course's settings. A student's hash is taken
out before the page is written and put in afterwards, so a run that was killed goes on.
"""

import contextlib
import functools
import glob
import hashlib
import json
import math
import multiprocessing
import os
import re
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    Notebook,
    SubmittedAssignment,
    SubmittedNotebook,
)
from sqlalchemy import select

from batchgrader.course import files_below, folder, open_course
from batchgrader.gradebook import OpenGradebook

PAGES_A_PROCESS = 8
"""A process more is worth its start for this many pages: about 3 s to 0.4 s a page."""

STOPPED = "the process that wrote the page was stopped, perhaps for lack of memory; run it again"


def stale(course_root, assignment):
    """Return the students whose feedback page is missing or older than what it shows.

    Of all who have a graded copy, in order. Raises CourseError or GradebookError.
    """
    course = open_course(course_root)
    kept = _Record(course, assignment).hashes
    return [student for student, now in _hashes(course, assignment).items()
            if kept.get(student) != now
            or not folder(course, "feedback", student, assignment).is_dir()]


def write_feedback(course_root, assignment, students, jobs, said=lambda student, problem: None):
    """Write the pages of `students`, `jobs` at a time, with nbgrader's generate_feedback.

    said: called with each student and problem as soon as it is known. Returns {student: None, or
    why there is no page, in a sentence}. What nbgrader says of it goes to feedback.log beside
    the record. Raises CourseError or GradebookError.
    """
    course = open_course(course_root)
    record, hashes = _Record(course, assignment), _hashes(course, assignment)
    record.forget(students)
    problems = {}
    for student, problem in _written(course, assignment, students, jobs, hashes):
        if problem is None:
            record.keep(student, hashes[student])
        problems[student] = problem
        said(student, problem)
    return {student: problems[student] for student in students}


def _written(course, assignment, students, jobs, hashes):
    """Write pages; yield (student, None or why there is none)."""
    todo = []
    for student in students:
        if student not in hashes:
            yield student, f"there is no graded copy; run `batchgrader grade {assignment}` first"
        elif glob.escape(student) != student:
            yield student, "nbgrader takes the name for a pattern of names; rename the student"
        else:
            todo.append(student)
    log = _place(course, assignment) / "feedback.log"
    log.write_bytes(b"")
    write = functools.partial(_write, course.coursedir.root, assignment, log)
    jobs = min(jobs, math.ceil(len(todo) / PAGES_A_PROCESS))
    if jobs > 1:
        yield from _in_processes(write, todo, jobs, log)
    else:
        for student in todo:
            with _terminal_kept_clean(log):
                problem = write(student)
            yield student, problem


def _in_processes(write, students, jobs, log):
    # The fork server imports nbgrader once, in 2 to 3 s. Each process would, if it was spawned.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__, "nbgrader.apps"])
    pool = ProcessPoolExecutor(jobs, context, initializer=_send_output_to, initargs=(log,))
    try:
        futures = {pool.submit(write, student): student for student in students}
        for future in as_completed(futures):
            try:
                yield futures[future], future.result()
            except BrokenProcessPool:
                yield futures[future], STOPPED
    finally:
        pool.shutdown(cancel_futures=True)


def _write(root, assignment, log, student):
    """Write one student's page; return None, or why there is none."""
    result = _opened(root).generate_feedback(assignment, student, force=True)
    if result["success"]:
        return None
    said = f"{result.get('log', '')}\n{result['error']}"
    with log.open("a") as file:
        file.write(f"--- {student}\n{said}\n")
    return _reason(said.splitlines())


_opened = functools.cache(open_course)


def _reason(lines):
    """Return the last line of nbgrader's log that names an error, without its own frame."""
    # The log indents all lines of a message but its first.
    named = [line for line in lines if re.match(r"\s*[\w.]*(Error|Exception|Entry)\b(:|$)", line)]
    causes = [line for line in named if "NbGraderException" not in line]
    return (causes or named or lines)[-1].strip()[:300]


def _hashes(course, assignment):
    """Return {student: hash of what the page is written from} of all who have a graded copy."""
    settings = Path(course.coursedir.root, "nbgrader_config.py").read_bytes()
    shown = _shown(course, assignment)
    return {student: _hash([("", settings), ("", repr(shown.get(student)).encode()),
                            *files_below(place, course.coursedir.ignore)])
            for student, place in _graded_copies(course, assignment)}


def _hash(named):
    hashed = hashlib.sha256()
    for name, content in named:
        hashed.update(f"{name}\0{len(content)}\0".encode(errors="surrogateescape") + content)
    return hashed.hexdigest()


def _graded_copies(course, assignment):
    """Return [(student, folder)] in order."""
    pattern = re.compile(course.coursedir.format_path(
        course.coursedir.autograded_directory, "(?P<student>[^/]+)", re.escape(assignment),
        escape=True))
    places = glob.glob(str(folder(course, "autograded", "*", glob.escape(assignment))))
    found = ((pattern.fullmatch(place), Path(place)) for place in places)
    return sorted((match["student"], place) for match, place in found if match)


def _shown(course, assignment):
    """Return {student: rows of the gradebook that the page shows}, in three queries."""
    book = select(SubmittedAssignment.student_id, Notebook.name).select_from(
        SubmittedNotebook).join(SubmittedNotebook.assignment).join(
        SubmittedAssignment.assignment).join(SubmittedNotebook.notebook).where(
        Assignment.name == assignment).order_by(Notebook.name)
    points = book.join(Grade, Grade.notebook_id == SubmittedNotebook.id).join(Grade.cell)
    comments = book.join(Comment, Comment.notebook_id == SubmittedNotebook.id).join(Comment.cell)
    queries = [
        book.add_columns(SubmittedNotebook.late_submission_penalty),
        points.add_columns(BaseCell.name, Grade.score, Grade.max_score).order_by(BaseCell.name),
        comments.add_columns(BaseCell.name, Comment.comment).order_by(BaseCell.name),
    ]
    shown = {}
    with OpenGradebook(course) as gradebook:
        for query in queries:
            for student, *row in gradebook.read(query):
                shown.setdefault(student, []).append(row)
    return shown


class _Record:
    """What pages were written from: {student: hash}, on disk after every change."""

    def __init__(self, course, assignment):
        self._path = _place(course, assignment) / "feedback.json"
        self.hashes = json.loads(self._path.read_text()) if self._path.exists() else {}

    def forget(self, students):
        for student in students:
            self.hashes.pop(student, None)
        self._write()

    def keep(self, student, now):
        self.hashes[student] = now
        self._write()

    def _write(self):
        half = self._path.with_suffix(".half")
        half.write_text(json.dumps(self.hashes, indent=1))
        half.replace(self._path)


def _place(course, assignment):
    place = Path(course.coursedir.root, ".batchgrader", assignment)
    place.mkdir(parents=True, exist_ok=True)
    return place


def _send_output_to(log):
    """Append to the file `log` what this process and its children print."""
    with log.open("a") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)


@contextlib.contextmanager
def _terminal_kept_clean(log):
    kept = os.dup(1), os.dup(2)
    _send_output_to(log)
    try:
        yield
    finally:
        for number, copy in enumerate(kept, 1):
            os.dup2(copy, number)
            os.close(copy)
