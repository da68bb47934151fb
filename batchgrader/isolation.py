"""How hand-ins are kept apart from the grader and each other: what there is, and does it hold."""

import contextlib
import functools
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from batchgrader.attacks import ATTACKS, FIRST, HARMLESS, HEAVY
from batchgrader.course import CourseError
from batchgrader.process import landlock, mounts
from batchgrader.process.box import LAYERS, BoxFailed
from batchgrader.process.session import Limits, Parent, Session

MEMORY, DISK = 256 << 20, 32 << 20  # bytes that a process may take in the self-test
PACKAGE = Path(__file__).parent


class TooWeak(CourseError):
    """This machine offers too little to run untrusted code."""


def probe(without=()):
    """Return the names of the layers that this machine offers, tried in a process of its own.

    without: layers to do without, and so without those that work with them only.
    """
    if sys.platform != "linux":
        return frozenset()
    tried = subprocess.run([sys.executable, "-P", "-m", "batchgrader.process.probe",
                            *(set(LAYERS) - set(without))],
                           stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return frozenset(tried.stdout.split())


@functools.cache
def offered():
    """Return probe(), asked once."""
    return probe()


def ways(isolation, readable=()):
    """Return how a Parent isolates its children, as its arguments; raise TooWeak.

    isolation: "strong", "weak" or "bwrap", see settings.py. readable: paths that may be read.
    """
    if isolation == "bwrap":
        if bwrap(".") is None:
            raise TooWeak("Bubblewrap is asked for, and it is not installed: install the package "
                          "bubblewrap, or choose another isolation.")
        return {"within": lambda folder: bwrap(folder, readable),
                "isolate": {"layers": sorted(offered() & {"limits", "watchdog"})}}
    floor(offered(), weak=isolation == "weak")
    return {"isolate": {"layers": sorted(offered()), "readable": list(readable)}}


def too_weak(layers):
    """Return why hand-ins in such a box could reach the grader's files, or ""."""
    walls = {"namespaces", "mounts"} <= layers or "landlock" in layers
    if walls and "limits" in layers:
        return ""
    return ("This machine has neither Landlock nor namespaces for the grader, so a hand-in could "
            "read and change your files.")


def floor(layers, weak=False):
    """Raise TooWeak if hand-ins in such a box could reach the grader's files; not if `weak`."""
    if not weak and (why := too_weak(layers)):
        raise TooWeak(f"{why} Use Linux 5.13 or later, or allow it with --isolation weak.")


def self_test(layers, only=None):
    """Return [(attack, whether the box held, what was said)] of attacks run in real boxes.

    only: names of attacks, all if None. Raise BoxFailed if nothing runs in the boxes: a box that
    is shut proves nothing.
    """
    light, heavy = ({name: code for name, code in attacks.items() if only is None or name in only}
                    for attacks in (ATTACKS, HEAVY))
    with _outside() as names, _parent(layers) as parent:
        harmless = _run(parent, names, {"": HARMLESS})[0][2]
        if harmless != "3":
            raise BoxFailed(f"a harmless cell does not run in a box: {harmless}")
        rows = _run(parent, names, light)
        return rows + [row for name in heavy for row in _run(parent, names, {name: heavy[name]})]


def report(layers=None):
    """Return what this machine offers and whether it holds, in lines of at most 80 characters."""
    layers = probe() if layers is None else layers
    lines = ["isolation of hand-ins", ""]
    for name, text in LAYERS.items():
        version = f" (ABI {landlock.abi()})" if name == "landlock" and name in layers else ""
        lines.append(f"  {'yes' if name in layers else 'no ':3}  {name:13} {text}{version}"[:80])
    if sys.platform == "linux":
        lines += ["", "attacks", ""]
        lines += [f"  {'held ' if held else 'BROKE'}  {name:40} {what}"[:80]
                  for name, held, what in self_test(layers)]
    try:
        floor(layers)
    except TooWeak as error:
        lines += ["", str(error)]
    return "\n".join(lines)


def without_each():
    """Return a table: against which attacks boxes hold that lack one of the layers."""
    lacking = {name: probe([name] if name in LAYERS else []) for name in ("(none)", *LAYERS)}
    columns = [self_test(left) for left in lacking.values()]
    head = f"{'without':40}" + "".join(f"{name:>13}" for name in lacking)
    rows = [f"{row[0][0]:40}" + "".join(f"{'held' if held else 'BROKE':>13}" for _, held, _ in row)
            for row in zip(*columns)]
    return "\n".join([head, *rows])


def bwrap(folder, readable=()):
    """Return the start of a command line that runs the parent process in Bubblewrap's box.

    folder: where the parent makes its own, which the grader puts files into. readable: further
    paths to be seen.
    None if Bubblewrap is not installed. The view is that of the layer `mounts`.
    """
    program = shutil.which("bwrap")
    if program is None:
        return None
    command = [program, "--unshare-all", "--die-with-parent", "--new-session", "--hostname", "box",
               "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--dir", mounts.HOME]
    for path in mounts.seen((PACKAGE, *readable)):
        command += ["--ro-bind", path, path]
    for path in mounts.SYSTEM:
        if os.path.islink(path):
            command += ["--symlink", os.readlink(path), path]
    return [*command, "--bind", str(folder), str(folder)]


@contextlib.contextmanager
def _parent(layers):
    parent = Parent((), {"PATH": os.environ["PATH"],
                         "PYTHONPATH": os.environ.get("PYTHONPATH", "")})
    try:
        parent.order(do="isolate", layers=sorted(layers), disk=DISK)
        yield parent
    finally:
        parent.stop()


@contextlib.contextmanager
def _outside():
    """Make what attacks aim at; yield their names."""
    home = Path(pwd.getpwuid(os.getuid()).pw_dir) if _has_home() else Path("/")
    python = {Path(path).relative_to(home).parts[0] for path in mounts.python()
              if Path(path).is_relative_to(home) and Path(path) != home}
    at_home = sorted(set(os.listdir(home)) - python) if home != Path("/") else []
    with (tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as tcp,
          socket.socket(socket.AF_UNIX) as abstract):
        os.chmod(folder, 0o777)
        secret = Path(folder, "secret")
        secret.write_text("the right answers")
        name = f"batchgrader-{secrets.token_hex(8)}"
        abstract.bind("\0" + name)
        abstract.listen()
        victim = subprocess.Popen(["sleep", "60"], env={"BATCHGRADER_VICTIM": "1"},
                                  executable=shutil.which("sleep"))
        try:
            yield {"secret": str(secret), "outside": folder, "victim": victim.pid,
                   "port": tcp.getsockname()[1], "name": name, "home": str(home),
                   "at_home": at_home, "memory": MEMORY, "disk": DISK}
        finally:
            victim.kill()
            victim.wait()


def _has_home():
    try:
        return os.access(pwd.getpwuid(os.getuid()).pw_dir, os.R_OK)
    except KeyError:
        return False


def _run(parent, names, attacks):
    """Return the rows of attacks, in one process as long as it lives."""
    rows, session = [], None
    for name, code in attacks.items():
        if session is None or session.pid is None:
            session = Session(parent, Limits(30, 1 << 20, MEMORY))
            session.run("\n".join(
                [FIRST, *(f"{name} = {value!r}" for name, value in names.items())]))
        ran = session.run(code)
        printed = "".join(output.get("text", "") for output in ran.outputs)
        errors = [f"{output['ename']}: {output['evalue']}" for output in ran.outputs
                  if output["output_type"] == "error"]
        rows.append((name, "BROKE" not in printed,
                     " ".join([*errors, printed.strip()]).strip() or ran.ended))
    if session:
        session.end()
    return rows
