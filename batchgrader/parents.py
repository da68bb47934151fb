"""Where hand-ins and judges get their processes from: parents that have done the imports.

Students' processes and judges have parents of their own: what a parent has imported for the judge
is in the memory of all its children.
"""

import contextlib
import logging
import os
import threading
from collections import defaultdict
from pathlib import Path

from batchgrader import isolation
from batchgrader.judge.judge import Judge
from batchgrader.process.session import Parent, ParentLost
from batchgrader.settings import BatchGrader, cell_limits

PASSED_ON = ("LANG", "LC_", "LD_LIBRARY_PATH", "PATH", "PYTHONPATH", "TZ", "VIRTUAL_ENV",
             "TF_", "KERAS_", "CUDA", "OMP_", "OPENBLAS_", "MKL_")
# Threads that a library starts while it is imported would be missing in a forked process.
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
log = logging.getLogger(__name__)


class Parents:
    """The parents and judges of one assignment in this process; threads may share it.

    bundle: a Bundle. root: folder with a copy of what tests import (c.BatchGrader.depends_on), or
    None where the course itself is on this machine.
    """

    def __init__(self, bundle, root=None):
        settings = BatchGrader(config=bundle.config)
        self.bundle, self.isolation = bundle, settings.isolation
        self.limits = cell_limits(bundle.config)
        readable = bundle.readable if root is None else tuple(
            str(Path(root, name)) for name in settings.depends_on)
        self.environment = _environment(settings, readable if root else ())
        self.keys = {"student": (bundle.student_imports, (), bundle.cells("released")),
                     "judge": (bundle.judge_imports, readable, bundle.cells("graded"))}
        self.parents, self.locks = {}, defaultdict(threading.Lock)
        self.judges, self.stopped = [], False

    def warm(self):
        """Start both parents, side by side, and wait for neither."""
        for who in self.keys:
            threading.Thread(target=self._try, args=[who], daemon=True).start()

    def get(self, who):
        """Return the parent of "student" or "judge"; start one if need be. Raises ParentLost."""
        key = self.keys[who]
        with self.locks[key]:
            if self.stopped:
                raise ParentLost("grading was stopped")
            parent = self.parents.get(key)
            if parent is None or parent.process.poll() is not None:
                if parent:
                    parent.stop()
                parent = self.parents[key] = self._start(*key)
            return parent

    @contextlib.contextmanager
    def judge(self):
        """Give a judge that nobody else has meanwhile; keep it for the next if all went well."""
        judge = self._kept(self.get("judge"))
        try:
            yield judge
        except BaseException:
            judge.end()
            raise
        self.judges.append(judge)

    def stop(self):
        """End all processes of hand-ins and judges, and start no more."""
        self.stopped = True
        for key in set(self.keys.values()):
            with self.locks[key]:
                if parent := self.parents.pop(key, None):
                    parent.stop()

    def _kept(self, parent):
        """Return a judge of this parent's that is free, or a new one."""
        while True:
            try:
                judge = self.judges.pop()
            except IndexError:
                return Judge(parent, self.bundle.files, self.limits)
            if judge.parent is parent:  # else its process has ended, with the parent before
                return judge

    def _try(self, who):
        with contextlib.suppress(ParentLost, OSError):  # said by the hand-in that needs it
            self.get(who)

    def _start(self, modules, readable, cells):
        ways = isolation.ways(self.isolation, readable) | {"cells": cells}
        parent = Parent(modules, self.environment, **ways)
        if parent.threads != 1:
            log.warning(
                "%s left %d threads running as they were imported, and a process that is forked "
                "then could hang. So each hand-in imports them for itself, which takes longer.",
                ", ".join(modules), parent.threads)
            parent.stop()
            parent = Parent((), self.environment, **ways)
        return parent


def _environment(settings, library):
    passed_on = {name: value for name, value in os.environ.items() if name.startswith(PASSED_ON)}
    folders = list(dict.fromkeys(os.path.dirname(path) for path in library))
    if folders:
        passed_on["PYTHONPATH"] = os.pathsep.join(
            [*folders, *filter(None, [passed_on.get("PYTHONPATH")])])
    return ONE_THREAD | passed_on | {
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "NBGRADER_EXECUTION": "autograde", "PYTHONHASHSEED": "0",
    } | settings.environment
