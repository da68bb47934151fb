"""Opens a course's gradebook, waits while another program holds it, says in words what is wrong."""

import contextlib
import sqlite3
import time
from pathlib import Path

from nbgrader.api import Gradebook, InvalidEntry
from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from batchgrader.course import CourseError
from batchgrader.disk import AGAIN

PATIENCE = 30.0
"""Seconds to wait for another program that writes to the gradebook."""

_LOCKED = f"is locked by another program: close what has it open for writing. {AGAIN}"
# By SQLite's primary result codes, https://www.sqlite.org/rescode.html
_PROBLEMS = {
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_READONLY:
        f"cannot be written: make the file and its folder writable for you. {AGAIN}",
    sqlite3.SQLITE_FULL: f"cannot grow, as its disk is full: make room. {AGAIN}",
    sqlite3.SQLITE_IOERR:
        f"could not be read or written: see whether its disk or your quota is full. {AGAIN}",
    sqlite3.SQLITE_CANTOPEN:
        f"cannot be opened: make the file and its folder readable and writable for you. {AGAIN}",
    sqlite3.SQLITE_NOTADB:
        "is not a database: put back a copy of the gradebook, or move the file away.",
    sqlite3.SQLITE_CORRUPT: "is damaged: put back a copy of the gradebook.",
    sqlite3.SQLITE_ERROR: (
        "is not as this nbgrader expects it ({reason}): copy it to a safe place, "
        f"then run `nbgrader db upgrade`. {AGAIN}"),
}


class GradebookError(CourseError):
    """The gradebook cannot be used as it is; the message says why, and what to do."""


class GradebookLockedError(GradebookError):
    """Another program is writing to the gradebook."""


class OpenGradebook:
    """nbgrader's Gradebook of a course, opened once; a context manager, for one thread.

    course: nbgrader's API on it, as from batchgrader.course.open_course. patience: seconds to
    wait while another program writes. `api` is the Gradebook, `db` its SQLAlchemy session.
    Raises GradebookError if there is none that can be used.
    """

    def __init__(self, course, patience=PATIENCE):
        self.url = make_url(course.coursedir.db_url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.patience = patience
        self._course_id = course.course_id

    def __enter__(self):
        file = self.url.database
        # nbgrader would make a new one, where a path is wrong.
        if self.is_sqlite and not self.url.query.get("uri") and not Path(file).exists():
            raise GradebookError(
                f"There is no gradebook {file}: run `nbgrader generate_assignment` first.")
        self.api = self.patiently(self._open)
        self.db = self.api.db
        return self

    def __exit__(self, *exception):
        self.api.close()

    def patiently(self, work):
        """Return work(); while the gradebook is locked, try it again, for `patience` seconds."""
        end = time.monotonic() + self.patience
        while True:
            try:
                with self.in_words():
                    return work()
            except GradebookLockedError:
                if time.monotonic() >= end:
                    raise

    def read(self, query):
        """Return all rows of an SQLAlchemy query."""
        def rows():
            try:
                return self.db.execute(query).all()
            finally:
                self.db.rollback()  # so that the next query sees what others have written
        return self.patiently(rows)

    @contextlib.contextmanager
    def in_words(self):
        """Turn SQLAlchemy's errors, and nbgrader's of the same cause, into a GradebookError."""
        try:
            yield
        except (SQLAlchemyError, InvalidEntry) as error:
            cause = error.__context__ if isinstance(error, InvalidEntry) else error
            reason = getattr(cause, "orig", cause)
            code = getattr(reason, "sqlite_errorcode", -1) & 0xFF
            problem = _PROBLEMS.get(code, f"cannot be used ({{reason}}). {AGAIN}")
            kind = GradebookLockedError if problem is _LOCKED else GradebookError
            raise kind(f"The gradebook {self.url.database} "
                       + problem.format(reason=reason)) from error

    def _open(self):
        # SQLite waits in growing steps, up to this many seconds. A second is short enough to be
        # interrupted by a key.
        wait = {"timeout": str(min(1.0, self.patience))} if self.is_sqlite else {}
        url = self.url.update_query_dict(wait)
        return Gradebook(url.render_as_string(hide_password=False), self._course_id)
