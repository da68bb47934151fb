"""What nbgrader_config.py may set as c.BatchGrader.…; nbgrader's own settings are kept to."""

import os

from nbgrader.converters import Autograde
from nbgrader.preprocessors import Execute
from traitlets import Dict, Enum, Float, Integer, List, Unicode
from traitlets.config import Configurable
from traitlets.utils.importstring import import_item

from batchgrader.course import CourseError
from batchgrader.process.session import Limits


class BatchGrader(Configurable):
    """Settings of `batchgrader grade`. A flag of the same name goes first."""

    jobs = Integer(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity")
                   else os.cpu_count() or 1, min=1,
                   help="How many hand-ins are graded at a time.").tag(config=True)
    seconds = Float(600, min=1, help="Seconds that all cells of a hand-in may take.").tag(
        config=True)
    memory = Integer(4096, min=64, help=(
        "MiB that a hand-in's process may take beyond what the imports took.")).tag(config=True)
    output = Float(8, min=0.01, help="MB that one cell may write.").tag(config=True)
    patience = Float(30, min=0, help=(
        "Seconds to wait for another program that writes to the gradebook.")).tag(config=True)
    depends_on = List(Unicode(), help=(
        "Files and folders of the course that tests import. When one changes, hand-ins are "
        "graded again.")).tag(config=True)
    inside = List(Unicode(), help=(
        "Tests, by grade_id or pattern, that run in the student's process, because values are "
        "not enough for them. A student can forge their points; the result says so.")).tag(
        config=True)
    only_shown = List(Unicode(), help=(
        "Locked cells, by grade_id or pattern, that only show something to students: tests are "
        "run without them, unless one takes a name from such a cell. What else it changes, a "
        "file or a seed for instance, tests do not find.")).tag(config=True)
    isolation = Enum(("strong", "weak", "bwrap"), "strong", help=(
        "strong: every hand-in in a box, as good as this machine offers, and none without "
        "Landlock or namespaces. weak: what there is. bwrap: in a box of Bubblewrap's.")).tag(
        config=True)
    environment = Dict(help="Environment variables that cells find.").tag(config=True)


def cell_limits(config):
    """Return the Limits of one cell: nbgrader's timeout, and this package's settings."""
    settings, execute = BatchGrader(config=config), Execute(config=config)
    seconds = execute.timeout if execute.timeout and execute.timeout > 0 else None
    return Limits(seconds, int(settings.output * 1e6), settings.memory << 20)


def preprocessors(config):
    """Return the course's preprocessors as classes: those that sanitize, those that autograde.

    Raises CourseError if one cannot be imported.
    """
    course = Autograde(config=config)
    try:
        return [[import_item(step) if isinstance(step, str) else step for step in steps]
                for steps in (course.sanitize_preprocessors, course.autograde_preprocessors)]
    except ImportError as error:
        raise CourseError("nbgrader_config.py names a preprocessor that cannot be imported: "
                          f"{error}. Install it, or correct its name.") from None


def timeout_error(config):
    """Return the error output of a cell that was stopped: {ename, evalue, traceback}."""
    return Execute(config=config).error_on_timeout
