"""What a process may do with files, ports and signals, given up for good: Landlock.

Documentation/userspace-api/landlock.rst of the kernel. Each version of its interface (ABI) can
forbid more; what a kernel does not know is left out. It binds the calling thread and all that it
starts; it is meant for a process with one thread.
"""

import ctypes
import os
import stat

from batchgrader.process import kernel

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # the same on all processors
VERSION = 1  # a flag of CREATE_RULESET: answer the ABI
PATH_BENEATH = 1

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
REMOVE, MAKE_DIR, MAKE_REG, MAKE_SOCK = 1 << 4 | 1 << 5, 1 << 7, 1 << 8, 1 << 9
MAKE_FIFO, MAKE_SYM, REFER, TRUNCATE, IOCTL = 1 << 10, 1 << 12, 1 << 13, 1 << 14, 1 << 15
READ = EXECUTE | READ_FILE | READ_DIR
WRITE = (READ | WRITE_FILE | REMOVE | MAKE_DIR | MAKE_REG | MAKE_SOCK | MAKE_FIFO | MAKE_SYM
         | REFER | TRUNCATE | IOCTL)
OF_A_FILE = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL

# ABI from which on: how many rights for files there are. The first has 13; 5 adds ioctl().
FILES = {1: 13, 2: 14, 3: 15, 5: 16}
TCP, TCP_SINCE = 1 | 2, 4  # bind, connect
SCOPES, SCOPES_SINCE = 1 | 2, 6  # abstract sockets, signals: none to processes outside


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("ports", ctypes.c_uint64), ("scopes", ctypes.c_uint64))


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


def abi():
    """Return the version of the kernel's interface, 0 if it has none."""
    try:
        return kernel.call("syscall", CREATE_RULESET, None, 0, VERSION)
    except OSError:
        return 0


def restrict(readable, writable, version=None):
    """Allow nothing but reading and executing in `readable`, and all in `writable`.

    Both are files or folders with all that is in them; what does not exist is left out.
    No TCP connection, and no signal or abstract socket to a process outside, where the kernel
    can forbid them. Needs no_new_privs. version: act as if the kernel had this ABI.
    """
    version = abi() if version is None else version
    files = (1 << max(count for since, count in FILES.items() if since <= version)) - 1
    rules = _Ruleset(files, TCP if version >= TCP_SINCE else 0,
                     SCOPES if version >= SCOPES_SINCE else 0)
    size = 8 * (1 + (version >= TCP_SINCE) + (version >= SCOPES_SINCE))
    ruleset = kernel.call("syscall", CREATE_RULESET, ctypes.byref(rules), size, 0)
    try:
        for rights, paths in ((READ, readable), (WRITE, writable)):
            for path in paths:
                _allow(ruleset, path, rights & files)
        kernel.call("syscall", RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)


def _allow(ruleset, path, rights):
    try:
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(opened).st_mode):
            rights &= OF_A_FILE
        rule = _PathBeneath(rights, opened)
        kernel.call("syscall", ADD_RULE, ruleset, PATH_BENEATH, ctypes.byref(rule), 0)
    finally:
        os.close(opened)
