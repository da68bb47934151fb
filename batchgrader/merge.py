"""Writes graded hand-ins to nbgrader's gradebook: one writer, one commit a hand-in.

The effect is that of `nbgrader autograde` (converters/autograde.py, preprocessors/saveautogrades.py
and latesubmissions.py of nbgrader 0.9.6), without what a person gave: manual scores, extra credit,
manual comments and extensions are never touched.
"""

import contextlib
from dataclasses import dataclass
from datetime import timedelta

from nbgrader.api import (
    Assignment,
    GradeCell,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    TaskCell,
)
from nbgrader.converters import Autograde
from nbgrader.preprocessors import AssignLatePenalties
from nbgrader.utils import parse_utc
from sqlalchemy import bindparam, insert, select, text, update

from batchgrader.disk import AGAIN
from batchgrader.gradebook import PATIENCE, GradebookError, OpenGradebook
from batchgrader.places import Places, new_submission
from batchgrader.settings import preprocessors

_BEGIN = text("BEGIN IMMEDIATE")
# All columns, so that the gradebook of an older nbgrader is refused.
_STUDENT = select(Student.__table__).where(Student.id == bindparam("student"))
_ASSIGNMENT = select(Assignment.__table__).where(Assignment.name == bindparam("assignment"))
_SUBMISSION = select(SubmittedAssignment.__table__).where(
    SubmittedAssignment.assignment_id == bindparam("assignment"),
    SubmittedAssignment.student_id == bindparam("student"))
_SET_TIMESTAMP = update(SubmittedAssignment.__table__).where(
    SubmittedAssignment.__table__.c.id == bindparam("row")).values(timestamp=bindparam("time"))
_SET_PENALTY = update(SubmittedNotebook.__table__).where(
    SubmittedNotebook.__table__.c.id == bindparam("row")).values(
    late_submission_penalty=bindparam("penalty"))
_SCORE = select(SubmittedNotebook.score).where(SubmittedNotebook.id == bindparam("row"))


@dataclass(frozen=True)
class Score:
    """What grading gave one cell.

    points: the automatic points, or None if only a person can give some.
    needs_person: whether a person must look at the cell.
    """

    points: float | None
    needs_person: bool


_ZERO = Score(0.0, needs_person=False)
_FOR_A_PERSON = Score(None, needs_person=True)


class UnknownStudentError(GradebookError):
    """The course wants every student to be in the gradebook before, and this one is not."""


class Merger:
    """Merges hand-ins of one assignment into the gradebook of a course; a context manager.

    course: nbgrader's API on it, as from batchgrader.course.open_course. patience: seconds to
    wait for another program that writes to the gradebook. To be used in one thread.
    Every method raises GradebookError, and leaves the gradebook as it was then.
    """

    def __init__(self, course, assignment, patience=PATIENCE):
        self.assignment = assignment
        self._gradebook = OpenGradebook(course, patience)
        autograde = Autograde(coursedir=course.coursedir, parent=course)
        self._create_student = autograde.create_student
        self._late_step = _late_step(autograde)

    def __enter__(self):
        self._gradebook.__enter__()
        return self

    def __exit__(self, *exception):
        self._gradebook.__exit__(*exception)

    def check(self, cells):
        """Raise GradebookError unless the gradebook knows the assignment as it is.

        cells: {notebook: {grade_id: max points}} of the graded cells and tasks of the master.
        """
        known = self._known_cells()
        if known is None:
            raise self._unknown_assignment()
        for notebook in sorted(known.keys() | cells.keys()):
            ours, theirs = cells.get(notebook), known.get(notebook)
            if ours is None or theirs is None:
                raise GradebookError(
                    f"The gradebook and the source of {self.assignment} do not have the same "
                    f"notebooks ({notebook}): {self._generate_first}")
            for cell in sorted(ours.keys() | theirs.keys()):
                if ours.get(cell) != theirs.get(cell):
                    raise GradebookError(
                        f"The gradebook does not know the cell {cell} of {notebook} as it is in "
                        f"the source now: {self._generate_first}")

    def due(self):
        """Return {student: time the hand-in was due}, in UTC, or None if not set.

        Of all students with a hand-in, their extensions included.
        """
        query = select(
            SubmittedAssignment.student_id, Assignment.duedate, SubmittedAssignment.extension,
        ).join(SubmittedAssignment.assignment).where(Assignment.name == self.assignment)
        return {name: _with_extension(duedate, extension)
                for name, duedate, extension in self._gradebook.read(query)}

    def merge(self, student, notebooks, timestamp):
        """Write one hand-in to the gradebook: all of it, or nothing if this raises.

        Return the time it was due, extension included, or None.

        notebooks: {name: (scores {grade_id: Score}, comments {grade_id: str or None})}, or None
        in place of the pair for a notebook that was not handed in: it is given zero points. A
        cell without a score is given zero too, a task is left to a person. timestamp: when it was
        handed in, a datetime in UTC, or None to keep the one that the gradebook has.
        """
        return self._gradebook.patiently(lambda: self._merge(student, notebooks, timestamp))

    def _unknown_assignment(self):
        return GradebookError(
            f"The gradebook does not know {self.assignment}: {self._generate_first}")

    @property
    def _generate_first(self):
        return f"run `nbgrader generate_assignment {self.assignment}` first."

    def _known_cells(self):
        """Return {notebook: {grade_id: max points}} of the gradebook; None if it has none."""
        notebooks = select(Notebook.name).join(Notebook.assignment).where(
            Assignment.name == self.assignment)
        known = {name: {} for name, in self._gradebook.read(notebooks)}
        for kind in (GradeCell, TaskCell):
            cells = notebooks.join(kind, kind.notebook_id == Notebook.id).add_columns(
                kind.name, kind.max_score)
            for notebook, cell, points in self._gradebook.read(cells):
                known[notebook][cell] = points
        return known or None

    def _merge(self, student, notebooks, timestamp):
        with self._one_commit() as db:
            timestamp, due, places = self._submission(db, student, timestamp)
            self._demand_place(student, "notebooks", notebooks, places.notebooks)
            for name in places.notebooks:
                grades, comments = ([place for place in all_places if place.notebook == name]
                                    for all_places in (places.grades, places.comments))
                if notebooks.get(name) is None:
                    _set_zero(grades)
                else:
                    scores, said = notebooks[name]
                    self._demand_place(student, "cells", said, [at.cell for at in comments])
                    self._demand_place(student, "cells", scores, [at.cell for at in grades])
                    _set_comments(comments, said)
                    _set_scores(grades, scores)
            places.write()
            if self._late_step:
                for name, row in places.notebooks.items():
                    penalty = (None if notebooks.get(name) is None
                               else self._penalty(student, row, timestamp, due))
                    db.execute(_SET_PENALTY, {"row": row, "penalty": penalty})
        return due

    def _submission(self, db, student, timestamp):
        """Return the student's submission as nbgrader makes or updates it.

        As the time of the hand-in, the time it was due and its Places.
        """
        self._find_student(db, student)
        assignment = db.execute(_ASSIGNMENT, {"assignment": self.assignment}).first()
        if assignment is None:
            raise self._unknown_assignment()
        found = db.execute(
            _SUBMISSION, {"assignment": assignment.id, "student": student}).first()
        timestamp = parse_utc(timestamp)
        if found is None:
            submission = new_submission(db, assignment.id, student, timestamp)
            return (timestamp, _with_extension(assignment.duedate, None),
                    Places(db, assignment.id, submission, new=True))
        if timestamp is not None:
            db.execute(_SET_TIMESTAMP, {"row": found.id, "time": timestamp})
        return (timestamp or found.timestamp,
                _with_extension(assignment.duedate, found.extension),
                Places(db, assignment.id, found.id, new=False))

    def _find_student(self, db, student):
        """Add the student to the gradebook, unless there, or raise UnknownStudentError."""
        if db.execute(_STUDENT, {"student": student}).first():
            return
        if not self._create_student:
            raise UnknownStudentError(
                f"The gradebook does not know the student {student}, and the course says "
                "c.Autograde.create_student = False: add the student first, with "
                f"`nbgrader db student add {student}`.")
        db.execute(insert(Student.__table__), {"id": student})

    def _penalty(self, student, row, timestamp, due):
        """Return the points that the course's plugin takes off for being late, or None."""
        if timestamp is None or due is None or timestamp <= due:
            return None
        score = self._gradebook.db.execute(_SCORE, {"row": row}).scalar_one()
        plugin = self._late_step.plugin_inst
        try:
            penalty = plugin.late_submission_penalty(
                student, score, (timestamp - due).total_seconds())
            return None if penalty is None else max(0.0, min(penalty, score))
        except Exception as error:
            raise GradebookError(
                f"The course's late-penalty plugin {type(plugin).__name__} failed for {student} "
                f"with {type(error).__name__}: {error}; correct the plugin. {AGAIN}") from error

    def _demand_place(self, student, what, given, places):
        missing = sorted(set(given) - set(places))
        if missing:
            raise GradebookError(
                f"The gradebook has no place in the hand-in of {student} for these {what}: "
                f"{', '.join(missing)}; {self._generate_first}")

    @contextlib.contextmanager
    def _one_commit(self):
        """Give the session; make all changes in the body one commit, or none if it raises."""
        db = self._gradebook.db
        try:
            if self._gradebook.is_sqlite:
                # Locked from the first read on: what a person gives meanwhile is not overlooked.
                db.execute(_BEGIN)
            yield db
            db.commit()
        except BaseException:
            db.rollback()
            raise


def _set_zero(grades):
    for grade in grades:
        grade.values = {"auto_score": 0.0, "needs_manual_grade": False}


def _set_scores(grades, scores):
    for grade in grades:
        score = scores.get(grade.cell, _FOR_A_PERSON if grade.is_task else _ZERO)
        grade.values["auto_score"] = score.points
        # Points given by hand may not fit this hand-in; nbgrader asks again, but for tasks.
        if not (grade.is_task and grade.by_hand):
            grade.values["needs_manual_grade"] = (
                score.needs_person or score.points is None or grade.by_hand)


def _set_comments(comments, said):
    for comment in comments:
        comment.values["auto_comment"] = said.get(comment.cell)


def _with_extension(duedate, extension):
    """Return when a hand-in is due, or None; nbgrader's own fails on an extension of nothing."""
    return None if duedate is None else duedate + (extension or timedelta())


def _late_step(autograde):
    """Return nbgrader's step that holds the late-penalty plugin; None if the course has none."""
    for kind in preprocessors(autograde.config)[1]:
        if isinstance(kind, type) and issubclass(kind, AssignLatePenalties):
            found = kind(parent=autograde)
            found.init_plugin()
            return found if found.enabled else None
    return None
