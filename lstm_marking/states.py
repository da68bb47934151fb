"""Marks the numbers of states and of what goes on from them, where shapes cannot tell."""

import numpy as np

from lstm_outputs.calls import call, shapes_of
from lstm_outputs.forms import NotYet

NEAR = 1e-5  # two ways to compute one float32 differ by less, two states by more


def mark_states(function, arguments):
    """Pass if function(**arguments) returns state_h and then state_c of any LSTM.

    With LSTM's default activations h = o * tanh(c), and the gate o is between 0 and 1. So h is
    smaller than tanh(c) in size and has its sign, whatever the weights; c in its place is not.
    """
    result, text = call(function, arguments)
    shapes = shapes_of(result, f"What {text} returns")
    if len(shapes) != 2 or shapes[0] != shapes[1]:
        raise NotYet(f"{text} returns {shapes}. Two states have one shape.")
    state_h, state_c = (np.asarray(array) for array in result)
    if not state_h.any() or np.allclose(state_h, np.tanh(state_c), atol=NEAR):
        raise NotYet(f"{text}: these are not the numbers of h and c. Does the layer read data?")
    if _shown(state_h, state_c):
        return
    if np.allclose(state_h, state_c, atol=NEAR):
        raise NotYet(f"{text} returns one array twice. h and c are different ones.")
    if _shown(state_c, state_h):
        raise NotYet(f"{text}: the shapes are right, but h and c have changed places.")
    raise NotYet(f"{text}: these are not h and c of one call of the layer.")


def mark_values(function, arguments, expected, beliefs):
    """Pass if function(**arguments) returns the array `expected`, up to rounding.

    beliefs: (wrong array, sentence) pairs.
    """
    result, text = call(function, arguments)
    if not _same(result, expected):
        said = [sentence for wrong, sentence in beliefs if _same(result, wrong)]
        raise NotYet(f"{text}: these are not the numbers that come back. {''.join(said[:1])}"
                     .strip())


def _shown(state_h, state_c):
    shown = np.tanh(state_c)
    return bool(np.all(np.abs(state_h) <= np.abs(shown) + NEAR)
                and np.all(state_h * shown >= -NEAR))


def _same(one, other):
    one, other = np.asarray(one), np.asarray(other)
    return one.shape == other.shape and np.allclose(one, other, atol=NEAR)
