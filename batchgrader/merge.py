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
    BaseCell,
    Comment,
    Grade,
    GradeCell,
    MissingEntry,
    Notebook,
    SubmittedAssignment,
    SubmittedNotebook,
    TaskCell,
)
from nbgrader.converters import Autograde
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy import select, text
from traitlets.utils.importstring import import_item

from batchgrader.disk import AGAIN
from batchgrader.gradebook import PATIENCE, GradebookError, OpenGradebook


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
            raise GradebookError(
                f"The gradebook does not know {self.assignment}: {self._generate_first}")
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

    def due(self, student=None):
        """Return {student: (time of the hand-in, time it was due)}, in UTC, or None if not set.

        Of all students, or of one. The time it was due includes the student's extension.
        """
        query = select(
            SubmittedAssignment.student_id, SubmittedAssignment.timestamp, Assignment.duedate,
            SubmittedAssignment.extension,
        ).join(SubmittedAssignment.assignment).where(Assignment.name == self.assignment)
        if student is not None:
            query = query.where(SubmittedAssignment.student_id == student)
        return {name: (timestamp, _with_extension(duedate, extension))
                for name, timestamp, duedate, extension in self._gradebook.read(query)}

    def merge(self, student, notebooks, timestamp):
        """Write one hand-in to the gradebook: all of it, or nothing if this raises.

        notebooks: {name: (scores {grade_id: Score}, comments {grade_id: str or None})}, or None
        in place of the pair for a notebook that was not handed in: it is given zero points. A
        cell without a score is given zero too, a task is left to a person. timestamp: when it was
        handed in, a datetime in UTC, or None to keep the one that the gradebook has.
        """
        self._gradebook.patiently(lambda: self._merge(student, notebooks, timestamp))

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
        with self._one_commit():
            submission = self._submission(student, timestamp)
            rows = self._gradebook.db.execute(
                select(Notebook.name, SubmittedNotebook).join(SubmittedNotebook.notebook)
                .where(SubmittedNotebook.assignment_id == submission.id)).all()
            self._demand_place(student, "notebooks", notebooks, [name for name, _ in rows])
            for name, notebook in rows:
                handed_in = notebooks.get(name)
                if handed_in is None:
                    self._set_zero(notebook)
                else:
                    scores, comments = handed_in
                    self._set_comments(student, notebook, comments)
                    self._set_scores(student, notebook, scores)
                if self._late_step:
                    notebook.late_submission_penalty = (
                        None if handed_in is None
                        else self._penalty(student, submission, notebook))

    def _submission(self, student, timestamp):
        """Return the student's submission as nbgrader makes or updates it."""
        if self._create_student:
            self._gradebook.api.update_or_create_student(student)
        else:
            try:
                self._gradebook.api.find_student(student)
            except MissingEntry:
                raise UnknownStudentError(
                    f"The gradebook does not know the student {student}, and the course says "
                    "c.Autograde.create_student = False: add the student first, with "
                    f"`nbgrader db student add {student}`.") from None
        given = {} if timestamp is None else {"timestamp": timestamp}
        return self._gradebook.api.update_or_create_submission(self.assignment, student, **given)

    def _set_zero(self, notebook):
        for grade in self._cells(Grade, notebook).values():
            grade.auto_score = 0.0
            grade.needs_manual_grade = False

    def _set_scores(self, student, notebook, scores):
        grades = self._cells(Grade, notebook)
        self._demand_place(student, "cells", scores, grades)
        for name, grade in grades.items():
            is_task, by_hand = isinstance(grade.cell, TaskCell), grade.manual_score is not None
            score = scores.get(name, _FOR_A_PERSON if is_task else _ZERO)
            grade.auto_score = score.points
            # Points given by hand may not fit this hand-in; nbgrader asks again, but for tasks.
            if not (is_task and by_hand):
                grade.needs_manual_grade = score.needs_person or score.points is None or by_hand

    def _set_comments(self, student, notebook, comments):
        places = self._cells(Comment, notebook)
        self._demand_place(student, "cells", comments, places)
        for name, comment in places.items():
            comment.auto_comment = comments.get(name)

    def _penalty(self, student, submission, notebook):
        """Return the points that the course's plugin takes off for being late, or None."""
        due = _with_extension(submission.assignment.duedate, submission.extension)
        if submission.timestamp is None or due is None or submission.timestamp <= due:
            return None
        plugin = self._late_step.plugin_inst
        seconds = (submission.timestamp - due).total_seconds()
        try:
            penalty = plugin.late_submission_penalty(student, notebook.score, seconds)
            return None if penalty is None else max(0.0, min(penalty, notebook.score))
        except Exception as error:
            raise GradebookError(
                f"The course's late-penalty plugin {type(plugin).__name__} failed for {student} "
                f"with {type(error).__name__}: {error}; correct the plugin. {AGAIN}") from error

    def _cells(self, kind, notebook):
        """Return {grade_id: row} of a submitted notebook; kind: Grade or Comment."""
        rows = self._gradebook.db.execute(
            select(BaseCell, kind).join(kind.cell).where(kind.notebook_id == notebook.id))
        return {cell.name: row for cell, row in rows}

    def _demand_place(self, student, what, given, places):
        missing = sorted(set(given) - set(places))
        if missing:
            raise GradebookError(
                f"The gradebook has no place in the hand-in of {student} for these {what}: "
                f"{', '.join(missing)}; {self._generate_first}")

    @contextlib.contextmanager
    def _one_commit(self):
        """Make all changes in the body one commit, or none if it raises.

        nbgrader's methods commit by themselves, each a part of the hand-in: a program killed
        between two would leave half of it. So their commit sends the changes to the database
        and leaves the transaction open.
        """
        db = self._gradebook.db
        commit = db.commit
        db.commit = self._flush
        try:
            if self._gradebook.is_sqlite:
                # Locked from the first read on: what a person gives meanwhile is not overlooked.
                db.execute(text("BEGIN IMMEDIATE"))
            yield
            self._flush()
            commit()
        except BaseException:
            db.rollback()
            raise
        finally:
            del db.commit

    def _flush(self):
        # In words here already: nbgrader's methods catch SQLAlchemy's errors, and log them.
        with self._gradebook.in_words():
            self._gradebook.db.flush()


def _with_extension(duedate, extension):
    """Return when a hand-in is due, or None; nbgrader's own fails on an extension of nothing."""
    return None if duedate is None else duedate + (extension or timedelta())


def _late_step(autograde):
    """Return nbgrader's step that holds the late-penalty plugin; None if the course has none."""
    for step in autograde.autograde_preprocessors:
        kind = import_item(step) if isinstance(step, str) else step
        if isinstance(kind, type) and issubclass(kind, AssignLatePenalties):
            found = kind(parent=autograde)
            found.init_plugin()
            return found if found.enabled else None
    return None
