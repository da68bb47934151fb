"""What editors and students do to a notebook, each as a function that changes it in place.

A notebook is a dict as JSON has it. Each of its cells has the key "name" while it is edited: the
grade_id, or the cell id where there is none.
"""

import copy as copies
import random

RIGHT = {
    "area": "area = 3 * 4",
    "mean": "def mean(numbers):\n    return sum(numbers) / len(numbers)",
    "primes": "primes = {2, 3, 5, 7}",
    "why": "Because nothing would be divided by nothing.",
    "loop": "for line in range(3):\n    print(line)",
}
BADGE = '<a href="https://colab.research.google.com/github/x/y" target="_parent">Open In Colab</a>'


def cell(notebook, name):
    return next(cell for cell in notebook["cells"] if cell["name"] == name)


def _index(notebook, name):
    return notebook["cells"].index(cell(notebook, name))


def _new(kind, source, name="new"):
    code = {"outputs": [], "execution_count": None} if kind == "code" else {}
    return {"cell_type": kind, "metadata": {}, "source": source, "name": name} | code


def answer(notebook, *names):
    """Write the right answers, or those of `names`."""
    for name in names or RIGHT:
        cell(notebook, name)["source"] = RIGHT[name]


def write(notebook, name, source):
    cell(notebook, name)["source"] = source


def append(notebook, name, text):
    cell(notebook, name)["source"] += text


def prepend(notebook, name, text):
    cell(notebook, name)["source"] = text + cell(notebook, name)["source"]


def delete(notebook, *names):
    notebook["cells"] = [cell for cell in notebook["cells"] if cell["name"] not in names]


def keep(notebook, *names):
    notebook["cells"] = [cell for cell in notebook["cells"] if cell["name"] in names]


def add(notebook, after, kind, source):
    """Put a new cell after the cell `after`; after "" it is the first."""
    place = _index(notebook, after) + 1 if after else 0
    notebook["cells"].insert(place, _new(kind, source))


def move(notebook, name, after):
    moved = cell(notebook, name)
    notebook["cells"].remove(moved)
    notebook["cells"].insert(_index(notebook, after) + 1 if after else 0, moved)


def swap(notebook, one, other):
    i, j = _index(notebook, one), _index(notebook, other)
    notebook["cells"][i], notebook["cells"][j] = notebook["cells"][j], notebook["cells"][i]


def reverse(notebook):
    notebook["cells"].reverse()


def copy(notebook, name, source=None, after=None):
    """Put a copy with all metadata under the cell, or `after` another one."""
    copied = copies.deepcopy(cell(notebook, name)) | {"name": f"copy of {name}"}
    copied["source"] = copied["source"] if source is None else source
    notebook["cells"].insert(_index(notebook, after or name) + 1, copied)


def split(notebook, name, line):
    """Split the cell before the `line`; both have the metadata, as in Colab and JupyterLab."""
    lines = cell(notebook, name)["source"].split("\n")
    copy(notebook, name, "\n".join(lines[line:]))
    write(notebook, name, "\n".join(lines[:line]))


def merge(notebook, one, other):
    append(notebook, one, "\n" + cell(notebook, other)["source"])
    delete(notebook, other)


def turn(notebook, name, kind):
    cell(notebook, name)["cell_type"] = kind


def strip(notebook, *names):
    """Take the metadata away, from all cells or those of `names`."""
    for found in notebook["cells"]:
        if not names or found["name"] in names:
            found["metadata"] = {}


def no_cell_ids(notebook):
    notebook["nbformat_minor"] = 0
    for found in notebook["cells"]:
        found.pop("id", None)


def same_cell_ids(notebook):
    for found in notebook["cells"]:
        found["id"] = "same"


def name_as(notebook, name, grade_id):
    """Give the cell another grade_id."""
    nbgrader = cell(notebook, name)["metadata"].get("nbgrader", {})
    cell(notebook, name)["metadata"]["nbgrader"] = nbgrader | {"grade_id": grade_id}


def swap_names(notebook, one, other):
    a, b = cell(notebook, one), cell(notebook, other)
    a["metadata"], b["metadata"] = b["metadata"], a["metadata"]


def schema_version(notebook, version):
    for found in notebook["cells"]:
        if "nbgrader" in found["metadata"]:
            found["metadata"]["nbgrader"]["schema_version"] = version


def metadata(notebook, name, value):
    cell(notebook, name)["metadata"] = value


def tag(notebook, *tags):
    for found in notebook["cells"]:
        found["metadata"]["tags"] = list(tags)


def points(notebook, name, value):
    cell(notebook, name)["metadata"]["nbgrader"]["points"] = value


def colab(notebook):
    """Save it as Colab does with a notebook that it made itself, with a badge on top."""
    no_cell_ids(notebook)
    notebook["metadata"] = {"colab": {"provenance": []}, "kernelspec": {
        "name": "python3", "display_name": "Python 3"}, "language_info": {"name": "python"}}
    for number, found in enumerate(notebook["cells"]):
        found["metadata"] |= {"id": f"Ab{number}", "executionInfo": {"user": {"userId": "1"}}}
    badge = _new("markdown", BADGE) | {"metadata": {"id": "view-in-github", "colab_type": "text"}}
    notebook["cells"].insert(0, badge)


def as_lines(notebook):
    for found in notebook["cells"]:
        found["source"] = found["source"].splitlines(keepends=True)


def windows_line_ends(notebook):
    for found in notebook["cells"]:
        found["source"] = found["source"].replace("\n", "\r\n")


def format_3(notebook):
    for found in notebook["cells"]:
        if found["cell_type"] == "code":
            found["input"] = found.pop("source")
        elif found["source"].startswith("# "):
            found |= {"cell_type": "heading", "level": 1, "source": found["source"][2:]}
    notebook["worksheets"] = [{"cells": notebook.pop("cells")}]
    notebook["nbformat"] = 3


def language(notebook, name):
    notebook["metadata"] = {"kernelspec": {"name": name.lower(), "language": name}}


def kernel(notebook, name):
    notebook["metadata"] = {"kernelspec": {"name": name}}


def top(notebook, **values):
    """Set keys of the notebook itself; None takes a key away."""
    notebook |= values
    for name, value in values.items():
        if value is None:
            del notebook[name]


def other_notebook(notebook, *sources):
    """Make it a notebook of these code cells."""
    notebook["cells"] = [_new("code", source) for source in sources]


def shuffle(notebook, seed):
    random.Random(seed).shuffle(notebook["cells"])
