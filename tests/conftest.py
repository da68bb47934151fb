"""A copy of the course for tests to grade in, by the commands that an instructor runs."""

import shutil
from pathlib import Path

import processes
import pytest
from shared import shared

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def start():
    """start("batchgrader", ..., cwd=folder): a process of `python -m batchgrader ...`."""
    return processes.start


@pytest.fixture(scope="session")
def run():
    """run("nbgrader", ..., cwd=folder, code=0): what it printed; another exit code fails."""
    return processes.run


@pytest.fixture(scope="session")
def course(tmp_path_factory):
    """A copy of the course with ps1 released and nothing handed in. Copy it before a change."""
    return shared(tmp_path_factory, "course", _make_course)


@pytest.fixture(scope="session")
def graded(tmp_path_factory, course):
    """A copy of the course with the sample class graded. Copy it before a change."""
    return shared(tmp_path_factory, "graded", lambda folder: _grade_class(course, folder))


def _make_course(folder):
    shutil.copytree(ROOT / "source", folder / "source")
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    processes.run("nbgrader", "generate_assignment", "ps1", "--force", cwd=folder)


def _grade_class(course, folder):
    shutil.copytree(course, folder, dirs_exist_ok=True)
    for command in (["collect", "ps1", ROOT / "samples/ps1"], ["grade", "ps1"],
                    ["feedback", "ps1"]):
        processes.run("batchgrader", *command, cwd=folder)
