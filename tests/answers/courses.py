"""Makes a course with the hand-ins of one table in it, and grades it by either grader."""

import shutil
from pathlib import Path

import nbformat
from answers.cases import read_table
from answers.hand_ins import hand_ins, notebook
from processes import run

ROOT = Path(__file__).resolve().parents[2]


def make(course, table):
    """Release the assignment of the `table`, a file psN.toml, and hand in all its cases."""
    name = table.stem
    shutil.copytree(ROOT / "source" / name, course / "source" / name)
    shutil.copy(ROOT / "nbgrader_config.py", course)
    run("nbgrader", "generate_assignment", name, "--force", cwd=course)
    release, source = (nbformat.read(course / folder / name / f"{name}.ipynb", as_version=4)
                       for folder in ("release", "source"))
    students = {"untouched": release, "instructor": source}
    questions = read_table(table)
    for side in ("accept", "reject"):
        for number, cases in enumerate(hand_ins(questions, side)):
            dress = number if side == "accept" else 0
            students[f"{side}_{number}"] = notebook(release, cases, dress)
    for student, handed_in in students.items():
        place = course / "submitted" / student / name
        place.mkdir(parents=True)
        nbformat.write(handed_in, place / f"{name}.ipynb")


def honest(questions):
    """Return the students whose hand-ins both graders grade."""
    return [*(f"accept_{number}" for number in range(len(hand_ins(questions, "accept")))),
            "instructor", "untouched"]


def grade(made, course, name):
    """Grade a copy of the course `made` with batchgrader."""
    shutil.copytree(made, course, dirs_exist_ok=True)
    # 1: an answer of a class of the student's own, made to equal everything, is for a person.
    run("batchgrader", "grade", name, cwd=course, code={0, 1})


def grade_with_nbgrader(made, course, name, students):
    """Grade the hand-ins of `students` in a copy of the course `made` with nbgrader."""
    shutil.copytree(made, course, dirs_exist_ok=True, ignore=shutil.ignore_patterns("submitted"))
    for student in students:
        shutil.copytree(made / "submitted" / student, course / "submitted" / student)
    run("nbgrader", "autograde", name, cwd=course)


def said(course, student, name):
    """Return {test id: its output} of a graded notebook."""
    cells = nbformat.read(course / "autograded" / student / name / f"{name}.ipynb",
                          as_version=4).cells
    return {cell.metadata.nbgrader.grade_id:
            "\n".join(output.get("text") or "\n".join(output.get("traceback", []))
                      for output in cell.outputs)
            for cell in cells if cell.cell_type == "code" and "nbgrader" in cell.metadata
            and "grade_id" in cell.metadata.nbgrader}
