"""The grader's side of a hand-in's process: hand over a cell, collect its outputs, in time."""

import contextlib
import os
import secrets
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field

from batchgrader.process import channel, message
from batchgrader.process.box import OUT_OF_MEMORY

MOST_OF_A_VALUE = 64 << 20  # bytes that a value of the student's may have as JSON
GRACE = 3  # seconds that a cell has to end after it was interrupted
SOON = 0.05  # seconds after which a cell's use of the processor is watched; few take as long
BUSY = 10  # a cell gets at most this many times its seconds on a machine that is busy
PROGRAM = (sys.executable, "-P", "-m", "batchgrader.process.parent")

# What the watchdog ended a process for (process/watchdog.py), as an outcome.
ENDED_BY = {"memory": "out of memory", "disk": "too much output", "processes": "died"}


class ParentLost(Exception):
    """The parent process ended or did not answer: no fault of the hand-in."""


@dataclass(frozen=True)
class Limits:
    """What a cell may use. seconds: of an unloaded machine; output, memory: bytes."""

    seconds: float | None
    output: int
    memory: int


@dataclass
class Ran:
    """What came of a cell.

    ended: "done", "error", "out of time", "out of memory", "too much output" or "died".
    """

    ended: str = "done"
    outputs: list = field(default_factory=list)
    execution_count: int | None = None
    status: int | None = None  # exit code, or minus the signal, if it died
    answer: dict = field(default_factory=dict)  # all that the process says at the end
    waited: float = 0  # seconds for which others had the processor
    uncertain: bool = False  # out of time, and an idle machine might have been fast enough


class Parent:
    """A parent process with its imports done. Threads may share it.

    isolate: {"layers": names, "readable": paths} of the boxes of its children. within: function
    of a folder; returns the start of a command line that shuts the parent itself in with it.
    program: the command that becomes the parent. cwd: its working folder. cells: (number,
    source) of cells that many of its children will run.
    """

    def __init__(self, modules=(), environment=None, isolate=None, within=None, program=PROGRAM,
                 cwd=None, cells=()):
        mine, theirs = socket.socketpair()
        # Made by the process that removes it: there is no moment at which it is nobody's.
        self.folder = f"{tempfile.gettempdir()}/batchgrader-{secrets.token_hex(8)}"
        start, inner = [], self.folder
        if within:
            os.mkdir(self.folder, 0o711)
            start, inner = within(self.folder), f"{self.folder}/inner"
        self.process = subprocess.Popen(
            [*start, *program, str(theirs.fileno()), inner],
            pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True, env=environment, cwd=cwd)
        theirs.close()
        self.socket, self.lock = mine, threading.Lock()
        try:
            if isolate:
                self.order(do="isolate", **isolate)
            self.threads = self.order(
                do="import", modules=list(modules), cells=list(cells))["threads"]
        except BaseException:
            self.stop()
            raise

    def order(self, descriptors=(), **order):
        """Return the parent's answer."""
        with self.lock:
            try:
                channel.send(self.socket, order, descriptors)
                answer = channel.receive(self.socket)
            except OSError:
                answer = None
        if answer is None:
            raise ParentLost("the process that starts hand-ins' processes has ended")
        return answer

    def stop(self):
        """End it and all its children."""
        self.socket.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)  # if it was killed


class Session:
    """A process that runs a notebook's cells, one after another."""

    def __init__(self, parent, limits, seed=0):
        self.parent, self.limits = parent, limits
        ours, theirs = socket.socketpair()
        out, theirs_out = os.pipe()
        err, theirs_err = os.pipe()
        self.socket, self.pipes, self.why = ours, {out: "stdout", err: "stderr"}, ""
        self.selector = None
        try:
            self.selector = selectors.DefaultSelector()
            answer = parent.order(
                [theirs.fileno(), theirs_out, theirs_err], do="fork", seed=seed,
                memory=limits.memory)
            if "refused" in answer:
                raise ParentLost(answer["refused"])
        except BaseException:
            self._close()
            raise
        finally:
            theirs.close()
            os.close(theirs_out)
            os.close(theirs_err)
        self.pid, self.folder = answer["pid"], answer["folder"]
        self.selector.register(self.socket, selectors.EVENT_READ)
        for descriptor in self.pipes:
            os.set_blocking(descriptor, False)
            self.selector.register(descriptor, selectors.EVENT_READ)

    def run(self, code, seconds=None, **more):
        """Return what came of a cell. seconds: instead of the limit's."""
        return self.request({"run": code, **more}, seconds)

    def request(self, request, seconds=None, answer=None):
        """Return what came of a request, see process/serve.py.

        answer: function that answers questions which the process asks meanwhile.
        """
        seconds = self.limits.seconds if seconds is None else seconds
        try:
            channel.send(self.socket, request)
        except OSError:
            return Ran("died", status=self.end())
        # What others send is limited as values are, what a cell of a student's prints by itself.
        values = answer is not None or "question" in request
        return _Request(self, seconds, answer,
                        MOST_OF_A_VALUE if values else self.limits.output).watch()

    def signal(self, number):
        """Send the process a signal."""
        self.parent.order(do="signal", pid=self.pid, number=number)

    def used(self):
        """Return the seconds for which the process had a processor, and was ready but had none."""
        return self.parent.order(do="used", pid=self.pid)["seconds"]

    def end(self, wait=0):
        """End the process; return how it had ended by itself within `wait` seconds, or None."""
        if self.pid is None:
            return None
        pid, self.pid = self.pid, None
        self._close()
        ended = self.parent.order(do="end", pid=pid, folder=self.folder, wait=wait)
        self.why = ended["why"]
        return ended["status"]

    def _close(self):
        if self.selector:
            self.selector.close()
        self.socket.close()
        for descriptor in self.pipes:
            os.close(descriptor)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with contextlib.suppress(ParentLost):
            self.end()


class _Request:
    """One request while it is worked on."""

    def __init__(self, session, seconds, answer, most):
        self.session, self.seconds, self.answer, self.most = session, seconds, answer, most
        self.ran, self.size = Ran(), 0
        self.inbox = channel.Inbox(MOST_OF_A_VALUE)
        self.started, self.before = time.monotonic(), None
        self.stop_at = None if seconds is None else self.started + seconds
        self.interrupted = False

    def watch(self):
        """Return the Ran, once the cell has ended or was ended."""
        while not self._step():
            pass
        return self.ran

    def _step(self):
        """Take what has arrived; return whether the cell is over."""
        if self.interrupted and time.monotonic() >= self.stop_at:
            return self._late()  # also if there is no end of what arrives
        ready = [key.fd for key, _ in self.session.selector.select(self._patience())]
        if not ready:
            return self.before is not None and self._late()
        for descriptor in ready:
            if descriptor in self.session.pipes and not self._drain(descriptor):
                self.session.selector.unregister(descriptor)
        if self.session.socket.fileno() in ready:
            return self._listen()
        return self._enough()

    def _patience(self):
        """Return for how many seconds nothing has to be done, None for ever.

        What the process has used before is asked for when the cell has run for a while: most
        cells are over by then.
        """
        if self.stop_at is None:
            return None
        now = time.monotonic()
        if self.before is None and now - self.started >= SOON:
            self.before = self.session.used()
        return max((self.stop_at if self.before else self.started + SOON) - now, 0)

    def _listen(self):
        try:
            data = self.session.socket.recv(1 << 16)
            messages = self.inbox.add(data) if data else None
        except (OSError, channel.Overflow, ValueError, RecursionError):
            messages = None  # no message that the shell would send
        if messages is None or not all(map(message.is_sound, messages)):
            return self._died()
        for each in messages:
            if "done" in each:
                for descriptor in self.session.pipes:
                    self._drain(descriptor)
                return self._over(each)
            if "question" in each and self.answer:
                self._reply(each["question"])
            elif "output" in each:
                self._output(each["output"])
        self.size += len(data)
        return self._enough()

    def _reply(self, question):
        """Answer a question of the process. The time counts, but GRACE is left to go on in."""
        left = None if self.stop_at is None else max(self.stop_at - time.monotonic(), 0.1)
        answer, outputs = self.answer(question, left)
        if left is not None and not self.interrupted:
            self.stop_at = max(self.stop_at, time.monotonic() + GRACE)
        for output in outputs:
            self._output(output)
        with contextlib.suppress(OSError):
            try:
                channel.send(self.session.socket, answer)
            except RecursionError:
                channel.send(self.session.socket, {"not_by_value": "it is nested too deep"})

    def _over(self, message):
        if self.ran.outputs and self.ran.outputs[-1]["output_type"] == "clear_output":
            self.ran.outputs.pop()  # what it waited for did not come
        self.ran.answer, self.ran.execution_count = message, message.get("execution_count")
        if self.ran.ended == "done" and not message["done"]:
            self.ran.ended = "error"
        return True

    def _late(self):
        """Return whether the cell is over, now that its time is."""
        if self.interrupted:
            self.session.end()
            self.ran.status = -signal.SIGKILL
            return True
        used, self.ran.waited = (now - before for now, before in
                                 zip(self.session.used(), self.before))
        due = max(self.stop_at, self.started + min(self.seconds + self.ran.waited,
                                                   BUSY * self.seconds))
        if time.monotonic() < due - 0.01:
            self.stop_at = due
            return False
        self.ran.uncertain = used < 0.9 * self.seconds
        return self._interrupt("out of time")

    def _enough(self):
        """Return whether the cell is over; interrupt it if it has written too much."""
        if self.size > self.most and not self.interrupted:
            return self._interrupt("too much output")
        if self.size > 2 * self.most + (1 << 22):
            self.stop_at = time.monotonic()
        return False

    def _interrupt(self, why):
        self.ran.ended, self.interrupted = why, True
        self.session.signal(signal.SIGINT)
        self.stop_at = time.monotonic() + GRACE
        return False

    def _died(self):
        self.ran.status = self.session.end(wait=1)
        if not self.interrupted:
            out_of_memory = self.ran.status == OUT_OF_MEMORY
            self.ran.ended = ENDED_BY.get(self.session.why,
                                          "out of memory" if out_of_memory else "died")
        return True

    def _drain(self, descriptor):
        """Take what was written to a pipe; return False at its end."""
        while True:
            try:
                data = os.read(descriptor, 1 << 16)
            except BlockingIOError:
                return True
            if not data:
                return False
            self.size += len(data)
            self._output({"output_type": "stream", "name": self.session.pipes[descriptor],
                          "text": data.decode(errors="replace")})
            if self.size > self.most:
                return True

    def _output(self, output):
        """Keep an output, unless there are too many; a stream's parts are put together."""
        if self.size > self.most:
            return
        add_output(self.ran.outputs, output)


def add_output(outputs, output):
    """Add one reported output to a cell's, as a notebook keeps them."""
    kind, last = output["output_type"], outputs[-1] if outputs else {}
    if last.get("output_type") == "clear_output":  # it has waited for this one
        outputs.clear()
        last = {}
    if kind == "clear_output" and not output["wait"]:
        outputs.clear()
    elif kind == "stream" and last.get("name") == output["name"]:
        last["text"] += output["text"]
    elif kind == "update_display_data":
        name = output["transient"].get("display_id")
        for shown in outputs:
            if shown.get("transient", {}).get("display_id") == name:
                shown |= {"data": output["data"], "metadata": output["metadata"]}
    else:
        outputs.append(output)
