"""Beliefs about the layers around an LSTM: each speaks to its error, none is right in Keras."""

import pytest
from shapes import tells

from lstm_outputs.layer_beliefs import layer_beliefs

BATCH, TIME, FEATURES, UNITS = SIZES = 4, 6, 10, 5
LAST, EVERY, WIDE, WIDE_EVERY = (4, 5), (4, 6, 5), (4, 10), (4, 6, 10)

WRONG = [
    ("stack", EVERY, "has no flag"),
    ("stack", (LAST, LAST), "its last layer"),
    ("dense", EVERY, "replaces the last axis"),
    ("dense", (4, 10), "leaves time alone"),
    ("repeat", LAST, "an axis of their own"),
    ("repeat", (4, 30), "not joined"),
    ("repeat", (4, 5, 6), "Which place has time?"),
    ("flatten", LAST, "No time step is dropped"),
    ("flatten", (24, 5), "stays together"),
    ("dropout", (4, 6, 2), "Nothing is cut out"),
    ("gru", (EVERY, LAST, LAST), "no cell state"),
    ("gru", EVERY, "the state comes back too"),
    ("gru", (LAST, LAST), "has an axis for time"),
    ("bidirectional", LAST, "two layers inside"),
    ("bidirectional", (LAST, LAST), "joined into one"),
    ("bidirectional", WIDE_EVERY, "no axis for time"),
    ("bidirectional states", (WIDE_EVERY, WIDE, WIDE), "Merging applies to the output"),
    ("bidirectional states", (WIDE_EVERY, WIDE, WIDE, WIDE, WIDE), "Merging applies to the output"),
    ("bidirectional states", (WIDE_EVERY, LAST, LAST), "two states each"),
    ("bidirectional states", (EVERY, LAST, LAST, LAST, LAST), "The output is joined"),
]
CASES = sorted({case for case, _, _ in WRONG})


@pytest.mark.parametrize("case, answer, about", WRONG)
def test_a_wrong_answer_is_told_its_belief(case, answer, about):
    assert about in layer_beliefs(case, *SIZES)[answer]


@pytest.mark.parametrize("case", CASES)
def test_every_belief_is_tested(case):
    assert set(layer_beliefs(case, *SIZES)) == {wrong for name, wrong, _ in WRONG if name == case}


@pytest.mark.parametrize("sizes", [SIZES, (100, 4, 10, 16), (3, 2, 4, 2), (2, 2, 2, 2),
                                   (1, 1, 1, 1), (2, 1, 3, 1), (5, 2, 4, 4)])
@pytest.mark.parametrize("case", CASES)
def test_what_keras_returns_is_no_belief(case, sizes):
    right, beliefs = in_keras(case, *sizes), layer_beliefs(case, *sizes)
    assert right not in beliefs
    for sentence in beliefs.values():
        assert not any(tells(sentence, shape) for shape in ([right] if type(right[0]) is int
                                                            else right))


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("batch_size, timesteps", [(None, 6), (4, None), (None, None)])
def test_sizes_may_be_unknown(case, batch_size, timesteps):
    assert (batch_size, timesteps and 5 * timesteps) not in layer_beliefs(
        "flatten", batch_size, timesteps, FEATURES, UNITS)
    assert all(layer_beliefs(case, batch_size, timesteps, FEATURES, UNITS).values())


def in_keras(case, batch_size, timesteps, features, units):
    """Return the shape, or shapes, that the lesson's layer returns for zeros of these sizes."""
    import keras
    import numpy as np
    from keras import layers

    def zeros(*shape):
        return np.zeros(shape, dtype="float32")

    flags = {"return_sequences": True, "return_state": True}
    data, hidden = zeros(batch_size, timesteps, features), zeros(batch_size, timesteps, units)
    layer, data = {
        "stack": (keras.Sequential([layers.LSTM(7, return_sequences=True), layers.LSTM(units)]),
                  data),
        "dense": (layers.Dense(features), hidden),
        "repeat": (layers.RepeatVector(timesteps), zeros(batch_size, units)),
        "flatten": (layers.Flatten(), hidden),
        "dropout": (layers.Dropout(0.5), hidden),
        "gru": (layers.GRU(units, **flags), data),
        "bidirectional": (layers.Bidirectional(layers.LSTM(units)), data),
        "bidirectional states": (layers.Bidirectional(layers.LSTM(units, **flags)), data),
    }[case]
    outputs = layer(data)
    if isinstance(outputs, (tuple, list)):
        return tuple(tuple(array.shape) for array in outputs)
    return tuple(outputs.shape)
