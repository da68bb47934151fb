"""What grading costs: batchgrader, nbgrader, otter-grader and the floor, on the same hand-ins.

They take turns, so that a machine that gets slower or faster while it measures does so for all,
and ratios are of one turn. Options are in the environment: BENCH_TURNS (3), BENCH_FAST (hand-ins
for the fast, 60), BENCH_SLOW (for the slow, 15), BENCH_KINDS (plain,shapes,eager,graph),
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
import parts
from observe import observe

HERE = Path(__file__).resolve().parent
TURNS = int(os.environ.get("BENCH_TURNS", 3))
FAST, SLOW = (int(os.environ.get(f"BENCH_{name}", size)) for name, size in
              (("FAST", 60), ("SLOW", 15)))
KINDS = [kind for kind in os.environ.get(
    "BENCH_KINDS", ",".join(classes.KINDS)).split(",") if kind]
GROWTH = [int(size) for size in os.environ.get("BENCH_GROWTH", "10,100,1000").split(",") if size]


@dataclass(frozen=True)
class Grader:
    """command: function of the course's folder and the assignment. size: of its class."""

    command: object
    size: int


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
    OTTER: Grader(_script("otter_grader.py"), SLOW),
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
            parts.report(kind, parts.measure(kind, FAST, Path(folder, f"{kind} in parts")))
        if GROWTH:
            growth.report(growth.measure(GROWTH, Path(folder, "growth")), HERE / "growth.svg")


def measure(kind, place):
    """Return [{grader: Observed}], one for each turn."""
    name = classes.KINDS[kind]
    made = classes.make(kind, max(FAST, SLOW), place / "made")
    classes.write_cells(made, name)
    turns = []
    for turn in range(TURNS):
        turns.append({})
        for who, grader in GRADERS.items():
            course = classes.copy(made, place / f"{turn} {who}", grader.size)
            turns[-1][who] = observe(grader.command(course, name), grader.size,
                                     lambda course=course: _done(course, name), cwd=course)
    return turns


def _done(course, name):
    return sum(1 for _ in (course / "autograded").glob(f"*/{name}"))


COLUMNS = {  # of the first table: what more hand-ins take; of the second: what a start takes
    "hand-ins a minute": lambda seen: 60 / seen.one[0],
    "CPU ms a hand-in": lambda seen: 1000 * seen.one[1],
    "peak MiB": lambda seen: seen.peak / 2**20,
}
START = {
    "start, s": lambda seen: seen.start[0],
    "start, CPU s": lambda seen: seen.start[1],
}
RATIOS = (  # title, of what, by whose, in which figure
    ("CPU, times the floor's", ONE, FLOOR, lambda seen: seen.one[1]),
    ("nbgrader's CPU, times ours", NBGRADER, ONE, lambda seen: seen.one[1]),
    ("otter-grader's CPU, times ours", OTTER, ONE, lambda seen: seen.one[1]),
    ("throughput, 2 jobs, times nbgrader's", TWO, NBGRADER, lambda seen: 1 / seen.one[0]),
    ("throughput, 2 jobs, times otter-grader's", TWO, OTTER, lambda seen: 1 / seen.one[0]),
    ("throughput, 2 jobs, times 1 job's", TWO, ONE, lambda seen: 1 / seen.one[0]),
    ("peak memory, times nbgrader's", ONE, NBGRADER, lambda seen: seen.peak),
)


def report(kind, turns):
    """Print what was measured: the median of the turns, minimum and maximum."""
    print(f"\n{kind}: {classes.ABOUT[kind]}; {TURNS} turns, load {os.getloadavg()[0]:.1f}")
    for columns in (COLUMNS, START):
        print(f"{'':20}" + "".join(f"{title:>20}" for title in columns))
        for who in turns[0]:
            print(f"{who:20}" + "".join(f"{_spread([column(turn[who]) for turn in turns]):>20}"
                                        for column in columns.values()))
    for title, ours, theirs, figure in RATIOS:
        if theirs in turns[0] and ours in turns[0]:
            ratios = [figure(turn[ours]) / figure(turn[theirs]) for turn in turns]
            print(f"{title:60}{_spread(ratios):>20}")
    sys.stdout.flush()


def _spread(figures):
    """Return "median (minimum-maximum)"."""
    ordered = sorted(figures)
    return "{1} ({0}-{2})".format(*(_short(ordered[place]) for place in (0, len(ordered) // 2, -1)))


def _short(figure):
    return f"{figure:.{0 if figure >= 100 else 1 if figure >= 10 else 2}f}"


if __name__ == "__main__":
    main()
