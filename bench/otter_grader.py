"""otter-grader on the same questions, one command a hand-in.

python bench/otter_grader.py COURSE NAME. It lives in an environment of its own, .venv-otter, which
this makes if it is missing. What it grades is made from COURSE/cells.json: the student's cells as a
notebook, a test file for each test.
"""

import json
import os
import subprocess
import sys
import venv
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

VERSION = "7.0.0"
ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv-otter"
TEST = """from otter.test_files import test_case

OK_FORMAT = False
name = {name!r}
points = 1


@test_case()
def test_cell(env):
    exec({source!r}, dict(env))
"""


def install():
    """Make the environment; a second call finds it. Raises CalledProcessError."""
    ready = ENVIRONMENT / f".ready-{VERSION}"
    if not ready.exists():
        venv.create(ENVIRONMENT, with_pip=True)
        ours = [line for line in (ROOT / "requirements.txt").read_text().splitlines()
                if line.startswith(("tensorflow==", "numpy==", "matplotlib=="))]
        _otter("python", "-m", "pip", "install", "-q", f"otter-grader=={VERSION}", "ipykernel",
               *ours, cwd=ENVIRONMENT)
        ready.touch()


def main(course, name):
    """Grade all hand-ins, one after another."""
    given = json.loads((course / "cells.json").read_text())["hand_ins"]
    place = course / "otter"
    (place / "tests").mkdir(parents=True)
    for test, source in next(iter(given.values())):
        if test:
            (place / "tests" / f"{test}.py").write_text(TEST.format(name=test, source=source))
    _otter("otter", "generate", "-t", "tests", "-o", "autograder.zip", "--no-environment",
           cwd=place)
    for student in sorted(path.name for path in (course / "submitted").iterdir()):
        cells = [new_code_cell(source) for test, source in given[student] if not test]
        nbformat.write(new_notebook(cells=cells), place / f"{student}.ipynb")
        _otter("otter", "run", "-a", "autograder.zip", "-o", ".", f"{student}.ipynb", cwd=place)
        (place / "results.json").rename(place / f"{student}.json")
        (course / "autograded" / student / name).mkdir(parents=True)


def _otter(*command, cwd):
    programs = ENVIRONMENT / "bin"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}  # tests import lstm_marking
    subprocess.run([programs / command[0], *command[1:]], cwd=cwd, check=True,
                   stdout=subprocess.DEVNULL,
                   env=environment | {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"})


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
