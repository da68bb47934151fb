"""Grades one hand-in: (bundle, files) to Result, wherever it runs."""

import atexit
import contextlib
import functools
import os
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
from traitlets.utils.importstring import import_item

from batchgrader import handin, isolation, score
from batchgrader.execute import Run
from batchgrader.judge.judge import Judge
from batchgrader.process.session import Parent, ParentLost
from batchgrader.rebuild import rebuild
from batchgrader.result import NOT_GRADABLE, SYSTEM_ERROR, Book, Result
from batchgrader.settings import BatchGrader, cell_limits, timeout_error
from batchgrader.student import KilledFromOutside, Student

ATTEMPTS = 3
# What they do is done elsewhere: on the master, in the gradebook, or by this file.
DONE_ELSEWHERE = (AssignLatePenalties, CheckCellMetadata, DeduplicateIds, GetGrades,
                  OverwriteCells, OverwriteKernelspec, SaveAutoGrades)
PASSED_ON = ("LANG", "LC_", "LD_LIBRARY_PATH", "PATH", "PYTHONPATH", "TZ", "VIRTUAL_ENV",
             "TF_", "KERAS_", "CUDA", "OMP_", "OPENBLAS_", "MKL_")
# Threads that a library starts while it is imported would be missing in a forked process.
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


def grade_hand_in(bundle, files):
    """Return the Result of one hand-in, {path: bytes}; the same for the same arguments.

    What fails for a reason that is none of the student's is tried three times in all.
    """
    reason = ""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return _grade(bundle, files, last=attempt == ATTEMPTS)
        except handin.NotGradable as error:
            return Result(NOT_GRADABLE, str(error))
        except KilledFromOutside:
            continue
        except ParentLost as error:
            reason = str(error)
        except OSError as error:
            reason = f"{type(error).__name__}: {error}"
    return Result(SYSTEM_ERROR, f"{reason}. It was tried {ATTEMPTS} times; run it again.")


def _grade(bundle, files, last):
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
            bundle, master, handin.read(files[name], master.language), beside, last)
        uncertain |= late
    if not any(books.values()):
        raise handin.NotGradable("None of the files that were handed in has the name of a "
                                 f"notebook of {bundle.assignment}.")
    return Result.of(books, uncertain)


def _book(bundle, master, handed_in, beside, last):
    rebuilt = rebuild(master, handed_in)
    notebook = rebuilt.notebook
    before, after = _steps(bundle.config)
    resources = {"nbgrader": {"assignment": bundle.assignment}}
    for step in before:
        notebook, resources = step(config=bundle.config)(notebook, resources)
    settings, limits = BatchGrader(config=bundle.config), cell_limits(bundle.config)
    student = Student(_parent(bundle, bundle.student_imports), beside, limits,
                      settings.seconds, last)
    with contextlib.closing(student), _judge(bundle, limits) as judge:
        executed = Run(master, student, judge, settings.inside,
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
    course = Autograde(config=config)
    sanitize = [_class(step) for step in course.sanitize_preprocessors]
    autograde = [_class(step) for step in course.autograde_preprocessors]
    run = next((n for n, step in enumerate(autograde) if issubclass(step, Execute)), 0)
    steps = [*sanitize, *autograde[:run]], autograde[run + 1:]
    return [[step for step in part if not issubclass(step, DONE_ELSEWHERE)] for part in steps]


def _class(step):
    return import_item(step) if isinstance(step, str) else step


def _tell(notebook, sentences):
    """Put what was repaired on top of the graded copy, where feedback shows it."""
    if sentences:
        lines = "\n".join(f"- {sentence}" for sentence in sentences)
        notebook.cells.insert(0, new_markdown_cell(
            f"**Before this notebook was graded:**\n\n{lines}", id="before-grading"))


_parents, _judges, _lock, _stopped = {}, {}, threading.Lock(), threading.Event()


def _parent(bundle, modules):
    """Return this process's parent for processes that import `modules`; start one if need be.

    Students' processes and judges have parents of their own: what a parent has imported for the
    judge is in the memory of all its children.
    """
    environment = _environment(bundle)
    readable = bundle.readable if modules is bundle.judge_imports else ()
    key = modules, readable, tuple(environment.items())
    with _lock:
        if _stopped.is_set():
            raise ParentLost("grading was stopped")
        parent = _parents.get(key)
        if parent is None or parent.process.poll() is not None:
            if parent:
                parent.stop()
            start = functools.partial(Parent, environment=environment, **isolation.ways(
                BatchGrader(config=bundle.config).isolation, readable))
            parent = _parents[key] = start(modules)
            if parent.threads != 1:  # forked children could hang: each imports for itself
                parent.stop()
                parent = _parents[key] = start(())
        return parent


@contextlib.contextmanager
def _judge(bundle, limits):
    """Give a judge that nobody else has meanwhile; keep it for the next hand-in if all went well.
    """
    free = _judges.setdefault(bundle.key, [])
    parent = _parent(bundle, bundle.judge_imports)
    try:
        judge = free.pop()
    except IndexError:
        judge = Judge(parent, bundle.files, limits)
    try:
        yield judge
    except BaseException:
        judge.end()
        raise
    free.append(judge)


def _environment(bundle):
    passed_on = {name: value for name, value in os.environ.items() if name.startswith(PASSED_ON)}
    return ONE_THREAD | passed_on | {
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "NBGRADER_EXECUTION": "autograde", "PYTHONHASHSEED": "0",
    } | BatchGrader(config=bundle.config).environment


def allow_parents():
    """Let hand-ins' processes be started, again."""
    _stopped.clear()


@atexit.register
def stop_parents():
    """End all processes of hand-ins, and start no more."""
    _stopped.set()
    with _lock:
        _judges.clear()
        while _parents:
            _parents.popitem()[1].stop()
