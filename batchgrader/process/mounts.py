"""What a hand-in sees of the file system: programs and libraries, and folders of its own."""

import ctypes
import functools
import os
import sys

from batchgrader.process import kernel

MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_BIND, MS_REC, MS_PRIVATE = 2, 4, 8, 4096, 16384, 1 << 18
MNT_DETACH = 2
MOUNT_SETATTR, AT_FDCWD, AT_RECURSIVE = 442, -100, 0x8000
READ_ONLY_NO_SUID_NO_DEVICES = 1 | 2 | 4
PIVOT_ROOT = {"x86_64": 155, "aarch64": 41, "riscv64": 41, "ppc64le": 203, "s390x": 217}

SYSTEM = ("/usr", "/bin", "/lib", "/lib32", "/lib64", "/sbin")
SETTINGS = ("/etc/alternatives", "/etc/fonts", "/etc/ld.so.cache", "/etc/ld.so.conf",
            "/etc/ld.so.conf.d", "/etc/localtime", "/etc/mime.types", "/etc/nsswitch.conf",
            "/etc/timezone")
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
ROOT = "/tmp"  # where a new root is made, hidden for the process that makes it only
HOME = "/home/student"
WRITABLE = (HOME, "/tmp", "/dev/shm")


def python():
    """Return the folders of this Python: of the interpreter, of the environment, of packages."""
    packages = [path for path in sys.path
                if os.path.basename(path) in ("site-packages", "dist-packages")]
    return _outermost([sys.base_prefix, sys.base_exec_prefix, sys.prefix, *packages])


def change_root(size, given, more=(), user=None):
    """Make a new root of what may be seen, and leave the old one.

    Needs a mount namespace, and for /proc a PID namespace, of its own. size: bytes for all files
    together. given: folder to be seen in its own place, as are those in `more`. user: whose the
    writable folders become. All else is read-only.
    """
    kernel.call("mount", b"none", b"/", None, MS_REC | MS_PRIVATE, None)
    shown = seen(more) | dict.fromkeys(DEVICES, False)
    if not any(_is_in(given, path) for path in shown):
        shown[given] = True
    opened = {path: os.open(path, os.O_PATH) for path in shown if os.path.exists(path)}
    kernel.call("mount", b"tmpfs", ROOT.encode(), b"tmpfs", MS_NOSUID | MS_NODEV,
                f"size={size},nr_inodes=100k,mode=755".encode())
    for path, descriptor in opened.items():
        _bind(path, descriptor, shown[path])
        if path not in DEVICES:
            _set_read_only(path)
    _links()
    _accounts(os.geteuid() if user is None else user)
    for path in WRITABLE:
        os.makedirs(ROOT + path, exist_ok=True)
        os.chmod(ROOT + path, 0o700)
        if user is not None:
            os.chown(ROOT + path, user, user)
    _new("/proc", "proc", None)
    _new("/dev/pts", "devpts", b"newinstance,ptmxmode=666,mode=600")  # for `!command`
    os.symlink("pts/ptmx", ROOT + "/dev/ptmx")
    _pivot()


@functools.cache
def seen(more=()):
    """Return {folder or file that a new root shows: whether it is a folder}; no links.

    more: a tuple of further paths. What a process has asked, its forked children know.
    """
    system = [path for path in SYSTEM if not os.path.islink(path)]
    return {path: os.path.isdir(path) for path in _outermost(
        [*system, *python(), *map(str, more), *SETTINGS])}


def _outermost(paths):
    """Return the paths that exist, without those inside another, each once."""
    paths = sorted({os.path.abspath(path) for path in paths if os.path.exists(path)})
    return [path for path in paths
            if not any(path != other and _is_in(path, other) for other in paths)]


def _is_in(path, folder):
    return path.startswith(folder + "/")


def _bind(path, descriptor, folder):
    """Show what is open as `path` of the new root."""
    os.makedirs(ROOT + (path if folder else os.path.dirname(path)), exist_ok=True)
    if not folder:
        os.close(os.open(ROOT + path, os.O_CREAT))
    kernel.call("mount", f"/proc/self/fd/{descriptor}".encode(), os.fsencode(ROOT + path), None,
                MS_BIND | MS_REC, None)
    os.close(descriptor)


def _new(path, kind, options):
    """Mount a file system of this process's own namespaces."""
    os.mkdir(ROOT + path)
    kernel.call("mount", kind.encode(), (ROOT + path).encode(), kind.encode(),
                MS_NOSUID | MS_NOEXEC, options)


def _set_read_only(path):
    attributes = (ctypes.c_uint64 * 4)(READ_ONLY_NO_SUID_NO_DEVICES, 0, 0, 0)
    kernel.call("syscall", MOUNT_SETATTR, AT_FDCWD, os.fsencode(ROOT + path), AT_RECURSIVE,
                attributes, ctypes.sizeof(attributes))


def _links():
    for path in SYSTEM:
        if os.path.islink(path):
            os.symlink(os.readlink(path), ROOT + path)
    for name, target in (("fd", "fd"), ("stdin", "fd/0"), ("stdout", "fd/1"), ("stderr", "fd/2")):
        os.symlink(f"/proc/self/{target}", f"{ROOT}/dev/{name}")


def _accounts(user):
    """Let the process find its own name, and nobody else's."""
    for name, line in (("passwd", f"student:x:{user}:{user}::{HOME}:/bin/sh\n"),
                       ("group", f"student:x:{user}:\n")):
        with open(f"{ROOT}/etc/{name}", "w") as file:
            file.write(line)


def _pivot():
    os.chdir(ROOT)
    kernel.call("syscall", PIVOT_ROOT[os.uname().machine], b".", b".")
    kernel.call("umount2", b".", MNT_DETACH)  # the old root lies on the new one
    os.chdir("/")

