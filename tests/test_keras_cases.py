"""What Keras's own tests expect of its recurrent layers, we say too, and Keras does it.

The cases are data, in keras_cases.toml.
"""

import re
import tomllib
from pathlib import Path

import keras
import matplotlib.pyplot as plt
import numpy as np
import pytest

from lstm_marking.marks import mark_layer
from lstm_outputs.beliefs import output_beliefs, state_beliefs
from lstm_outputs.layer_beliefs import layer_beliefs
from lstm_outputs.layers import check_output
from lstm_outputs.pictures.both_ways import draw_both_ways
from lstm_outputs.pictures.rollout import draw_rollout

CASES = tomllib.loads(Path(__file__).with_name("keras_cases.toml").read_text())
ROWS = [row for rows in CASES.values() for row in rows]
WEIGHTS = [row for row in ROWS if len(row) == 4]
UNKNOWN = {0: 3, 1: 2}  # sizes for the data, by axis, where the case has None


def read(call, inputs, expected, *_):
    """Return the layer, the shape of its input, and the tuple of shapes that come back."""
    inputs, expected = eval(inputs), eval(expected)
    several = isinstance(expected[0], tuple)
    return eval(call, {**vars(keras.layers)}), inputs, expected if several else (expected,)


def known(shape):
    """Return `shape` with a number for each None."""
    return tuple(UNKNOWN[axis] if size is None else size for axis, size in enumerate(shape))


def flat(shapes):
    """Return the tuple of shapes that Keras writes as one shape, or as a list of them."""
    return tuple(map(tuple, shapes)) if isinstance(shapes[0], (tuple, list)) else (tuple(shapes),)


def states_of(layer):
    return "hc" if isinstance(getattr(layer, "cell", None), keras.layers.LSTMCell) else "h"


def picture_of(layer, batch_size, timesteps, _):
    """Return the description of the picture of `layer`, None if there is no picture of it."""
    both = isinstance(layer, keras.layers.Bidirectional) and layer.merge_mode == "concat"
    if timesteps is None or not (both or isinstance(layer, keras.layers.RNN)):
        return None
    one = layer.forward_layer if both else layer
    units = getattr(one, "units", None) or one.cell.units
    how = {} if both else {"go_backwards": layer.go_backwards}
    figure, description = (draw_both_ways if both else draw_rollout)(
        timesteps, units, layer.return_sequences, layer.return_state, batch_size, states_of(one),
        **how)
    plt.close(figure)
    return description


def beliefs_about(layer, batch_size, timesteps, features):
    """Return our beliefs about what `layer` returns, none if we speak about no such layer."""
    sizes = batch_size, timesteps, features
    if isinstance(layer, keras.layers.TimeDistributed):
        return layer_beliefs("dense", *sizes[:2], layer.layer.units, features)
    if isinstance(layer, keras.layers.Bidirectional):
        case = "bidirectional states" if layer.return_state else "bidirectional"
        modes = layer.merge_mode, layer.return_sequences, layer.return_state
        ours = modes in [("concat", False, False), ("concat", True, True)]
        return layer_beliefs(case, *sizes, layer.forward_layer.units) if ours else {}
    units = getattr(layer, "units", None) or layer.cell.units
    if not layer.return_state:
        return output_beliefs(*sizes, units, layer.return_sequences)
    if states_of(layer) == "hc":
        return state_beliefs(*sizes, units, layer.return_sequences)
    return layer_beliefs("gru", *sizes, units) if layer.return_sequences else {}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: " ".join(row[:2]))
def test_we_say_what_comes_back(row):
    layer, inputs, expected = read(*row)
    description = picture_of(layer, *inputs)
    if description is not None:
        told = re.findall(r"\w+ (\([^)]*\))", description.split("Shapes: ")[1])
        assert tuple(map(eval, told)) == expected
    beliefs = beliefs_about(layer, *inputs)
    assert (expected if len(expected) > 1 else expected[0]) not in beliefs


@pytest.mark.parametrize("row", ROWS, ids=lambda row: " ".join(row[:2]))
def test_keras_computes_it(row):
    layer, inputs, expected = read(*row)
    assert flat(layer.compute_output_shape(inputs)) == expected
    mark_layer(layer, [(inputs, expected if len(expected) > 1 else expected[0])])


@pytest.mark.parametrize("row", ROWS, ids=lambda row: " ".join(row[:2]))
def test_keras_returns_it(row):
    layer, inputs, expected = read(*row)
    data = np.zeros(known(inputs), dtype="float32")
    on_data = tuple(map(known, expected))
    assert tuple(tuple(array.shape) for array in keras.tree.flatten(layer(data))) == on_data
    check_output(layer, data, on_data if len(on_data) > 1 else on_data[0], kinds=type(layer))


@pytest.mark.parametrize("row", WEIGHTS, ids=lambda row: row[0])
def test_it_has_that_many_weights(row):
    layer, inputs, _ = read(*row)
    layer.build(inputs)
    assert len(layer.trainable_weights) == row[3]


def test_pictures_and_beliefs_are_there():
    """What is skipped above stays the exception."""
    layers = [read(*row) for row in ROWS]
    assert sum(picture_of(layer, *inputs) is not None for layer, inputs, _ in layers) >= 45
    assert sum(bool(beliefs_about(layer, *inputs)) for layer, inputs, _ in layers) >= 45
