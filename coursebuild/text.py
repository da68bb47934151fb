"""Reads content/*.py (jupytext's py:percent) as notebooks, with stable ids and the Colab badge.

In Markdown, `[words](colab:notebooks/NAME.ipynb)`, `[words](binder:…)` and `[mark]: colab:…`
become links to that notebook of the public repository, and PUBLIC_REPOSITORY its name on GitHub.

An exercise marks its cells on their `# %%` line; this is what nbgrader is told of them:

| mark                      | the cell is                                             |
|---------------------------|---------------------------------------------------------|
| `answer="ID"`             | the student's, code, graded by the test cells after it  |
| `test="ID" points=N`      | a test worth N points, locked                           |
| `manual="ID" points=N`    | the student's, Markdown or code, graded by a person     |
| `locked="ID"`             | the instructor's, locked                                |
"""

import hashlib
import json
import re

import jupytext
from nbformat import from_dict

from coursebuild.embed import FOLDED, Embedder
from coursebuild.settings import ROOT, SETTINGS, BuildError, binder_link, colab_link

ROLES = {
    "answer": {"grade": False, "solution": True, "locked": False},
    "test": {"grade": True, "solution": False, "locked": True},
    "manual": {"grade": True, "solution": True, "locked": False},
    "locked": {"grade": False, "solution": False, "locked": True},
}
LINKS = {"colab": colab_link, "binder": binder_link}
PUBLIC = re.compile(r"(notebooks|release/([^/]+))/([^/]+)\.ipynb")
KERNEL = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def read_lesson(path):
    """Return the notebook, not yet executed, of the lesson at `path`."""
    return _read(path, f"notebooks/{path.stem}.ipynb", Embedder())


def read_exercise(path):
    """Return the instructor's notebook, not yet executed, of the exercise at `path`."""
    embedder = Embedder(releasable=SETTINGS["releasable"])
    return _read(path, f"release/{path.stem}/{path.stem}.ipynb", embedder)


def fingerprint(notebook):
    """Return a hash of what an author wrote in `notebook`: cells, marks, tags, not outputs."""
    cells = [[c.cell_type, c.source, c.metadata.get("nbgrader"), *c.metadata.get("tags", [])]
             for c in notebook.cells]
    return hashlib.sha256(json.dumps(cells, sort_keys=True).encode()).hexdigest()


def _read(path, public_path, embedder):
    notebook = jupytext.reads(path.read_text(), fmt="py:percent")
    course = {key: notebook.metadata[key] for key in ("points",) if key in notebook.metadata}
    notebook.metadata = from_dict({**KERNEL, "course": course})
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for cell in notebook.cells:
        cell.metadata = from_dict(_metadata(cell, path))
        if cell.cell_type == "code":
            cell.source = _embed(cell, embedder, path)
        elif cell.cell_type == "markdown":
            cell.source = _link(cell.source, path)
    _add_badge(notebook, public_path, path)
    _set_ids(notebook)
    notebook.metadata.course.fingerprint = fingerprint(notebook)
    return notebook


def _metadata(cell, path):
    metadata = {key: value for key, value in cell.metadata.items() if key == "tags"}
    marks = [key for key in cell.metadata if key in ROLES]
    unknown = set(cell.metadata) - set(ROLES) - {"tags", "points", "lines_to_next_cell"}
    if unknown or len(marks) > 1:
        raise BuildError(f"{path.relative_to(ROOT)}: a cell is marked with "
                         f"{', '.join(sorted(cell.metadata))}; it takes one of {', '.join(ROLES)}, "
                         "with points.")
    for mark in marks:
        metadata["nbgrader"] = {"grade_id": cell.metadata[mark], "schema_version": 3,
                                "task": False, **ROLES[mark]}
        if ROLES[mark]["grade"]:
            metadata["nbgrader"]["points"] = cell.metadata.get("points")
    if cell.cell_type == "code" and cell.source.startswith(FOLDED):
        # Folded: the first is JupyterLab's word for it, the second Colab's.
        metadata |= {"jupyter": {"source_hidden": True}, "cellView": "form"}
    return metadata


def _embed(cell, embedder, path):
    try:
        source = embedder.embed(cell.source)
    except BuildError as error:
        raise BuildError(f"{path.relative_to(ROOT)}: {error}") from None
    most = SETTINGS["embedded_lines"]
    if source != cell.source and "cellView" in cell.metadata and source.count("\n") >= most:
        raise BuildError(f"{path.relative_to(ROOT)}: the folded cell grew to "
                         f"{source.count(chr(10)) + 1} lines; {most} are allowed. Import less.")
    return source


def _add_badge(notebook, public_path, path):
    heading, _, rest = notebook.cells[0].source.partition("\n")
    if notebook.cells[0].cell_type != "markdown" or not heading.startswith("# "):
        raise BuildError(f"{path.relative_to(ROOT)} must start with a Markdown cell and an H1.")
    image = "https://colab.research.google.com/assets/colab-badge.svg"
    badge = f"[![Open in Colab]({image})]({colab_link(public_path)})"
    notebook.cells[0].source = f"{heading}\n\n{badge}\n{rest}"


def _link(source, path):
    """Return the Markdown `source` with its colab: and binder: links made into addresses."""
    def address(match):
        before, kind, target = match.groups()
        if not _is_derived(target):
            raise BuildError(f"{path.relative_to(ROOT)} links to {kind}:{target}, but nothing in "
                             "content/ becomes that notebook. Is it misspelled?")
        return before + LINKS[kind](target)

    source = re.sub(rf"(\]\(|\]: )({'|'.join(LINKS)}):([^)\s]*)", address, source)
    return source.replace("PUBLIC_REPOSITORY", SETTINGS["public_repository"])


def _is_derived(public_path):
    """Return whether a file of content/ becomes the notebook at `public_path`."""
    match = PUBLIC.fullmatch(public_path)
    if not match:
        return False
    folder, assignment, name = match.groups()
    kind = "lessons" if folder == "notebooks" else "exercises"
    return assignment in (None, name) and (ROOT / f"content/{kind}/{name}.py").exists()


def _set_ids(notebook):
    """Name each cell by its grade id or by a hash of its source, so that diffs stay small."""
    used = set()
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        name = name or hashlib.sha256(cell.source.encode()).hexdigest()[:8]
        while name in used:
            name += "-again"
        used.add(name)
        cell.id = name
