"""What a gradebook says of an assignment, as plain data that can be compared."""

from nbgrader.api import Gradebook


def entries(course, assignment):
    """Return {student: {cell: what the grader wrote}} of the course in the folder `course`.

    A cell with points has auto_score, max_score and needs_manual_grade; an answer has
    auto_comment; a cell that is both has all.
    """
    found = {}
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        for submission in gradebook.assignment_submissions(assignment):
            cells = found.setdefault(submission.student.id, {})
            for book in submission.notebooks:
                for grade in book.grades:
                    cells.setdefault(grade.name, {}).update(
                        auto_score=grade.auto_score, max_score=grade.max_score,
                        needs_manual_grade=grade.needs_manual_grade)
                for comment in book.comments:
                    cells.setdefault(comment.name, {}).update(auto_comment=comment.auto_comment)
    return found


def differences(ours, theirs):
    """Return {cell: (ours, theirs)} of the entries of one student in two gradebooks."""
    return {cell: (ours.get(cell), theirs.get(cell))
            for cell in sorted(ours.keys() | theirs.keys()) if ours.get(cell) != theirs.get(cell)}
