"""What all processes of a hand-in use together, looked at from outside, and their end.

A process is found as a descendant of the hand-in's first one: that is a child subreaper, and in
a PID namespace its first process, so nothing it has started can leave. It may give up being a
subreaper; what it started becomes the parent's child then, a stray.
"""

import contextlib
import os
import signal
import time
from pathlib import Path

EVERY = 0.1  # seconds
PROCESSES = 64
KILLING = 5  # seconds to end strays that start others as they are ended


def why_over(pid, memory, disk, folders):
    """Return "memory", "disk" or "processes" if a hand-in uses more than it may, else "".

    memory: bytes, 0 for all there is. disk: bytes of all files in `folders`, and of those
    that are open and in no folder.
    """
    pids = descendants(pid)
    if len(pids) > PROCESSES:
        return "processes"
    # The first number counts shared pages for each process; it is quick, and seldom too large.
    if memory and sum(map(_resident, pids)) > memory and sum(map(_share, pids)) > memory:
        return "memory"
    if _held(pids) + sum(map(_size, folders)) > disk:
        return "disk"
    return ""


def descendants(pid):
    """Return a process and all below it."""
    found = [pid]
    for number in found:
        found += children(number)
    return found


def children(pid):
    """Return the numbers of a process's children."""
    found = []
    with contextlib.suppress(OSError):
        for thread in os.listdir(f"/proc/{pid}/task"):
            with contextlib.suppress(OSError):
                found += map(int, _read(f"/proc/{pid}/task/{thread}/children").split())
    return found


def end(pid):
    """Kill a process that is not yet waited for; return its status."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    return os.waitpid(pid, 0)[1]


def end_strays(known):
    """Kill this process's children but `known`, and theirs."""
    deadline = time.monotonic() + KILLING
    while (strays := set(children(os.getpid())) - known) and time.monotonic() < deadline:
        for pid in strays:
            end(pid)


def used(pid):
    """Return the seconds for which a process had a processor, and was ready but had none.

    Of its main thread: Documentation/scheduler/sched-stats.rst. 0 where it cannot be known.
    """
    try:
        return [int(number) / 1e9 for number in _read(f"/proc/{pid}/schedstat").split()[:2]]
    except (OSError, ValueError):
        return [0, 0]


def own_memory():
    """Return the bytes that a forked child shares with this process until it changes them."""
    return _resident(os.getpid())


def _resident(pid):
    """Return the bytes of a process's memory that are no file's."""
    try:
        return _sum(_read(f"/proc/{pid}/status"), ("RssAnon:", "RssShmem:"))
    except OSError:
        return 0


def _share(pid):
    """Return its part of memory: a page of n processes counts an nth."""
    try:
        return _sum(_read(f"/proc/{pid}/smaps_rollup"), ("Pss_Anon:", "Pss_Shmem:"))
    except OSError:
        return _resident(pid)  # it has ended, or hides


def _sum(text, names):
    return 1024 * sum(int(line.split()[1]) for line in text.splitlines()
                      if line.startswith(names))


def _held(pids):
    """Return the bytes of open files that are in no folder: deleted, or memory only.

    A process that hides its files from the grader counts as one that has no end of them.
    """
    files = {}
    for pid in pids:
        try:
            for descriptor in os.listdir(f"/proc/{pid}/fd"):
                with contextlib.suppress(FileNotFoundError):  # closed by now
                    status = os.stat(f"/proc/{pid}/fd/{descriptor}")
                    if not status.st_nlink:
                        files[status.st_dev, status.st_ino] = 512 * status.st_blocks
        except PermissionError:
            if _hides(pid):
                return float("inf")
        except OSError:  # it has ended
            continue
    return sum(files.values())


def _hides(pid):
    """Return whether a process lives and cannot be looked into; one that ends has no memory."""
    try:
        return "VmSize:" in _read(f"/proc/{pid}/status") and not os.access(f"/proc/{pid}/fd", 4)
    except OSError:
        return False


def _size(folder):
    """Return the bytes of all files in a folder; links are not followed."""
    total = 0
    for path, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                total += 512 * os.lstat(os.path.join(path, name)).st_blocks
    return total


def _read(path):
    return Path(path).read_text()
