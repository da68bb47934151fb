"""Grades one hand-in: (bundle, files) to Result, wherever it runs."""

import atexit
import contextlib
import threading

import nbformat
from nbformat.v4 import new_markdown_cell
from nbgrader.converters import Autograde
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    DeduplicateIds,
    Execute,
    GetGrades,
    OverwriteCells,
    OverwriteKernelspec,
    SaveAutoGrades,
)
from traitlets.config import Config

from batchgrader import handin, score
from batchgrader.execute import Run
from batchgrader.parents import Parents
from batchgrader.process.session import ParentLost
from batchgrader.rebuild import rebuild
from batchgrader.result import NOT_GRADABLE, SYSTEM_ERROR, Book, Result
from batchgrader.settings import BatchGrader, preprocessors, timeout_error
from batchgrader.student import KilledFromOutside, Student

ATTEMPTS = 3
# What they do is done elsewhere: on the master, in the gradebook, or by this file.
DONE_ELSEWHERE = (AssignLatePenalties, CheckCellMetadata, DeduplicateIds, GetGrades,
                  OverwriteCells, OverwriteKernelspec, SaveAutoGrades)


def grade_hand_in(bundle, files, parents=None):
    """Return the Result of one hand-in, {path: bytes}; the same for the same arguments.

    parents: where processes come from, Parents of the bundle; or None for this process's own.
    What fails for a reason that is none of the student's is tried three times in all.
    """
    reason, parents = "", parents or _own_parents(bundle)
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return _grade(bundle, files, parents, last=attempt == ATTEMPTS)
        except handin.NotGradable as error:
            return Result(NOT_GRADABLE, str(error))
        except KilledFromOutside:
            continue
        except ParentLost as error:
            reason = str(error)
        except OSError as error:
            reason = f"{type(error).__name__}: {error}"
    return Result(SYSTEM_ERROR, f"{reason}. It was tried {ATTEMPTS} times. Run it again.")


def _grade(bundle, files, parents, last):
    books, uncertain = {}, False
    beside = bundle.beside(files)
    names = [name for name in files if name.endswith(".ipynb") and "/" not in name]
    if not names:
        raise handin.NotGradable("There is no notebook in this hand-in: hand in a file that "
                                 "ends in .ipynb.")
    for notebook, master in bundle.masters.items():
        try:
            name = handin.choose(names, notebook, list(bundle.masters))
        except handin.NotGradable:
            if len(bundle.masters) == 1:
                raise
            books[notebook] = None
            continue
        books[notebook], late = _book(
            bundle, master, handin.read(files[name], master.language), beside, parents, last)
        uncertain |= late
    if not any(books.values()):
        raise handin.NotGradable("None of the files that were handed in has the name of a "
                                 f"notebook of {bundle.assignment}.")
    return Result.of(books, uncertain)


def _book(bundle, master, handed_in, beside, parents, last):
    rebuilt = rebuild(master, handed_in)
    notebook = rebuilt.notebook
    before, after = _steps(bundle.config)
    resources = {"nbgrader": {"assignment": bundle.assignment}}
    for step in before:
        notebook, resources = step(config=bundle.config)(notebook, resources)
    settings = BatchGrader(config=bundle.config)
    student = Student(parents.get("student"), beside, parents.limits, settings.seconds, last)
    with contextlib.closing(student), parents.judge() as judge:
        executed = Run(master, student, judge, settings,
                       timeout_error(bundle.config)).execute(notebook)
    for step in after:
        notebook, resources = step(config=bundle.config)(notebook, resources)
    repairs = (*handed_in.repairs, *rebuilt.repairs)
    questions = score.questions(notebook, executed, rebuilt.unclear)
    comments = score.comments(notebook)
    _tell(notebook, [*repairs, *rebuilt.unclear.values()])
    return Book(questions, comments, repairs, nbformat.writes(notebook)), student.uncertain


def _steps(config):
    """Return the course's own preprocessors: before the cells run, and after."""
    sanitize, autograde = preprocessors(config)
    run = next((n for n, step in enumerate(autograde) if issubclass(step, Execute)), 0)
    steps = [*sanitize, *autograde[:run]], autograde[run + 1:]
    return [[step for step in part if not issubclass(step, DONE_ELSEWHERE)] for part in steps]


def settings_read(config):
    """Return the sections of a course's settings that grading reads, as a Config."""
    before, after = _steps(config)
    sections = {name for kind in (BatchGrader, Autograde, Execute, *before, *after)
                for name in kind.section_names()}
    return Config({name: value for name, value in config.items() if name in sections})


def _tell(notebook, sentences):
    """Put what was repaired on top of the graded copy, where feedback shows it."""
    if sentences:
        lines = "\n".join(f"- {sentence}" for sentence in sentences)
        notebook.cells.insert(0, new_markdown_cell(
            f"**Before this notebook was graded:**\n\n{lines}", id="before-grading"))


_own, _lock = {}, threading.Lock()


def _own_parents(bundle):
    """Return this process's Parents of an assignment; they end with the process."""
    key = bundle.key, bundle.readable, str(bundle.config)
    with _lock:
        if key not in _own:
            _own[key] = Parents(bundle)
            atexit.register(_own[key].stop)
        return _own[key]
