"""The sample class gets the same entries in the gradebook from nbgrader and from batchgrader.

Points, what a person still has to give, and nbgrader's comments. tests/answers demands the same of
all accepted answers of all assignments.
"""

import shutil
from pathlib import Path

import pytest
from gradebooks import differences, entries
from shared import shared

ROOT = Path(__file__).resolve().parent.parent
STUDENTS = sorted(folder.name for folder in (ROOT / "samples/ps1").iterdir())

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def nbgraders(tmp_path_factory, course, run):
    """The entries of the sample class, graded by nbgrader's own command."""
    folder = shared(tmp_path_factory, "by_nbgrader", lambda folder: grade(run, course, folder))
    return entries(folder, "ps1")


def grade(run, course, folder):
    shutil.copytree(course, folder, dirs_exist_ok=True)
    run("batchgrader", "collect", "ps1", ROOT / "samples/ps1", cwd=folder)
    run("nbgrader", "autograde", "ps1", cwd=folder)


@pytest.mark.parametrize("student", STUDENTS)
def test_both_graders_write_the_same(graded, nbgraders, student):
    assert differences(entries(graded, "ps1")[student], nbgraders[student]) == {}
