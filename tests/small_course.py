"""Hand-ins in the course tests/courses/small, which needs no TensorFlow."""

import shutil
from pathlib import Path

import nbformat

HERE = Path(__file__).resolve().parent


def make_course(run, folder, settings=""):
    """Copy the course to `folder`, with `settings` behind its own, and release the assignment."""
    shutil.copytree(HERE / "courses/small", folder, dirs_exist_ok=True)
    with (folder / "nbgrader_config.py").open("a") as config:
        config.write(settings)
    run("nbgrader", "generate_assignment", "small", "--force", cwd=folder)


def hand_in(folder, student, answers=None, first=(), last=(), content=None):
    """Hand in the released notebook with right answers, but for those in `answers`.

    first, last: code of cells of the student's own, before and behind the assignment's.
    content: text that is handed in instead.
    """
    source, released = (nbformat.read(folder / step / "small/small.ipynb", as_version=4)
                        for step in ("source", "release"))
    right = {name(cell): cell.source for cell in source.cells if name(cell)}
    for cell in released.cells:
        if cell.metadata.get("nbgrader", {}).get("solution"):
            cell.source = (right | (answers or {}))[name(cell)]
    released.cells = [*own(first), *released.cells, *own(last)]
    place = folder / "submitted" / student / "small"
    place.mkdir(parents=True)
    (place / "small.ipynb").write_text(nbformat.writes(released) if content is None else content)


def name(cell):
    return cell.metadata.get("nbgrader", {}).get("grade_id")


def own(sources):
    return [nbformat.v4.new_code_cell(source) for source in sources]
