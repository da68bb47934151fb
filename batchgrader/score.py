"""Points and outcome of each question of a notebook that was run."""

from nbgrader.utils import compute_checksum, determine_grade, is_grade, is_solution, is_task

from batchgrader.execute import ABNORMAL
from batchgrader.result import ERROR, GRADED, NOT_GRADABLE, WRONG, Question

IMPORT_ERRORS = ("ImportError", "ModuleNotFoundError")


def questions(notebook, executed, unclear):
    """Return {grade_id: Question} of a notebook.

    executed: how its cells went, an Executed. unclear: {grade_id of an answer: why a person has
    to look}.
    """
    found, answer = {}, None
    for index, cell in enumerate(notebook.cells):
        if is_solution(cell):
            answer = index
        if is_grade(cell):
            found[cell.metadata.nbgrader.grade_id] = _question(
                notebook, index, answer, executed, unclear)
        elif is_task(cell):
            found[cell.metadata.nbgrader.grade_id] = Question(
                None, float(cell.metadata.nbgrader.points), GRADED)
    return found


def comments(notebook):
    """Return nbgrader's own comment for each answer: on an untouched one, or none."""
    return {cell.metadata.nbgrader.grade_id: _comment(cell) for cell in notebook.cells
            if is_solution(cell) or is_task(cell)}


def _comment(cell):
    untouched = cell.metadata.nbgrader.get("checksum") == compute_checksum(cell)
    return "No response." if untouched and not is_task(cell) else None


def _question(notebook, index, answer, executed, unclear):
    cell = notebook.cells[index]
    most = float(cell.metadata.nbgrader.points)
    answers = [] if answer is None else [answer]
    person = "; ".join(unclear[name] for name in _names(notebook, answers) if name in unclear)
    try:
        points, _ = determine_grade(cell)
    except ValueError as error:
        points, person = 0, person or f"the test gave a score that it cannot give: {error}"
    person = person or _broken(cell)
    if points is not None and _is_no_score(cell):
        points, person = 0, person or "the test gave a score that is below 0 or no number"
    inside = index in executed.inside
    if index in executed.by_hand and points != most:
        why = f"the test needs more than values: {executed.by_hand[index]}"
        return Question(None, most, NOT_GRADABLE, why)
    outcome = _outcome(cell, points, [index, *answers], executed.ended)
    return Question(points, most, outcome, person, inside)


def _names(notebook, indexes):
    return [notebook.cells[index].metadata.nbgrader.grade_id for index in indexes]


def _outcome(cell, points, indexes, ended):
    if points is None or points > 0 or is_solution(cell):
        return GRADED
    ends = [ended.get(index) for index in indexes]
    for worst in ABNORMAL:
        if worst in ends:
            return worst
    if "error" in ends[1:] or any(output.output_type == "error"
                                  and output.ename in ("NameError", "SyntaxError")
                                  for output in cell.get("outputs", [])):
        return ERROR
    return WRONG


def _is_no_score(cell):
    """Return whether a test shows a number below 0, or NaN: nbgrader takes both for full points."""
    if is_solution(cell):
        return False
    shown = [output.data.get("text/plain") for output in cell.get("outputs", [])
             if output.output_type == "execute_result"]
    try:
        return bool(shown) and not float(shown[0]) >= 0
    except (TypeError, ValueError):  # any other value is no score
        return False


def _broken(cell):
    """Return "", or why a test could not do its work: that is no mistake of the student's."""
    for output in cell.get("outputs", []):
        if (not is_solution(cell) and output.output_type == "error"
                and output.ename in IMPORT_ERRORS):
            return f"the test stopped with {output.ename}: {output.evalue}"
    return ""
