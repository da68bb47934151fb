"""Kernels that nobody else can come between, and warm ones: forked with the imports done.

For any Jupyter client; a kernelspec asks for them, see README.md. Where a warm kernel cannot be
had, it is started by itself, as by default, and a line in the client's log says why.
"""

import asyncio
import atexit
import functools
import os
import secrets
import shutil
import sys
import tempfile
import threading
import time
from pathlib import Path

from jupyter_client.provisioning import LocalProvisioner
from traitlets import List, Unicode

from batchgrader.process.session import Parent, ParentLost

MOST = 4  # parent processes of one client
LONGEST = 100  # bytes of a socket's path, the kernel's number behind it left out: man 7 unix
LOST = -9  # status of a kernel whose parent is gone: it is killed then


class Cold(Exception):
    """The kernel has to be started by itself."""


class IpcProvisioner(LocalProvisioner):
    """Lets a client reach its kernel through files of its own user's, unless it has chosen.

    Ports could be taken by somebody else between their choice and their use.
    """

    without = List(Unicode(), help="Environment variables that no kernel is given.")

    async def pre_launch(self, **kwargs):
        """Choose how client and kernel meet; return how to launch it."""
        manager = self.parent
        if manager and manager.transport == "tcp" and not _chosen(manager, "transport"):
            place = os.path.join(_folder(os.getpid()), secrets.token_hex(4))
            if len(place) < LONGEST:
                manager.transport, manager.ip = "ipc", place
        kwargs = await super().pre_launch(**kwargs)
        for name in self.without:
            kwargs["env"].pop(name, None)
        return kwargs


class WarmProvisioner(IpcProvisioner):
    """Launches kernels from one parent process for each client and kernelspec."""

    modules = List(Unicode(), help="What the parent process imports.")

    async def launch_kernel(self, cmd, **kwargs):
        """Launch a kernel; return how to connect to it."""
        try:
            self.process = await asyncio.to_thread(
                launch, cmd, tuple(self.modules), **self._scrub_kwargs(kwargs))
        except Cold as why:
            self.log.warning("The kernel is started by itself, without what is imported for all: "
                             "%s.", why)
            return await super().launch_kernel(cmd, **kwargs)
        self.pid = self.pgid = self.process.pid
        self.cwd = kwargs.get("cwd") or Path.cwd()
        return self.connection_info


def _chosen(manager, trait):
    """Return whether the client's settings name a trait of its kernel manager."""
    return any(trait in manager.config.get(name, {}) for name in type(manager).section_names())


@functools.cache
def _folder(pid):
    """Return a folder, for this user only, for the sockets of all kernels of this process."""
    folder = tempfile.mkdtemp(prefix="kernels-")
    atexit.register(lambda: os.getpid() == pid and shutil.rmtree(folder, ignore_errors=True))
    return folder


class Kernel:
    """A launched kernel, with what LocalProvisioner uses of subprocess.Popen."""

    stdin = stdout = stderr = None

    def __init__(self, parent, pid):
        self.parent, self.pid, self.returncode = parent, pid, None

    def poll(self):
        """Return how it ended, or None if it has not."""
        if self.returncode is None:
            try:
                self.returncode = self.parent.order(do="poll", pid=self.pid)["status"]
            except ParentLost:
                self.returncode = LOST
        return self.returncode

    def wait(self):
        """Wait until it has ended; return how."""
        while self.poll() is None:
            time.sleep(0.01)
        return self.returncode

    def send_signal(self, number):
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)


def launch(command, modules, env, cwd=None, stdin=None, stdout=None, stderr=None,
           independent=False, **more):
    """Return a new Kernel, or raise Cold with the reason why there can be none.

    All but modules is as for jupyter_client.launcher.launch_kernel.
    """
    if independent:
        raise Cold("it is to live longer than its client")
    if stdin is not None or more:
        raise Cold(f"it is to be started with {', '.join(more) or 'an input'}")
    python, arguments = _split(command)
    descriptors = [_descriptor(stdout, 1), _descriptor(stderr, 2)]
    try:
        parent = _parent(python, modules, env)
        answer = parent.order(descriptors, do="launch", command=command, arguments=arguments,
                              environment=env, cwd=os.path.abspath(cwd or os.getcwd()))
    except ParentLost as error:
        raise Cold("the parent process has ended, or could not be started") from error
    if "refused" in answer:
        raise Cold(answer["refused"])
    return Kernel(parent, answer["pid"])


def _split(command):
    """Return the Python command of a kernel and the arguments of ipykernel_launcher."""
    if sys.platform != "linux":
        raise Cold("warm kernels need Linux")
    if "-m" not in command or command[command.index("-m") + 1] != "ipykernel_launcher":
        raise Cold("its command is not: python -m ipykernel_launcher")
    place = command.index("-m")
    if command[0] != sys.executable:
        raise Cold(f"it is of another Python, {command[0]}")
    return tuple(command[:place]), command[place + 2:]


def _descriptor(stream, default):
    """Return the descriptor of a standard stream as subprocess.Popen takes it."""
    if stream is None:
        return default
    if isinstance(stream, int):
        if stream < 0:
            raise Cold("its output is to go to a pipe")
        return stream
    return stream.fileno()


_parents, _lock = {}, threading.Lock()


def _parent(python, modules, env):
    """Return this client's parent for such kernels; start it if need be.

    What is imported reads the environment, so there is a parent for each. What begins with JPY_
    is a kernel's own. A client that was forked has no part in its parent's.
    """
    environment = {name: value for name, value in env.items() if not name.startswith("JPY_")}
    environment["MPLBACKEND"] = (  # ipykernel sets it before any cell runs
        environment.get("MPLBACKEND") or "module://matplotlib_inline.backend_inline")
    key = os.getpid(), python, modules, tuple(sorted(environment.items()))
    with _lock:
        parent = _parents.get(key)
        if parent is None or parent.process.poll() is not None:
            if parent is None and len(_parents) >= MOST:
                raise Cold(f"there are {MOST} parent processes for other environments")
            if parent:
                _parents.pop(key).stop()
            parent = _parents[key] = Parent(
                modules, environment, cwd="/",
                program=(*python, "-m", "batchgrader.process.launch"))
        if parent.threads != 1:
            raise Cold(f"the parent process has {parent.threads} threads after its imports")
        return parent


@atexit.register
def stop_parents():
    """End this client's parent processes and their kernels."""
    with _lock:
        for key in [key for key in _parents if key[0] == os.getpid()]:
            _parents.pop(key).stop()
