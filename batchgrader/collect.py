"""Hand-ins as they come, one folder a student, into nbgrader's submitted/."""

import re
from pathlib import Path

# Colab names a download `Copy of ps1.ipynb`, a browser the second one `ps1 (1).ipynb`.
DOWNLOADED = re.compile(r"^(?:copy of )*(?P<name>.*?)(?: ?\(\d+\))*$", re.IGNORECASE)


class CollectError(Exception):
    """The hand-ins cannot be read; the message says which, and what to do."""


def collect(handins, assignment, submitted):
    """Copy `handins`/STUDENT/*.ipynb to `submitted`/STUDENT/ASSIGNMENT/ASSIGNMENT.ipynb.

    handins, submitted: folders. Returns {student: why there is nothing to grade, or None}.
    A hand-in that is already there, byte for byte, is left alone.
    """
    handins, submitted = Path(handins), Path(submitted)
    if not handins.is_dir():
        raise CollectError(f"There is no folder {handins} with hand-ins in it.")
    return {
        folder.name: _collect_one(folder, assignment, submitted / folder.name / assignment)
        for folder in sorted(handins.iterdir()) if folder.is_dir()
    }


def _collect_one(folder, assignment, place):
    notebooks = sorted(folder.glob("*.ipynb"))
    named = [path for path in notebooks
             if DOWNLOADED.match(path.stem)["name"].lower() == assignment.lower()]
    chosen = named or notebooks
    if len(chosen) != 1:
        return f"{len(chosen) or 'no'} notebooks handed in; exactly one is needed"
    content, target = chosen[0].read_bytes(), place / f"{assignment}.ipynb"
    if not target.exists() or target.read_bytes() != content:
        place.mkdir(parents=True, exist_ok=True)
        half = target.with_suffix(".half")
        half.write_bytes(content)
        half.replace(target)
    return None
