"""The rows of the gradebook that hold one hand-in: read, or new as nbgrader makes them.

SQLAlchemy's tables in place of nbgrader's objects: one statement for all rows of a kind.
"""

from dataclasses import dataclass

from nbgrader.api import (
    BaseCell,
    Comment,
    Grade,
    Notebook,
    SubmittedAssignment,
    SubmittedNotebook,
    new_uuid,
)
from sqlalchemy import bindparam, insert, select, update

_TASK = "TaskCell"
_GRADED = {"GradeCell", _TASK}
_COMMENTED = {"SolutionCell", _TASK}

_NOTEBOOKS = select(Notebook.name, Notebook.id).where(
    Notebook.assignment_id == bindparam("assignment"))
_CELLS = select(Notebook.name, BaseCell.name, BaseCell.type, BaseCell.id).select_from(
    BaseCell).join(BaseCell.notebook).where(Notebook.assignment_id == bindparam("assignment"))
# By the assignment's notebooks and cells, as only these have an index.
_SUBMITTED = select(Notebook.name, SubmittedNotebook.id).join(SubmittedNotebook.notebook).where(
    Notebook.assignment_id == bindparam("assignment"),
    SubmittedNotebook.assignment_id == bindparam("submission"))


def _known(kind, *columns):
    return select(Notebook.name, BaseCell.name, BaseCell.type, kind.id, *columns).select_from(
        BaseCell).join(BaseCell.notebook).join(Notebook.submissions).join(
        kind, (kind.cell_id == BaseCell.id) & (kind.notebook_id == SubmittedNotebook.id)).where(
        Notebook.assignment_id == bindparam("assignment"),
        SubmittedNotebook.assignment_id == bindparam("submission"))


_GRADES = _known(Grade, Grade.manual_score, Grade.needs_manual_grade)
_COMMENTS = _known(Comment, Comment.auto_comment)


@dataclass
class Place:
    """Where a cell's grade or comment goes.

    keys: what names its row. values: {column: value} to be written. by_hand: whether a person has
    given points.
    """

    notebook: str
    cell: str
    is_task: bool
    keys: dict[str, str]
    values: dict[str, object]
    by_hand: bool = False


class Places:
    """All places of one hand-in. notebooks: {name: id of its row}; grades, comments: [Place]."""

    def __init__(self, db, assignment, submission, new):
        """Read them, or make them for a `new` submission.

        db: an SQLAlchemy session. assignment, submission: ids of their rows.
        """
        self._db, self._new = db, new
        fill = self._make if new else self._read
        fill(assignment, submission)

    def write(self):
        """Write the values of all places."""
        for kind, places in ((Grade, self.grades), (Comment, self.comments)):
            if places:
                table = kind.__table__
                how = insert(table) if self._new else update(table).where(
                    table.c.id == bindparam("row"))
                self._db.execute(how, [place.keys | place.values for place in places])

    def _read(self, assignment, submission):
        which = {"assignment": assignment, "submission": submission}
        rows = [self._db.execute(query, which).all()
                for query in (_SUBMITTED, _GRADES, _COMMENTS)]
        self.notebooks = dict(map(tuple, rows[0]))
        self.grades = [
            Place(notebook, cell, kind == _TASK, {"row": row}, {"needs_manual_grade": needed},
                  by_hand=points is not None)
            for notebook, cell, kind, row, points, needed in rows[1]]
        self.comments = [Place(notebook, cell, kind == _TASK, {"row": row}, {"auto_comment": said})
                         for notebook, cell, kind, row, said in rows[2]]

    def _make(self, assignment, submission):
        known, cells = (self._db.execute(query, {"assignment": assignment}).all()
                        for query in (_NOTEBOOKS, _CELLS))
        self.notebooks = {name: new_uuid() for name, _ in known}
        if known:
            self._db.execute(insert(SubmittedNotebook.__table__), [
                {"id": self.notebooks[name], "notebook_id": notebook, "assignment_id": submission}
                for name, notebook in known])
        self.grades, self.comments = (
            [Place(notebook, cell, kind == _TASK,
                   {"cell_id": row, "notebook_id": self.notebooks[notebook]}, values.copy())
             for notebook, cell, kind, row in cells if kind in kinds]
            for kinds, values in ((_GRADED, {}), (_COMMENTED, {"auto_comment": None})))


def new_submission(db, assignment, student, timestamp):
    """Add a submission, without its places, and return the id of its row."""
    submission = new_uuid()
    db.execute(insert(SubmittedAssignment.__table__), {
        "id": submission, "assignment_id": assignment, "student_id": student,
        "timestamp": timestamp})
    return submission
