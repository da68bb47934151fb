"""What every assignment must keep to; the first thing that does not hold stops the build."""

import re

from coursebuild.settings import BuildError

ID = re.compile(r"[a-z][a-z0-9_]*")


def check_assignment(notebook, name):
    """Raise BuildError unless the instructor's `notebook` of the assignment `name` is sound."""
    marked = [cell for cell in notebook.cells if "nbgrader" in cell.metadata]
    seen, total = set(), 0
    for cell in marked:
        mark = cell.metadata.nbgrader
        grade_id = mark.grade_id
        if not isinstance(grade_id, str) or not ID.fullmatch(grade_id):
            raise BuildError(f"{name}: {grade_id!r} is no id; write it like {name}_layer_test.")
        if grade_id in seen:
            raise BuildError(f"{name}: two cells have the id {grade_id}. Rename one of them.")
        seen.add(grade_id)
        if mark.grade:
            if type(mark.points) is not int or mark.points < 1:  # True is an int, too
                raise BuildError(f"{name}: {grade_id} needs points, a whole number of 1 or more.")
            total += mark.points
        hidden = "### BEGIN HIDDEN TESTS" in cell.source
        if mark.grade and not mark.solution and not hidden:
            raise BuildError(f"{name}: {grade_id} has no hidden test. Put one between "
                             "### BEGIN HIDDEN TESTS and ### END HIDDEN TESTS.")
        if mark.solution and not mark.grade and "### BEGIN SOLUTION" not in cell.source:
            raise BuildError(f"{name}: {grade_id} has no solution. Put it between "
                             "### BEGIN SOLUTION and ### END SOLUTION.")
    for cell in notebook.cells:
        solution = cell.metadata.get("nbgrader", {}).get("solution")
        if "BEGIN SOLUTION" in cell.source and not solution:
            raise BuildError(f"{name}: a solution stands in a cell that is no answer: "
                             f"{cell.source[:60]!r}. Mark it with answer=\"...\".")
    declared = notebook.metadata.course.get("points")
    if total != declared:
        raise BuildError(f"{name}: its cells add up to {total} points, but its header says "
                         f"{declared}.")
