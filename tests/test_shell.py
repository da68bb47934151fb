"""Cells give the same outputs as in the kernel that nbgrader starts. The cells are in shell.toml.

Both graders grade the same hand-in, with all the cells behind the assignment's own; what they
store in the graded copies is compared.
"""

import copy
import json
import re
import shutil
import tomllib
from pathlib import Path

import nbformat
import pytest
from shared import shared
from small_course import hand_in, make_course

HERE = Path(__file__).resolve().parent
CELLS = tomllib.loads((HERE / "shell.toml").read_text())["cell"]
# What differs from run to run, and a cell's name in tracebacks.
PASSING = [(r"0x[0-9a-f]{6,}", "0x0"), (r"\(\d+\.py, line", "(a cell, line"),
           (r"<ipython-input-\d+-\w+>|/tmp/ipykernel_\d+/\d+\.py", "a cell")]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def graded(tmp_path_factory, run):
    """Return {grader: [[execution count, outputs] of each cell]}."""
    folder = shared(tmp_path_factory, "shell", lambda folder: grade(run, folder))
    return {grader: stored(folder / grader) for grader in ("batchgrader", "nbgrader")}


def grade(run, folder):
    ours, theirs = folder / "batchgrader", folder / "nbgrader"
    make_course(run, ours)
    hand_in(ours, "ada", last=[cell["code"] for cell in CELLS])
    shutil.copytree(ours, theirs)
    run("batchgrader", "grade", "small", cwd=ours)
    run("nbgrader", "autograde", "small", cwd=theirs)


def stored(course):
    notebook = nbformat.read(course / "autograded/ada/small/small.ipynb", as_version=4)
    return [[cell.execution_count, alike(cell.outputs)] for cell in notebook.cells[-len(CELLS):]]


def alike(outputs):
    """Return outputs as text without what only looks different.

    Parts of a stream are put together, as nbconvert does for a page. Of a traceback the last line
    is kept: the frames before it are colored by other rules in a kernel.
    """
    joined = []
    for output in outputs:
        if joined and output.get("name", "") == joined[-1].get("name"):
            joined[-1]["text"] += output["text"]
            continue
        joined.append(copy.deepcopy(output))
        if output.output_type == "error":
            joined[-1].traceback = output.traceback[-1:]
    text = json.dumps(joined, indent=1, ensure_ascii=False)
    for pattern, same in PASSING:
        text = re.sub(pattern, same, text)
    return text


@pytest.mark.parametrize("number", range(len(CELLS)), ids=[cell["name"] for cell in CELLS])
def test_the_outputs_are_those_of_the_kernel(graded, number):
    ours, theirs = graded["batchgrader"][number], graded["nbgrader"][number]
    if "reason" in CELLS[number]:
        assert CELLS[number]["ours"] in ours[1]
        assert ours != theirs, "they are the same by now: take the reason away"
    else:
        assert ours == theirs
