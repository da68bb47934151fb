"""Finds out which layers of a box this machine offers: makes one with each.

`python -m batchgrader.process.probe LAYER...` prints the names of those given that work, each
with the ones before it, in an order in which a layer stands after what it needs.
"""

import os
import sys
import tempfile
from pathlib import Path

from batchgrader.process import box, kernel

IN_ORDER = ("namespaces", "mounts", "user", "capabilities", "landlock", "limits", "watchdog")


def main(wanted):
    """Print the names of the wanted layers with which a box can be made, one a line."""
    kernel.prctl(kernel.PR_SET_CHILD_SUBREAPER, 1)
    layers = frozenset()
    with tempfile.TemporaryDirectory(prefix="batchgrader-") as folder:
        os.chmod(folder, 0o711)
        for layer in IN_ORDER:
            if layer in wanted and _works(layers | {layer}, Path(folder, layer)):
                layers |= {layer}
                print(layer)


def _works(layers, place):
    """Return whether a process in such a box can still read its Python, and write."""
    place.mkdir(mode=0o711)
    try:
        made = box.Box(layers, place, memory=1 << 30)
        nothing = os.open(os.devnull, os.O_RDWR)
        pid = box.start(made, _use, [nothing] * 3)
    except box.BoxFailed:
        return False
    return os.waitpid(pid, 0)[1] == 0


def _use():
    Path(os.__file__).read_bytes()
    os.listdir(sys.prefix)
    Path("file").write_text("x")


if __name__ == "__main__":
    main(sys.argv[1:])
