"""Answers that pick something out: one of several options, or a place in an array."""

import numpy as np

from lstm_outputs.forms import NotYet


def as_choice(answer, options, name="Your answer"):
    """Read `answer` as one of the strings `options`; letter case and spaces do not count."""
    if answer is ...:
        raise NotYet(f"{name} is still missing. Replace the three dots by one of "
                     f"{', '.join(map(repr, options))}.")
    for option in options:
        if type(answer) is str and answer.strip().lower() == option.lower():
            return option
    raise NotYet(f"{name} is {answer!r:.20}. Write one of {', '.join(map(repr, options))}.")


def as_index(answer, name="Your answer"):
    """Read `answer` as an index: a tuple of ints, one for each axis. Else raise NotYet."""
    if answer is ...:
        raise NotYet(f"{name} is still missing. Replace the three dots by an index, like (0, 1).")
    if type(answer) not in (tuple, list):
        raise NotYet(f"{name} is of type {type(answer).__name__}. An index has a number for each "
                     "axis, like (0, 1).")
    for place in answer:
        if type(place) is not int and not isinstance(place, np.integer):
            raise NotYet(f"{name} holds {place!r:.20}, of type {type(place).__name__}. "
                         "Places are whole numbers, counted from 0.")
    return tuple(int(place) for place in answer)


def check_choice(answer, options, name):
    """Say that `answer` is one of `options`; raise NotYet if it is not."""
    print(f"{name} = {as_choice(answer, options, name)!r} can be graded. "
          "Whether it is the right one, grading will tell.")


def check_index(answer, name):
    """Say that `answer` is written as an index; raise NotYet if it is not."""
    print(f"{name} = {as_index(answer, name)} is written as an index. "
          "Whether it is the right one, grading will tell.")
