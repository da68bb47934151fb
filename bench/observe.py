"""Runs a command and watches what it and all processes below it use."""

import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import linear_regression

from batchgrader.process.watchdog import descendants

EVERY, EVERY_MEMORY = 0.05, 0.5  # seconds
TICK = os.sysconf("SC_CLK_TCK")


@dataclass
class Observed:
    """What a command used, its children included. seconds, cpu: s; peak: bytes.

    first: peak of its first process alone, bytes.
    one: (s, CPU s) of one more hand-in, the slope once a tenth of them is done; start: the rest.
    """

    seconds: float
    cpu: float
    peak: float
    first: float
    one: tuple
    start: tuple


def observe(command, hand_ins, done, **options):
    """Return what a command used that grades `hand_ins`; raise RuntimeError if it fails.

    done: function without arguments; returns how many are graded so far.
    """
    begin, peak, first, measure, marks = time.monotonic(), 0, 0, 0, {}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          **options) as process:
        os.set_blocking(process.stdout.fileno(), False)
        said, ended = b"", 0
        while not ended:
            time.sleep(EVERY)
            said = (said + (process.stdout.read() or b""))[-5000:]
            seconds, pids = time.monotonic() - begin, descendants(process.pid)
            marks.setdefault(done(), (seconds, sum(map(cpu_of, pids))))
            if seconds > measure:
                memory = [_memory(pid) for pid in pids]
                peak, first = max(peak, sum(memory)), max(first, memory[0])
                measure = seconds + EVERY_MEMORY
            ended, status, usage = os.wait4(process.pid, os.WNOHANG)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1) or done() != hand_ins:
        raise RuntimeError(f"{command} did not grade all hand-ins: {said.decode()}")
    seconds, cpu = time.monotonic() - begin, usage.ru_utime + usage.ru_stime
    marks = {count: mark for count, mark in marks.items() if count > hand_ins // 10}
    one = tuple(linear_regression(list(marks), column).slope for column in zip(*marks.values()))
    return Observed(seconds, cpu, peak, first, one,
                    (seconds - hand_ins * one[0], cpu - hand_ins * one[1]))


def cpu_of(pid):
    """Return the seconds that a process and those it has waited for had a processor."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / TICK
    except OSError:
        return 0


def _memory(pid):
    """Return a process's part of memory in bytes: a page of n processes counts an nth."""
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        return 1024 * next(int(line.split()[1]) for line in rollup.splitlines()
                           if line.startswith("Pss:"))
    except (OSError, StopIteration):
        return 0
