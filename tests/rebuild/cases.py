"""The cases of hand-ins, and their bytes: cases.toml, unreadable.toml and names.toml.

`hand_in_bytes(case)` is what the student hands in. It is made from the released notebook of
tests/courses/small with right answers in it.
"""

import contextlib
import copy
import json
import tomllib
from functools import cache
from pathlib import Path

import nbformat
from rebuild import edits

from batchgrader.course import open_course
from batchgrader.master import make_master

HERE = Path(__file__).resolve().parent
COURSE = HERE.parent / "courses/small"
SOURCE = COURSE / "source/small/small.ipynb"

# The points of all right answers; "open": a person gives them.
ALL = {"area_test": 2, "mean_test": 1, "mean_more_test": 2, "primes_test": 4,
       "why": "open", "loop": "open"}


def load(name):
    return tomllib.loads((HERE / f"{name}.toml").read_text())["case"]


@cache
def master():
    # nbgrader also reads the nbgrader_config.py of the folder that it is started in.
    with contextlib.chdir(COURSE):
        course = open_course(COURSE)
    return make_master(nbformat.read(SOURCE, as_version=4), course.config)


def released():
    """Return the students' notebook as a dict, each cell with a name."""
    notebook = json.loads(nbformat.writes(master().released))
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"])
        cell["name"] = cell["metadata"].get("nbgrader", {}).get("grade_id", cell["id"])
    return notebook


def edited(case):
    """Return the notebook of `case` as a dict: answers first, then the edits in order."""
    notebook = released()
    edits.answer(notebook, *case.get("answered", edits.RIGHT)) if case.get(
        "answered", True) else None
    for name, *arguments in case.get("edits", []):
        keywords = arguments.pop() if arguments and isinstance(arguments[-1], dict) \
            and name in ("top", "add", "copy") else {}
        getattr(edits, name)(notebook, *arguments, **keywords)
    return notebook


def hand_in_bytes(case):
    """Return the bytes of the file that is handed in."""
    if "text" in case:
        return case["text"].encode(case.get("encoding", "utf-8"))
    if "bytes" in case:
        return bytes.fromhex(case["bytes"]) * case.get("times", 1)
    notebook = copy.deepcopy(edited(case))
    for cells in [notebook.get("cells", []), *(s["cells"] for s in notebook.get("worksheets", []))]:
        for cell in cells:
            if isinstance(cell, dict):
                cell.pop("name", None)
    text = json.dumps(notebook, ensure_ascii=case.get("ascii", False), indent=1)
    for old, new in case.get("replace", []):
        assert old in text
        text = text.replace(old, new)
    content = text.encode(case.get("encoding", "utf-8"))
    return content[:int(len(content) * case.get("cut_at", 1))]


def points(case):
    """Return the points of each test that `case` is to get; "open": a person gives them."""
    return ALL | case.get("points", {})
