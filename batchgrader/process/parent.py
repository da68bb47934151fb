"""The parent of all hand-ins' processes: imports once, executes nothing, forks.

Started as `python -m batchgrader.process.parent NUMBER FOLDER`, with the number of the socket that
it takes orders from, and a folder of its own. When the other end of the socket closes, for whatever
reason, it ends all its children and itself, and removes the folder: a grader that is killed leaves
nothing behind. Measured with TensorFlow 2.21: a forked child works as long as the parent has only
imported, and hangs after one operation in the parent.
"""

import contextlib
import gc
import importlib
import os
import random
import select
import shutil
import signal
import socket
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from batchgrader.process import box, channel, kernel, watchdog
from batchgrader.process.serve import serve
from batchgrader.process.shell import make_shell
from batchgrader.process.warm import warm_up


@dataclass
class Child:
    """A hand-in's process. most: bytes of memory; disk: folders to be measured.

    why: the sum that was too large. status: how it ended, once that is known.
    """

    most: int
    disk: tuple
    why: str = ""
    status: int | None = None


@dataclass
class State:
    """What the parent has: its children by their numbers, and the layers of their boxes."""

    folder: Path
    shell: object
    orders: socket.socket
    children: dict
    layers: frozenset = frozenset({"limits"})
    more: tuple = ()
    disk: int = box.DISK
    watch_at: float = 0


def main(number, folder):
    """Take orders until the other side closes; watch the children between orders."""
    orders = socket.socket(fileno=number)
    os.set_inheritable(number, False)
    if sys.platform == "linux":
        kernel.prctl(kernel.PR_SET_CHILD_SUBREAPER, 1)
        kernel.prctl(kernel.PR_SET_DUMPABLE, 0)  # no hand-in reads its memory or environment
    os.environ["HOME"] = folder
    os.mkdir(folder, 0o711)  # a hand-in's user goes through, and sees nothing
    children = {}
    try:
        state = State(Path(folder), make_shell(), orders, children)
        while _take_order(state):
            pass
    finally:
        for pid in list(children):
            _kill(children, pid)
        shutil.rmtree(folder, ignore_errors=True)


def _take_order(state):
    """Wait for an order and obey; return False once the other side has closed."""
    watched = "watchdog" in state.layers and state.children
    left = max(state.watch_at - time.monotonic(), 0) if watched else None
    ready = select.select([state.orders], [], [], left)[0]
    if watched and time.monotonic() >= state.watch_at:  # also when orders never stop coming
        _watch(state)
        state.watch_at = time.monotonic() + watchdog.EVERY
    if not ready:
        return True
    received = channel.receive_with_descriptors(state.orders, 3)
    if received is None:
        return False
    order, descriptors = received
    try:
        answer = ORDERS[order["do"]](state, order, descriptors)
    finally:
        for descriptor in descriptors:
            os.close(descriptor)
    channel.send(state.orders, answer)
    return True


def _import(state, order, _):
    """Import modules; what cannot be imported fails in the hand-in's own cell, too.

    cells: (number, source) of cells that many hand-ins will run.
    """
    for name in order["modules"]:
        with contextlib.suppress(Exception, SystemExit):
            importlib.import_module(name)
    warm_up(state.shell, order.get("cells", ()))  # it looks at all modules, so they come first
    gc.collect()
    gc.freeze()  # shared pages stay shared
    return {"threads": _threads()}


def _isolate(state, order, _):
    """Put all further processes into boxes.

    layers: their names. readable: further paths that may be seen. disk: bytes for all files.
    """
    state.layers, state.more = frozenset(order["layers"]), tuple(order.get("readable", ()))
    state.disk = order.get("disk", box.DISK)
    return {}


def _fork(state, order, descriptors):
    """Fork a process that runs cells; answer with its number, and the folder for its files."""
    threads = _threads()
    if threads != 1:  # the others would be missing in the child, and locks they hold stay held
        return {"refused": f"the parent process has {threads} threads after its imports"}
    place = Path(tempfile.mkdtemp(dir=state.folder))
    place.chmod(0o711)
    try:
        made = box.Box(state.layers, place, order["memory"], state.disk, state.more)
        pid = box.start(made, lambda: _child(order, made, state.shell), descriptors)
    except box.BoxFailed as error:
        shutil.rmtree(place, ignore_errors=True)
        return {"refused": str(error)}
    state.children[pid] = Child(
        order["memory"] and order["memory"] + watchdog.own_memory(),
        () if "mounts" in state.layers else made.writable)
    return {"pid": pid, "folder": str(made.given)}


def _signal(state, order, _):
    """Send a signal to a child. It is not yet waited for, so the number is still its own."""
    if order["pid"] in state.children:
        with contextlib.suppress(ProcessLookupError):
            os.kill(order["pid"], order["number"])
    return {}


def _used(state, order, _):
    """Answer for how many seconds a child had a processor, and was ready but had none."""
    return {"seconds": watchdog.used(order["pid"]) if order["pid"] in state.children else [0, 0]}


def _end(state, order, _):
    """End a child and its folder; answer how it ended by itself, or None if it had not.

    why: the sum that was too large, if the watchdog has ended it.
    """
    child = state.children[order["pid"]]
    deadline = time.monotonic() + order["wait"]
    while not _ended(order["pid"], child) and time.monotonic() < deadline:
        time.sleep(0.002)
    _kill(state.children, order["pid"])
    shutil.rmtree(Path(order["folder"]).parent, ignore_errors=True)
    return {"status": child.status, "why": child.why}


ORDERS = {"import": _import, "isolate": _isolate, "fork": _fork, "signal": _signal, "used": _used,
          "end": _end}


def _watch(state):
    """Kill the children that use too much together with what they have started."""
    for pid, child in state.children.items():
        if not child.why and child.status is None:
            child.why = watchdog.why_over(pid, child.most, state.disk, child.disk)
            if child.why:
                os.kill(pid, signal.SIGKILL)
    watchdog.end_strays(set(state.children))


def _ended(pid, child):
    """Return whether a child has ended by itself, or by the watchdog; note how."""
    if child.status is None:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            child.status = os.waitstatus_to_exitcode(status)
    return child.status is not None


def _kill(children, pid):
    """Kill a child and all that it started."""
    if children.pop(pid).status is None:
        watchdog.end(pid)
    watchdog.end_strays(set(children))


def _child(order, made, shell):
    """Run cells until nobody asks. The descriptors are: nothing, two streams, and the grader."""
    _seed(order["seed"])
    asked = socket.socket(fileno=3)
    if asked.recv(1, socket.MSG_PEEK):  # the grader has put the files in their place by then
        box.take_files(made)
        serve(asked, shell)


def _seed(seed):
    """Start generators at a fixed place: the same hand-in gets the same points every time."""
    random.seed(seed)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(seed)


def _threads():
    return len(os.listdir("/proc/self/task")) if sys.platform == "linux" else 1


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    main(int(sys.argv[1]), sys.argv[2])
