"""The parent of warm kernels: imports once, executes nothing, forks ipykernels.

Started as `python [options] -m batchgrader.process.launch NUMBER`, with the number of the socket
that it takes orders from, in the environment of the kernels. When the other end of the socket
closes, for whatever reason, it ends all kernels and itself. A kernel differs from one that was
started by itself in what batchgrader/README.md lists.
"""

import contextlib
import importlib
import importlib.util
import os
import signal
import socket
import sys
import warnings
from dataclasses import dataclass, field

from batchgrader.process import box, channel, kernel

TELL = 3  # descriptor by which a new kernel tells its parent that it is ready, or why not


class Stream:
    """Stands in for a standard stream while modules are imported; what kept it has the kernel's.

    A module that makes a log handler as it is imported gives it the stream that it finds.
    """

    def __init__(self, target):
        self.target = target

    def __getattr__(self, name):
        return getattr(self.target, name)

    def close(self):
        """Stay open: absl closes a stream that is not sys.stderr when logging is set up."""


@dataclass
class Imported:
    """What modules did as they were imported: the streams they found, the warning filters."""

    streams: dict = field(default_factory=dict)
    filters: list = field(default_factory=list)
    first: list = field(default_factory=list)
    last: list = field(default_factory=list)

    def note_filters(self):
        """Note what was added in front of and after the filters that were there."""
        new = [known not in self.filters for known in warnings.filters]
        place = new.index(False) if False in new else 0
        self.first = warnings.filters[:place]
        self.last = [known for known, added in zip(warnings.filters, new) if added][place:]


def main(number):
    """Take orders until the other side closes; return what was imported in a forked kernel."""
    orders, imported, kernels = socket.socket(fileno=number), Imported(), set()
    os.set_inheritable(number, False)
    os.environ["JPY_PARENT_PID"] = str(os.getpid())  # ipykernel reads it as it is imported
    if not sys.flags.safe_path:
        del sys.path[0]  # the folder that -m was called in
    while (received := channel.receive_with_descriptors(orders, 2)) is not None:
        order, descriptors = received
        if order["do"] == "import":
            answer = _import(order["modules"], imported)
        elif order["do"] == "poll":
            answer = {"status": _poll(order["pid"], kernels)}
        else:
            answer = _launch(order, descriptors, orders, kernels)
            if answer is None:
                return imported
        for descriptor in descriptors:
            os.close(descriptor)
        channel.send(orders, answer)
    for pid in kernels:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
    return None


def run(imported):
    """Run ipykernel as ipykernel_launcher does.

    Called from the top of this file, so that the kernel has as many frames below it as there.
    """
    from ipykernel.kernelapp import IPKernelApp

    warnings.filters[:] = imported.filters
    app = IPKernelApp.instance()
    app.initialize()
    # Around IPython's own, as if a cell had imported the modules.
    warnings.filters[:] = [*imported.first, *warnings.filters, *imported.last]
    for name, stream in imported.streams.items():
        stream.target = getattr(sys, name)
    app.start()


def _import(modules, imported):
    """Import what a kernel imports, then `modules`, as if in a cell; answer how many threads run.

    Some libraries end their threads before a fork and start them again when they need them
    (OpenBLAS does). One fork tells which threads are of that kind.
    """
    sys.ps1 = "In : "  # TensorFlow looks for it to choose where its log lines go
    importlib.import_module("ipykernel.kernelapp")
    imported.filters = list(warnings.filters)
    imported.streams = {name: Stream(getattr(sys, name)) for name in ("stdout", "stderr")}
    with contextlib.redirect_stdout(imported.streams["stdout"]), \
            contextlib.redirect_stderr(imported.streams["stderr"]):
        for name in modules:
            with contextlib.suppress(Exception, SystemExit):  # fails in the notebook's cell, too
                importlib.import_module(name)
    imported.note_filters()
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    return {"threads": len(os.listdir("/proc/self/task"))}


def _launch(order, descriptors, orders, kernels):
    """Fork a kernel; answer with its number once it has a session of its own, None in itself."""
    said, tell = os.pipe()
    parent, pid = os.getpid(), os.fork()
    if pid == 0:
        try:
            orders.close()
            _keep(*descriptors, tell)
            _become(order, parent)
        except OSError as error:
            os.write(TELL, str(error).encode())
            os._exit(1)
        os.write(TELL, b"ready")
        os.close(TELL)
        return None
    os.close(tell)
    with open(said, "rb") as pipe:
        text = pipe.read().decode()
    if text != "ready":
        os.waitpid(pid, 0)
        return {"refused": text}
    kernels.add(pid)
    return {"pid": pid}


def _poll(pid, kernels):
    """Return how a kernel has ended, or None."""
    done, status = os.waitpid(pid, os.WNOHANG)
    if not done:
        return None
    kernels.remove(pid)
    return os.waitstatus_to_exitcode(status)


def _keep(out, err, tell):
    """Close all descriptors but these; give the kernel an input that has ended."""
    read, write = os.pipe()
    os.close(write)
    box.keep_descriptors(read, out, err, tell)


def _become(order, parent):
    """Make this process what a kernel's would be at its start."""
    os.setsid()
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        raise ProcessLookupError("the parent process has ended")
    os.chdir(order["cwd"])
    os.environ.clear()
    os.environ |= order["environment"] | {"JPY_PARENT_PID": str(parent)}
    sys.orig_argv = order["command"]
    sys.argv = [importlib.util.find_spec("ipykernel_launcher").origin, *order["arguments"]]
    sys.stdout.reconfigure(line_buffering=sys.stdout.isatty())
    if "numpy.random" in sys.modules:  # random has seeded itself again by now, NumPy has not
        random = sys.modules["numpy.random"]
        random.set_state(random.MT19937().state)
    for name in [name for name in sys.modules if name.partition(".")[0] == "batchgrader"]:
        del sys.modules[name]


if __name__ == "__main__":
    imported = main(int(sys.argv[1]))
    if imported:
        run(imported)
