"""The process that runs the instructor's tests, and nothing of any student's.

It is kept from one hand-in to the next: its imports and TensorFlow's first operation are paid
once. Its names, and the state of random generators, are new for each.
"""

from batchgrader import names
from batchgrader.process.session import Ran, Session
from batchgrader.student import put_files

MOST_HAND_INS = 200  # then a new process: what tests leave behind cannot pile up


class Judge:
    """Judges one hand-in after another. files: {path: bytes} that tests find in their folder."""

    def __init__(self, parent, files, limits):
        self.parent, self.files, self.limits = parent, files, limits
        self.session, self.hand_ins = None, 0

    def begin(self, student, answers):
        """Begin a hand-in. student: a Student; answers: the names that its answers bind."""
        if self.session is None or self.session.pid is None or self.hand_ins >= MOST_HAND_INS:
            self.end()
            self.session, self.hand_ins = Session(self.parent, self.limits), 0
            # What libraries log here is no fault of the student's; nbgrader punishes stderr.
            self.session.pipes = dict.fromkeys(self.session.pipes, "stdout")
            put_files(self.session.folder, self.files)
        self.student, self.answers, self.locked = student, sorted(answers), []
        self.waiting = []  # locked cells that no other has taken a name from
        self.hand_ins += 1
        self.session.request({"begin": {"seed": 0, "answers": self.answers}})

    def prepare(self, source, number, on_demand=False):
        """Run a locked cell, whose names are the instructor's; or let it wait till one is taken."""
        self.locked.append((source, number, on_demand))
        if not self._alive():
            return
        if on_demand and names.is_plain(source):
            self.waiting.append((source, number))
            self._withhold()
        else:
            self._run(source, number)

    def forget(self, bound):
        """Let these names be the student's from now on."""
        if self._alive():
            self._run_waiting(bound)
            self.session.request({"forget": sorted(bound)})

    def test(self, source, number):
        """Return what came of a test, a Ran.

        If the student's process did not answer, the Ran ends as that process did.
        """
        if not self._alive():
            return Ran("died")
        self.student.failed = None
        ran = self._run(source, number)
        if self.student.failed:
            ran.ended, self.student.failed = self.student.failed, None
        return ran

    def _run(self, source, number):
        self._run_waiting(names.taken(source))
        ran = self.session.request(
            {"run": source, "number": number, "sources": self.student.ran},
            answer=self.student.answer)
        self.student.heed(ran)
        return ran

    def _run_waiting(self, asked):
        """Run the cells that wait, in their order, if they bind one of the names `asked`."""
        if asked & self._bound_by_waiting():
            waiting, self.waiting = self.waiting, []
            self._withhold()
            for cell in waiting:
                if self.session.pid is not None:
                    self._run(*cell)

    def _withhold(self):
        self.session.request({"withhold": sorted(self._bound_by_waiting())})

    def _bound_by_waiting(self):
        return frozenset().union(*(names.bound(names.bindings(each)) for each, _ in self.waiting))

    def _alive(self):
        """Return whether there is a process; a new one prepares itself again."""
        if self.session.pid is None:
            locked = self.locked
            self.begin(self.student, self.answers)
            for cell in locked:
                if self.session.pid is not None:
                    self.prepare(*cell)
        return self.session.pid is not None

    def end(self):
        """End the process."""
        if self.session:
            self.session.__exit__()
            self.session = None
