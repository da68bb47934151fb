"""What was graded, on the instructor's disk: lines that are only ever added.

A line is written, and has reached the disk, after the gradebook and the copy have. So what has no
line is done again, and doing it again changes nothing.
"""

import json
import os


class Journal:
    """The last entry of each student. An entry is a dict with a `student` in it."""

    def __init__(self, path):
        self.path, self.entries = path, {}
        path.parent.mkdir(parents=True, exist_ok=True)
        written = path.read_bytes() if path.exists() else b""
        for line in written.splitlines(keepends=True):
            if (entry := _entry(line)) is not None:
                self.entries[entry["student"]] = entry
        self.file = path.open("ab")
        if not written.endswith(b"\n"):
            # The power went off while the last line was written: it never counted.
            self.file.truncate(written.rfind(b"\n") + 1)

    def add(self, entry):
        """Add an entry, for good."""
        self.file.write(json.dumps(entry, sort_keys=True).encode() + b"\n")
        self.file.flush()
        os.fsync(self.file.fileno())
        self.entries[entry["student"]] = entry

    def close(self):
        """Close the file."""
        self.file.close()


def _entry(line):
    """Return the entry of a whole line, or None."""
    if not line.endswith(b"\n"):
        return None
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) and "student" in entry else None
