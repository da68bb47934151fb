"""The process that runs a student's cells; it is made anew when a cell has ended it."""

import signal
import time
from pathlib import Path

from batchgrader.process.session import Ran, Session

MOST_DEATHS = 5  # of a notebook's process; then the rest is not run


class KilledFromOutside(Exception):
    """The process was killed by somebody else, perhaps: worth another try."""


class Student:
    """Runs cells, and answers the judge's questions about their names.

    parent: where processes come from. files: {path: bytes} that cells find in their folder.
    limits: of a cell. seconds: for all cells. last: a kill counts as the notebook's own doing.
    uncertain: a limit of time was met, and an idle machine might have been fast enough.
    """

    def __init__(self, parent, files, limits, seconds, last, seed=0):
        self.parent, self.files, self.limits, self.seed = parent, files, limits, seed
        self.stop_at, self.last = time.monotonic() + seconds, last
        self.session, self.deaths, self.uncertain = None, 0, False
        self.ran = []  # sources of cells that a new process runs again
        self.failed = None  # how the process failed to answer the last question, or None

    @property
    def left(self):
        """Seconds that are left for all cells."""
        return self.stop_at - time.monotonic()

    def run(self, source, number):
        """Return what came of a cell, a Ran; "out of time" without a run if none is left."""
        if self.left <= 0:
            self.uncertain = True
            return Ran("out of time")
        if not self._ready():
            return Ran("died")
        ran = self._request({"run": source, "number": number})
        if ran.ended in ("done", "error"):
            self.ran.append(source)
        return ran

    def answer(self, question, seconds):
        """Return the process's answer to a judge's question, and what was printed meanwhile."""
        self.failed = None
        if not self._ready():
            self.failed = "died"
            return {"stopped": None}, []
        ran = self._request({"question": question}, seconds)
        printed = [output for output in ran.outputs if output["output_type"] == "stream"]
        if ran.ended != "done" or "answer" not in ran.answer:
            self.failed = ran.ended if ran.ended not in ("done", "error") else "died"
            return {"stopped": None}, printed
        return ran.answer["answer"], printed

    def heed(self, ran):
        """Raise KilledFromOutside if a process was killed, unless that has happened too often."""
        if ran.ended == "died" and ran.status == -signal.SIGKILL and not self.last:
            raise KilledFromOutside

    def _request(self, request, seconds=None):
        limit = self.limits.seconds if seconds is None else seconds
        limit = max(self.left, 0.1) if limit is None else min(limit, max(self.left, 0.1))
        ran = self.session.request(request, limit)
        self.stop_at += ran.waited
        self.uncertain |= ran.uncertain
        self.heed(ran)
        if self.session.pid is None:
            self.deaths += 1
        return ran

    def _ready(self):
        """Return whether a process stands where the next cell begins."""
        while self.session is None or self.session.pid is None:
            if self.deaths > MOST_DEATHS:
                return False
            self.session = self._new_session()
            for source in list(self.ran):
                self._request({"run": source})
                if self.session.pid is None:
                    self.ran.remove(source)  # this time it ended the process
                    break
        return True

    def _new_session(self):
        session = Session(self.parent, self.limits, self.seed)
        put_files(session.folder, self.files)
        return session

    def close(self):
        """End the process."""
        if self.session:
            self.session.__exit__()


def put_files(folder, files):
    """Write files {path: bytes} into a process's folder."""
    for name, content in files.items():
        path = Path(folder) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
