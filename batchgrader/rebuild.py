"""Rebuilds a hand-in on the master: the student's answers in the instructor's notebook.

Tests, locked cells, order and metadata are the master's, so it does not matter what an editor or
a student did to them. What the student added stays, as cells of the student's own.
"""

import copy
from dataclasses import dataclass

from nbformat import NotebookNode

from batchgrader.handin import NotGradable
from batchgrader.match import Matching
from batchgrader.outline import ANSWER, FIXED, PLAIN


@dataclass(frozen=True)
class Rebuilt:
    """A hand-in as it is graded."""

    notebook: NotebookNode   # nbformat 4.5, no outputs
    repairs: tuple[str, ...]  # what was mended, in sentences to the student
    unclear: dict[str, str]  # grade_id of an answer that a person must look at -> why


def rebuild(master, handin):
    """Return the `handin`, a handin.HandIn, Rebuilt on the `master`, a master.Master.

    Raises NotGradable if hardly anything of the master is in it.
    """
    targets = master.targets
    matching = Matching(targets, handin.cells)
    if _is_another(targets, matching):
        raise NotGradable("This is another notebook: hardly anything of this assignment is in it. "
                          "Hand in the notebook of this assignment.")
    unclear = {targets[position].grade_id: why for position, why in matching.unclear.items()}
    return Rebuilt(_notebook(master, targets, handin, matching),
                   (*handin.repairs, *_repairs(targets, matching, handin.cells)), unclear)


def _is_another(targets, matching):
    """Return whether no question is recognized for sure, and little else.

    Assignments of one course share a setup, names, a test or two: measured, up to a fifth of the
    cells and a third of the names.
    """
    named = {target.position for target in targets if target.names}
    return (not matching.sure and 4 * len(matching.known) < len(targets)
            and (not named or 2 * len(matching.known & named) < len(named)))


def _notebook(master, targets, handin, matching):
    own = _own_cells(matching)
    ids = {cell["id"] for cell in master.graded.cells}
    fresh = (name for number in range(len(ids) + len(handin.cells))
             if (name := f"own-{number}") not in ids)
    cells = [_own(handin.cells[index], next(fresh)) for index in own.get(-1, [])]
    for target, cell in zip(targets, master.graded.cells):
        parts = [handin.cells[index].source for index in matching.parts.get(target.position, [])]
        cells.append(_masters(cell, parts))
        cells += [_own(handin.cells[index], next(fresh)) for index in own.get(target.position, [])]
    return NotebookNode(nbformat=4, nbformat_minor=5, cells=cells,
                        metadata=copy.deepcopy(master.graded.metadata))


def _own_cells(matching):
    """Return {position of the master's cell that they followed, or -1: indices of own cells}."""
    found, own, last = {}, matching.own(), -1
    for index in range(len(matching.cells)):
        here = matching.place.get(index, last)
        if index in own:
            # Code in a test cell ran before the test; what is written in a task follows it.
            follows = last if matching.cells[index].kind == "code" else here
            found.setdefault(follows, []).append(index)
        last = here
    return found


def _masters(cell, parts):
    """Return the master's `cell`, with the student's text if there are `parts` of it."""
    cell = copy.deepcopy(cell)
    if parts:
        cell.source = ("\n" if cell.cell_type == "code" else "\n\n").join(parts)
    return _without_outputs(cell)


def _own(cell, name):
    return _without_outputs(NotebookNode(id=name, cell_type=cell.kind, source=cell.source,
                                         metadata=NotebookNode()))


def _without_outputs(cell):
    if cell.cell_type == "code":
        cell.outputs, cell.execution_count = [], None
    return cell


def _repairs(targets, matching, cells):
    """Yield what was mended, in sentences to the student."""
    for position in matching.changed:
        yield f"{_label(targets[position])} had been changed; the original was used."
    for position in dict.fromkeys(matching.copies):
        yield f"{_label(targets[position])} was there more than once; the original was used."
    for target in targets:
        if (target.role != PLAIN and target.source and not matching.found(target.position)
                and target.position not in matching.unclear):
            yield f"{_label(target)} was missing; its cell was put back."
    missing = [target for target in targets if target.role == PLAIN and target.source
               and not matching.found(target.position)]
    if missing:
        yield f"Cells of the assignment were missing ({len(missing)}); they were put back."
    answers = [target for target in targets
               if target.role == ANSWER and target.position in matching.parts]
    yield from _on_metadata(answers, matching, cells)
    for target in answers:
        parts = matching.parts[target.position]
        if len(parts) > 1:
            yield f"{_label(target)} stood in {len(parts)} cells; they were joined."
        if any(cells[index].kind != target.kind for index in parts):
            yield f"{_label(target)} stood in a cell of another type; its text was used."
    if any(targets[position].role == FIXED for position in matching.nameless):
        yield ("Cells of the assignment had lost their metadata; they were recognized by their "
               "text.")
    placed = [matching.place[index] for index in sorted(matching.place)]
    if placed != sorted(placed):
        yield "Cells stood in another order; they were put back in the order of the assignment."


def _on_metadata(answers, matching, cells):
    """Yield by what the answers were recognized that stood in cells without their metadata."""
    found = {"what they define": [], "their place": []}
    for target in answers:
        parts = matching.parts[target.position]
        if any(cells[index].grade_id != target.grade_id for index in parts):
            known = any(matching.binds(target, index) for index in parts)
            found["what they define" if known else "their place"].append(f"`{target.grade_id}`")
    for how, names in found.items():
        if names:
            yield (f"Answers stood in cells without their metadata and were recognized by {how}: "
                   f"{', '.join(names)}.")


def _label(target):
    return target.label[0].upper() + target.label[1:]
