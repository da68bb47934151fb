"""Makes hand-ins of cases: one case of each question in a notebook, in one of several dresses."""

import copy
import itertools

from nbformat.v4 import new_code_cell, new_markdown_cell


def hand_ins(questions, side):
    """Return [{answer id: case}]: hand-in k has case k of each question that has one.

    side: "accept" or "reject".
    """
    columns = [getattr(question, side) for question in questions]
    rows = itertools.zip_longest(*columns)
    return [{case.question: case for case in row if case} for row in rows]


def notebook(release, cases, dress=0):
    """Return a copy of the notebook `release` with the code of `cases` as answers."""
    filled = copy.deepcopy(release)
    for cell in filled.cells:
        case = cases.get(cell.metadata.get("nbgrader", {}).get("grade_id"))
        if case:
            cell.source = case.code
    DRESSES[dress % len(DRESSES)](filled)
    return filled


def as_it_is(notebook):
    """Leave the hand-in as nbgrader released it."""


def with_extra_cells(notebook):
    """Write notes and tries between the cells, one of which fails."""
    notebook.cells[2:2] = [new_markdown_cell("My notes"), new_code_cell("answer = 1 / 0"),
                           new_code_cell("def helper(x):\n    return x\n\nhelper(3)")]
    notebook.cells.append(new_code_cell("print('done')"))


def with_comments(notebook):
    """Put comments and blank lines around the answers."""
    for cell in _answers(notebook):
        cell.source = f"# my answer\n\n\n{cell.source}\n\n# that was it\n"


def run_twice(notebook):
    """Copy each answer into a cell of the student's own, behind it."""
    for cell in _answers(notebook):
        notebook.cells.insert(notebook.cells.index(cell) + 1, new_code_cell(cell.source))


def saved_by_colab(notebook):
    """Save as Colab does: old format, no cell ids, metadata of its own."""
    notebook.nbformat_minor = 0
    notebook.metadata |= {"colab": {"provenance": [], "name": "Copy"}, "accelerator": "GPU"}
    for number, cell in enumerate(notebook.cells):
        cell.pop("id", None)
        cell.metadata |= {"id": f"x{number}"}
        if cell.cell_type == "code":
            cell.metadata |= {"executionInfo": {"user": {"displayName": "A"}}, "outputId": "y"}


DRESSES = [as_it_is, with_extra_cells, with_comments, run_twice, saved_by_colab]


def _answers(notebook):
    return [cell for cell in list(notebook.cells) if cell.cell_type == "code"
            and cell.metadata.get("nbgrader", {}).get("solution")]
