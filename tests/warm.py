"""batchgrader's command in a process of its own, forked from one that has done the imports.

Starting Python and importing nbgrader takes longer than grading a small class: a table of faults
would take minutes.
"""

import contextlib
import ctypes
import multiprocessing
import os
import resource
import signal
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

FORKING = multiprocessing.get_context("forkserver")
FORKING.set_forkserver_preload([
    "nbgrader.apps", "nbgrader.preprocessors", "batchgrader.__main__", "batchgrader.grade",
    "batchgrader.progress", "batchgrader.table"])
CHANGES = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.truncate", "shutil.rmtree"}
DAC_OVERRIDE, DAC_READ_SEARCH = 1, 2  # capabilities(7)
CAPABILITY_VERSION = 0x20080522


@dataclass
class Ran:
    """What came of a command. code: the exit code, or minus the signal that ended it."""

    code: int
    out: str
    err: str


class Command:
    """A running `batchgrader ...` in the folder of a course.

    out: a descriptor or file for standard output. largest: bytes that a file may have. bound:
    permissions bind it, also if it is root's. dies_at: the change of the course's files before
    which it kills itself, counted from 1.
    """

    def __init__(self, course, *arguments, out=None, **options):
        self.texts = [course / "out.txt", course / "err.txt"]
        for path in self.texts:
            path.write_text("")
        self.process = FORKING.Process(
            target=_run, args=(str(course), [*map(str, arguments)], out or str(self.texts[0]),
                               str(self.texts[1]), options))
        self.process.start()

    @property
    def out(self):
        return self.texts[0].read_text()

    def signal(self, number):
        """Send a signal to its process group, as a terminal does."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)

    def ended(self, seconds=120):
        self.process.join(seconds)
        if self.process.is_alive():
            self.process.kill()
            raise AssertionError(f"It did not end within {seconds} s: {self.texts[1].read_text()}")
        return Ran(self.process.exitcode, self.out, self.texts[1].read_text())


def run(course, *arguments, **options):
    return Command(course, *arguments, **options).ended()


def _run(course, arguments, out, err, options):
    os.setsid()
    for number, path in ((0, os.devnull), (1, out), (2, err)):
        os.dup2(os.open(path, os.O_WRONLY if number else os.O_RDONLY), number)
    for name in [name for name in os.environ if name.startswith("PYTEST_")]:
        del os.environ[name]
    os.chdir(course)
    tempfile.tempdir = f"{course}/tmp"
    sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w", buffering=1)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    _limit(course, **options)
    from batchgrader.__main__ import main

    code = main(arguments)
    sys.stdout.flush()
    os._exit(code)


def _limit(course, largest=None, bound=False, dies_at=None):
    if largest is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
    if bound and os.getuid() == 0:
        _let_permissions_bind()
    if dies_at is not None:
        sys.addaudithook(_Death(course, dies_at))


def _let_permissions_bind():
    """Give up what lets root read and write all files; see capset(2)."""
    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION, 0)
    sets = (ctypes.c_uint32 * 6)()  # effective, permitted, inheritable; twice
    if libc.capget(header, sets):
        raise OSError(ctypes.get_errno(), "capget")
    sets[0] &= ~(1 << DAC_OVERRIDE | 1 << DAC_READ_SEARCH)
    if libc.capset(header, sets):
        raise OSError(ctypes.get_errno(), "capset")


class _Death:
    """Kills this process before its n-th change of files below a folder."""

    def __init__(self, folder, count):
        self.folder, self.left = folder, count

    def __call__(self, event, arguments):
        changes = event in CHANGES or (
            event == "open" and arguments[2] and arguments[2] & (os.O_WRONLY | os.O_RDWR))
        if changes and str(arguments[0]).startswith(self.folder) and (
                Path(str(arguments[0])).name not in ("out.txt", "err.txt")):
            self.left -= 1
            if not self.left:
                os.kill(os.getpid(), signal.SIGKILL)
