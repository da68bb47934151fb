"""Which names a cell binds, also where Python cannot read it, and in little time."""

import importlib
import time
import warnings

import pytest
from rebuild.cases import load

from batchgrader import names
from batchgrader.handin import NotGradable, read
from batchgrader.names import bindings, bound
from batchgrader.outline import likeness


@pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in load("bindings")])
def test_names_are_found(case):
    assert bound(bindings(case["source"])) == set(case["binds"])


def test_comments_and_spaces_are_no_other_statement():
    (one, _), = bindings("a = [1,2]  # note")
    (other, _), = bindings("\na = [\n  1, 2]")
    assert one == other
    assert bound(bindings("a = ...\nb = 1"), {bindings("a = ...")[0][0]}) == {"b"}


@pytest.mark.parametrize("source", [
    "\n" * 200_000 + "a = 1", "word: text\n" * 100_000 + "a = 1", "a " * 500_000,
    "a = " + "+".join("1" * 5000), "a = " + "(" * 5000, "a = [" + "1," * 1_000_000 + "]",
], ids=["blank lines", "colons", "words", "a long sum", "brackets", "data"])
def test_no_text_takes_long(source):
    start = time.perf_counter()
    assert bound(bindings(source)) <= {"a"}
    assert 0 <= likeness(source, "a = ...") <= 1
    assert time.perf_counter() - start < 5  # what is quadratic takes minutes


@pytest.mark.parametrize("content", [b"a" * 2**22, b"a b\n" * 2**20, b"{" * 2**22, b"<" * 2**22])
def test_no_file_takes_long(content):
    start = time.perf_counter()
    with pytest.raises(NotGradable):
        read(content)
    assert time.perf_counter() - start < 5


def test_a_students_escapes_are_no_warning():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        importlib.reload(names)  # sets the filter, which pytest has put away
        names.bindings("import re\npath = '\\d'")
    assert caught == []
