"""Whatever happens to a run or between two runs, the next gives what an undisturbed run gives."""

import contextlib
import os
import re
import shutil
import signal
import sqlite3
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import batch
import pytest
import warm
from batch import TABLE, copied, differences, left_over, state
from checks import heals, is_in_order, until

from batchgrader.course import open_course
from batchgrader.grade import grade
from batchgrader.journal import Journal

pytestmark = pytest.mark.slow
LINE = re.compile(r"^ +\d+ of \d+  (\S+)", re.MULTILINE)


def regraded(ran):
    """Return the students whose hand-ins a command has graded, as it said."""
    return sorted(LINE.findall(ran.out))


@pytest.mark.parametrize("row", TABLE["fault"], ids=lambda row: row["name"])
def test_fault(row, handed_in, graded_class, undisturbed, tmp_path):
    begins = {"handed in": handed_in, "graded": graded_class}[row.get("begins", "handed in")]
    course = copied(begins, tmp_path)
    last = last_student(course)
    with FAULTS[row["does"]](course, **row.get("with", {})) as (meet, options):
        ran = meet(warm.Command(course, "grade", "small", *row.get("arguments", []), **options))
        is_in_order(course, ran)
    assert ran.code == row["code"], ran
    for words in row.get("says", []):
        assert words in ran.out + ran.err
    if "regrades" in row:
        assert regraded(ran) == ([last] if row["regrades"] == ["one"] else row["regrades"])
    heals(course, undisturbed)


def last_student(course):
    path = course / ".batchgrader/small/journal.jsonl"
    return list(batch.journal(course))[-1] if path.exists() else None


# Faults: each is in force while the command runs, and gone after it. It gives a function that
# waits for the command's end, and options of the command.


def waits(command):
    return command.ended()


@contextlib.contextmanager
def nothing(course):
    yield waits, {}


@contextlib.contextmanager
def another_run(course):
    first = warm.Command(course, "grade", "small")
    until(lambda: "hand-ins" in first.out)
    keep = first.texts
    first.texts = [path.rename(path.with_suffix(".first")) for path in keep]
    yield waits, {}
    assert first.ended().code == 1


@contextlib.contextmanager
def lock_gradebook(course, seconds):
    with contextlib.closing(sqlite3.connect(
            course / "gradebook.db", isolation_level=None, check_same_thread=False)) as db:
        db.execute("BEGIN EXCLUSIVE")
        timer = threading.Timer(seconds, db.rollback)
        timer.start()
        yield waits, {}
        timer.cancel()
        timer.join()


@contextlib.contextmanager
def make_read_only(course, paths):
    yield from without(course, paths, 0o222)


@contextlib.contextmanager
def make_unreadable(course, paths):
    yield from without(course, paths, 0o444)


def without(course, paths, permissions):
    modes = {}
    for path in map(course.__truediv__, paths):
        if not path.suffix:
            path.mkdir(parents=True, exist_ok=True)
        modes[path] = path.stat().st_mode
        path.chmod(modes[path] & ~permissions)
    yield waits, {"bound": True}
    for path, mode in modes.items():
        path.chmod(mode)


@contextlib.contextmanager
def overwrite_for_now(course, path, text, old=None):
    path = course / path
    before = path.read_bytes()
    path.write_bytes(before.replace(old.encode(), text.encode()) if old else text.encode())
    assert path.read_bytes() != before
    yield waits, {}
    path.write_bytes(before)


@contextlib.contextmanager
def delete_for_now(course, path):
    path = course / path
    before = path.read_bytes()
    path.unlink()
    yield waits, {}
    assert not path.exists()
    path.write_bytes(before)


@contextlib.contextmanager
def delete(course, paths):
    for path in map(course.__truediv__, paths):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    yield waits, {}


@contextlib.contextmanager
def fill_disk_for_journal(course, left):
    journal = course / ".batchgrader/small/journal.jsonl"
    journal.parent.mkdir(parents=True)
    large = 4 * (course / "gradebook.db").stat().st_size
    journal.write_bytes(b" " * large + b"\n")
    yield waits, {"largest": large + left}
    assert journal.read_bytes().endswith(b"\n")


@contextlib.contextmanager
def fill_disk_for_copies(course):
    large = 4 * (course / "gradebook.db").stat().st_size
    batch.hand_in(course, "half", cell="#" * large)
    yield waits, {"largest": large}
    assert not (course / "autograded/half/small").exists()
    batch.hand_in(course, "half", **TABLE["students"]["half"])


@contextlib.contextmanager
def fill_disk_for_gradebook(course):
    yield waits, {"largest": (course / "gradebook.db").stat().st_size}


@contextlib.contextmanager
def send(course, after, again=None, **which):
    """Send a signal once `after` hand-ins are graded, and perhaps `again`, seconds later."""
    number = signal.Signals[which["signal"]]

    def meet(command):
        until(lambda: command.out.count("\n") > after)  # a line comes before the first
        command.signal(number)
        if again:
            time.sleep(again)
            command.signal(number)
        return command.ended()

    yield meet, {}


@contextlib.contextmanager
def close_pipe(course):
    pipe = course / "pipe"
    os.mkfifo(pipe)

    def meet(command):
        with pipe.open() as reader:
            reader.readline()
        return command.ended()

    yield meet, {"out": str(pipe)}


@contextlib.contextmanager
def write_to_full_disk(course):
    yield waits, {"out": "/dev/full"}


@contextlib.contextmanager
def make_gradebook_again(course):
    shutil.copy(course / "new_gradebook.db", course / "gradebook.db")
    yield waits, {}


@contextlib.contextmanager
def spoil_journal(course, line, bytes):
    path = course / ".batchgrader/small/journal.jsonl"
    lines = path.read_bytes().splitlines()
    lines[line:line] = [bytes.encode("latin-1")]
    path.write_bytes(b"\n".join([*lines[:-1], b""]))
    yield waits, {}


@contextlib.contextmanager
def tear_journal(course, left):
    """Leave so many bytes of the last line; less than none: all but as many of its end."""
    path = course / ".batchgrader/small/journal.jsonl"
    written = path.read_bytes()
    start = written[:-1].rfind(b"\n") + 1
    path.write_bytes(written[:left] if left < 0 else written[:start + left])
    yield waits, {}


@contextlib.contextmanager
def move_due(course, to):
    """Nothing is late then; the time of before is back when this is over."""
    batch.set_due(course, to)
    yield waits, {}
    assert not any(dict(row)["late_submission_penalty"] for row in
                   state(course)["gradebook"]["submitted_notebook"])
    batch.set_due(course, TABLE["due"])


@contextlib.contextmanager
def hand_in_again(course, student, answers):
    batch.hand_in(course, student, answers)
    yield waits, {}
    batch.hand_in(course, student, **TABLE["students"][student])


FAULTS = {fault.__name__: fault for fault in (
    another_run, close_pipe, delete, delete_for_now, fill_disk_for_copies,
    fill_disk_for_gradebook, fill_disk_for_journal, hand_in_again, lock_gradebook,
    make_gradebook_again, make_read_only, make_unreadable, move_due, nothing, overwrite_for_now,
    send, spoil_journal, tear_journal, write_to_full_disk)}


# The journal alone


def test_journal_cut_at_any_byte_holds_all_whole_lines(graded_class, tmp_path):
    path = tmp_path / "journal.jsonl"
    written = (graded_class / ".batchgrader/small/journal.jsonl").read_bytes()
    entries = list(batch.journal(graded_class).values())
    start = written[:-1].rfind(b"\n") + 1
    for end in range(start, len(written)):
        path.write_bytes(written[:end])
        with contextlib.closing(Journal(path)) as journal:
            assert list(journal.entries.values()) == entries[:-1]
        assert path.read_bytes() == written[:start]
    with contextlib.closing(Journal(path)) as journal:
        journal.add(entries[-1])
    assert path.read_bytes() == written


def test_forgotten_entry_does_not_hold(graded_class, tmp_path):
    path = Path(shutil.copy(graded_class / ".batchgrader/small/journal.jsonl", tmp_path))
    with contextlib.closing(Journal(path)) as journal:
        journal.forget("half")
    with contextlib.closing(Journal(path)) as journal:
        assert "half" not in journal.entries
        assert "ada" in journal.entries


# What a person gave


def test_what_a_person_gave_survives_force(graded_class, tmp_path):
    course = copied(graded_class, tmp_path)
    batch.give_by_hand(course, "ada", "why", points=2.5, comment="Well put.")
    assert warm.run(course, "grade", "small", "--force").code == 1
    assert batch.given_by_hand(course, "ada", "why") == (2.5, "Well put.")


# An executor that is passed in


def test_processes_grade_as_threads_do(handed_in, undisturbed, tmp_path):
    course = copied(handed_in, tmp_path)
    with ProcessPoolExecutor(2, warm.FORKING) as pool:
        grade(open_course(course), "small", executor=pool)
    assert differences(state(course), undisturbed) == []
    assert left_over(course) == []


def test_broken_executor_is_said_and_the_next_run_goes_on(handed_in, undisturbed, tmp_path):
    course = copied(handed_in, tmp_path)
    with ProcessPoolExecutor(1, warm.FORKING, initializer=os.abort) as pool:
        results = grade(open_course(course), "small", executor=pool)
    assert {result.outcome for result in results.values()} == {"system error"}
    assert all("tried 3 times" in result.person for result in results.values())
    heals(course, undisturbed)
