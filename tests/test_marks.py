"""Marks: a right answer passes in silence, a wrong one hears what is wrong, not what is right."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from shapes import tells

from lstm_marking.marks import (
    hint,
    mark_arrays,
    mark_choice,
    mark_index,
    mark_layer,
    mark_returns,
    mark_shape,
    mark_shapes,
)
from lstm_marking.sizes import draw_sizes
from lstm_outputs.beliefs import dataset_beliefs, output_beliefs
from lstm_outputs.forms import NotYet

SIZE = st.none() | st.integers(1, 60)
SHAPE = st.lists(SIZE, min_size=1, max_size=4).map(tuple)
FORMS = [tuple, list]


@given(SHAPE, st.sampled_from(FORMS))
def test_the_right_shape_passes_in_silence(expected, form):
    assert mark_shape(form(expected), "shape", expected, {}) is None


@given(SHAPE, SHAPE, st.sampled_from(FORMS))
def test_another_shape_does_not_pass_and_does_not_learn_the_right_one(shape, expected, form):
    assume(shape != expected)
    with pytest.raises(NotYet) as refusal:
        mark_shape(form(shape), "my_shape", expected, {})
    echo = f"my_shape = {shape} is not the shape. "
    message = str(refusal.value)
    assert message.startswith(echo)
    assert not tells(message.removeprefix(echo), expected)


@given(st.lists(SIZE, min_size=1, max_size=4, unique=True), st.randoms())
def test_not_even_when_the_sizes_are_right(expected, random):
    shape = random.sample(expected, len(expected))
    assume(shape != expected)
    assert hint(tuple(shape), tuple(expected), {}) == (
        "The sizes are the right ones, in another order.")


@pytest.mark.parametrize("answer", [..., None, "(2, 3)", (2, "3"), (2, True), 5, [[2, 3]], (2, 0)])
def test_what_is_no_shape_does_not_pass(answer):
    with pytest.raises(NotYet):
        mark_shape(answer, "my_shape", (2, 3), {})


EXPECTED = (3, 7, 5)
BELIEFS = {(3, 7): "One axis is missing.", (7, 3, 5): "Time and batch.", (3, 7, 9): "Features."}


@pytest.mark.parametrize("shape, said", [
    # a belief comes before length, order, and values
    ((3, 7), "One axis is missing."),
    ((7, 3, 5), "Time and batch."),
    ((3, 7, 9), "Features."),
    # the length comes before the order: the first two sizes have changed places
    ((7, 3), "It has 2 axes, and that is not how many there are."),
    ((3, 7, 5, 1), "It has 4 axes, and that is not how many there are."),
    # the order comes before the values
    ((5, 7, 3), "The sizes are the right ones, in another order."),
    ((5, 3, 7), "The sizes are the right ones, in another order."),
    # the values
    ((3, 8, 5), "Look again at axis 1, counted from 0."),
    ((4, 7, 6), "Look again at axis 0 and axis 2, counted from 0."),
    ((None, 7, 5), "Look again at axis 0, counted from 0."),
])
def test_the_order_of_the_hints(shape, said):
    assert hint(shape, EXPECTED, BELIEFS) == said


def test_telling_would_be_noticed():
    with pytest.raises(NotYet) as refusal:
        mark_shape((2, 9), "my_shape", (2, 3), {(2, 9): "No, it is (2, 3)."})
    assert tells(str(refusal.value), (2, 3))


NAMES = ("train_size", "test_size", "time_steps", "vocabulary_size", "units")


def cases_of(index, count=20, seed=1):
    """The triples that mark_returns takes, made as in the first problem set."""
    cases = []
    for sizes in draw_sizes(NAMES, count, seed):
        _, batch_size, timesteps, features, units = sizes.values()
        expected = (batch_size, timesteps, features), (batch_size, units)
        beliefs = (dataset_beliefs(*expected[0]) if index == 0
                   else output_beliefs(batch_size, timesteps, features, units))
        cases.append((sizes, expected, beliefs))
    return cases


def right(train_size, test_size, time_steps, vocabulary_size, units):
    return (test_size, time_steps, vocabulary_size), [test_size, units]


@pytest.mark.parametrize("index", [0, 1])
def test_a_right_function_passes_in_silence(index):
    assert mark_returns(right, cases_of(index), index) is None


def hard_wired(**sizes):
    return (20, 4, 10), (20, 16)


def train_for_test(train_size, test_size, time_steps, vocabulary_size, units):
    return (train_size, time_steps, vocabulary_size), (train_size, units)


def all_steps(train_size, test_size, time_steps, vocabulary_size, units):
    return (test_size, vocabulary_size, time_steps), (test_size, time_steps, units)


def symbolic(train_size, test_size, time_steps, vocabulary_size, units):
    return (None, time_steps, vocabulary_size), (None, units)


def one_shape(train_size, test_size, time_steps, vocabulary_size, units):
    return test_size, units


def stops(**sizes):
    raise ValueError("I do not know")


@pytest.mark.parametrize("function, first, second", [
    (hard_wired, "Look again at axis 0", "Look again at axis 0 and axis 1"),
    (train_for_test, "Look again at axis 0, counted", "Look again at axis 0, counted"),
    (all_steps, "Time and features have changed places", "keeps one time step, not all"),
    (symbolic, "Look again at axis 0", "Look again at axis 0"),
    (one_shape, "is of type int", "is of type int"),
    (stops, "stopped with ValueError: I do not know", "stopped with ValueError"),
    (..., "A function is asked for here", "A function is asked for here"),
])
def test_a_wrong_function_does_not_pass_and_is_told_why(function, first, second):
    for index, why in enumerate((first, second)):
        with pytest.raises(NotYet) as refusal:
            mark_returns(function, cases_of(index), index)
        message = str(refusal.value)
        assert why in message
        for sizes, expected, _ in cases_of(index):
            call = ", ".join(f"{name}={size}" for name, size in sizes.items())
            assert not tells(message.replace(call, ""), expected[index])


@given(st.integers(0, 1), st.integers(0, 19), st.integers(0, 2), st.integers(1, 60))
def test_one_wrong_size_in_one_case_is_found(index, number, axis, other):
    cases = cases_of(index)
    axis = min(axis, len(cases[number][1][index]) - 1)
    assume(cases[number][1][index][axis] != other)
    wrong_in = cases[number][0]

    def wrong_once(**sizes):
        shapes = [list(shape) for shape in right(**sizes)]
        if sizes == wrong_in:
            shapes[index][axis] = other
        return shapes

    with pytest.raises(NotYet) as refusal:
        mark_returns(wrong_once, cases, index)
    message = str(refusal.value)
    assert f"test_size={wrong_in['test_size']}, " in message
    assert f"shape {index + 1} is " in message
    wrong = tuple(wrong_once(**wrong_in)[index])
    call = ", ".join(f"{name}={size}" for name, size in wrong_in.items())
    assert not tells(message.replace(call, "").replace(f"is {wrong},", ""), cases[number][1][index])


@given(st.integers(1, 8), st.integers(1, 30), st.integers(0, 1000))
def test_sizes_are_drawn_from_the_seed_and_all_differ(names, cases, seed):
    names = [f"size_{number}" for number in range(names)]
    drawn = draw_sizes(names, cases, seed)
    assert drawn == draw_sizes(names, cases, seed)
    assert len(drawn) == cases
    for sizes in drawn:
        assert list(sizes) == names
        values = set(sizes.values())
        assert len(values) == len(names)
        assert all(2 <= size <= 40 for size in values)
        products = {a * b for a in values for b in values if a != b}
        assert not products & values


def test_other_seeds_draw_other_sizes():
    draws = [str(draw_sizes(NAMES, 20, seed)) for seed in range(50)]
    assert len(set(draws)) == 50


def test_every_process_draws_the_same():
    """Hashes of strings differ between two Pythons; the sizes that students meet must not."""
    code = f"from lstm_marking.sizes import draw_sizes; print(draw_sizes({NAMES}, 20, seed=1))"
    for hash_seed in "12":
        shown = subprocess.run([sys.executable, "-c", code], env={"PYTHONHASHSEED": hash_seed},
                               capture_output=True, text=True, check=True).stdout
        assert shown.strip() == str(draw_sizes(NAMES, 20, seed=1))


@pytest.fixture(scope="module")
def layers():
    """Keras's layers, imported when the first test needs them: that takes seconds."""
    from keras import layers

    return layers


LENGTHS = [((None, steps, 9), (None, 4)) for steps in (None, 2, 11)]


def test_the_right_layer_passes_in_silence(layers):
    assert mark_layer(layers.LSTM(4), LENGTHS) is None


@pytest.mark.parametrize("name, arguments", [
    ("LSTM", {"units": 5}),
    ("LSTM", {"units": 4, "return_sequences": True}),
    ("LSTM", {"units": 4, "return_state": True}),
    ("Dense", {"units": 4}),
])
def test_another_layer_does_not_pass(layers, name, arguments):
    layer = getattr(layers, name)(**arguments)
    with pytest.raises(NotYet, match=r"On an input of shape \(None, None, 9\) the layer returns"):
        mark_layer(layer, LENGTHS)


def test_a_layer_that_is_right_for_one_length_only_does_not_pass(layers):
    class ForTwoSteps(layers.LSTM):
        def compute_output_shape(self, shape):
            return (None, 4) if shape[1] in (None, 2) else (None, shape[1])

    with pytest.raises(NotYet, match=r"On an input of shape \(None, 11, 9\)"):
        mark_layer(ForTwoSteps(4), LENGTHS)


def test_a_layer_that_computes_no_shape_does_not_pass(layers):
    class ForAnySize(layers.LSTM):
        def compute_output_shape(self, shape):
            return (None, AnySize())

    with pytest.raises(NotYet, match=r"What the layer returns holds .*, of type AnySize"):
        mark_layer(ForAnySize(4), LENGTHS)


def test_a_layer_of_several_outputs(layers):
    cases = [((None, 6, 9), ((None, 6, 4), (None, 4), (None, 4)))]
    both = {"return_sequences": True, "return_state": True}
    assert mark_layer(layers.LSTM(4, **both), cases) is None
    for other in (layers.LSTM(5, **both), layers.GRU(4, **both), layers.LSTM(4)):
        with pytest.raises(NotYet, match=r"On an input of shape \(None, 6, 9\) the layer"):
            mark_layer(other, cases)


class AnySize:
    """Claims to be whatever it is compared with."""

    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False

    __hash__ = None


class Array:
    """Has a shape, like an array or a tensor."""

    def __init__(self, *shape):
        self.shape = shape


STATES = ((3, 7, 5), (3, 5), (3, 5))


@pytest.mark.parametrize("answer, why", [
    (((3, 5), (3, 5), (3, 7, 5)), "The shapes are the right ones, in another order."),
    (((3, 7, 5), (3, 5)), "It has 2 arrays, and that is not how many there are."),
    (((3, 7, 5),), "It has 1 array, and that is not how many there are."),
    (((3, 7, 5), (3, 9), (9, 5)), "Look again at shape 1 and shape 2, counted from 0."),
    ((3, 7, 5), "More than one array comes back."),
    (((3, 7), (3, 5), (3, 5)), "Look again at shape 0, counted from 0."),
    (((3, 7, 5), (3, 5), (3, True)), "holds True, of type bool"),
    (((3, 7, 5), (3, 5), AnySize()), "is of type AnySize"),
    (((3, 7, 5), (3, 5), (3, AnySize())), "of type AnySize"),
    (..., "still missing"),
])
def test_several_shapes(answer, why):
    assert mark_shapes([list(shape) for shape in STATES], "mine", STATES, {}) is None
    with pytest.raises(NotYet) as refusal:
        mark_shapes(answer, "mine", STATES, {})
    message = str(refusal.value)
    assert why in message
    assert not tells(message.replace(str(answer), ""), STATES[0])


def test_one_shape_where_several_are_given():
    with pytest.raises(NotYet, match=r"One array comes back\.$"):
        mark_shapes(((3, 5), (3, 5)), "mine", (3, 5), {})


@pytest.mark.parametrize("arrays, why", [
    (Array(3, 9), r"is \(3, 9\), which is not what comes back. Look again at axis 1"),
    ([Array(3, 4)], "One array comes back"),
    ((3, 4), "An array is asked for"),
    (None, "An array is asked for"),
    ([[0] * 4] * 3, "An array is asked for"),
    (Array(AnySize(), AnySize()), "of type AnySize"),
    (Array(3.0, 4), "holds 3.0, of type float"),
    (AnySize(), "An array is asked for"),
])
def test_arrays_are_marked_by_their_shapes(arrays, why):
    cases = [({"units": 4}, (3, 4), {})]
    assert mark_arrays(lambda units: Array(3, units), cases) is None
    with pytest.raises(NotYet, match=why):
        mark_arrays(lambda units: arrays, cases)


OPTIONS = ("h", "c", "Both")


@pytest.mark.parametrize("answer, why", [
    ("c", "mine = 'c' is not the one. That is the other one."),
    ("Both", "mine = 'Both' is not the one."),
    ("x", "Write one of 'h', 'c', 'Both'."),
    ("", "Write one of"),
    (0, "Write one of"),
    (["h"], "Write one of"),
    (AnySize(), "Write one of"),
    (..., "still missing"),
])
def test_choices(answer, why):
    for right_answer in ("h", "H", " h "):
        assert mark_choice(right_answer, OPTIONS, "mine", "h", {}) is None
    with pytest.raises(NotYet) as refusal:
        mark_choice(answer, OPTIONS, "mine", "h", {"c": "That is the other one."})
    assert why in str(refusal.value)


@pytest.mark.parametrize("answer, why", [
    ((0, 6), "mine = (0, 6) is not the place. Look again at axis 1, counted from 0."),
    ((-1, 5), "is not the place"),
    ((0, 7), "is no place in an array of shape (3, 7)"),
    ((-4, 5), "is no place in an array"),
    ((0, 5, 0), "is no place in an array"),
    ((0, 5.0), "of type float"),
    ((False, 5), "of type bool"),
    (5, "of type int"),
    ((0, AnySize()), "of type AnySize"),
    (..., "still missing"),
])
def test_places(answer, why):
    for right_answer in ((0, 5), [0, 5], (0, -2), (-3, np.int8(5))):
        assert mark_index(right_answer, "mine", (3, 7), (0, 5), {}) is None
    with pytest.raises(NotYet) as refusal:
        mark_index(answer, "mine", (3, 7), (0, 5), {})
    assert why in str(refusal.value)


def test_a_function_that_returns_a_number():
    cases = [(sizes, 4 * sizes["units"], {sizes["units"]: "That is one part."})
             for sizes in draw_sizes(["units"], cases=5, seed=3)]
    assert mark_returns(lambda units: 4 * units, cases) is None
    with pytest.raises(NotYet, match=r"which is not what comes back\. That is one part\.$"):
        mark_returns(lambda units: units, cases)
    with pytest.raises(NotYet, match=r"of type float"):
        mark_returns(lambda units: 4.0 * units, cases)
