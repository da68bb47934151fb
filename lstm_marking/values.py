"""Marks arrays by what they hold, where the right shape alone is not enough."""

import keras
import numpy as np

from lstm_marking.graphs import lstm_units
from lstm_outputs.calls import call, shapes_of
from lstm_outputs.forms import NotYet

SAME = 1e-6  # float32 results that differ by less count as equal


def mark_values(function, cases):
    """Pass if function(**arguments) returns the expected array in every case.

    cases: (arguments, expected, beliefs) triples; expected is an array, beliefs a list of
    (wrong array, sentence) pairs.
    """
    for arguments, expected, beliefs in cases:
        given, text = _array(function, arguments)
        if _same(given, expected):
            continue
        said = next((sentence for wrong, sentence in beliefs if _same(given, wrong)), "")
        fault = "not of the right shape" if given.shape != expected.shape else (
            "of the right shape, but it holds other numbers")
        raise NotYet(f"What {text} returns is {fault}. {said}".strip())


def mark_reads_in_order(function, name, data):
    """Pass if the result at a time step depends on `data` up to this step, and on nothing later.

    function: takes an array (batch, time, features) under `name`, returns (batch, time, ...).
    It may make its layers anew: the seed is the same for each call.
    """
    before = _seeded(function, {name: data})
    for step in range(data.shape[1]):
        changed = data.copy()
        changed[:, step] += 1
        by = np.abs(_seeded(function, {name: changed}) - before)
        moved = by.max(axis=tuple(axis for axis in range(by.ndim) if axis != 1)) > SAME
        if moved[:step].any():
            raise NotYet(f"The result at step {moved.argmax()} changes with the data of step "
                         f"{step}, which is read later. Each result must come from the hidden "
                         "state of its own time step.")
        if not moved[step:].all():
            still = step + moved[step:].argmin()
            raise NotYet(f"The result at step {still} does not change with the data of step "
                         f"{step}, which has been read by then.")


def mark_lstm_units(function, arguments, units):
    """Pass if function(**arguments) calls LSTM layers of these `units`, in this order.

    If the function works on numbers only, nothing is said.
    """
    given = lstm_units(function, arguments)
    if given and given != units:
        name = getattr(function, "__name__", "your function")
        raise NotYet(f"{name} calls LSTM layers of {given} units. Keep the layers that were "
                     "given, and their units.")


def _seeded(function, arguments):
    keras.utils.set_random_seed(1)
    given, text = _array(function, arguments)
    if given.ndim < 2 or given.shape[:2] != next(iter(arguments.values())).shape[:2]:
        raise NotYet(f"What {text} returns has shape {given.shape}. Axis 0 and axis 1 are those "
                     "of the data: batch and time.")
    return given


def _array(function, arguments):
    result, text = call(function, arguments)
    shape = shapes_of(result, f"What {text} returns")
    try:
        return np.asarray(result, dtype=float), text
    except (TypeError, ValueError):
        raise NotYet(f"What {text} returns, of shape {shape}, is not one array of "
                     "numbers.") from None


def _same(given, expected):
    return given.shape == expected.shape and np.allclose(given, expected, atol=SAME)
