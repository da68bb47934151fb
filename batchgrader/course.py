"""Opens an nbgrader course: its nbgrader_config.py read as nbgrader's own commands read it."""

import fnmatch
import os
import re
import sys
import warnings
from pathlib import Path


class CourseError(Exception):
    """The course cannot be used as it is; the message says why, and what to do."""


def open_course(root, **changes):
    """Return nbgrader's API on the course in the folder `root`.

    changes: settings that differ from the course's, like CourseDirectory={"root": folder}.
    Raises CourseError if there is no course.
    """
    if not os.path.exists(os.path.join(root, "nbgrader_config.py")):
        raise CourseError(f"{root} is no course: it has no nbgrader_config.py.")
    # nbgrader starts `alembic` by name, for a gradebook that does not exist yet.
    here = os.path.dirname(sys.executable)
    if here not in os.environ["PATH"].split(os.pathsep):
        os.environ["PATH"] = here + os.pathsep + os.environ["PATH"]

    # They take 2 s to import, so not before they are needed.
    from nbgrader.apps import NbGrader, NbGraderAPI
    from sqlalchemy.exc import SAWarning
    from traitlets.config import Config

    # nbgrader 0.9.6 relies on a cascade that SQLAlchemy 2 warns about; the result is right.
    warnings.simplefilter("ignore", SAWarning)

    # This course's settings, wherever the command was started; nbgrader would add that folder's.
    root = os.path.abspath(root)
    app = NbGrader(config_dir=root, raise_config_file_errors=True)
    app.load_cwd_config = False
    try:
        app.load_config_file()
    except Exception as error:
        raise CourseError(f"{root}/nbgrader_config.py cannot be used: {type(error).__name__}: "
                          f"{error}.") from error
    if "root" not in app.config.CourseDirectory:
        app.config.CourseDirectory.root = root
    app.config.merge(Config(changes))
    return NbGraderAPI(config=app.config)


def folder(course, step, student, assignment):
    """Return where a student's files of a step are: source, submitted, autograded, feedback."""
    directory = getattr(course.coursedir, f"{step}_directory")
    return Path(course.coursedir.format_path(directory, student, assignment))


def students(course, assignment):
    """Return the names of all who have handed in `assignment`, in order."""
    directory = course.coursedir.submitted_directory
    pattern = re.compile(course.coursedir.format_path(
        directory, "(?P<student>[^/]+)", assignment, escape=True))
    found = (pattern.fullmatch(str(path)) for path in
             folder(course, "submitted", "_", assignment).parent.parent.glob(f"*/{assignment}"))
    return sorted(match["student"] for match in found if match)


def files_below(root, ignored=()):
    """Return [(path below `root`, content)] of all regular files; links are not followed."""
    found = []
    for place, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not _matches(name, ignored))
        for name in sorted(names):
            path = Path(place) / name
            if path.is_file() and not path.is_symlink() and not _matches(name, ignored):
                found.append((path.relative_to(root).as_posix(), path.read_bytes()))
    return found


def _matches(name, patterns):
    return any(fnmatch.fnmatch(name, pattern) for pattern in patterns)
