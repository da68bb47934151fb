"""Opens an nbgrader course: its nbgrader_config.py read as nbgrader's own commands read it."""

import os
import sys
import warnings


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

    app = NbGrader()
    app.config_file_paths.append(str(root))
    app.load_config_file()
    app.config.merge(Config(changes))
    return NbGraderAPI(config=app.config)
