"""The box that a hand-in's process runs in: made of layers, each of which works alone.

What it does not stop: a fault in the kernel, which all boxes share; a hand-in that finds out what
programs and libraries are installed, how fast the processor is and what time it is. Without
`mounts`, the names of all files can be asked for; without `namespaces`, what a process has put
into System V shared memory outlives it, and the numbers of other processes can be seen.
"""

import contextlib
import fcntl
import os
import shutil
import signal
import socket
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from batchgrader.process import kernel, landlock, limits, mounts, privileges

LAYERS = {
    "user": "root becomes another user, who owns nothing",
    "namespaces": "no other processes, no network, no shared memory of others",
    "mounts": "no files but programs, libraries and the hand-in's own",
    "capabilities": "no capability, and no program that gives one",
    "landlock": "files, ports and signals, given up by the process",
    "limits": "size of a file, processes, open files, memory of a process",
    "watchdog": "memory, files and processes of all processes together",
}
CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x20000, 0x4000000, 0x8000000
CLONE_NEWPID, CLONE_NEWNET = 0x20000000, 0x40000000
DISK = 1 << 30  # bytes that all files of a hand-in may have together
# What libraries ask about the machine.
FACTS = ("/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/version", "/sys/devices/system/cpu",
         "/sys/devices/system/node")
WAIT = 30  # seconds to make a box
OUT_OF_MEMORY = 77  # exit code of a process that had no memory left to say so


class BoxFailed(Exception):
    """A process could not be put into its box: no fault of the hand-in."""


@dataclass(frozen=True)
class Box:
    """layers: their names. place: folder on disk. memory: bytes. more: what may be read, too.

    `place` holds `given`, which the grader puts files into, and, without the layer `mounts`,
    `work` and `tmp`, which are the hand-in's own.
    """

    layers: frozenset
    place: Path
    memory: int = 0
    disk: int = DISK
    more: tuple = ()

    def __post_init__(self):
        if "mounts" in self.layers and "namespaces" not in self.layers:
            raise BoxFailed("the layer mounts needs the layer namespaces: give both")

    @property
    def given(self):
        """Folder that the grader puts a hand-in's files into."""
        return self.place / "given"

    @property
    def writable(self):
        """Folders that the hand-in may write to, its working folder first."""
        if "mounts" in self.layers:
            return tuple(map(Path, mounts.WRITABLE))
        return self.place / "work", self.place / "tmp"


def start(box, body, descriptors):
    """Return the number of a new process in `box` that runs body(); raise BoxFailed.

    descriptors: what becomes its standard output, its standard error and its descriptor 3.
    The caller becomes the parent: it must be a child subreaper and have one thread.
    """
    for folder in (box.given, box.place / "work", box.place / "tmp"):
        folder.mkdir()
    if "mounts" in box.layers:
        mounts.seen(box.more)  # once for all children
    asked, out, err = descriptors
    ours, theirs = socket.socketpair()
    ours.settimeout(WAIT)
    with _pid_namespace(box.layers) as is_first:
        pid = os.fork()
        if pid == 0:
            keep_descriptors(os.open(os.devnull, os.O_RDONLY), out, err, asked, theirs.fileno())
            theirs.detach()
            line = socket.socket(fileno=4)
            _never_return(lambda: _begin(box, line, body, is_first), line)
    theirs.close()
    with ours:
        return _handshake(ours, pid, "namespaces" in box.layers and not is_first)


@contextlib.contextmanager
def _pid_namespace(layers):
    """Make what is forked meanwhile the first process of a PID namespace; yield whether it is.

    Only root may. Another fork does it, too, but copies the page tables of all imports again.
    """
    with contextlib.ExitStack() as stack:
        is_first = False
        if "namespaces" in layers:
            with contextlib.suppress(PermissionError):
                own = os.open("/proc/self/ns/pid", os.O_RDONLY)
                stack.callback(os.close, own)
                kernel.call("unshare", CLONE_NEWPID)
                stack.callback(kernel.call, "setns", own, CLONE_NEWPID)
                is_first = True
        yield is_first


def _handshake(line, pid, forks_again):
    """Return the number of the process once it is in its box."""
    said = b""
    try:
        if forks_again:
            said = line.recv(4096)
            os.waitpid(pid, 0)
            pid = None
            pid = int(said)
        line.send(str(pid).encode())
        said = line.recv(4096)
        if said == b"ready":
            return pid
    except (OSError, ValueError):
        pass
    if pid:
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
    raise BoxFailed(f"a hand-in's process could not be put into its box: {said.decode()}")


def _never_return(body, line):
    """Run body() as all of this process; tell the other side of `line` why it failed."""
    status = 1
    try:
        body()
        status = 0
    except MemoryError:
        status = OUT_OF_MEMORY
    except BaseException as error:
        with contextlib.suppress(OSError):
            line.send(f"{type(error).__name__}: {error}".encode()[:4096])
    finally:
        os._exit(status)


def _begin(box, line, body, is_first):
    """Enter the namespaces; in a PID namespace that this process makes, its child is the first."""
    os.umask(0o022)
    if "namespaces" in box.layers:
        kernel.prctl(kernel.PR_SET_DUMPABLE, 1)  # or /proc/self would be root's
        unshare(box.layers, 0 if is_first else CLONE_NEWPID)
        if not is_first and (pid := os.fork()):
            line.send(str(pid).encode())
            return
    _go_on(box, line, body)


def unshare(layers, more=CLONE_NEWPID):
    """Enter the namespaces that the layers need; who may not, in a user namespace of its own."""
    flags = CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | more
    if "mounts" in layers:
        flags |= CLONE_NEWNS
    try:
        kernel.call("unshare", flags)
    except PermissionError:
        privileges.enter_user_namespace(flags)


def _go_on(box, line, body):
    number = int(line.recv(32))  # its own, as its parent knows it
    os.setsid()
    if sys.platform == "linux":
        kernel.prctl(kernel.PR_SET_CHILD_SUBREAPER, 1)  # what it starts stays below it
    enter(box, number)
    # Last, because a change of the user forgets it. A parent that has ended before is noticed
    # by the next line.
    if sys.platform == "linux":
        kernel.prctl(kernel.PR_SET_DUMPABLE, 1)  # the watchdog is to see its open files
        kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    line.send(b"ready")
    line.close()
    body()


def enter(box, number):
    """Put this process into its box. number: of a process that no other box is made of."""
    layers = box.layers
    user = privileges.stranger(number) if "user" in layers else None
    if "namespaces" in layers:
        _own_settings()
    if "mounts" in layers:
        mounts.change_root(box.disk, str(box.given), box.more, user)
    else:
        for folder in box.writable:
            os.chown(folder, *((user, user) if user else (-1, -1)))
    limits.limit_memory(box.memory if "limits" in layers else 0)
    if "limits" in layers:
        limits.set_limits(box.disk)
    if user:
        privileges.become(user)
    if "capabilities" in layers:
        privileges.forbid_user_namespaces()
        privileges.drop_capabilities()
    if "landlock" in layers:
        kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
        devices = ["/dev/null"] + ["/dev/pts"] * ("mounts" in layers)  # those are its own
        landlock.restrict(readable(box), [*box.writable, *devices])
    _settle(box)


def readable(box):
    """Return the files and folders that a process in the box may read, and no others."""
    if "mounts" in box.layers:
        return ("/",)
    return (*mounts.SYSTEM, *mounts.SETTINGS, *mounts.DEVICES, "/etc/passwd", "/etc/group",
            *mounts.python(), os.path.realpath("/proc/self"), *FACTS, box.given, *box.more)


def _own_settings():
    """Name the namespaces' host, and allow no System V shared memory: nobody would count it."""
    kernel.call("sethostname", b"box", 3)
    with contextlib.suppress(OSError):
        Path("/proc/sys/kernel/shmmni").write_text("0")


def _settle(box):
    work, tmp = box.writable[:2]
    tempfile.tempdir = None  # to be looked up again
    os.chdir(work)
    os.environ |= {"HOME": str(work), "PWD": str(work), "TMPDIR": str(tmp), "USER": "student",
                   "LOGNAME": "student"}


def take_files(box):
    """Copy the files that the grader has given to the working folder."""
    shutil.copytree(box.given, box.writable[0], dirs_exist_ok=True)


def keep_descriptors(*kept):
    """Make `kept` the descriptors 0, 1, 2 ... and close all others."""
    high = [fcntl.fcntl(descriptor, fcntl.F_DUPFD, 100) for descriptor in kept]
    for number, descriptor in enumerate(high):
        os.dup2(descriptor, number)
    os.closerange(len(kept), os.sysconf("SC_OPEN_MAX"))
