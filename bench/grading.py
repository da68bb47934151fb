"""What grading costs: batchgrader, nbgrader, otter-grader and the floor, on the same hand-ins.

They take turns, so that a machine that gets slower or faster while it measures does so for all,
and ratios are of one turn. Options are in the environment: BENCH_TURNS (3), BENCH_FAST (hand-ins
for the fast, 60), BENCH_SLOW (for the slow, 3), BENCH_KINDS (plain,shapes,eager,graph),
BENCH_GROWTH (sizes of classes, 10,100,1000).
"""

import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from subprocess import CalledProcessError

import classes
import growth
import otter_grader
from dataset import spread
from observe import observe

HERE = Path(__file__).resolve().parent
TURNS = int(os.environ.get("BENCH_TURNS", 3))
FAST, SLOW = (int(os.environ.get(f"BENCH_{name}", size)) for name, size in
              (("FAST", 60), ("SLOW", 3)))
KINDS = os.environ.get("BENCH_KINDS", ",".join(classes.KINDS)).split(",")
GROWTH = [int(size) for size in os.environ.get("BENCH_GROWTH", "10,100,1000").split(",") if size]


@dataclass(frozen=True)
class Grader:
    """command: function of the course's folder and the assignment. kinds: that it is asked for."""

    command: object
    size: int
    kinds: tuple = tuple(classes.KINDS)


def _batchgrader(jobs):
    return lambda course, name: [sys.executable, "-m", "batchgrader", "grade", name,
                                 "--jobs", str(jobs)]


def _script(file):
    return lambda course, name: [sys.executable, str(HERE / file), str(course), name]


FLOOR, ONE, TWO, NBGRADER, OTTER = ("floor", "batchgrader, 1 job", "batchgrader, 2 jobs",
                                    "nbgrader", "otter-grader")
GRADERS = {
    FLOOR: Grader(_script("floor.py"), FAST),
    ONE: Grader(_batchgrader(1), FAST),
    TWO: Grader(_batchgrader(2), FAST),
    NBGRADER: Grader(lambda course, name: [sys.executable, "-m", "nbgrader", "autograde", name],
                     SLOW),
    OTTER: Grader(_script("otter_grader.py"), SLOW, ("plain",)),
}


def main():
    """Print a table for each kind of hand-in, and how a class's size counts."""
    try:
        otter_grader.install()
    except (OSError, CalledProcessError) as error:
        print(f"otter-grader is left out, it cannot be installed: {error}")
        del GRADERS[OTTER]
    with tempfile.TemporaryDirectory() as folder:
        for kind in KINDS:
            report(kind, measure(kind, Path(folder, kind)))
        if GROWTH:
            growth.report(growth.measure(GROWTH, Path(folder, "growth")), HERE / "growth.svg")


def measure(kind, place):
    """Return [{grader: Observed}], one for each turn."""
    name = classes.KINDS[kind]
    graders = {who: grader for who, grader in GRADERS.items() if kind in grader.kinds}
    made = classes.make(kind, max(FAST, SLOW), place / "made")
    classes.write_cells(made, name)
    turns = []
    for turn in range(TURNS):
        turns.append({})
        for who, grader in graders.items():
            course = classes.copy(made, place / f"{turn} {who}", grader.size)
            turns[-1][who] = observe(grader.command(course, name), grader.size,
                                     lambda course=course: _done(course, name), cwd=course)
    return turns


def _done(course, name):
    return sum(1 for _ in (course / "autograded").glob(f"*/{name}"))


def report(kind, turns):
    """Print what was measured: minimum, median and maximum of the turns."""
    print(f"\n{kind}: {classes.ABOUT[kind]}; {TURNS} turns, load {os.getloadavg()[0]:.1f}\n"
          f"{'':20}" + "".join(f"{title:>32}" for title in (
              "one more, ms", "one more, CPU ms", "start, s", "start, CPU s", "peak, MiB")))
    for who in turns[0]:
        seen = [turn[who] for turn in turns]
        figures = ([1000 * one.one[0] for one in seen], [1000 * one.one[1] for one in seen],
                   [one.start[0] for one in seen], [one.start[1] for one in seen],
                   [one.peak / 2**20 for one in seen])
        print(f"{who:20}" + "".join(f"{spread(column):>32}" for column in figures))
    for title, ours, theirs, column in (
            ("CPU of one more, times the floor's", ONE, FLOOR, 1),
            ("nbgrader's CPU of one more, times ours", NBGRADER, ONE, 1),
            ("throughput with 2 jobs, times nbgrader's", NBGRADER, TWO, 0),
            ("throughput with 2 jobs, times otter-grader's", OTTER, TWO, 0)):
        if theirs in turns[0] and ours in turns[0]:
            ratios = [turn[ours].one[column] / turn[theirs].one[column] for turn in turns]
            print(f"{title:48}{spread(ratios)}")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
