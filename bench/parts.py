"""Where batchgrader's CPU time goes: what each part of the way takes for one more hand-in.

One hand-in after another in this process, so that nothing overlaps.
"""

import contextlib
import gc
import os
import time
from concurrent.futures import Executor, Future

import classes
from observe import cpu_of

from batchgrader import disk, handin, journal, merge, score, work
from batchgrader.course import open_course
from batchgrader.execute import Run
from batchgrader.grade import grade
from batchgrader.process.watchdog import children

# Part: functions that make it up, none of which calls another.
PARTS = {
    "read the file, rebuild": [(handin, "read"), (work, "rebuild")],
    "talk to the processes": [(Run, "execute")],
    "points, the notebook's text": [(score, "questions"), (score, "comments"),
                                    (work.nbformat, "writes")],
    "gradebook": [(merge.Merger, "merge"), (merge.Merger, "due")],
    "the copy": [(disk, "write_beside"), (disk, "put")],
    "journal": [(journal.Journal, "add")],
}


class Inline(Executor):
    """Does at once what is submitted."""

    def submit(self, function, *arguments):
        """Return a Future that is done."""
        future = Future()
        future.set_result(function(*arguments))
        return future


def measure(kind, size, place):
    """Return {part: CPU ms of one more hand-in}."""
    name, made = classes.KINDS[kind], classes.make(kind, size + 1, place)
    course, students = open_course(made), sorted(os.listdir(made / "submitted"))
    with contextlib.ExitStack() as stack:
        spent = {part: 0.0 for part in PARTS}
        for part, functions in PARTS.items():
            for owner, function in functions:
                stack.enter_context(_counted(spent, part, owner, function))
        grade(course, name, 1, students[:1], executor=Inline())
        gc.freeze()  # as the command does
        before = spent.copy(), time.process_time(), _processes()
        grade(course, name, 1, executor=Inline())
        whole, processes = time.process_time() - before[1], _processes()
        found = {part: seconds - before[0][part] for part, seconds in spent.items()}
        begin = time.process_time()
        grade(course, name, 1, executor=Inline())  # nothing is left to do: what a start takes
        whole -= time.process_time() - begin
    found["all else in the coordinator"] = whole - sum(found.values())
    found |= {part: processes[part] - before[2][part] for part in processes}
    return {part: 1000 * seconds / size for part, seconds in found.items()}


@contextlib.contextmanager
def _counted(spent, part, owner, name):
    """Count the CPU time of a function as a part's meanwhile."""
    function = getattr(owner, name)

    def counted(*arguments, **more):
        begin = time.process_time()
        try:
            return function(*arguments, **more)
        finally:
            spent[part] += time.process_time() - begin

    setattr(owner, name, counted)
    try:
        yield
    finally:
        setattr(owner, name, function)


def _processes():
    """Return {part: CPU s} of this process's parents and their children, those that have ended too.

    A judge lives on; a student's process is over with the hand-in.
    """
    pids = [parent.process.pid for own in work._own.values() for parent in own.parents.values()]
    judges = sum(cpu_of(judge) for pid in pids for judge in children(pid))
    return {"students' processes, boxes": sum(map(cpu_of, pids)), "judge": judges}


def report(kind, found):
    """Print a line for each part."""
    print(f"\n{kind}: CPU ms of one more hand-in, load {os.getloadavg()[0]:.1f}")
    for part, spent in found.items():
        print(f"  {part:32}{spent:8.1f}")
    print(f"  {'together':32}{sum(found.values()):8.1f}")
