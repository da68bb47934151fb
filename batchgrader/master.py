"""The instructor's notebook as it is graded and as it was released, by nbgrader's own steps."""

import copy
import functools
import os
from dataclasses import dataclass

from nbformat import NotebookNode

from batchgrader.course import CourseError
from batchgrader.outline import outline


@dataclass(frozen=True)
class Master:
    """One notebook of an assignment; graded and released have the same cells in the same order."""

    graded: NotebookNode       # stubs in the answers, all hidden tests, the gradebook's checksums
    released: NotebookNode     # as students got it: hidden tests and mark schemes taken out
    solutions: dict[str, str]  # grade_id -> the instructor's source of that answer
    language: str              # "python"

    @functools.cached_property
    def targets(self):
        """Return what there is to recognize its cells by: a Target for each."""
        return outline(self)


def make_master(source, config, folder=""):
    """Return the Master of the notebook `source` in a course with nbgrader's settings `config`.

    source: the instructor's notebook, with solutions. folder: where it lies, for the tests that
    nbgrader generates (autotests.yml). The steps are those of nbgrader's generate_assignment that
    are nbgrader's own, but for SaveCells, which writes the gradebook; graded is what SaveCells
    would get. Raises CourseError if nbgrader refuses the notebook.
    """
    from nbgrader.nbgraderformat import SchemaTooNewError, SchemaTooOldError, ValidationError
    from nbgrader.preprocessors import SaveCells

    config = _with_whole_paths(config)
    notebook = _with_ids(copy.deepcopy(source))
    solutions = _answers(notebook, {})
    graded, resources = None, {"metadata": {"path": str(folder)}}
    try:
        for step in _steps(config):
            if issubclass(step, SaveCells):
                graded = copy.deepcopy(notebook)
                continue
            notebook, resources = step(config=config)(notebook, resources)
            solutions = _answers(_with_ids(notebook), solutions)
    except (RuntimeError, ValueError, ValidationError, SchemaTooOldError,
            SchemaTooNewError) as error:
        raise CourseError(f"nbgrader cannot release the instructor's notebook: {error}") from error
    language = notebook.metadata.get("kernelspec", {}).get("language", "python")
    return Master(graded or notebook, notebook, solutions, language)


def _steps(config):
    """Return the steps of nbgrader's own, as generate_assignment takes them in this course."""
    from nbgrader.converters import GenerateAssignment

    steps = GenerateAssignment.preprocessors.default_args[0]
    chosen = config.GenerateAssignment.get("preprocessors", steps)
    chosen = chosen if isinstance(chosen, list) else chosen.get_value(steps)
    return [step for step in chosen if _is_nbgraders(step)]


def _is_nbgraders(step):
    """Return whether the class `step` is one of nbgrader's steps, or made from one."""
    from nbgrader.preprocessors import NbGraderPreprocessor

    return any(issubclass(base, NbGraderPreprocessor) and base is not NbGraderPreprocessor
               and base.__module__.startswith("nbgrader.") for base in step.__mro__)


def _with_whole_paths(config):
    """Return `config` with the header and footer found from any folder: nbgrader changes to the
    course's, which threads must not do."""
    config = copy.deepcopy(config)
    for name in ("header", "footer"):
        path = config.IncludeHeaderFooter.get(name, "")
        if path:
            root = config.CourseDirectory.get("root", "")
            config.IncludeHeaderFooter[name] = os.path.join(root, path)
    return config


def _with_ids(notebook):
    """Give each cell an id of its own, as format 4.5 demands, the same in every run."""
    notebook.nbformat, notebook.nbformat_minor = 4, max(5, notebook.get("nbformat_minor", 0))
    taken = set()
    for number, cell in enumerate(notebook.cells):
        if cell.get("id") in taken | {None}:
            cell["id"] = next(name for count in range(len(notebook.cells) + 1)
                              if (name := f"cell-{number}-{count}") not in taken)
        taken.add(cell["id"])
    return notebook


def _answers(notebook, known):
    """Return {grade_id: source} of the answers; what is `known` already stays."""
    found = {cell.metadata.nbgrader.grade_id: cell.source for cell in notebook.cells
             if cell.metadata.get("nbgrader", {}).get("solution")}
    return found | known

