"""A copy of the course for tests to grade in, by the commands that an instructor runs."""

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def _environment():
    """Return the environment without what pytest adds: ipykernel behaves otherwise under it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return kept | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}


def _start(*command, cwd, **options):
    return subprocess.Popen([sys.executable, "-m", *map(str, command)], cwd=cwd, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            env=_environment(), **options)


def _run(*command, cwd, code=0):
    with _start(*command, cwd=cwd) as process:
        output = process.communicate()[0]
    assert process.returncode == code, output
    return output


@pytest.fixture(scope="session")
def start():
    """start("batchgrader", ..., cwd=folder): a process of `python -m batchgrader ...`."""
    return _start


@pytest.fixture(scope="session")
def run():
    """run("nbgrader", ..., cwd=folder, code=0): what it printed; another exit code fails."""
    return _run


@pytest.fixture(scope="session")
def course(tmp_path_factory):
    """A copy of the course with ps1 released and nothing handed in. Copy it before a change."""
    return _shared(tmp_path_factory, "course", _make_course)


@pytest.fixture(scope="session")
def graded(tmp_path_factory, course):
    """A copy of the course with the sample class graded. Copy it before a change."""
    return _shared(tmp_path_factory, "graded", lambda folder: _grade_class(course, folder))


def _make_course(folder):
    shutil.copytree(ROOT / "source", folder / "source")
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    _run("nbgrader", "generate_assignment", "ps1", "--force", cwd=folder)


def _grade_class(course, folder):
    shutil.copytree(course, folder, dirs_exist_ok=True)
    _run("batchgrader", "--course", folder, "collect", "ps1", ROOT / "samples/ps1", cwd=folder)
    _run("batchgrader", "--course", folder, "grade", "ps1", cwd=folder)


def _shared(tmp_path_factory, name, make):
    """Return a temporary folder that make(folder) fills, once for all workers of a run."""
    place = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        place = place.parent
    folder, done = place / name, place / f"{name}.done"
    with (place / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            done.touch()
    return folder
