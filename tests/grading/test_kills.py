"""A process killed at any moment: the next run gives what an undisturbed run gives.

KILLS in the environment: how many kills at moments drawn by chance, the same in each run (10).
"""

import contextlib
import itertools
import os
import random
import signal
import time

import batch
import psutil
import pytest
import warm
from batch import TABLE, copied, differences, state
from checks import heals, is_in_order, until

pytestmark = pytest.mark.slow
KILLS = int(os.environ.get("KILLS", 10))
VICTIMS = ("coordinator", "parent", "child")


def moments(count):
    """Return (number, victim, hand-ins that are graded by then, seconds after that), as drawn."""
    drawn = random.Random(20261122)
    return [(number, VICTIMS[number % len(VICTIMS)], drawn.randrange(len(TABLE["students"])),
             round(drawn.uniform(0, 0.3), 3)) for number in range(count)]


@pytest.mark.parametrize("number, victim, graded, seconds", moments(KILLS))
def test_kill(number, victim, graded, seconds, handed_in, undisturbed, tmp_path):
    course = copied(handed_in, tmp_path)
    command = warm.Command(course, "grade", "small")
    until(lambda: command.out.count("\n") > graded)  # a line comes before the first
    time.sleep(seconds)
    kill(victim, command)
    ran = command.ended()
    is_in_order(course, ran)
    if victim != "coordinator":  # the run itself goes on
        assert ran.code == 1, ran
        found = differences(state(course), undisturbed)
        assert not found, found
    heals(course, undisturbed)


def kill(victim, command):
    """Kill a process of a run, once there is one of its kind; a run that has ended has none."""
    with contextlib.suppress(psutil.Error):
        found = psutil.Process(command.process.pid)
        for _ in range(VICTIMS.index(victim)):
            while not (children := found.children()):
                time.sleep(0.002)
            found = children[-1]
        found.kill()


@pytest.mark.parametrize("then", ["run again", "taken back"])
def test_kill_before_each_change_of_files(then, graded_class, undisturbed, tmp_path):
    course = copied(graded_class, tmp_path)
    for count in itertools.count(1):
        batch.hand_in(course, "half")  # all right now: as ada's
        ran = warm.run(course, "grade", "small", "--jobs", 1, dies_at=count)
        is_in_order(course, ran)
        if then == "run again":
            assert warm.run(course, "grade", "small").code == 1
            copies, entries = state(course)["copies"], batch.journal(course)
            assert (copies["autograded/half/small/small.ipynb"]
                    == copies["autograded/ada/small/small.ipynb"])
            assert entries["half"]["result"] == entries["ada"]["result"]
        batch.hand_in(course, "half", **TABLE["students"]["half"])
        heals(course, undisturbed)
        if ran.code != -signal.SIGKILL:
            break
    assert ran.code == 1
    assert count > 8  # the lock, the journal, two folders, the copy's files, two renames
