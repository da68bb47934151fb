"""The report on the fused kernel says what Keras itself decides.

Keras is told that there is a GPU, and its call of the kernel is replaced by one that is noted and
then refused, as by a machine without the kernel: so its choice is seen on a CPU too.
"""

import contextlib
import importlib
import re
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_outputs.backend import quiet_start

with quiet_start():
    import keras
    import tensorflow as tf

from lstm_outputs.gpu import right_padded, why_not_fused

RNN = importlib.import_module("keras.src.backend.tensorflow.rnn")
DATA = np.zeros((2, 3, 4), dtype="float32")  # (batch, time, features)
CLASSES = {"LSTM": keras.layers.LSTM, "GRU": keras.layers.GRU}


@pytest.fixture(scope="module")
def reached():
    """reached(layer, mask=None): does Keras call the fused kernel for `layer`?"""
    calls = []

    def kernel(*arguments):
        mask = next((a for a in arguments if getattr(a, "dtype", None) == tf.bool), None)
        if mask is not None:
            RNN._assert_valid_mask(mask)  # as the real ones do, first of all
        calls.append(arguments)
        raise tf.errors.NotFoundError(None, None, "no such kernel here")

    def ask(layer, mask=None):
        calls.clear()
        # use_cudnn=True raises where the kernel refuses, instead of going on without it.
        refuses = pytest.raises(ValueError, match="use_cudnn=True was specified")
        with refuses if getattr(layer, "use_cudnn", None) is True else contextlib.nullcontext():
            layer(DATA, mask=None if mask is None else tf.constant(mask))
        return bool(calls)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(RNN, "_is_gpu_available", lambda: True)
        patch.setattr(RNN, "_cudnn_lstm", kernel)
        patch.setattr(RNN, "_cudnn_gru", kernel)
        yield ask


ARGUMENTS = [
    ({}, True),
    ({"activation": "relu"}, False),
    ({"activation": None}, False),
    ({"activation": tf.tanh}, True),
    ({"activation": keras.ops.tanh}, True),
    ({"activation": lambda x: tf.tanh(x)}, False),
    ({"recurrent_activation": "hard_sigmoid"}, False),
    ({"recurrent_activation": tf.sigmoid}, True),
    ({"use_bias": False}, False),
    ({"recurrent_dropout": 0.1}, False),
    ({"dropout": 0.1}, True),
    ({"unroll": True}, False),
    ({"use_cudnn": False}, False),
    ({"use_cudnn": True}, True),
    ({"go_backwards": True}, True),
    ({"return_sequences": True, "return_state": True}, True),
]


def in_words(value):
    """Name a test without the address of a function: workers have to agree on the names."""
    return re.sub(r" at 0x\w+", "", str(value))[:40]


@pytest.mark.parametrize("kind", CLASSES)
@pytest.mark.parametrize("arguments, fused", ARGUMENTS, ids=in_words)
def test_report_says_what_keras_does(kind, arguments, fused, reached):
    layer = CLASSES[kind](5, **arguments)
    assert (why_not_fused(layer) == []) == fused == reached(layer)


@pytest.mark.parametrize("arguments, fused", ARGUMENTS, ids=in_words)
def test_report_agrees_with_the_check_of_keras(arguments, fused, reached):
    layer = keras.layers.LSTM(5, **arguments)
    ok = RNN.cudnn_ok(layer.activation, layer.recurrent_activation, layer.unroll, layer.use_bias)
    # cudnn_ok is not told of these two: the layer looks at them before it asks.
    asked_before = {"use_cudnn is False", "recurrent_dropout is not 0"}
    assert ok == (set(why_not_fused(layer)) <= asked_before)


def test_gru_needs_reset_after(reached):
    layer = keras.layers.GRU(5, reset_after=False)
    assert why_not_fused(layer) == ["reset_after is False"]
    assert not reached(layer)


@settings(max_examples=40)
@given(kind=st.sampled_from(sorted(CLASSES)), arguments=st.fixed_dictionaries({
    "activation": st.sampled_from(["tanh", "relu"]),
    "recurrent_activation": st.sampled_from(["sigmoid", "tanh"]),
    "use_bias": st.booleans(),
    "recurrent_dropout": st.sampled_from([0.0, 0.2]),
    "unroll": st.booleans(),
    "use_cudnn": st.sampled_from(["auto", False]),
}))
def test_one_reason_for_each_argument_that_loses_it(kind, arguments, reached):
    losing = {"activation": "relu", "recurrent_activation": "tanh", "use_bias": False,
              "recurrent_dropout": 0.2, "unroll": True, "use_cudnn": False}
    layer = CLASSES[kind](5, **arguments)
    lost = {name for name, value in arguments.items() if value == losing[name]}
    assert {reason.split()[0] for reason in why_not_fused(layer)} == lost
    assert reached(layer) == (not lost)


@pytest.mark.parametrize("rows", [*product([[False] * 3, [True, False, False]],
                                           product([False, True], repeat=3))])
def test_masks(rows, reached):
    mask = np.array(rows)
    try:
        RNN._assert_valid_mask(tf.constant(mask))
        valid = True
    except tf.errors.InvalidArgumentError:
        valid = False
    layer = keras.layers.LSTM(5)
    assert right_padded(mask) == valid == (why_not_fused(layer, mask) == [])
    assert reached(layer, mask) == valid


def test_a_mask_that_does_not_fit_stops_a_compiled_call():
    check = tf.function(RNN._assert_valid_mask)
    check(tf.constant([[True, False]]))
    with pytest.raises(tf.errors.InvalidArgumentError, match="right-padded"):
        check(tf.constant([[False, True]]))


def test_other_layers(reached):
    assert why_not_fused(keras.layers.Bidirectional(keras.layers.LSTM(5))) == []
    both = keras.layers.Bidirectional(keras.layers.GRU(5, use_bias=False))
    assert why_not_fused(both) == ["use_bias is False"]
    for layer in (keras.layers.SimpleRNN(5), keras.layers.RNN(keras.layers.LSTMCell(5))):
        assert why_not_fused(layer) == ["only LSTM and GRU have a fused kernel"]
        assert not reached(layer)
