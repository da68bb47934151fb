"""Collects each psN.toml as a file of tests: the cases in it, graded by the real command."""

import functools
import shutil
import tempfile
from pathlib import Path

import nbformat
import pytest
from answers.cases import Case, read_table
from answers.hand_ins import hand_ins, notebook
from nbgrader.api import Gradebook
from processes import run

ROOT = Path(__file__).resolve().parents[2]


def pytest_collect_file(file_path, parent):
    if file_path.suffix == ".toml":
        return Table.from_parent(parent, path=file_path)


class Table(pytest.File):
    """One assignment's table. It is graded when its first test starts, all hand-ins at once."""

    def collect(self):
        self.add_marker("slow")
        questions = read_table(self.path)
        for side in ("accept", "reject"):
            for number, cases in enumerate(hand_ins(questions, side)):
                for question in questions:
                    if question.answer in cases:
                        yield Graded.from_parent(
                            self, name=f"{side}-{question.answer}-{number}", question=question,
                            case=cases[question.answer], student=f"{side}_{number}")
        for question in questions:
            yield Graded.from_parent(self, name=f"accept-{question.answer}-instructor",
                                     question=question, case=Case(question.answer, ""),
                                     student="instructor")
            yield Graded.from_parent(self, name=f"reject-{question.answer}-untouched",
                                     question=question, student="untouched",
                                     case=Case(question.answer, "", question.tests, "Not yet: "))

    @functools.cached_property
    def results(self):
        """Return {student: {test id: (points, maximum, what the student reads)}}."""
        with tempfile.TemporaryDirectory() as folder:
            course = Path(folder) / "course"
            _make_course(course, self.path.stem)
            _hand_in(course, self.path.stem, read_table(self.path))
            run("batchgrader", "--course", course, "grade", self.path.stem, cwd=course)
            return _read_results(course, self.path.stem)


class Graded(pytest.Item):
    """One answer in one hand-in: the points and the sentence that it must get."""

    def __init__(self, question, case, student, **node):
        super().__init__(**node)
        self.question, self.case, self.student = question, case, student

    def runtest(self):
        result = self.parent.results[self.student]
        for test in self.question.tests:
            points, maximum, said = result[test]
            due = 0 if test in self.case.tests else maximum
            assert points == due, (
                f"{test}: {points} of {maximum} points for\n{self.case.code}\n{said}")
        said = "\n".join(result[test][2] for test in self.case.tests)
        assert self.case.says in said, (
            f"{self.case.says!r} is not said to\n{self.case.code}\n{said}")

    def repr_failure(self, excinfo, style=None):
        return str(excinfo.value) if excinfo.errisinstance(AssertionError) else super(
        ).repr_failure(excinfo, style)


def _make_course(course, name):
    shutil.copytree(ROOT / "source" / name, course / "source" / name)
    shutil.copy(ROOT / "nbgrader_config.py", course)
    run("nbgrader", "generate_assignment", name, "--force", cwd=course)


def _hand_in(course, name, questions):
    release = nbformat.read(course / "release" / name / f"{name}.ipynb", as_version=4)
    source = nbformat.read(course / "source" / name / f"{name}.ipynb", as_version=4)
    students = {"untouched": release, "instructor": source}
    for side in ("accept", "reject"):
        for number, cases in enumerate(hand_ins(questions, side)):
            dress = number if side == "accept" else 0
            students[f"{side}_{number}"] = notebook(release, cases, dress)
    for student, handed_in in students.items():
        place = course / "submitted" / student / name
        place.mkdir(parents=True)
        nbformat.write(handed_in, place / f"{name}.ipynb")


def _read_results(course, name):
    results = {}
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        for submission in gradebook.assignment_submissions(name):
            student = submission.student.id
            said = _said(course / "autograded" / student / name / f"{name}.ipynb")
            results[student] = {grade.name: (grade.auto_score, grade.max_score,
                                             said.get(grade.name, ""))
                                for book in submission.notebooks for grade in book.grades}
    return results


def _said(path):
    """Return {test id: its output} of a graded notebook."""
    cells = nbformat.read(path, as_version=4).cells
    return {cell.metadata.nbgrader.grade_id:
            "\n".join(output.get("text") or "\n".join(output.get("traceback", []))
                      for output in cell.outputs)
            for cell in cells if cell.cell_type == "code" and "nbgrader" in cell.metadata
            and "grade_id" in cell.metadata.nbgrader}
