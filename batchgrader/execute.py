"""Runs a rebuilt notebook's cells, and goes on after cells that do not end well."""

import signal
import time
from pathlib import Path

from nbformat import from_dict
from nbgrader.utils import is_grade, is_solution

from batchgrader.process.session import Session

MOST_DEATHS = 5  # of a notebook's process; then the rest is not run
ABNORMAL = ("died", "out of memory", "out of time", "too much output")  # worst first
SAID = {
    "died": ("ProcessDied", "This cell ended the process that runs the notebook."),
    "out of memory": ("OutOfMemory", "This cell needed more memory than there is for it."),
    "too much output": ("TooMuchOutput", "This cell was stopped, because it wrote too much."),
}
MEMORY_ERRORS = ("MemoryError", "_ArrayMemoryError", "ResourceExhaustedError", "bad_alloc")


class KilledFromOutside(Exception):
    """The process was killed by somebody else, perhaps: worth another try."""


class Run:
    """One run of a notebook. After execute(), `ended` says of each code cell how it ended.

    `uncertain`: a limit of time was met, and an idle machine might have been fast enough.
    parent: where processes come from. files: {path: bytes} that the notebook finds beside it.
    limits: of a cell. seconds: for all cells. last: a kill counts as the notebook's own doing.
    """

    def __init__(self, parent, files, limits, seconds, seed, timeout_error, last):
        self.parent, self.files, self.limits, self.seed = parent, files, limits, seed
        self.stop_at = time.monotonic() + seconds
        self.timeout_error, self.last = timeout_error, last
        self.ended, self.deaths, self.session = {}, 0, None
        self.uncertain = False

    def execute(self, notebook):
        """Run all code cells of `notebook`, and put their outputs into it."""
        try:
            for index, cell in enumerate(notebook.cells):
                if cell.cell_type == "code" and cell.source.strip():
                    self._execute_cell(notebook, index, cell)
        finally:
            if self.session:
                self.session.__exit__()

    def _execute_cell(self, notebook, index, cell):
        left = self.stop_at - time.monotonic()
        self.uncertain |= left <= 0
        if left <= 0 or not self._ready(notebook, index):
            self._stopped(index, cell, "out of time" if left <= 0 else "died")
            return
        ran = self._run(cell, left)
        cell.execution_count = ran.execution_count
        cell.outputs = [from_dict(_kept(output)) for output in ran.outputs]
        self.ended[index] = _ended(ran)
        if self.ended[index] in ABNORMAL:
            self._stopped(index, cell, self.ended[index])

    def _run(self, cell, left):
        seconds = left if self.limits.seconds is None else min(left, self.limits.seconds)
        ran = self.session.run(cell.source, seconds)
        self.stop_at += ran.waited
        self.uncertain |= ran.uncertain
        if ran.ended == "died" and ran.status == -signal.SIGKILL and not self.last:
            raise KilledFromOutside
        if self.session.pid is None:
            self.deaths += 1
        return ran

    def _ready(self, notebook, index):
        """Return whether a process stands where the cell `index` begins."""
        while self.session is None or self.session.pid is None:
            if self.deaths > MOST_DEATHS:
                return False
            self.session = self._new_session()
            for before, cell in enumerate(notebook.cells[:index]):
                # Answers and the student's own cells are run again; tests have been judged.
                if (cell.cell_type == "code" and self.ended.get(before) in ("done", "error")
                        and not (is_grade(cell) and not is_solution(cell))):
                    ran = self._run(cell, max(self.stop_at - time.monotonic(), 1))
                    if self.session.pid is None:
                        self.ended[before] = ran.ended
                        break
        return True

    def _new_session(self):
        session = Session(self.parent, self.limits, self.seed)
        for name, content in self.files.items():
            path = Path(session.folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return session

    def _stopped(self, index, cell, ended):
        """Note how the cell ended, and show it as an error in the cell."""
        self.ended[index] = ended
        error = self.timeout_error
        if ended in SAID:
            name, text = SAID[ended]
            error = {"ename": name, "evalue": text, "traceback": [f"{name}: {text}"]}
        cell.outputs.append(from_dict({"output_type": "error", **error}))


def _ended(ran):
    errors = [output for output in ran.outputs if output["output_type"] == "error"]
    if ran.ended == "error" and errors and errors[-1]["ename"] in MEMORY_ERRORS:
        return "out of memory"
    if ran.ended == "died" and any("bad_alloc" in output.get("text", "")
                                   for output in ran.outputs):
        return "out of memory"
    return ran.ended


def _kept(output):
    """Return an output as a notebook keeps it; the text of all is valid UTF-8."""
    output = {key: value for key, value in output.items() if key != "transient"}
    if output["output_type"] == "update_display_data":
        output["output_type"] = "display_data"
    return _clean(output)


def _clean(value):
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_clean(key): _clean(item) for key, item in value.items()}
    return [_clean(item) for item in value] if isinstance(value, list) else value
