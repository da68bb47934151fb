"""Collects each psN.toml as a file of tests: the cases in it, graded by the real command.

Hand-ins that get full points, or none because nothing was answered, are graded by nbgrader's own
command, too: both have to write the same into the gradebook.
"""

import functools

import pytest
from answers import courses
from answers.cases import Case, read_table
from answers.hand_ins import hand_ins
from gradebooks import differences, entries
from shared import shared


def pytest_collect_file(file_path, parent):
    if file_path.suffix == ".toml":
        return Table.from_parent(parent, path=file_path)


class Table(pytest.File):
    """One assignment's table. It is graded when its first test starts, all hand-ins at once."""

    def collect(self):
        self.add_marker("slow")
        questions = self.questions
        for side in ("accept", "reject"):
            for number, cases in enumerate(hand_ins(questions, side)):
                for question in questions:
                    if question.answer in cases:
                        yield Answer.from_parent(
                            self, name=f"{side}-{question.answer}-{number}", question=question,
                            case=cases[question.answer], student=f"{side}_{number}")
        for question in questions:
            yield Answer.from_parent(self, name=f"accept-{question.answer}-instructor",
                                     question=question, case=Case(question.answer, ""),
                                     student="instructor")
            yield Answer.from_parent(self, name=f"reject-{question.answer}-untouched",
                                     question=question, student="untouched",
                                     case=Case(question.answer, "", question.tests, "Not yet: "))
        for student in courses.honest(questions):
            yield Parity.from_parent(self, name=f"parity-{student}", student=student)

    @functools.cached_property
    def questions(self):
        return read_table(self.path)

    @functools.cached_property
    def graded(self):
        """The folder of a course with all hand-ins, graded by batchgrader."""
        made = self._shared("handed_in", lambda folder: courses.make(folder, self.path))
        return self._shared("graded", lambda folder: courses.grade(made, folder, self.path.stem))

    @functools.cached_property
    def entries(self):
        """What batchgrader wrote into the gradebook."""
        return entries(self.graded, self.path.stem)

    @functools.cached_property
    def nbgraders_entries(self):
        """What nbgrader writes into the gradebook for the honest hand-ins."""
        made = self._shared("handed_in", lambda folder: courses.make(folder, self.path))
        graded = self._shared("by_nbgrader", lambda folder: courses.grade_with_nbgrader(
            made, folder, self.path.stem, courses.honest(self.questions)))
        return entries(graded, self.path.stem)

    def _shared(self, name, make):
        return shared(self.config._tmp_path_factory, f"{self.path.stem}_{name}", make)


class HandIn(pytest.Item):
    """Something that is so of one hand-in; a failure is told in one sentence."""

    def __init__(self, student, **node):
        super().__init__(**node)
        self.student = student

    def repr_failure(self, excinfo, style=None):
        return str(excinfo.value) if excinfo.errisinstance(AssertionError) else super(
        ).repr_failure(excinfo, style)


class Answer(HandIn):
    """One answer in one hand-in: the points and the sentence that it must get."""

    def __init__(self, question, case, **node):
        super().__init__(**node)
        self.question, self.case = question, case

    def runtest(self):
        cells = self.parent.entries[self.student]
        said = courses.said(self.parent.graded, self.student, self.parent.path.stem)
        for test in self.question.tests:
            points, most = cells[test]["auto_score"], cells[test]["max_score"]
            due = 0 if test in self.case.tests else most
            # None: the answer only pretends, so a person has to look.
            assert points == due or (points is None and due == 0), (
                f"{test}: {points} of {most} points for\n{self.case.code}\n{said.get(test)}")
        said = "\n".join(said.get(test, "") for test in self.case.tests)
        assert self.case.says in said, (
            f"{self.case.says!r} is not said to\n{self.case.code}\n{said}")


class Parity(HandIn):
    """One hand-in that gets the same from nbgrader."""

    def runtest(self):
        found = differences(self.parent.entries[self.student],
                            self.parent.nbgraders_entries[self.student])
        assert not found, f"{self.student}, as (batchgrader, nbgrader) have it: {found}"
