"""The process that runs the instructor's tests, and nothing of any student's.

It is kept from one hand-in to the next: its imports and TensorFlow's first operation are paid
once. Its names, and the state of random generators, are new for each.
"""

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
        self.student, self.answers, self.steps = student, sorted(answers), []
        self.hand_ins += 1
        self.session.request({"begin": {"seed": 0, "answers": self.answers}})

    def prepare(self, source, number):
        """Run a locked cell, whose names are the instructor's."""
        self._step({"run": source, "number": number})

    def forget(self, names):
        """Let these names be the student's from now on."""
        self._step({"forget": sorted(names)})

    def withhold(self, names):
        """Let these names be nobody's from now on: the cell that would bind them is not run."""
        self._step({"withhold": sorted(names)})

    def test(self, source, number):
        """Return what came of a test, a Ran.

        If the student's process did not answer, the Ran ends as that process did.
        """
        if not self._alive():
            return Ran("died")
        self.student.failed = None
        ran = self._request({"run": source, "number": number})
        if self.student.failed:
            ran.ended, self.student.failed = self.student.failed, None
        return ran

    def _step(self, request):
        """Do what all tests after it build upon."""
        if self._alive():
            self._request(request)
        self.steps.append(request)

    def _request(self, request):
        if "run" in request:
            request = {**request, "sources": self.student.ran}
        ran = self.session.request(request, answer=self.student.answer)
        self.student.heed(ran)
        return ran

    def _alive(self):
        """Return whether there is a process; a new one goes through all steps again."""
        if self.session.pid is None:
            steps = self.steps
            self.begin(self.student, self.answers)
            self.steps = steps
            for request in steps:
                if self.session.pid is not None:
                    self._request(request)
        return self.session.pid is not None

    def end(self):
        """End the process."""
        if self.session:
            self.session.__exit__()
            self.session = None
