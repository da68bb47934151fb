"""The least that grading can cost: cells run by exec in a bare fork, nobody watches, nobody judges.

python bench/floor.py COURSE NAME: of each hand-in in COURSE/cells.json, which write_cells of
classes.py has made. A hand-in that is done gets its empty folder in COURSE/autograded.
"""

import contextlib
import importlib
import json
import os
import sys
from pathlib import Path


def main(course, name):
    """Run all hand-ins, one after another."""
    given = json.loads((course / "cells.json").read_text())
    for module in given["imports"]:
        with contextlib.suppress(Exception):
            importlib.import_module(module)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for student in sorted(path.name for path in (course / "submitted").iterdir()):
        pid = os.fork()
        if pid == 0:
            os.dup2(nowhere, 1)
            os.dup2(nowhere, 2)
            run(given["hand_ins"][student])
        os.waitpid(pid, 0)
        (course / "autograded" / student / name).mkdir(parents=True)


def run(cells):
    """Run the cells, each whatever came of those before, and end the process."""
    names = {"__name__": "__main__"}
    for _, source in cells:
        with contextlib.suppress(BaseException):
            exec(compile(source, "<cell>", "exec"), names)
    os._exit(0)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
