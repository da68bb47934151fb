"""Runs a rebuilt notebook: the student's cells in one process, the tests in the judge's."""

import fnmatch
from dataclasses import dataclass, field

from nbformat import from_dict
from nbgrader.utils import is_grade, is_locked, is_solution

from batchgrader import names, scope

ABNORMAL = ("died", "out of memory", "out of time", "too much output")  # worst first
SAID = {
    "died": ("ProcessDied", "This cell ended the process that runs the notebook."),
    "out of memory": ("OutOfMemory", "This cell needed more memory than there is for it."),
    "error": ("Error", "This cell stopped with an error that could not be shown."),
    "too much output": ("TooMuchOutput", "This cell was stopped, because it wrote too much."),
}
MEMORY_ERRORS = ("MemoryError", "_ArrayMemoryError", "ResourceExhaustedError", "bad_alloc")


@dataclass
class Executed:
    """How a notebook's code cells went, by their index.

    ended: "done", "error" or one of ABNORMAL. by_hand: why a test could not be judged by values.
    inside: tests that ran in the student's process, because the course says so.
    """

    ended: dict[int, str] = field(default_factory=dict)
    by_hand: dict[int, str] = field(default_factory=dict)
    inside: set[int] = field(default_factory=set)


class Run:
    """One run of a notebook. student: a Student; judge: a Judge; master: its Master.

    settings: with the patterns of grade_ids `inside` and `only_shown`. timeout_error: the error
    output of a cell that was out of time.
    """

    def __init__(self, master, student, judge, settings, timeout_error):
        self.student, self.judge, self.settings = student, judge, settings
        self.timeout_error = timeout_error
        self.released = {_id(cell): cell.source for cell in master.released.cells if _id(cell)}
        self.left_out = _left_out(master, settings.only_shown)
        self.answers = {name: _bound(self.released[name], source)
                        for name, source in master.solutions.items()}

    def execute(self, notebook):
        """Run all code cells of `notebook`, and put their outputs into it."""
        executed, number = Executed(), 0
        self.judge.begin(self.student, frozenset().union(*self.answers.values()))
        for index, cell in enumerate(notebook.cells):
            if cell.cell_type == "code" and cell.source.strip():
                number += 1
                ran = self._run(notebook, index, executed, number)
                cell.execution_count = number
                cell.outputs = [from_dict(_kept(output)) for output in ran.outputs]
                executed.ended[index] = _ended(ran)
                lost = executed.ended[index] == "error" and not any(
                    output.output_type == "error" for output in cell.outputs)
                if executed.ended[index] in ABNORMAL or lost:
                    cell.outputs.append(from_dict(self._said(executed.ended[index])))
        return executed

    def _run(self, notebook, index, executed, number):
        cell = notebook.cells[index]
        if is_test(cell):
            if _is_one_of(cell, self.settings.inside):
                executed.inside.add(index)
                return self.student.run(cell.source, number)
            ran = self.judge.test(cell.source, number)
            if refused := ran.answer.get("not_by_value") or _missing_file(ran):
                executed.by_hand[index] = str(refused[0])
            if self._needed_later(notebook, index):
                self.student.run(self.released[_id(cell)], number)
            return ran
        ran = self.student.run(self.released[_id(cell)] if is_locked(cell) else cell.source, number)
        if is_locked(cell):
            if _id(cell) in self.left_out:
                self.judge.withhold(self.left_out[_id(cell)])
            else:
                self.judge.prepare(cell.source, number)
        elif is_solution(cell) and (bound := self.answers.get(_id(cell))):
            self.judge.forget(bound)
        return ran

    def _needed_later(self, notebook, index):
        """Return whether a later cell of the student's uses a name that this test binds."""
        bound = _bound(self.released[_id(notebook.cells[index])])
        return bool(bound) and any(
            bound & scope.taken(cell.source) for cell in notebook.cells[index + 1:]
            if cell.cell_type == "code" and not is_test(cell))

    def _said(self, ended):
        if ended not in SAID:
            return {"output_type": "error", **self.timeout_error}
        name, text = SAID[ended]
        return {"output_type": "error", "ename": name, "evalue": text,
                "traceback": [f"{name}: {text}"]}


def is_test(cell):
    """Return whether a cell gives points by its outcome."""
    return cell.cell_type == "code" and is_grade(cell) and not is_solution(cell)


def _id(cell):
    return cell.metadata.get("nbgrader", {}).get("grade_id")


def _left_out(master, patterns):
    """Return {grade_id: names that it gives} of the locked cells that tests are run without.

    They are of those that `patterns` name, and no cell that runs with the tests needs them.
    """
    found, needed = {}, set()
    for cell in reversed([cell for cell in master.graded.cells if cell.cell_type == "code"]):
        if is_locked(cell):
            named = not is_test(cell) and _is_one_of(cell, patterns)
            given = scope.given(cell.source) if named else None
            if given is None or given & needed:
                needed |= scope.taken(cell.source)
            else:
                found[_id(cell)] = given
    return found


def _is_one_of(cell, patterns):
    return any(fnmatch.fnmatch(_id(cell), pattern) for pattern in patterns)


def _bound(*sources):
    return frozenset().union(*(names.bound(names.bindings(source)) for source in sources))


def _ended(ran):
    errors = [output for output in ran.outputs if output["output_type"] == "error"]
    if ran.ended == "error" and errors and errors[-1]["ename"] in MEMORY_ERRORS:
        return "out of memory"
    if ran.ended == "died" and any("bad_alloc" in output.get("text", "")
                                   for output in ran.outputs):
        return "out of memory"
    return ran.ended


def _missing_file(ran):
    """Return that a test looked for a file, as one that the student's cells wrote is elsewhere."""
    return [f"a file: {output['evalue']}" for output in ran.outputs
            if output.get("ename") == "FileNotFoundError"]


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
