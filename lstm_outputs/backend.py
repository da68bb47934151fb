"""TensorFlow's log lines: out of the notebook, and out of the points."""

import contextlib
import os
import sys

from lstm_outputs.forms import NotYet


@contextlib.contextmanager
def quiet_start():
    """Drop what TensorFlow's C++ code logs to file descriptor 2 while it starts."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def show_log_lines_as_output():
    """Send Python's and C++'s log lines to standard output.

    nbgrader gives no points for a test that writes to standard error, whoever wrote it
    (nbgrader/utils.py, determine_grade). A warning is no mistake of the student's.
    """
    sys.stderr = sys.stdout
    os.dup2(1, 2)


def need_keras_3(version):
    """Raise NotYet if `version` of Keras is older than 3: what layers return has changed since."""
    if int(version.split(".")[0]) < 3:
        raise NotYet(f"This notebook needs Keras 3, but Keras {version} is installed here. "
                     "Update it: pip install --upgrade tensorflow keras")
    print("Ready: Keras 3 or newer.")
