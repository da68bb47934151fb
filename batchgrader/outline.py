"""What there is to recognize a master's cells by."""

import re
from collections import Counter
from dataclasses import dataclass

from batchgrader.names import bindings, bound, used

ANSWER, FIXED, PLAIN = "answer", "fixed", "plain"
COMPARED = 10_000  # characters: more than a cell that a person writes
LONG_ENOUGH = 20   # characters that do not stand in another text by chance


@dataclass(frozen=True)
class Target:
    """A cell of the master, as a student's cell is compared with it."""

    position: int
    role: str                 # ANSWER: the student's; FIXED: the instructor's; PLAIN: anybody's
    label: str                # "the test `area_test`", in sentences
    kind: str
    source: str               # as released, without blanks around it
    grade_id: str | None
    graded: bool              # part of a question: an answer, a test or a task
    names: frozenset[str]     # an answer binds some of them
    needed: frozenset[str]    # a whole answer binds all of them
    known: frozenset[str]     # the stub's statements, as bindings() has them: no answer


def outline(master):
    """Return a Target for each cell of the `master`, in order."""
    tests = frozenset().union(*(used(cell.source) for cell in master.graded.cells
                                if cell.cell_type == "code" and not _is(cell, "solution")))
    return tuple(_target(position, cell, master.solutions, tests)
                 for position, cell in enumerate(master.released.cells))


def bare(source):
    """Return `source` without blank lines around it and blanks at line ends."""
    return "\n".join(line.rstrip() for line in source.strip().split("\n"))


def _target(position, cell, solutions, tests):
    grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
    role, label = _role(cell)
    names = needed = known = frozenset()
    if role == ANSWER and cell.cell_type == "code":
        stub = bindings(cell.source)
        known = frozenset(line for line, _ in stub)
        names = needed = bound(stub)
        if not names:  # the stub says nothing: what does the instructor's answer bind?
            names = bound(bindings(solutions[grade_id]))
            needed = names & tests
            names = needed or names
    return Target(position, role, f"{label} `{grade_id}`" if grade_id else label, cell.cell_type,
                  bare(cell.source), grade_id, role == ANSWER or label in ("the test", "the task"),
                  names, needed, known)


def _role(cell):
    if _is(cell, "solution"):
        return ANSWER, "the answer"
    for flag, label in (("task", "the task"), ("grade", "the test"), ("locked", "the locked cell")):
        if _is(cell, flag):
            return FIXED, label
    return PLAIN, "a cell of the assignment"


def _is(cell, flag):
    return cell.metadata.get("nbgrader", {}).get(flag, False)


def likeness(one, other):
    """Return how much of two texts is the same words: 0 to 1, 1 also if `other` is within `one`.

    Of a long text the beginning is compared.
    """
    if len(other) >= LONG_ENOUGH and other in one:
        return 1.0
    ones, others = _words(one), _words(other)
    return 2 * (ones & others).total() / max(1, ones.total() + others.total())


def _words(text):
    """Return how often each word and sign stands in the beginning of `text`."""
    return Counter(re.findall(r"\w+|[^\w\s]", text[:COMPARED]))
