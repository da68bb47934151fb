"""The dataset: right for all sizes, the same for the same seed, and no loop over samples."""

import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from lstm_outputs.dataset import (
    create_dataset,
    generate_sequence,
    get_reversed_pairs,
    one_hot_decode,
    one_hot_encode,
    positive_integer,
)

SIZE = st.integers(1, 12)
SEED = st.integers(0, 2**32 - 1)


def is_one_hot(array):
    """Return whether each vector along the last axis is of zeros with a single one."""
    return np.isin(array, (0, 1)).all() and (array.sum(axis=-1) == 1).all()


@given(SIZE, SIZE, SEED)
def test_a_sequence_holds_integers_of_the_vocabulary(length, n_unique, seed):
    sequence = generate_sequence(length, n_unique, seed)
    assert sequence.shape == (length,)
    assert np.issubdtype(sequence.dtype, np.integer)
    assert sequence.min() >= 0 and sequence.max() < n_unique


def test_every_integer_of_the_vocabulary_is_drawn():
    assert set(generate_sequence(1000, 10, seed=0)) == set(range(10))


@given(st.data(), SIZE)
def test_decoding_undoes_encoding_for_any_leading_axes(data, n_unique):
    integers = st.integers(0, n_unique - 1)
    sequence = data.draw(arrays(np.int64, array_shapes(min_dims=1, max_dims=4), elements=integers))
    encoded = one_hot_encode(sequence, n_unique)
    assert encoded.shape == (*sequence.shape, n_unique)
    assert encoded.dtype == np.float32
    assert is_one_hot(encoded)
    np.testing.assert_array_equal(one_hot_decode(encoded), sequence)


def test_encoding_written_out():
    np.testing.assert_array_equal(one_hot_encode([2, 0], 3), [[0, 0, 1], [1, 0, 0]])


@given(SIZE, SIZE, SEED)
def test_a_pair_for_all_sizes(time_steps, vocabulary_size, seed):
    X, y = get_reversed_pairs(time_steps, vocabulary_size, seed=seed)
    assert X.shape == y.shape == (1, time_steps, vocabulary_size)
    assert X.dtype == y.dtype == np.float32
    assert is_one_hot(X)
    np.testing.assert_array_equal(one_hot_decode(y)[0], one_hot_decode(X)[0][::-1])
    np.testing.assert_array_equal(y, np.flip(X, axis=1))


@given(SIZE, SIZE, SIZE, SIZE, SEED)
def test_a_dataset_for_all_sizes(train_size, test_size, time_steps, vocabulary_size, seed):
    dataset = create_dataset(train_size, test_size, time_steps, vocabulary_size, seed)
    for array, size in zip(dataset, (train_size, train_size, test_size, test_size), strict=True):
        assert array.shape == (size, time_steps, vocabulary_size)
        assert array.dtype == np.float32
        assert is_one_hot(array)
    X_train, y_train, X_test, y_test = dataset
    np.testing.assert_array_equal(y_train, np.flip(X_train, axis=1))
    np.testing.assert_array_equal(y_test, np.flip(X_test, axis=1))


@pytest.mark.parametrize("sizes", [
    (1, 20, 4, 10), (100, 1, 4, 10), (100, 20, 1, 10), (100, 20, 4, 1), (1, 1, 1, 10),
    (1, 1, 4, 1), (1, 1, 1, 1)])
def test_an_axis_of_size_1_stays(sizes):
    train_size, test_size, *rest = sizes
    shapes = [array.shape for array in create_dataset(*sizes, seed=0)]
    assert shapes == [(train_size, *rest)] * 2 + [(test_size, *rest)] * 2
    assert get_reversed_pairs(*rest)[1].shape == (1, *rest)


def test_training_and_test_sets_are_drawn_one_after_the_other():
    X_train, _, X_test, _ = create_dataset(3, 2, 4, 10, seed=5)
    drawn = generate_sequence(5 * 4, 10, seed=5).reshape(5, 4)
    np.testing.assert_array_equal(one_hot_decode(np.concatenate([X_train, X_test])), drawn)


MAKERS = [
    lambda seed: generate_sequence(30, 10, seed),
    lambda seed: np.concatenate(get_reversed_pairs(30, 10, seed=seed)),
    lambda seed: np.concatenate(create_dataset(10, 5, 4, 10, seed)),
]


@pytest.mark.parametrize("make", MAKERS)
def test_the_seed_decides_what_is_drawn(make):
    np.testing.assert_array_equal(make(7), make(7))
    np.testing.assert_array_equal(make(7), make(np.random.default_rng(7)))
    draws = [make(seed).tobytes() for seed in range(20)]
    assert len(set(draws)) == 20


@pytest.mark.parametrize("make", MAKERS)
def test_without_a_seed_every_draw_is_another(make):
    assert not np.array_equal(make(None), make(None))


def test_nothing_that_a_learner_gets_is_a_view_of_the_other():
    X_train, y_train, X_test, y_test = create_dataset(3, 2, 4, 10, seed=0)
    X, y = get_reversed_pairs(4, 10, seed=0)
    for first, second in [(X_train, y_train), (X_test, y_test), (X_train, X_test),
                          (y_train, y_test), (X, y)]:
        assert not np.shares_memory(first, second)
    kept = y_train.copy()
    X_train[:] = 7
    np.testing.assert_array_equal(y_train, kept)


def test_verbose_shows_both_sequences(capsys):
    X, y = get_reversed_pairs(4, 10, verbose=True, seed=0)
    shown = capsys.readouterr().out
    assert str(one_hot_decode(X)[0]) in shown and str(one_hot_decode(y)[0]) in shown
    assert shown.count("(1, 4, 10)") == 2
    get_reversed_pairs(4, 10, seed=0)
    assert capsys.readouterr().out == ""


GOOD = {
    generate_sequence: {"length": 4, "n_unique": 10},
    get_reversed_pairs: {"time_steps": 4, "vocabulary_size": 10},
    create_dataset: {"train_size": 3, "test_size": 2, "time_steps": 4, "vocabulary_size": 10},
    one_hot_encode: {"sequence": [0, 0], "n_unique": 10},
}
PLACES = [(function, name) for function, arguments in GOOD.items()
          for name in arguments if name != "sequence"]
NO_SIZES = [0, -1, 2.0, 2.5, np.float64(3), float("nan"), True, False, np.True_, "4", "", None,
            [4], (4,), np.array([4]), np.int64(0), np.int8(-3)]


@pytest.mark.parametrize("function, name", PLACES)
@pytest.mark.parametrize("value", NO_SIZES, ids=repr)
def test_what_is_no_size_is_refused_by_the_name_of_its_argument(function, name, value):
    with pytest.raises(ValueError, match=rf"^{name} must be .*, but it is"):
        function(**{**GOOD[function], name: value})


@pytest.mark.parametrize("function, name", PLACES)
@pytest.mark.parametrize("kind", [np.int8, np.uint16, np.int64])
def test_numpy_integers_are_taken(function, name, kind):
    function(**{**GOOD[function], name: kind(GOOD[function][name])})


def test_a_size_becomes_an_int():
    assert type(positive_integer("size", np.int8(3))) is int


@pytest.mark.parametrize("sequence", [
    [0, 3], [-1, 0], [[0, 1], [2, 3]], np.array([255], "uint8"), [0.0, 1.0], [True, False],
    "01", ["0"], [None], [], [[]]], ids=repr)
def test_what_the_vocabulary_does_not_hold_is_refused(sequence):
    with pytest.raises(ValueError, match=r"^sequence must hold integers"):
        one_hot_encode(sequence, 3)


@pytest.mark.parametrize("encoded", [5, np.float32(1), [], np.zeros((2, 0)), "text"], ids=repr)
def test_what_has_no_features_is_not_decoded(encoded):
    with pytest.raises(ValueError, match=r"^encoded must end in an axis of features"):
        one_hot_decode(encoded)


def count_steps(function, *arguments):
    """Return how many lines of Python run in a call, in all the functions that it calls."""
    count = 0

    def trace(frame, event, value):
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        function(*arguments)
    finally:
        sys.settrace(before)
    return count


def loop_over_samples(train_size, test_size, time_steps, vocabulary_size, seed):
    """What create_dataset must not be: one pair after the other."""
    pairs = [get_reversed_pairs(time_steps, vocabulary_size, seed=seed)
             for _ in range(train_size + test_size)]
    X, y = (np.concatenate(arrays) for arrays in zip(*pairs))
    return X[:train_size], y[:train_size], X[train_size:], y[train_size:]


def has_loop(create):
    """Return whether 496 samples more make Python do more steps, beyond a few of NumPy's own."""
    few, many = (count_steps(create, *sizes, 0) for sizes in ((2, 2, 3, 4), (300, 200, 30, 40)))
    return many > few + 100


def test_no_python_loop_runs_over_samples_or_time_steps():
    assert not has_loop(create_dataset)
    assert has_loop(loop_over_samples)


def test_many_sequences():
    X_train, y_train, X_test, y_test = create_dataset(20_000, 5_000, 4, 10, seed=0)
    assert X_train.shape == y_train.shape == (20_000, 4, 10)
    assert X_test.shape == y_test.shape == (5_000, 4, 10)
    np.testing.assert_array_equal(y_test, np.flip(X_test, axis=1))
