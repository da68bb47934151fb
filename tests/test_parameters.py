"""Predictions about an LSTM's weights: each wrong one has its sentence, no right one has."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_outputs.parameters import check_count, parameter_beliefs, weight_beliefs

SIZES = st.integers(1, 40)


@settings(deadline=None, max_examples=20)
@given(SIZES, SIZES)
def test_what_keras_makes_is_no_wrong_belief(features, units):
    layer = keras.layers.LSTM(units)
    layer.build((None, 3, features))
    shapes = tuple(tuple(weight.shape) for weight in layer.weights)
    assert layer.count_params() == 4 * (units * (features + units) + units)
    assert layer.count_params() not in parameter_beliefs(features, units)
    assert shapes not in weight_beliefs(features, units)


@pytest.mark.parametrize("count, sentence", [
    (432, "for one part"),
    (4 * (160 + 256), "One of the three is missing"),
    (4 * (160 + 16), "One of the three is missing"),
    (4 * (256 + 16), "One of the three is missing"),
    (1728, "1728 is well written"),
    (7, "7 is well written"),
    (..., "still missing"),
    (1728.0, "of type float"),
    ("1728", "of type str"),
    (True, "of type bool"),
    (None, "of type NoneType"),
    (np.ones(3), "of type ndarray"),
])
def test_a_count_is_answered_kindly(count, sentence, capsys):
    check_count(count, parameter_beliefs(10, 16))
    assert sentence in capsys.readouterr().out


def test_the_weights_of_one_part_are_told_apart():
    assert "one of the four parts" in weight_beliefs(10, 16)[(10, 16), (16, 16), (16,)]
