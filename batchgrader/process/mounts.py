"""What a hand-in sees of the file system: programs and libraries, and folders of its own."""

import ctypes
import os
import sys
from pathlib import Path

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
    root = Path("/tmp")  # hidden from here on, for this process only
    places = [(path, os.open(path, os.O_PATH)) for path in seen([given, *more])]
    devices = [(path, os.open(path, os.O_PATH)) for path in DEVICES if os.path.exists(path)]
    kernel.call("mount", b"tmpfs", bytes(root), b"tmpfs", MS_NOSUID | MS_NODEV,
                f"size={size},nr_inodes=100k,mode=755".encode())
    for path, opened in places:
        _bind(root, path, opened)
        _set_read_only(root / path[1:])
    for path, opened in devices:
        _bind(root, path, opened)
    _links(root)
    _accounts(root, os.geteuid() if user is None else user)
    for path in WRITABLE:
        place = root / path[1:]
        place.mkdir(parents=True, exist_ok=True)
        place.chmod(0o700)
        if user is not None:
            os.chown(place, user, user)
    _new(root / "proc", "proc", None)
    _new(root / "dev/pts", "devpts", b"newinstance,ptmxmode=666,mode=600")  # for `!command`
    (root / "dev/ptmx").symlink_to("pts/ptmx")
    _pivot(root)


def seen(more):
    """Return the folders and files that a new root shows, `more` among them; no links."""
    system = [path for path in SYSTEM if not os.path.islink(path)]
    return _outermost([*system, *python(), *map(str, more), *SETTINGS])


def _outermost(paths):
    """Return the paths that exist, without those inside another, each once."""
    paths = sorted({os.path.abspath(path) for path in paths if os.path.exists(path)})
    return [path for path in paths
            if not any(path != other and path.startswith(other + "/") for other in paths)]


def _bind(root, path, opened):
    place, source = root / path[1:], f"/proc/self/fd/{opened}"
    if os.path.isdir(source):
        place.mkdir(parents=True, exist_ok=True)
    else:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch()
    kernel.call("mount", source.encode(), bytes(place), None, MS_BIND | MS_REC, None)
    os.close(opened)


def _new(place, kind, options):
    """Mount a file system of this process's own namespaces."""
    place.mkdir()
    kernel.call("mount", kind.encode(), bytes(place), kind.encode(), MS_NOSUID | MS_NOEXEC,
                options)


def _set_read_only(place):
    attributes = (ctypes.c_uint64 * 4)(READ_ONLY_NO_SUID_NO_DEVICES, 0, 0, 0)
    kernel.call("syscall", MOUNT_SETATTR, AT_FDCWD, bytes(place), AT_RECURSIVE, attributes,
                ctypes.sizeof(attributes))


def _links(root):
    for path in SYSTEM:
        if os.path.islink(path):
            (root / path[1:]).symlink_to(os.readlink(path))
    for name, target in (("fd", "fd"), ("stdin", "fd/0"), ("stdout", "fd/1"), ("stderr", "fd/2")):
        (root / "dev" / name).symlink_to(f"/proc/self/{target}")


def _accounts(root, user):
    """Let the process find its own name, and nobody else's."""
    (root / "etc/passwd").write_text(f"student:x:{user}:{user}::{HOME}:/bin/sh\n")
    (root / "etc/group").write_text(f"student:x:{user}:\n")


def _pivot(root):
    os.chdir(root)
    kernel.call("syscall", PIVOT_ROOT[os.uname().machine], b".", b".")
    kernel.call("umount2", b".", MNT_DETACH)  # the old root lies on the new one
    os.chdir("/")

