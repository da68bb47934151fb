"""What a forked process does: it answers requests, one after another, until nobody asks.

{"run": code} runs a cell. {"question": ...} asks for a value (judge/student.py). {"begin": ...}
makes the process a judge with names of its own (judge/names.py), for one hand-in after another;
{"forget": names} takes names from it, {"withhold": names} from everybody.
Each is answered by {"output": ...} as outputs come, and by one {"done": ...} at the end.
"""

import contextlib
import ctypes
import gc
import linecache
import random
import signal
import sys
import threading

from batchgrader.judge.names import Names, StudentStopped
from batchgrader.judge.student import Student
from batchgrader.process import channel
from batchgrader.process.shell import flush, take_over


def serve(sock, shell):
    """Answer requests that come over `sock`, with `shell`, until the other side closes."""
    lock = threading.Lock()  # a cell's threads print, too

    def report(output):
        with lock:
            channel.send(sock, {"output": output})

    take_over(shell, report)
    served, libc = _Served(sock, shell), ctypes.CDLL(None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while (request := channel.receive(sock)) is not None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            answer = served.answer(request)
        except (KeyboardInterrupt, StudentStopped):
            answer = {"done": False}
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        libc.fflush(None)
        channel.send(sock, answer)


class _Served:
    def __init__(self, sock, shell):
        self.sock, self.shell = sock, shell
        self.student, self.names = Student(shell), None

    def answer(self, request):
        if "begin" in request:
            return self._begin(**request["begin"])
        if "question" in request:
            answer = self.student.answer(request["question"])
            flush()
            return {"done": True, "answer": answer}
        if "forget" in request:
            self.names.forget(request["forget"])
            return {"done": True}
        if "withhold" in request:
            self.names.withhold(request["withhold"])
            return {"done": True}
        self.shell.execution_count = request.get("number", self.shell.execution_count)
        with self._open(request):
            good, number = self.shell.run(request["run"])
        refused = self.names.not_by_value if self.names is not None else []
        return {"done": good, "execution_count": number, "not_by_value": refused}

    def _open(self, request):
        if "sources" not in request:
            return contextlib.nullcontext()
        return self.names.to_student(request["sources"], request["run"])

    def _begin(self, seed, answers):
        """Forget the hand-in before: no name, no generator's state, no layer's number is left."""
        self.names = Names(self._ask)
        self.names.answers = frozenset(answers)
        shell = self.shell
        shell.looking = self.names.looking
        shell.user_module, shell.user_ns = shell.prepare_user_module(None, self.names)
        shell.init_user_ns()
        shell.init_sys_modules()
        self._free()
        random.seed(seed)
        if "numpy" in sys.modules:
            sys.modules["numpy"].random.seed(seed)
        if "keras" in sys.modules:
            sys.modules["keras"].utils.clear_session(free_memory=False)
        return {"done": True}

    def _free(self):
        """Let go of what the hand-in before has sent, however large: the next needs the memory."""
        linecache.clearcache()  # the texts of the student's functions
        history = self.shell.history_manager
        history.input_hist_parsed[:], history.input_hist_raw[:] = [""], [""]
        for kept in (history.output_hist, history.outputs, history.exceptions):
            kept.clear()
        for name in ("last_type", "last_value", "last_exc", "last_traceback"):
            sys.__dict__.pop(name, None)
        hook, tracebacks = self.shell.displayhook, self.shell.InteractiveTB
        hook._ = hook.__ = hook.___ = tracebacks.tb = None
        gc.collect()

    def _ask(self, question):
        channel.send(self.sock, {"question": question})
        return channel.receive(self.sock)
