"""Grades on a Dask cluster: hand-ins go out, results come back, no file system is shared.

A run brings to every worker, also to one that comes later, the assignment and a Workshop, which
starts the worker's own warm parents. All of it leaves when the run's client does, for whatever
reason. Student code runs in the boxed children of these parents only, never in a worker.
"""

import asyncio
import contextlib
import logging
import os
import pickle
import shutil
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import cloudpickle
from dask import config
from distributed import Client, KilledWorker, SchedulerPlugin, WorkerPlugin, get_worker

from batchgrader import isolation, work
from batchgrader.bundle import versions
from batchgrader.course import CourseError, files_below
from batchgrader.digest import KEPT_BY_TOOLS
from batchgrader.disk import AGAIN
from batchgrader.parents import Parents
from batchgrader.settings import BatchGrader

ANSWER = 10  # seconds for a scheduler to answer
WORKERS = 60  # seconds for the first worker to come
EVERY = 2  # seconds after which the workers are counted again
INSTALL = "Scheduler and workers need what this machine has, requirements.txt of the course."


class Workshop(WorkerPlugin):
    """What a worker needs for one assignment, and its processes. problem: why it cannot, or ""."""

    def __init__(self, bundle, library):
        self.versions, self.packed, self.library = versions(), _packed(bundle), library
        self.problem = "it is still being set up"

    async def setup(self, worker):
        """Unpack, and start the parents."""
        self.root = self.parents = None
        self.problem = await asyncio.to_thread(self._open, worker.local_directory)

    def _open(self, folder):
        """Return why it cannot be opened, or "". folder: of the worker's own, emptied by Dask."""
        if different := sorted({*self.versions} ^ {*versions()}):
            return f"it has other versions than the grader ({', '.join(different)}). {INSTALL}"
        try:
            self.bundle = pickle.loads(self.packed)
            isolation.ways(BatchGrader(config=self.bundle.config).isolation)
            self.root = tempfile.mkdtemp(prefix="library-", dir=folder)
            os.chmod(self.root, 0o755)  # judges read it, as users of their own
            for name, content in self.library.items():
                path = Path(self.root, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
        except (ImportError, AttributeError) as error:
            return f"it cannot import what the course's settings name ({error}). {INSTALL}"
        except (CourseError, OSError) as error:
            return str(error)
        self.parents = Parents(self.bundle, self.root)
        self.parents.warm()
        return ""

    async def teardown(self, worker):
        """End all processes, and leave no file."""
        await asyncio.to_thread(self._close)

    def _close(self):
        if self.parents:
            self.parents.stop()
        if self.root:
            shutil.rmtree(self.root, ignore_errors=True)

    def __getstate__(self):
        return {name: vars(self)[name] for name in ("versions", "packed", "library", "problem")}


class Leave(SchedulerPlugin):
    """Takes a run's Workshops away when its client is gone, also one that was killed."""

    def __init__(self, client, name):
        self.client, self.name = client, name

    def remove_client(self, scheduler, client):
        """Take them away, if it was this run's client."""
        if client == self.client:
            scheduler.remove_plugin(self.name)
            scheduler.loop.add_callback(scheduler.unregister_worker_plugin, None, self.name)


@contextlib.contextmanager
def connect(address, course, bundle):
    """Give the Pool of the cluster whose scheduler is at `address`; raise CourseError."""
    with _client(address) as client:
        name = f"batchgrader {bundle.assignment} {client.id}"
        try:
            client.wait_for_workers(1, WORKERS)
        except TimeoutError:
            raise CourseError(f"The scheduler at {address} has no worker: start some with "
                              f"`dask worker {address}`.") from None
        workshop = Workshop(bundle, _library(course))
        try:
            client.register_plugin(Leave(client.id, name), name)
            client.register_plugin(workshop, name)
            problems = client.run(_problem, name, on_error="ignore")
        except ImportError as error:
            raise CourseError(f"The cluster at {address} cannot import what grading needs "
                              f"({error}). {INSTALL}") from None
        for worker, problem in problems.items():
            if problem:
                raise CourseError(f"The worker {worker} cannot grade: {problem}")
        yield _Pool(client, name)


@contextlib.contextmanager
def _client(address):
    """Give a Client; raise CourseError if nobody answers."""
    with config.set({"distributed.comm.timeouts.connect": f"{ANSWER}s"}), _quiet():
        try:
            client = Client(address, timeout=ANSWER, set_as_default=False, name="batchgrader")
        except (OSError, ValueError) as error:
            raise CourseError(f"No Dask scheduler answers at {address} ({error}): start one with "
                              "`dask scheduler`, and give the address that it shows.") from None
        with client:
            yield client


@contextlib.contextmanager
def _quiet():
    """Let Dask log nothing here meanwhile: what it would log is said in a sentence."""
    loggers = [logging.getLogger(name) for name in ("distributed", "distributed.client")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels):
            logger.setLevel(level)


class _Pool:
    """A Pool (grade.py) of a cluster's workers. Raises CourseError once the scheduler is gone."""

    gave_up = (KilledWorker,)

    def __init__(self, client, name):
        self.client, self.name = client, name
        self.executor = client.get_executor(pure=False)
        self.threads, self.count_at = 1, 0

    def submit(self, files):
        """Return the Future of a hand-in's Result."""
        with self._connected():
            return self.executor.submit(_grade, self.name, files)

    def jobs(self):
        """Return how many threads the workers have: a cluster grows and shrinks meanwhile."""
        if time.monotonic() >= self.count_at:
            with self._connected():
                self.threads = max(1, sum(self.client.nthreads().values()))
            self.count_at = time.monotonic() + EVERY
        return self.threads

    @contextlib.contextmanager
    def _connected(self):
        # A client that connects again finds nothing: what it had brought has left.
        try:
            if self.client.status != "running":
                raise OSError(f"the client is {self.client.status}")
            yield
        except (OSError, RuntimeError, TimeoutError) as error:
            raise CourseError(f"The connection to the scheduler is lost ({error}): see whether it "
                              f"still runs. {AGAIN}") from error


def _packed(bundle):
    """Return a bundle as bytes, without settings that grading does not read.

    They may name what a worker does not have; what nbgrader_config.py defines goes by value.
    """
    try:
        return cloudpickle.dumps(replace(bundle, config=work.settings_read(bundle.config)))
    except (TypeError, pickle.PicklingError) as error:
        raise CourseError("The settings in nbgrader_config.py cannot be sent to a cluster "
                          f"({error}): grade without --scheduler, or change them.") from None


def _problem(name, dask_worker):
    return dask_worker.plugins[name].problem


def _grade(name, files):
    """In a worker: return the Result of one hand-in."""
    shop = get_worker().plugins[name]
    if shop.problem:
        raise RuntimeError(f"{get_worker().address}: {shop.problem}")
    return work.grade_hand_in(shop.bundle, files, shop.parents)


def _library(course):
    """Return {path: bytes} of what the course says that tests import."""
    root, library = Path(course.coursedir.root), {}
    for name in BatchGrader(config=course.config).depends_on:
        path = Path(root, name)
        if not path.resolve().is_relative_to(root.resolve()):
            raise CourseError(f"c.BatchGrader.depends_on names {name}, which is outside the "
                              "course's folder: only what is inside is sent to a cluster.")
        found = files_below(path, KEPT_BY_TOOLS) if path.is_dir() else (
            [("", path.read_bytes())] if path.exists() else [])
        library |= {str(Path(name, below)): content for below, content in found}
    return library
