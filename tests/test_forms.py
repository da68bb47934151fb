"""What is taken for a shape and what is not, and that a learner reads one sentence on it.

The answers are data, in forms.toml.
"""

import tomllib
from collections import namedtuple
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from IPython.core.interactiveshell import InteractiveShell
from shapes import distinct_sizes
from traitlets.config import Config

from lstm_outputs.backend import need_keras_3
from lstm_outputs.calls import check_returns
from lstm_outputs.forms import (
    NotYet,
    as_shape,
    as_shapes,
    check_form,
    check_prediction,
)

FORMS = tomllib.loads(Path(__file__).with_name("forms.toml").read_text())


class AlwaysEqual:
    """Claims to be whatever it is compared with."""

    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False

    __hash__ = None


class TensorShape:
    """As TensorFlow's: what it holds has to be asked for."""

    def __init__(self, sizes):
        self.sizes = sizes
        self.rank = None if sizes is None else len(sizes)

    def as_list(self):
        return list(self.sizes)


class TupleOfMine(tuple):
    __eq__, __ne__, __hash__ = AlwaysEqual.__eq__, AlwaysEqual.__ne__, None


class IntOfMine(int):
    __eq__, __ne__, __hash__ = AlwaysEqual.__eq__, AlwaysEqual.__ne__, None


Named = namedtuple("Named", "batch time")


def evaluate(answer):
    return eval(answer, dict(globals()))


@pytest.mark.parametrize("answer, taken_for", FORMS["taken"])
def test_taken(answer, taken_for, capsys):
    shape = as_shape(evaluate(answer))
    assert repr(shape) == taken_for
    assert {type(size) for size in shape} <= {int, type(None)}
    check_form(evaluate(answer), "my_shape")
    assert capsys.readouterr().out.startswith(f"my_shape = {taken_for} is written as a shape.")


@pytest.mark.parametrize("answer, why", FORMS["refused"])
def test_refused(answer, why):
    for read in (as_shape, check_form):
        with pytest.raises(NotYet) as refusal:
            read(evaluate(answer), "my_shape")
        message = str(refusal.value)
        assert why in message
        assert message.startswith("my_shape ") and message.endswith(".")
        assert len(message) < 160 and "\n" not in message


def test_there_is_an_answer_of_each_kind():
    """The table cannot lose what matters without a test that says so."""
    answers = " ".join(answer for answer, _ in FORMS["refused"])
    for kind in ("True", '"2"', "2.0", "5", '"text"', "np.array", "{2: 3}", "{2, 3}", "...",
                 "AlwaysEqual", "TupleOfMine", "0", "-3", "((2, 3),)"):
        assert kind in answers
    assert len(FORMS["taken"]) > 10 and len(FORMS["refused"]) > 30


@given(st.lists(st.integers(1, 10**9) | st.none(), max_size=6))
def test_any_sizes_are_taken_in_any_dress(sizes):
    for dress in (tuple, list, TensorShape):
        assert as_shape(dress(sizes)) == tuple(sizes)
    in_numpy = [size if size is None else np.int64(size) for size in sizes]
    assert as_shape(in_numpy) == tuple(sizes)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary()
    | st.just(...) | st.just(AlwaysEqual()) | st.just(np.zeros(2)),
    lambda inner: st.lists(inner) | st.lists(inner).map(tuple)
    | st.dictionaries(st.text(), inner) | st.sets(st.integers()))


@given(ANYTHING)
def test_whatever_the_answer_is_it_is_a_shape_or_not_yet(answer):
    try:
        shape = as_shape(answer)
    except NotYet as refusal:
        assert str(refusal).endswith(".")
    else:
        assert type(shape) is tuple
        assert all(size is None or (type(size) is int and size > 0) for size in shape)


@pytest.mark.parametrize("answer", ["((2, 3), (4,))", "[[2, 3], (4,)]", "([2, np.int8(3)], [4])"])
def test_two_shapes_are_taken(answer):
    assert as_shapes(evaluate(answer), 2) == ((2, 3), (4,))


@pytest.mark.parametrize("answer, why", [
    ("None", "is not 2 shapes"),
    ("...", "is not 2 shapes"),
    ("(2, 3)", "Shape 1 of My answer is of type int"),
    ("((2, 3),)", "is not 2 shapes"),
    ("((2, 3), (4,), (5,))", "is not 2 shapes"),
    ("((2, 3), 4)", "Shape 2 of My answer is of type int"),
    ("((2, '3'), (4,))", "Shape 1 of My answer holds '3'"),
    ("((2, 3), None)", "Shape 2 of My answer is None"),
    ("{(2, 3), (4,)}", "is not 2 shapes"),
    ("TupleOfMine(((2, 3), (4,)))", "is not 2 shapes"),
    ("AlwaysEqual()", "is not 2 shapes"),
])
def test_what_is_not_two_shapes(answer, why):
    with pytest.raises(NotYet) as refusal:
        as_shapes(evaluate(answer), 2, "My answer")
    assert why in str(refusal.value)


SIZES = {"samples": 3, "units": 4}


def works(samples, units):
    return (samples, 5), [samples, units]


def test_a_right_call_is_said_to_be_right(capsys):
    check_returns(works, SIZES, ((3, 5), (3, 4)), index=0)
    check_returns(works, SIZES, ((3, 5), (3, 4)), index=1)
    first, second = capsys.readouterr().out.splitlines()
    assert first == "Right for these sizes: works(samples=3, units=4), shape 1 is (3, 5)."
    assert "shape 2 is (3, 4)" in second


def returns_nothing(samples, units):
    shapes = (samples, 5), (samples, units)  # noqa: F841


def stops(samples, units):
    return (samples, 5), (samples, length)  # noqa: F821


@pytest.mark.parametrize("function, why", [
    (lambda samples, units: ((3, 5), (3, 9)), "shape 2 is (3, 9), but (3, 4) comes back"),
    (returns_nothing, "is not 2 shapes, like ((2, 3), (4,)). Was a return forgotten?"),
    (lambda samples, units: (samples, units), "is of type int"),
    (lambda samples, units: ((3, 5), AlwaysEqual()), "is of type AlwaysEqual"),
    (lambda samples, units: ((3, 5), TupleOfMine((3, 9))), "is of type TupleOfMine"),
    (lambda samples, units: ((3, 5), (3, IntOfMine(9))), "of type IntOfMine"),
    (stops, "stops(samples=3, units=4) stopped with NameError: name 'length' is not defined"),
    (lambda samples: ((3, 5), (3, 4)), "stopped with TypeError"),
    (..., "A function is asked for here, not ellipsis."),
    (((3, 5), (3, 4)), "A function is asked for here, not tuple."),
])
def test_a_wrong_call_says_what_came_back(function, why):
    with pytest.raises(NotYet) as refusal:
        check_returns(function, SIZES, ((3, 5), (3, 4)), index=1)
    assert why in str(refusal.value)


BELIEFS = {(9, 9): "That is a belief.", ((9, 9), (9,)): "That is a belief about two."}


@pytest.mark.parametrize("answer, shown", [
    ((9, 9), "That is a belief."),
    ([9, 9], "That is a belief."),
    (((9, 9), (9,)), "That is a belief about two."),
    ([[9, 9], [9]], "That is a belief about two."),
    ((2, 3), "(2, 3) is well written. Now run the next cell."),
    (((2, 3), (2,)), "((2, 3), (2,)) is well written. Now run the next cell."),
    (..., "Your prediction is still missing. Replace the three dots by a shape, like (2, 3)."),
    ("(9, 9)", "without quotation marks"),
    ((9, 0), "Every axis has a size of 1 or more."),
    (AlwaysEqual(), "of type AlwaysEqual"),
    (((2, 3), "4"), "Shape 2 of Your prediction is of type str."),
])
def test_a_prediction_is_spoken_about_kindly(answer, shown, capsys):
    check_prediction(answer, BELIEFS)
    out, err = capsys.readouterr()
    assert shown in out and out.count("\n") == 1 and err == ""


@given(ANYTHING)
def test_a_prediction_never_stops_the_notebook(answer):
    check_prediction(answer, BELIEFS)


def test_old_keras_is_named():
    with pytest.raises(NotYet, match=r"needs Keras 3, but Keras 2\.15\.0 is installed here"):
        need_keras_3("2.15.0")
    need_keras_3("3.4.1")
    need_keras_3("10.0.0")


@pytest.fixture(scope="module")
def shell(tmp_path_factory):
    """IPython itself, in this process, with no history and no settings of the user's."""
    shell = InteractiveShell(str(tmp_path_factory.mktemp("ipython")),
                             config=Config({"HistoryManager": {"enabled": False}}))
    shell.run_cell("import numpy as np\n"
                   "from lstm_outputs.calls import check_returns\n"
                   "from lstm_outputs.forms import NotYet, check_form")
    yield shell
    shell.restore_sys_module_state()


@pytest.mark.parametrize("cell, sentence", [
    ("check_form(..., 'my_shape')",
     "my_shape is still missing. Replace the three dots by a shape, like (2, 3)."),
    ("check_form((2, 0), 'my_shape')",
     "my_shape holds 0. Every axis has a size of 1 or more."),
    ("def mine(units):\n    return 1 / 0\ncheck_returns(mine, {'units': 3}, (3,))",
     "mine(units=3) stopped with ZeroDivisionError: division by zero"),
])
def test_a_notebook_shows_one_sentence_and_no_traceback(shell, capsys, cell, sentence):
    result = shell.run_cell(cell)
    assert isinstance(result.error_in_exec, NotYet)  # so nbgrader gives no points
    out, err = capsys.readouterr()
    assert (out + err).strip() == f"Not yet: {sentence}"


def test_another_error_does_show_its_traceback(shell, capsys):
    shell.run_cell("1 / 0")
    shown = "".join(capsys.readouterr())
    assert "Traceback" in shown and "ZeroDivisionError" in shown


@pytest.fixture(scope="module")
def keras():
    """Keras, imported when the first test needs it: that takes seconds."""
    import keras

    return keras


def test_the_right_layer(keras, capsys):
    from lstm_outputs.layers import check_output

    data = np.zeros((3, 5, 9), dtype="float32")
    check_output(keras.layers.LSTM(4), data, expected=(3, 4))
    check_output(keras.layers.LSTM(4, return_sequences=True), data, expected=(3, 5, 4))
    out = capsys.readouterr().out
    assert out.splitlines()[0] == "Right for this data: (3, 5, 9) goes in, (3, 4) comes back."


@pytest.mark.parametrize("make, why", [
    (lambda layers: ..., "The layer is still missing"),
    (lambda layers: layers.GRU(4), "An LSTM layer is asked for here, not GRU."),
    (lambda layers: layers.LSTM, "A layer is made by calling it: LSTM(...)."),
    (lambda layers: layers.LSTM(4)(np.zeros((3, 5, 9))), "Asked for is the layer itself."),
    (lambda layers: (3, 4), "An LSTM layer is asked for here, not tuple."),
    (lambda layers: AlwaysEqual(), "An LSTM layer is asked for here, not AlwaysEqual."),
    (lambda layers: layers.LSTM(5), "returns (3, 5), but (3, 4) is asked for."),
    (lambda layers: layers.LSTM(4, return_sequences=True), "returns (3, 5, 4), but (3, 4)"),
    (lambda layers: layers.LSTM(4, return_state=True), "returns ((3, 4), (3, 4),"),
    (lambda layers: built_for(layers, 8), "The layer stopped with InvalidArgumentError"),
])
def test_a_wrong_layer_says_what_came_back(keras, make, why):
    from lstm_outputs.layers import check_output

    data = np.zeros((3, 5, 9), dtype="float32")
    with pytest.raises(NotYet) as refusal:
        check_output(make(keras.layers), data, expected=(3, 4))
    assert why in str(refusal.value)


def built_for(layers, features):
    layer = layers.LSTM(4)
    layer.build((None, 5, features))
    return layer


@given(distinct_sizes(3))
def test_tensorflow_shapes_are_taken(sizes):
    import tensorflow as tf

    assert as_shape(tf.TensorShape(sizes)) == tuple(sizes)
    assert as_shape(tf.TensorShape([None, *sizes])) == (None, *sizes)


def test_a_tensorflow_shape_without_axes_is_not_taken():
    import tensorflow as tf

    with pytest.raises(NotYet, match="of type TensorShape"):
        as_shape(tf.TensorShape(None))
