"""What one process may use at most, kept by the kernel: man 2 setrlimit.

They bind each process alone; the sum of what a hand-in's processes use is the watchdog's.
"""

import os
import resource
import sys
from pathlib import Path

FILES = 1024  # open at once
CPU_SECONDS = 6 * 3600  # a backstop: time is the grader's to watch
MESSAGES = 1 << 16  # bytes in POSIX message queues


def set_limits(disk):
    """Bind this process and its children. disk: bytes that one file may have."""
    _most(resource.RLIMIT_FSIZE, disk)
    _most(resource.RLIMIT_CPU, CPU_SECONDS)
    _most(resource.RLIMIT_NOFILE, FILES)
    if sys.platform == "linux":
        _most(resource.RLIMIT_MSGQUEUE, MESSAGES)
        _most(resource.RLIMIT_NPROC, _threads_of_user() + threads_for_one())


def limit_memory(memory):
    """Let the process take `memory` bytes more than it has, and leave no core file."""
    _most(resource.RLIMIT_CORE, 0)
    if memory and sys.platform == "linux":
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        _most(resource.RLIMIT_AS, pages * resource.getpagesize() + memory)


def threads_for_one():
    """Return how many threads and processes a hand-in may have: libraries start some for each
    processor."""
    return 512 + 16 * os.cpu_count()


def _most(kind, value):
    hard = resource.getrlimit(kind)[1]
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(kind, (value, value))


def _threads_of_user():
    """Return how many threads this process's user has: the kernel counts them, too."""
    count = 0
    for process in Path("/proc").iterdir():
        try:
            if process.name.isdigit() and process.stat().st_uid == os.geteuid():
                count += len(os.listdir(process / "task"))
        except OSError:  # it has ended
            continue
    return count
