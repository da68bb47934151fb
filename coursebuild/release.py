"""source/ to release/: nbgrader makes the students' notebook and tells the gradebook of it."""

import re
import shutil

from batchgrader.course import open_course
from batchgrader.digest import digest
from coursebuild.settings import ROOT, BuildError

HALF = ".build/release"


def release(names=(), force=False):
    """Release every assignment, or those in `names`, whose source changed since the last time."""
    (ROOT / ".build").mkdir(exist_ok=True)
    for source in sorted((ROOT / "source").glob("*/*.ipynb")):
        name = source.parent.name
        if names and name not in names:
            continue
        if not force and _stamp_of(name).exists() and _stamp_of(name).read_text() == _state(name):
            print(f"release/{name}/{name}.ipynb: up to date")
            continue
        _generate(name)
        _stamp_of(name).write_text(_state(name))
        print(f"release/{name}/{name}.ipynb: released", flush=True)


def _generate(name):
    """Generate into a folder aside; move it into place when nbgrader and the scan are content."""
    course = open_course(ROOT, CourseDirectory={"release_directory": HALF})
    result = course.generate_assignment(name)
    if not result["success"]:
        raise BuildError(_reason(name, result["log"] + result.get("error", "")))
    place = ROOT / "release" / name
    place.mkdir(parents=True, exist_ok=True)
    for made in (ROOT / HALF / name).iterdir():
        made.replace(place / made.name)
    shutil.rmtree(ROOT / HALF)


def _reason(name, log):
    leak = re.search(r"LeakError: (.*)", log)
    if leak:
        return f"source/{name} is not released: {leak[1]}"
    if "Cannot add or remove cells" in log:
        return (f"source/{name} has other cells than the gradebook, which holds points for the "
                f"old ones. If these points may go: nbgrader db assignment remove {name} --force")
    return f"nbgrader could not release {name}:\n{log}"


def _stamp_of(name):
    return ROOT / ".build" / f"{name}.released"


def _state(name):
    """Return a hash of what a release is made from and of what was made."""
    known = (ROOT / "gradebook.db").exists()
    return digest(ROOT, f"source/{name}", f"release/{name}", "nbgrader_config.py") + str(known)
