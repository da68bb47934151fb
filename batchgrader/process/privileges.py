"""Another user, no capability, and no way back to any."""

import contextlib
import ctypes
import os
from pathlib import Path

from batchgrader.process import kernel

# Numbers that neither systemd nor a distribution gives away (systemd: UIDS-GIDS.md), so they own
# no file. No two processes that live have the same number, so no two hand-ins are the same user.
FIRST_STRANGER = 1_900_000_000
NOBODY = 65534  # in a container whose user namespace has no room for such numbers
CLONE_NEWUSER = 0x10000000
PR_CAP_AMBIENT_CLEAR_ALL = 4


def stranger(pid):
    """Return the number of a user who owns nothing. pid: of the process that becomes it."""
    mapped = [list(map(int, line.split()))
              for line in Path("/proc/self/uid_map").read_text().splitlines()]
    number = FIRST_STRANGER + pid
    return number if any(first <= number < first + count for first, _, count in mapped) else NOBODY


def become(user):
    """Give up root for another user, in no group but its own."""
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    kernel.prctl(kernel.PR_SET_DUMPABLE, 1)


def enter_user_namespace(more=0):
    """Enter a user namespace of one's own, as the same user. more: further namespaces."""
    user, group = os.geteuid(), os.getegid()
    kernel.call("unshare", CLONE_NEWUSER | more)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1")


def forbid_user_namespaces():
    """Allow no further user namespace, in which a process would have capabilities again.

    A process that is in no user namespace of its own enters one: the rule is of a namespace.
    """
    rule = Path("/proc/sys/user/max_user_namespaces")
    with contextlib.suppress(OSError):
        if Path("/proc/self/uid_map").read_text().split()[-1] != "1":
            enter_user_namespace()
        rule.write_text("0")


def drop_capabilities():
    """Give up all capabilities; no program that is started can bring one back."""
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    kernel.prctl(kernel.PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)
    with contextlib.suppress(OSError):  # needs a capability itself, and ends at an unknown one
        for capability in range(64):
            kernel.prctl(kernel.PR_CAPBSET_DROP, capability)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # version 3, this process
    kernel.call("capset", header, (ctypes.c_uint32 * 6)())
