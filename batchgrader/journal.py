"""What was graded, on the instructor's disk: lines that are only ever added.

A line is written, and has reached the disk, after the gradebook and the copy have. So what has no
line is done again, and doing it again changes nothing.
"""

import json
import os

from batchgrader.disk import in_words

FIELDS = {"student", "key", "result", "due"}


class Journal:
    """The last entry of each student, a dict with FIELDS. Every method raises DiskError."""

    def __init__(self, path):
        self.path, self.entries = path, {}
        with in_words(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            # Unbuffered: what could not be written is not tried again when the file is closed.
            self.file = path.open("ab+", buffering=0)
            self.file.seek(0)
            *lines, torn = self.file.read().split(b"\n")
            self.size = self.file.tell() - len(torn)
            # If the power went off while the last line was written, it never counted.
            self.file.truncate(self.size)
        for entry in filter(None, map(_entry, lines)):
            if entry["key"] is None:
                self.entries.pop(entry["student"], None)
            else:
                self.entries[entry["student"]] = entry

    def add(self, entry):
        """Add an entry, for good."""
        self._write(entry)
        self.entries[entry["student"]] = entry

    def forget(self, student):
        """Let the entry of a student hold no longer: the hand-in will be graded if all ends here.

        For a hand-in that has changed: its results are about to replace the earlier one's.
        """
        self._write(dict.fromkeys(FIELDS) | {"student": student})
        self.entries.pop(student, None)

    def _write(self, entry):
        line = json.dumps(entry, sort_keys=True).encode() + b"\n"
        with in_words(self.path):
            try:
                left = line
                while left:
                    left = left[self.file.write(left):]
                os.fsync(self.file.fileno())
            except BaseException:
                self.file.truncate(self.size)
                raise
        self.size += len(line)

    def close(self):
        """Close the file."""
        self.file.close()


def _entry(line):
    """Return the entry of a line, or None if it is none."""
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) and entry.keys() >= FIELDS else None
