"""The judge takes any JSON from a student's process: what decode() makes of it, or refuses."""

import base64
import contextlib
import json
import sys
import time
import tracemalloc

import numpy  # so that arrays are decoded
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from batchgrader.judge.names import Names
from batchgrader.judge.values import DECODERS, NotByValue, decode, encode

ATOMS = (some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=5)
         | some.sampled_from([10**18, -1, 10**400, "<f8", "|O", "<U9", "i", "sys", "int", "\0"]))
KINDS = [*DECODERS.keys() - {"keras"}, "function", "invented"]
HOSTILE = some.recursive(ATOMS, lambda inner: (
    some.lists(inner, max_size=4)
    | some.dictionaries(some.sampled_from(KINDS) | some.text(max_size=3), inner, max_size=2)
    | some.tuples(some.sampled_from(KINDS), inner).map(lambda pair: {pair[0]: pair[1]})
    | some.tuples(some.sampled_from(KINDS), some.lists(inner, max_size=3)).map(
        lambda pair: {pair[0]: pair[1]})), max_leaves=12)
VALUES = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats(allow_nan=False)
    | some.text() | some.binary() | some.complex_numbers(allow_nan=False),
    lambda inner: some.lists(inner) | some.lists(inner).map(tuple)
    | some.dictionaries(some.text(), inner))


@given(VALUES)
def test_what_goes_over_comes_out_the_same(value):
    assert repr(decode(json.loads(json.dumps(encode(value))))) == repr(value)


@settings(max_examples=400)
@given(HOSTILE)
def test_nothing_but_a_refusal_is_raised(data):
    with contextlib.suppress(NotByValue):
        decode(data)


@settings(max_examples=400)
@given(HOSTILE)
def test_a_forged_answer_is_a_value_or_refused(answer):
    names = Names(lambda question: answer if isinstance(answer, dict) else {"value": answer})
    with names.to_student([], ""):
        try:
            names["area"]
        except (KeyError, NotByValue):
            pass
        except BaseException as error:
            assert type(error).__name__ == "StudentStopped"


@given(some.lists(some.none() | some.text(max_size=4) | some.sampled_from(
    ["ValueError", "type", "\0", "\ud800", "KeyboardInterrupt", "UnicodeDecodeError"]), max_size=5))
def test_a_forged_exception_is_one_or_refused(raised):
    names = Names(lambda question: {"raised": raised})
    with contextlib.suppress(Exception):
        names._call(0, (), {})


@pytest.mark.parametrize("data", [
    {"range": [0, 10**18, 1]}, {"array": ["<f8", [10**9], ""]}, {"array": ["<U999999999", [0], ""]},
    {"array": ["<f8", [0, 10**18], ""]}, {"bytes": "A" * 1000}, {"slice": [0, 10**18, 1]},
    {"dtype": "<U999999999"}, {"scalar": ["<U999999999", [], ""]},
    {"array": ["<f8", [-1, 10**12], base64.b64encode(bytes(800)).decode()]}])
def test_a_small_message_takes_little_memory_and_time(data):
    tracemalloc.start()
    began = time.perf_counter()
    with contextlib.suppress(NotByValue):
        decode(data)
    taken = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert taken < 1 << 20
    assert time.perf_counter() - began < 1


def test_what_is_nested_too_deep_is_refused():
    data = []
    for _ in range(100_000):
        data = {"list": [data]}
    with pytest.raises(NotByValue):
        decode(data)


def test_bytes_that_are_no_truth_values_become_such():
    array = decode({"array": ["|b1", [2], base64.b64encode(b"\2\0").decode()]})
    assert array.view("u1").tolist() == [1, 0]
    assert numpy.array_equal(array, [True, False])


@pytest.mark.parametrize("kind", ["keras", "tensor_shape", "tensor_dtype"])
def test_no_value_imports_a_library(kind, monkeypatch):
    monkeypatch.delitem(sys.modules, "keras", raising=False)
    monkeypatch.delitem(sys.modules, "tensorflow", raising=False)
    with pytest.raises(NotByValue, match="imports"):
        decode({kind: {}})
