"""What holds after every run of the small course's class, and waiting for it."""

import time

import warm
from batch import differences, left_over, state


def is_in_order(course, ran):
    assert "Traceback" not in ran.out + ran.err, ran
    left = left_over(course)
    assert not left, left


def heals(course, undisturbed):
    ran = warm.run(course, "grade", "small")
    assert ran.code == 1, ran
    is_in_order(course, ran)
    found = differences(state(course), undisturbed)
    assert not found, found


def until(what, seconds=60):
    end = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.005)
    return found
