"""The table of students and points, as the gradebook has them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One student's points in one assignment.

    score: points so far; max_score: points there are; by_hand: points that a person still gives.
    """

    student: str
    score: float
    max_score: float
    by_hand: float


def rows(course, assignment):
    """Return a Row for each student whose hand-in is in the gradebook of `course`."""
    with course.gradebook as gradebook:
        return sorted((_row(s) for s in gradebook.assignment_submissions(assignment)),
                      key=lambda row: row.student)


def _row(submission):
    open_grades = [grade for notebook in submission.notebooks for grade in notebook.grades
                   if grade.needs_manual_grade]
    return Row(submission.student.id, submission.score, submission.max_score,
               sum(grade.max_score for grade in open_grades))


def text(rows, problems):
    """Return the table as lines of 80 columns at most.

    problems: {student: why a person has to look, or None}.
    """
    width = max([len("student"), *(len(row.student) for row in rows), *map(len, problems)])
    lines = [f"{'student':{width}}  points   by hand", "-" * (width + 18)]
    for row in rows:
        if not problems.get(row.student):
            by_hand = f"{row.by_hand:g} open" if row.by_hand else "-"
            lines.append(f"{row.student:{width}}  {row.score:3g} / {row.max_score:<3g} {by_hand}")
    for student, problem in problems.items():
        if problem:
            lines.append(f"{student:{width}}  {problem}")
    return "\n".join(lines)
