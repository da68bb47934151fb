"""All that grading one assignment needs, as data: it can be sent to another machine."""

import ast
import functools
import hashlib
import json
import platform
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import nbformat
from nbgrader.utils import is_grade, is_locked
from traitlets.config import Config

from batchgrader.course import CourseError, files_below, folder
from batchgrader.digest import digest
from batchgrader.master import Master, make_master
from batchgrader.settings import BatchGrader, preprocessors

HERE = Path(__file__).parent
VERSIONS = ("nbgrader", "tensorflow", "keras", "numpy", "ipython")


@dataclass(frozen=True)
class Bundle:
    """An assignment as hand-ins are graded on it.

    masters: {notebook: Master}. files: {path: bytes} of the instructor's other files.
    judge_imports, student_imports: modules that all its cells import, and those that students
    were given. readable: paths that tests may read. key: hash of all that the points depend on.
    """

    assignment: str
    masters: dict[str, Master]
    files: dict[str, bytes]
    judge_imports: tuple[str, ...]
    student_imports: tuple[str, ...]
    readable: tuple[str, ...]
    config: Config
    key: str

    def cells(self, copy):
        """Return (number, source) of the cells that all hand-ins run alike.

        copy: of the masters', "released" for students' processes, "graded" for the tests'.
        """
        return tuple((number, cell.source) for master in self.masters.values()
                     for number, cell in enumerate(_numbered(getattr(master, copy)), 1)
                     if is_locked(cell) and (copy == "graded" or not is_grade(cell)))

    def beside(self, handin):
        """Return {path: bytes} of what lies beside the notebooks while they run.

        That is the instructor's files, and those of a hand-in {path: bytes} that are not in their
        way: one that has the name of another's folder, or the other way round, is left out.
        """
        mine = {*self.files, *(f"{name}.ipynb" for name in self.masters)}
        theirs = {name: content for name, content in handin.items()
                  if not name.endswith(".ipynb") and not any(
                      one.startswith(f"{name}/") or name.startswith(f"{one}/") for one in mine)}
        return theirs | self.files

    def key_of(self, handin):
        """Return the hash that the result for the files {path: bytes} of a hand-in goes by."""
        hashed = hashlib.sha256(self.key.encode())
        for name in sorted(handin):
            # A name that is no text comes with surrogates for its bytes.
            hashed.update(f"{name}\0{len(handin[name])}\0".encode(errors="surrogateescape"))
            hashed.update(handin[name])
        return hashed.hexdigest()


def make_bundle(course, assignment):
    """Return the Bundle of `assignment` in `course`; raise CourseError if there is none."""
    source = folder(course, "source", ".", assignment)
    paths = sorted(source.glob("*.ipynb"))
    if not paths:
        raise CourseError(f"There is no assignment {assignment} in {source.parent}.")
    masters = {path.stem: _master(path, course.config) for path in paths}
    excluded = course.config.Autograde.get("exclude_overwriting", {}).get(assignment, [])
    files = {name: content for name, content in files_below(source, course.coursedir.ignore)
             if Path(name).suffix != ".ipynb" and name not in excluded}
    tests = _imports(master.graded for master in masters.values())
    given = _imports(master.released for master in masters.values())
    preprocessors(course.config)  # raises, before anything is done
    settings = BatchGrader(config=course.config)
    readable = tuple(str(Path(course.coursedir.root, path)) for path in settings.depends_on)
    # Tests inside the student's process import there.
    return Bundle(assignment, masters, files, tests, tests if settings.inside else given, readable,
                  course.config, _key(course, source, assignment))


@functools.cache
def versions():
    """Return what points depend on besides the course: the versions of all that grades."""
    return (f"python {'.'.join(platform.python_version_tuple()[:2])}",
            *(f"{name} {_version(name)}" for name in VERSIONS),
            "batchgrader " + digest(HERE, *sorted(
                str(path.relative_to(HERE)) for path in HERE.rglob("*.py"))))


def _master(path, config):
    try:
        notebook = nbformat.read(path, as_version=4)
    except Exception as error:
        raise CourseError(f"{path} cannot be read as a notebook: {error}.") from None
    master = make_master(notebook, config)
    if master.language != "python":
        raise CourseError(f"{path} is written in {master.language}; batchgrader runs Python. "
                          "`nbgrader autograde` grades it.")
    return master


def _key(course, source, assignment):
    root = Path(course.coursedir.root)
    depends_on = BatchGrader(config=course.config).depends_on
    return json.dumps([digest(source.parent, assignment),
                       digest(root, "nbgrader_config.py", *depends_on), *versions()])


def _version(name):
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"


def _numbered(notebook):
    """Return the cells of a notebook that get a number when they run."""
    return [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]


def _imports(notebooks):
    """Return the modules that cells import, in the order in which they do."""
    return tuple(dict.fromkeys(name for notebook in notebooks for cell in notebook.cells
                               if cell.cell_type == "code" for name in _imported(cell.source)))


def _imported(source):
    try:
        tree = ast.parse(source)
    except SyntaxError:  # Markdown, or a cell with magics
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
