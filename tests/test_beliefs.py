"""Beliefs: each wrong shape has its sentence, and the right shape is given away nowhere."""

import functools
import inspect

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shapes import distinct_sizes, tells

from lstm_outputs import beliefs
from lstm_outputs.beliefs import (
    batch_beliefs,
    dataset_beliefs,
    lstm_beliefs,
    output_beliefs,
    sequence_beliefs,
    state_beliefs,
)

BATCH, TIME, FEATURES, UNITS = 4, 6, 10, 5
EVERY = {"return_sequences": True}
LAST = {"return_sequences": False}
STATES = {"return_state": True}
SYMBOLIC = {"symbolic": True}
FLAG = st.booleans()

# A function, its arguments, a wrong answer, and what the sentence on it speaks about.
WRONG = [
    (output_beliefs, EVERY, (4, 5), "every time step comes back"),
    (output_beliefs, LAST, (4, 6, 5), "keeps one time step, not all"),
    (output_beliefs, EVERY, (4, 6, 10), "replaces the features"),
    (output_beliefs, LAST, (4, 6, 10), "replaces the features"),
    (output_beliefs, LAST, (4, 10), "not as the features"),
    (output_beliefs, EVERY, (4, 30), "not joined"),
    (output_beliefs, LAST, (4, 30), "not joined"),
    (output_beliefs, EVERY, (4, 5, 6), "changed places"),
    (output_beliefs, EVERY, (6, 4, 5), "batch is the first axis"),
    (output_beliefs, LAST, (4, 5, 6), "keeps one time step, not all"),
    (output_beliefs, LAST, (6, 4, 5), "keeps one time step, not all"),
    (output_beliefs, LAST, (5, 4), "batch is the first axis"),
    (output_beliefs, LAST, (5,), "batch has an axis too"),
    (output_beliefs, EVERY, (5,), "batch has an axis too"),
    (output_beliefs, EVERY, (6, 5), "batch has an axis too"),
    (output_beliefs, LAST, (6, 5), "batch has an axis too"),
    (output_beliefs, EVERY, (4, 6, 6), "not time steps"),
    (output_beliefs, LAST, (4, 6, 6), "not time steps"),
    (output_beliefs, LAST, (4, 6), "not time steps"),
    (output_beliefs, EVERY, (4, 1, 5), "every time step comes back, not one"),
    (output_beliefs, LAST, (4, 1, 5), "without an axis for time"),
    (output_beliefs, LAST, (1, 5), "for each sequence of the batch"),
    (state_beliefs, LAST, ((4, 5), (4, 5)), "one state. An LSTM has two"),
    (state_beliefs, EVERY, ((4, 6, 5), (4, 5)), "one state. An LSTM has two"),
    (state_beliefs, LAST, (4, 5), "states come back too"),
    (state_beliefs, EVERY, (4, 6, 5), "states come back too"),
    (state_beliefs, LAST, ((4, 5), (4, 6, 5), (4, 6, 5)), "no time axis"),
    (state_beliefs, EVERY, ((4, 6, 5), (4, 6, 5), (4, 6, 5)), "no time axis"),
    (state_beliefs, EVERY, ((4, 5), (4, 5), (4, 6, 5)), "output comes first"),
    (state_beliefs, EVERY, ((4, 5), (4, 5), (4, 5)), "return_sequences"),
    (state_beliefs, LAST, ((4, 6, 5), (4, 5), (4, 5)), "return_sequences"),
    (lstm_beliefs, LAST, (4, 6, 5), "keeps one time step, not all"),
    (lstm_beliefs, EVERY, (4, 5), "every time step comes back"),
    (lstm_beliefs, LAST, (None, 5), "is known"),
    (lstm_beliefs, SYMBOLIC, (4, 5), "does not know"),
    (lstm_beliefs, EVERY | SYMBOLIC, (4, 6, 5), "does not know"),
    (lstm_beliefs, STATES, (4, 5), "states come back too"),
    (lstm_beliefs, STATES, ((None, 5), (None, 5), (None, 5)), "is known"),
    (lstm_beliefs, STATES | SYMBOLIC, ((4, 5), (4, 5), (4, 5)), "does not know"),
    (lstm_beliefs, STATES | SYMBOLIC, ((None, 5), (None, 5)), "one state. An LSTM has two"),
]
WRONG_DATA = [
    (dataset_beliefs, (4, 6), "one more axis"),
    (dataset_beliefs, (6, 10), "one sequence"),
    (dataset_beliefs, (1, 6, 10), "one sequence"),
    (dataset_beliefs, (4, 10, 6), "changed places"),
    (dataset_beliefs, (6, 4, 10), "Time is not the first axis"),
    (dataset_beliefs, (10, 6, 4), "another order"),
    (dataset_beliefs, (4, 60), "not flattened"),
    (dataset_beliefs, (4, 10), "Where is time?"),
    (dataset_beliefs, (4, 6, 6), "as long as the vocabulary, not as the sequence"),
    (dataset_beliefs, (4, 6, 1), "as long as the vocabulary"),
    (sequence_beliefs, (6,), "one more axis"),
    (sequence_beliefs, (1, 6, 10), "no batch"),
    (sequence_beliefs, (10, 6), "another order"),
    (sequence_beliefs, (60,), "not joined"),
    (sequence_beliefs, (6, 6), "not as the sequence"),
    (sequence_beliefs, (10,), "one vector"),
]


@pytest.mark.parametrize("table, flag, answer, about", WRONG)
def test_a_wrong_output_is_told_its_belief(table, flag, answer, about):
    sentence = table(BATCH, TIME, FEATURES, UNITS, **flag)[answer]
    assert about in sentence


@pytest.mark.parametrize("table, answer, about", WRONG_DATA)
def test_a_wrong_dataset_is_told_its_belief(table, answer, about):
    sizes = (BATCH, TIME, FEATURES) if table is dataset_beliefs else (TIME, FEATURES)
    assert about in table(*sizes)[answer]


def test_before_and_after_data_arrives():
    assert "does not know" in batch_beliefs(4, (None, 5))[4, 5]
    assert "is known" in batch_beliefs(4, (4, 5))[None, 5]
    assert "does not know" in batch_beliefs(4, (None, 6, 5))[4, 6, 5]


def output(batch_size, timesteps, units, return_sequences):
    """The shape that comes back; test_as_keras_says proves it."""
    return (batch_size, timesteps, units) if return_sequences else (batch_size, units)


def tables(sizes, return_sequences):
    """Return (right answer, beliefs about it) for every table of beliefs there is."""
    batch_size, timesteps, features, units = sizes
    right = output(batch_size, timesteps, units, return_sequences)
    symbolic = (None, *right[1:])
    states = (right, (batch_size, units), (batch_size, units))
    symbolic_states = (symbolic, (None, units), (None, units))
    lstm = functools.partial(lstm_beliefs, *sizes, return_sequences)
    return {
        "sequence_beliefs": ((timesteps, features), sequence_beliefs(timesteps, features)),
        "dataset_beliefs": (tuple(sizes[:3]), dataset_beliefs(*sizes[:3])),
        "output_beliefs": (right, output_beliefs(*sizes, return_sequences)),
        "symbolic output_beliefs": (
            symbolic, output_beliefs(None, *sizes[1:], return_sequences)),
        "state_beliefs": (states, state_beliefs(*sizes, return_sequences)),
        "batch_beliefs": (right, batch_beliefs(batch_size, right)),
        "symbolic batch_beliefs": (symbolic, batch_beliefs(batch_size, symbolic)),
        "lstm_beliefs": (right, lstm()),
        "symbolic lstm_beliefs": (symbolic, lstm(symbolic=True)),
        "states lstm_beliefs": (states, lstm(return_state=True)),
        "symbolic states lstm_beliefs": (symbolic_states, lstm(return_state=True, symbolic=True)),
    }


def test_every_table_of_beliefs_is_tested():
    there = {name for name, _ in inspect.getmembers(beliefs, inspect.isfunction)}
    assert there == {name.split()[-1] for name in tables([4, 6, 10, 5], False)}


ANY_SIZES = distinct_sizes(4, smallest=1) | st.lists(st.integers(1, 4), min_size=4, max_size=4)


@given(ANY_SIZES, FLAG)
def test_the_right_answer_is_no_belief(sizes, return_sequences):
    for name, (right, beliefs_about) in tables(sizes, return_sequences).items():
        assert right not in beliefs_about, name


@given(ANY_SIZES, FLAG)
def test_neither_if_the_number_of_time_steps_is_unknown(sizes, return_sequences):
    batch_size, _, features, units = sizes
    for name, (right, beliefs_about) in tables(
            (batch_size, None, features, units), return_sequences).items():
        assert right not in beliefs_about, name


@given(ANY_SIZES, FLAG)
def test_no_sentence_gives_the_right_answer_away(sizes, return_sequences):
    for name, (right, beliefs_about) in tables(sizes, return_sequences).items():
        shapes = right if isinstance(right[0], tuple) else [right]
        for sentence in beliefs_about.values():
            assert not any(tells(sentence, shape) for shape in shapes), (name, sentence)


@given(ANY_SIZES, FLAG)
def test_each_belief_is_one_or_two_short_sentences(sizes, return_sequences):
    for name, (_, beliefs_about) in tables(sizes, return_sequences).items():
        for sentence in beliefs_about.values():
            assert sentence[0].isupper() and sentence[-1] in ".?", (name, sentence)
            assert 20 < len(sentence) < 160 and "  " not in sentence, (name, sentence)


@given(distinct_sizes(4))
def test_with_sizes_that_differ_no_belief_hides_another(sizes):
    """So a wrong shape names its cause: as many beliefs as for the sizes of the table above."""
    batch_size, timesteps, _, units = sizes
    assume(timesteps * units not in sizes)
    for return_sequences in (False, True):
        found = output_beliefs(*sizes, return_sequences)
        assert len(found) == len(output_beliefs(BATCH, TIME, FEATURES, UNITS, return_sequences))
        assert output(batch_size, timesteps, units, not return_sequences) in found


def test_telling_is_noticed():
    for text in ("It is (4, 6, 5).", "4 x 6 x 5", "[4,6,5]", "`4`, `6`, `5`"):
        assert tells(text, (4, 6, 5))
    assert tells("It is (4, 5).", (4, 5)) and tells("[None, 5]", (None, 5))
    assert not tells("It is (14, 6, 5).", (4, 6, 5)) and not tells("(4, 5, 6)", (4, 5))
    assert not tells("All 4 sequences have 6 steps, and 5 units are there.", (4, 6, 5))


@settings(max_examples=25)
@given(distinct_sizes(4, smallest=1), FLAG)
def test_as_keras_says(sizes, return_sequences):
    """The shapes that the tests and the tables hold for right are those of Keras."""
    from keras.layers import LSTM

    batch_size, timesteps, features, units = sizes
    layer = LSTM(units, return_sequences=return_sequences)
    with_states = LSTM(units, return_sequences=return_sequences, return_state=True)
    for batch in (batch_size, None):
        right = layer.compute_output_shape((batch, timesteps, features))
        assert right == output(batch, timesteps, units, return_sequences)
        assert right not in output_beliefs(batch, timesteps, features, units, return_sequences)
        all_three = tuple(with_states.compute_output_shape((batch, timesteps, features)))
        assert all_three == (right, (batch, units), (batch, units))
        assert all_three not in state_beliefs(batch, timesteps, features, units, return_sequences)
