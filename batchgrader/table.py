"""The points of a class as the gradebook has them, beside what came of each hand-in."""

import textwrap
from collections import Counter
from dataclasses import dataclass

from nbgrader.api import Assignment, Grade, SubmittedAssignment, SubmittedNotebook
from sqlalchemy import func, select

from batchgrader.gradebook import OpenGradebook
from batchgrader.settings import BatchGrader

WIDTH = 80


@dataclass(frozen=True)
class Row:
    """One student's points in one assignment.

    score: points so far, less what is taken off for being late, as nbgrader exports them
    (plugins/export.py); max_score: points there are; by_hand: points that a person still gives.
    """

    student: str
    score: float
    max_score: float
    by_hand: float


def rows(course, assignment):
    """Return a Row for each student whose hand-in is in the gradebook of `course`.

    Raises GradebookError.
    """
    points = select(
        SubmittedAssignment.student_id, SubmittedAssignment.score,
        SubmittedAssignment.late_submission_penalty, SubmittedAssignment.max_score,
    ).join(SubmittedAssignment.assignment).where(Assignment.name == assignment)
    open_points = select(SubmittedAssignment.student_id, func.sum(Grade.max_score)).join(
        SubmittedAssignment.assignment).join(SubmittedAssignment.notebooks).join(
        SubmittedNotebook.grades).where(
        Assignment.name == assignment, Grade.needs_manual_grade).group_by(
        SubmittedAssignment.student_id)
    with OpenGradebook(course, BatchGrader(config=course.config).patience) as gradebook:
        by_hand = dict(map(tuple, gradebook.read(open_points)))
        return sorted((
            Row(student, max(0.0, score - late), max_score, by_hand.get(student, 0))
            for student, score, late, max_score in gradebook.read(points)),
            key=lambda row: row.student)


def text(rows, results):
    """Return the table of points as lines of 80 columns, then what a person has to look at.

    rows: as from rows(). results: {student: Result}; others are left out.
    """
    shown = [row for row in rows if row.student in results]
    width = max([len("student"), *map(len, results)])
    lines = [f"{'student':{width}}  points   by hand   outcome", "-" * (width + 28)]
    for row in shown:
        by_hand = f"{row.by_hand:g} open" if row.by_hand else "-"
        lines.append(f"{row.student:{width}}  {row.score:3g} / {row.max_score:<3g} {by_hand:9} "
                     f"{results[row.student].outcome}")
    without = [student for student in results if student not in {row.student for row in shown}]
    lines += [f"{student:{width}}    -         -         {results[student].outcome}"
              for student in without]
    for student, result in results.items():
        if result.person:
            lines += ["", *textwrap.wrap(f"{student} needs a person: {result.person}", WIDTH,
                                         subsequent_indent="  ")]
    return "\n".join(map(_printable, lines))


def _printable(line):
    """Return a line without characters that a terminal would obey: students choose names."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in line)


def outcomes(results):
    """Return how many hand-ins and questions came to which outcome, as two lines."""
    hand_ins = Counter(result.outcome for result in results.values())
    questions = Counter(question.outcome for result in results.values()
                        for book in result.books.values() if book
                        for question in book.questions.values())
    return "\n".join(f"{name:11}" + ", ".join(
        f"{count} {outcome}" for outcome, count in counts.most_common())
        for name, counts in (("hand-ins:", hand_ins), ("questions:", questions)))


def data(rows, results):
    """Return the same as plain data: {student: {score, max_score, by_hand, outcome, ...}}."""
    points = {row.student: row for row in rows}
    return {student: {
        **({"score": points[student].score, "max_score": points[student].max_score,
            "by_hand": points[student].by_hand} if student in points else {}),
        **result.summary()} for student, result in results.items()}
