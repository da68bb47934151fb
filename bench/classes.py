"""Makes courses with a class that has handed in, some answers wrong, and takes copies of them."""

import json
import shutil
from pathlib import Path

import nbformat
import small_course
from answers.cases import Case, Question, read_table
from answers.hand_ins import notebook
from processes import run

from batchgrader.bundle import make_bundle
from batchgrader.course import open_course
from batchgrader.execute import is_test
from batchgrader.handin import read
from batchgrader.rebuild import rebuild

ROOT = Path(__file__).resolve().parent.parent
KINDS = {"plain": "small", "shapes": "ps1", "eager": "ps4", "graph": "ps6"}
ABOUT = {
    "plain": "no TensorFlow",
    "shapes": "TensorFlow is imported, its layers hardly run",
    "eager": "layers are called",
    "graph": "models predict",
}


def _question(answer, right, wrong):
    return Question(answer, (), (Case(answer, right),), tuple(Case(answer, code) for code in wrong))


SMALL = [
    _question("area", "area = 3 * 4", ["area = 7", "area = '12'", "area = 1 / 0"]),
    _question("mean", "def mean(numbers):\n    return sum(numbers) / len(numbers)",
              ["def mean(numbers):\n    return sum(numbers)", "mean = 3",
               "def mean(numbers):\n    return numbers.mean()"]),
    _question("primes", "primes = {2, 3, 5, 7}", ["primes = {1, 2}", "primes = 7"]),
    _question("loop", "for line in range(3):\n    print(line)", ["while False:\n    pass"]),
]


def make(kind, size, folder):
    """Make a course in `folder` in which `size` students have handed in; return `folder`."""
    name = KINDS[kind]
    if kind == "plain":
        small_course.make_course(run, folder)
        questions = SMALL
    else:
        shutil.copytree(ROOT / "source" / name, folder / "source" / name)
        shutil.copy(ROOT / "nbgrader_config.py", folder)
        run("nbgrader", "generate_assignment", name, cwd=folder)
        questions = read_table(ROOT / f"tests/answers/{name}.toml")
    release = nbformat.read(folder / "release" / name / f"{name}.ipynb", as_version=4)
    for number in range(size):
        place = folder / "submitted" / f"s{number:04}" / name
        place.mkdir(parents=True)
        nbformat.write(notebook(release, _answers(questions, number)), place / f"{name}.ipynb")
    return folder


def _answers(questions, number):
    """Return {answer id: Case}: a right one of each question; three of four students have one
    wrong."""
    chosen = {question.answer: question.accept[number % len(question.accept)]
              for question in questions if question.accept}
    question = questions[number % len(questions)]
    if number % 4 and question.reject:
        chosen[question.answer] = question.reject[number % len(question.reject)]
    return chosen


def copy(course, folder, size):
    """Copy a course with the first `size` of its hand-ins; return `folder`."""
    shutil.copytree(course, folder, ignore=shutil.ignore_patterns("submitted"))
    for student in sorted((course / "submitted").iterdir())[:size]:
        shutil.copytree(student, folder / "submitted" / student.name)
    return folder


def write_cells(course, name):
    """Write cells.json: {"imports": modules that cells import, "hand_ins": {student: code cells of
    the hand-in as it is graded, each [grade_id if it is a test, source]}}."""
    bundle = make_bundle(open_course(course), name)
    master, cells = bundle.masters[name], {}
    for path in sorted((course / "submitted").glob(f"*/{name}/{name}.ipynb")):
        rebuilt = rebuild(master, read(path.read_bytes(), master.language)).notebook
        cells[path.parent.parent.name] = [
            [cell.metadata.nbgrader.grade_id if is_test(cell) else None, cell.source]
            for cell in rebuilt.cells if cell.cell_type == "code"]
    (course / "cells.json").write_text(
        json.dumps({"imports": bundle.judge_imports, "hand_ins": cells}))
