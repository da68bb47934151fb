"""Grades what is new or has changed: hand-ins out to an executor, results into the gradebook.

Whatever happens at any moment, the next run goes on: a hand-in counts as graded once the journal
says so, which is after its points and its copy are where they belong.
"""

import contextlib
import fcntl
import os
from collections import deque
from collections.abc import Callable
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    Future,
    ThreadPoolExecutor,
    wait,
)
from dataclasses import dataclass
from pathlib import Path

from nbgrader.utils import is_grade, is_task, parse_utc

from batchgrader import disk, isolation, work
from batchgrader.bundle import make_bundle
from batchgrader.course import CourseError, files_below, folder, students
from batchgrader.journal import Journal
from batchgrader.merge import Merger, Score, UnknownStudentError
from batchgrader.parents import Parents
from batchgrader.result import SYSTEM_ERROR, Result
from batchgrader.settings import BatchGrader

TIMESTAMP = "timestamp.txt"  # nbgrader's own file, no part of what the student did


class Quiet:
    """Watches a run and says nothing. Others say more, see batchgrader/progress.py."""

    def begin(self, due, unchanged):
        """Take the numbers of hand-ins that will be graded, and that have not changed."""

    def graded(self, student, result):
        """Take one result that has been written."""

    def again_alone(self, student):
        """Take the name of a student whose hand-in met a limit of time while others ran."""


def grade(course, assignment, jobs=None, only=None, force=False, executor=None, scheduler=None,
          watch=None):
    """Grade the hand-ins of `assignment` in `course`; return {student: Result} of all.

    course: as from open_course. jobs: how many at a time (default: c.BatchGrader.jobs). only:
    names of students, or None for all. force: also what has not changed. executor: where to
    grade, a concurrent.futures.Executor (default: threads here, each with a process of its own).
    scheduler: the address of a Dask cluster's, in place of an executor; its workers say how many
    at a time. watch: as Quiet. Results of earlier runs come without the graded notebooks.
    Raises CourseError, also as DiskError or GradebookError; what was graded by then stays graded.
    """
    bundle = make_bundle(course, assignment)
    names = _named(course, assignment, only)
    place = Path(course.coursedir.root) / ".batchgrader" / assignment
    settings = BatchGrader(config=course.config)
    jobs = jobs or settings.jobs
    if executor is None and scheduler is None:
        isolation.ways(settings.isolation)  # refuses a machine that cannot keep hand-ins in
    with contextlib.ExitStack() as stack:
        stack.enter_context(_alone(place, assignment))
        merger = stack.enter_context(Merger(course, assignment, settings.patience))
        merger.check({name: _points(master.graded) for name, master in bundle.masters.items()})
        journal = stack.enter_context(contextlib.closing(Journal(place / "journal.jsonl")))
        run = _Run(course, bundle, place, merger, journal, watch or Quiet())
        todo = run.find(names, force)
        if todo:
            pool = stack.enter_context(_pool(course, bundle, jobs, executor, scheduler))
            late = run.grade(pool, todo)
            for student in late:
                run.watch.again_alone(student)
                run.grade(pool, [student])
        return {student: Result.from_summary(entry["result"])
                for student, entry in sorted(journal.entries.items())
                if student in run.students}


class _Run:
    """One run over the hand-ins of an assignment."""

    def __init__(self, course, bundle, place, merger, journal, watch):
        self.course, self.bundle, self.place = course, bundle, place
        self.merger, self.journal, self.watch = merger, journal, watch
        self.students = set()

    def find(self, names, force):
        """Return the students whose hand-ins are to be graded; merge what needs only that."""
        self.students, due, todo = set(names), self.merger.due(), []
        for student in names:
            entry = self.journal.entries.get(student)
            if force or entry is None or not self._holds(student, entry):
                todo.append(student)
            elif entry["result"]["books"] and (
                    student not in due
                    or entry["due"] != _due(self._timestamp(student), due[student])):
                result = Result.from_summary(entry["result"])
                self.journal.add(entry | {"due": self._merge(student, result)})
        self.watch.begin(len(todo), len(names) - len(todo))
        return todo

    def grade(self, pool, todo):
        """Grade hand-ins in a Pool; return the students who met a time limit while others ran."""
        waiting, running, late = deque((student, 1) for student in todo), {}, []
        try:
            while waiting or running:
                while waiting and len(running) < 2 * pool.jobs():
                    student, attempt = waiting.popleft()
                    future, files = self._submitted(pool, student)
                    running[future] = student, attempt, files
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    student, attempt, files = running.pop(future)
                    result = _result(future, attempt, pool.gave_up)
                    if result is None:
                        waiting.append((student, attempt + 1))
                    elif result.uncertain and len(todo) > 1 and pool.jobs() > 1:
                        late.append(student)
                    else:
                        self.watch.graded(student, self._keep(student, files, result))
        finally:
            for future in running:
                future.cancel()
        return late

    def _submitted(self, pool, student):
        """Return the future of a student's Result, and the hand-in's files {path: bytes}."""
        files = {}
        try:
            files = self._files(student)
            return pool.submit(files), files
        except (OSError, BrokenExecutor) as error:
            future = Future()
            future.set_exception(error)
            return future, files

    def _holds(self, student, entry):
        """Return whether the journal's entry is about the hand-in as it is now."""
        try:
            if entry["key"] != self.bundle.key_of(self._files(student)):
                return False
        except OSError:  # said in the result
            return False
        copies = self._folder("autograded", student)
        return entry["result"]["outcome"] != SYSTEM_ERROR and all(
            (copies / f"{name}.ipynb").is_file()
            for name, book in entry["result"]["books"].items() if book)

    def _folder(self, step, student):
        return folder(self.course, step, student, self.bundle.assignment)

    def _files(self, student):
        return {name: content for name, content in files_below(
            self._folder("submitted", student), self.course.coursedir.ignore)
            if name != TIMESTAMP}

    def _timestamp(self, student):
        """Return when the hand-in came, as its timestamp.txt says, or None."""
        try:
            return parse_utc((self._folder("submitted", student) / TIMESTAMP).read_text().strip())
        except (OSError, ValueError, OverflowError):
            return None

    def _keep(self, student, files, result):
        """Write a result: copy beside its place, gradebook, copy in its place, journal.

        Return it, or what to say instead, where the gradebook does not know the student.
        """
        key, place = self.bundle.key_of(files), self._folder("autograded", student)
        copies = {f"{name}.ipynb": book.copy.encode() for name, book in result.books.items()
                  if book}
        if copies:
            disk.write_beside(place, self.bundle.beside(files) | copies)
        if self.journal.entries.get(student, {"key": key})["key"] != key:
            self.journal.forget(student)
        try:
            due = self._merge(student, result)
        except UnknownStudentError as error:  # no reason to stop the class
            result, copies, due = Result(SYSTEM_ERROR, str(error)), {}, None
        if copies:
            disk.put(place)
        self.journal.add(
            {"student": student, "key": key, "result": result.summary(), "due": due})
        return result

    def _merge(self, student, result):
        """Write a result to the gradebook; return what its late penalty depended on, if any."""
        if not result.books:
            return None
        timestamp = self._timestamp(student)
        return _due(timestamp, self.merger.merge(student, {
            name: book and ({grade_id: Score(question.points, bool(question.person))
                             for grade_id, question in book.questions.items()}, book.comments)
            for name, book in result.books.items()}, timestamp))


def _due(timestamp, due):
    """Return what a late penalty depends on, as the journal keeps it."""
    return [str(timestamp), str(due)]


def _result(future, attempt, gave_up):
    """Return a future's Result; None if it has to be tried again."""
    try:
        return future.result()
    except Exception as error:
        tried = "" if isinstance(error, gave_up) else f" It was tried {attempt} times."
        if tried and attempt < work.ATTEMPTS:
            return None
        return Result(SYSTEM_ERROR, f"{type(error).__name__}: {error}.{tried} Run it again.")


@dataclass(frozen=True)
class Pool:
    """Where hand-ins are graded.

    submit: function of a hand-in's files that returns the Future of its Result. jobs: function
    that returns how many are graded at a time. gave_up: errors of those that were tried before.
    """

    submit: Callable
    jobs: Callable
    gave_up: tuple = ()


def _pool(course, bundle, jobs, executor, scheduler):
    """Return a context manager that gives a Pool: a cluster, an executor, or threads here."""
    if scheduler:
        try:
            from batchgrader import cluster
        except ImportError as error:
            raise CourseError(f"Grading on a cluster needs Dask, which is not there ({error}): "
                              "install the package distributed.") from None
        return cluster.connect(scheduler, course, bundle)
    if executor:
        return contextlib.nullcontext(Pool(
            lambda files: executor.submit(work.grade_hand_in, bundle, files), lambda: jobs))
    return _threads(bundle, jobs)


@contextlib.contextmanager
def _threads(bundle, jobs):
    """Give a Pool of threads; each grades in a process that is started for the hand-in."""
    parents, threads = Parents(bundle), ThreadPoolExecutor(jobs)
    parents.warm()
    try:
        yield Pool(lambda files: threads.submit(work.grade_hand_in, bundle, files, parents),
                   lambda: jobs)
    finally:
        threads.shutdown(wait=False, cancel_futures=True)
        parents.stop()
        threads.shutdown()


@contextlib.contextmanager
def _alone(place, assignment):
    """Raise CourseError if another run grades the same assignment."""
    with disk.in_words(place):
        place.mkdir(parents=True, exist_ok=True)
        file = (place / "lock").open("a+")
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise CourseError(
                f"Another batchgrader (process {file.read() or 'unknown'}) is grading "
                f"{assignment}; wait until it has ended.") from None
        with disk.in_words(place / "lock"):
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
        yield


def _points(notebook):
    """Return {grade_id: points} of a notebook's graded cells and tasks."""
    return {cell.metadata.nbgrader.grade_id: float(cell.metadata.nbgrader.points)
            for cell in notebook.cells if is_grade(cell) or is_task(cell)}


def _named(course, assignment, only):
    """Return the students to look at; raise CourseError if one of `only` handed in nothing."""
    everybody = students(course, assignment)
    handed_in = f"{course.coursedir.submitted_directory}/"
    if not everybody:
        raise CourseError(f"There is no hand-in for {assignment} in {handed_in}: "
                          f"run `batchgrader collect {assignment} FOLDER` first.")
    unknown = sorted(set(only or ()) - set(everybody))
    if unknown:
        raise CourseError(f"There is no hand-in of {', '.join(unknown)} for {assignment} in "
                          f"{handed_in}: give names of folders that are there.")
    return sorted(set(only)) if only else everybody
