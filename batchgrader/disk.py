"""Writes to the instructor's disk: a folder wholly or not at all, and failures in one sentence."""

import contextlib
import errno
import os
import shutil

from batchgrader.course import CourseError

AGAIN = "Nothing is lost; run the same command again to go on."
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}


class DiskError(CourseError):
    """A file or folder cannot be used as it is; the message says which, and what to do."""


@contextlib.contextmanager
def in_words(path):
    """Raise DiskError for an OSError of the body; about `path`, if the error names none."""
    try:
        yield
    except OSError as error:
        raise DiskError(sentence(error, path)) from error


def sentence(error, path="A file"):
    """Return what an OSError means, and what to do."""
    where = error.filename or path
    if error.errno in _FULL:
        return f"{where} cannot be written, as the disk or your quota is full: make room. {AGAIN}"
    if error.errno in _FORBIDDEN:
        return (f"{where} is not open to you: make it and its folder readable and writable for "
                f"you. {AGAIN}")
    return f"{where} cannot be used ({error.strerror or error}): see to it. {AGAIN}"


def write_beside(place, files):
    """Write {path: bytes} to a new folder beside `place`, from where put() takes it.

    Beside, as a folder can be renamed only within a file system. Raises DiskError.
    """
    new = _beside(place, "new")
    with in_words(new):
        _remove(new)
        for name, content in files.items():
            path = new / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())


def put(place):
    """Put what write_beside(place, ...) wrote in the place of what is there; raise DiskError."""
    new, old = _beside(place, "new"), _beside(place, "old")
    with in_words(place):
        _remove(old)
        if place.exists():
            place.rename(old)
        new.rename(place)
        _sync(place.parent)
        _remove(old)


def _beside(place, which):
    return place.with_name(f".{place.name}.{which}")


def _remove(folder):
    if folder.exists():
        shutil.rmtree(folder)


def _sync(folder):
    """Let the names in a folder reach the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
