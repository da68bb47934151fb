"""Marks of arrays: right numbers pass in silence, wrong ones of the right shape do not."""

import keras
import numpy as np
import pytest

from lstm_marking.values import mark_lstm_units, mark_reads_in_order, mark_values
from lstm_outputs.forms import NotYet

HIDDEN = np.random.default_rng(1).normal(size=(3, 4, 5)).astype("float32")
DATA = np.random.default_rng(2).normal(size=(2, 3, 2)).astype("float32")
CASE = ({"hidden": HIDDEN}, HIDDEN[:, 1], [(HIDDEN[:, 2], "That is the step after.")])


def stack(*layers):
    """Return a function that calls `layers`, made anew each time, on data."""
    def function(data):
        return keras.Sequential([make() for make in layers])(data)
    return function


def lstm(units, **flags):
    return lambda: keras.layers.LSTM(units, return_sequences=True, **flags)


@pytest.mark.parametrize("pick", [
    lambda hidden: hidden[:, 1],
    lambda hidden: keras.ops.take(hidden, 1, axis=1),
    lambda hidden: hidden[:, 1].astype("float64") + 1e-8,
])
def test_the_right_numbers_pass_in_silence(pick):
    assert mark_values(pick, [CASE]) is None


@pytest.mark.parametrize("pick, said", [
    (lambda hidden: hidden[:, 2], "holds other numbers. That is the step after."),
    (lambda hidden: hidden[:, 1] * np.nan, "holds other numbers"),
    (lambda hidden: hidden[1], "not of the right shape"),
    (lambda hidden: np.full((3, 5), "a"), "not one array of numbers"),
    (lambda hidden: None, "of type NoneType"),
])
def test_wrong_numbers_do_not(pick, said):
    with pytest.raises(NotYet, match=said):
        mark_values(pick, [CASE])


def test_layers_that_read_from_left_to_right_pass():
    mark_reads_in_order(stack(lstm(3), lstm(2)), "data", DATA)


@pytest.mark.parametrize("layers, said", [
    ([lstm(3, go_backwards=True)], "read by then"),
    ([lambda: keras.layers.Bidirectional(lstm(3)())], "read later"),
    ([lambda: keras.layers.Dense(3)], "read by then"),
    ([lambda: keras.layers.LSTM(5)], "batch and time"),
])
def test_what_knows_too_much_or_too_little_does_not(layers, said):
    with pytest.raises(NotYet, match=said):
        mark_reads_in_order(stack(*layers), "data", DATA)


def test_the_units_of_the_layers_that_are_called_count():
    call = keras.layers.LSTM.call
    mark_lstm_units(stack(lstm(3), lstm(2)), {"data": DATA}, [3, 2])
    with pytest.raises(NotYet, match="of \\[2\\] units"):
        mark_lstm_units(stack(lstm(2)), {"data": DATA}, [3, 2])
    assert keras.layers.LSTM.call is call
