"""The parent of all hand-ins' processes: imports once, executes nothing, forks.

Started as `python -m batchgrader.process.parent NUMBER FOLDER`, with the number of the socket that
it takes orders from, and a folder to make for itself. When the other end of the socket closes, for
whatever reason, it ends all its children and itself, and removes the folder: a grader that is
killed leaves nothing behind. Measured with TensorFlow 2.21: a forked child works as long as the
parent has only imported, and hangs after one operation in the parent.
"""

import contextlib
import ctypes
import gc
import importlib
import json
import os
import random
import resource
import shutil
import signal
import socket
import sys
import tempfile
import time
from pathlib import Path

from batchgrader.process import channel
from batchgrader.process.shell import make_shell, take_over

PR_SET_PDEATHSIG = 1


def main(number, folder):
    """Take orders until the other side closes."""
    orders = socket.socket(fileno=number)
    os.set_inheritable(number, False)
    os.environ["HOME"] = folder
    os.mkdir(folder, 0o700)
    children = set()
    try:
        shell = make_shell()
        while True:
            text, descriptors, _, _ = socket.recv_fds(orders, 1 << 20, 3)
            if not text:
                break
            order = json.loads(text)
            channel.send(orders, ORDERS[order["do"]](
                order, orders=orders, descriptors=descriptors, shell=shell,
                children=children, folder=folder))
    finally:
        for pid in children:
            _kill(pid)
        shutil.rmtree(folder, ignore_errors=True)


def _import(order, **_):
    """Import modules; what cannot be imported fails in the hand-in's own cell, too."""
    for name in order["modules"]:
        with contextlib.suppress(Exception, SystemExit):
            importlib.import_module(name)
    gc.collect()
    gc.freeze()  # shared pages stay shared
    return {"threads": _threads()}


def _fork(order, orders, descriptors, shell, children, folder):
    """Fork a process that runs cells; answer with its number and its folder."""
    threads = _threads()
    if threads != 1:  # the others would be missing in the child, and locks they hold stay held
        for descriptor in descriptors:
            os.close(descriptor)
        return {"refused": f"the parent process has {threads} threads after its imports"}
    place = tempfile.mkdtemp(dir=folder)
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            orders.close()
            _child(order, descriptors, shell, place, parent)
            status = 0
        finally:
            os._exit(status)
    for descriptor in descriptors:
        os.close(descriptor)
    children.add(pid)
    return {"pid": pid, "folder": place}


def _signal(order, children, **_):
    """Send a signal to a child. It is not yet waited for, so the number is still its own."""
    if order["pid"] in children:
        with contextlib.suppress(ProcessLookupError):
            os.kill(order["pid"], order["number"])
    return {}


def _end(order, children, **_):
    """End a child and its folder; answer how it ended by itself, or None if it had not."""
    pid = order["pid"]
    deadline = time.monotonic() + order["wait"]
    status = _reaped(pid)
    while status is None and time.monotonic() < deadline:
        time.sleep(0.002)
        status = _reaped(pid)
    _kill(pid, reaped=status is not None)
    children.discard(pid)
    shutil.rmtree(order["folder"], ignore_errors=True)
    return {"status": None if status is None else os.waitstatus_to_exitcode(status)}


ORDERS = {"import": _import, "fork": _fork, "signal": _signal, "end": _end}


def _reaped(pid):
    done, status = os.waitpid(pid, os.WNOHANG)
    return status if done else None


def _kill(pid, reaped=False):
    """Kill a child, and what it started in its own process group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    if not reaped:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _child(order, descriptors, shell, place, parent):
    """Run cells, in a session, a folder and with streams of its own, until nobody asks."""
    os.setsid()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            return
    asked, out, err = descriptors
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(out, 1)
    os.dup2(err, 2)
    os.chdir(place)
    os.environ["HOME"] = place
    _limit(order["memory"])
    _seed(order["seed"])
    serve(socket.socket(fileno=asked), shell)


def serve(sock, shell):
    """Run each cell that is asked for; report outputs, then whether it ended well."""
    take_over(shell, lambda output: channel.send(sock, {"output": output}))
    libc = ctypes.CDLL(None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while (asked := channel.receive(sock)) is not None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            good, number = shell.run(asked["run"])
        except KeyboardInterrupt:
            good, number = False, None
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        libc.fflush(None)
        channel.send(sock, {"done": good, "execution_count": number})


def _limit(memory):
    """Let the process take `memory` bytes more than it has, and leave no core file."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if memory and sys.platform == "linux":
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        most = pages * resource.getpagesize() + memory
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


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
