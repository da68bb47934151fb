"""Linux's own calls that Python has no function for, through the C library."""

import ctypes
import os

_libc = ctypes.CDLL(None, use_errno=True)

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_CAPBSET_DROP = 1, 4, 24
PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT = 36, 38, 47


def call(name, *arguments):
    """Call a function of the C library; raise OSError if it reports an error.

    Integers are passed as `long`: what prctl() and syscall() take is as wide as a register.
    """
    function = getattr(_libc, name, None)
    if function is None:
        raise OSError(f"{name}() is not part of this system")
    result = function(*(ctypes.c_long(value) if isinstance(value, int) else value
                        for value in arguments))
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}(): {os.strerror(number)}")
    return result


def prctl(option, value):
    """Set an attribute of this process; see man 2 prctl."""
    return call("prctl", option, value, 0, 0, 0)
