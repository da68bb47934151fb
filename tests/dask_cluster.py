"""A Dask cluster for tests: a real scheduler and workers, each a process of its own.

The workers do not see the course: a file system of their own hides its folder.
"""

import contextlib
import os
import signal
import subprocess
import sys

from checks import until
from processes import environment

HIDE = 'mount -t tmpfs none "$0" && exec "$@"'  # in a mount namespace of its own
QUIET = {"DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False"}


class Cluster:
    """A scheduler with `workers` workers. folder: for logs. hidden: folder no worker sees.

    variables: of the scheduler's environment.
    """

    def __init__(self, folder, hidden, workers=2, **variables):
        self.folder, self.hidden, self.processes = folder, hidden, []
        folder.mkdir(exist_ok=True)
        self.scheduler = self._start("scheduler", "--port", "0", "--host", "127.0.0.1",
                                     "--dashboard-address", ":0", variables=variables)
        self.address = self._said("scheduler", "Scheduler at:").strip()
        self.workers = [self.worker() for _ in range(workers)]

    def worker(self, nanny=False, **variables):
        """Start one more worker, with one thread; return its process."""
        command = ["worker", self.address, "--nthreads", "1", "--no-dashboard",
                   "--nanny" if nanny else "--no-nanny", "--local-directory", self.folder]
        return self._start(*command, variables=variables, hide=os.geteuid() == 0)

    def _start(self, *command, variables=None, hide=False):
        command = [sys.executable, "-m", "dask", *map(str, command)]
        if hide:
            command = ["unshare", "--mount", "sh", "-c", HIDE, str(self.hidden), *command]
        name = f"{command[command.index('dask') + 1]}-{len(self.processes)}"
        with (self.folder / f"{name}.log").open("w") as log:
            self.processes.append(subprocess.Popen(
                command, cwd=self.folder, stdout=log, stderr=subprocess.STDOUT,
                start_new_session=True, env=environment() | QUIET | (variables or {})))
        return self.processes[-1]

    def _said(self, name, words):
        """Wait for a line with `words` in the log of a process; return what follows them."""
        log = next(self.folder.glob(f"{name}-*.log"))
        until(lambda: words in log.read_text(), 30)
        return log.read_text().partition(words)[2].splitlines()[0]

    def logs(self):
        return "\n".join(path.read_text() for path in sorted(self.folder.glob("*.log")))

    def close(self):
        for process in reversed(self.processes):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
