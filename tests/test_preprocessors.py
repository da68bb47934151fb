"""What feedback shows of a hidden test, and what becomes of standard error while grading."""

import copy

import pytest
from nbformat.v4 import new_code_cell, new_output

from batchgrader.preprocessors import ForgiveStderr, HideHiddenTests

HIDDEN = "check(x)\n### BEGIN HIDDEN TESTS\nassert x == (3, 7)\n### END HIDDEN TESTS"


def graded(source, *outputs):
    mark = {"grade": True, "solution": False, "grade_id": "a_test", "locked": True, "points": 1}
    return new_code_cell(source, metadata={"nbgrader": mark}, outputs=list(outputs))


def error(name, value, *frames):
    return new_output("error", ename=name, evalue=value, traceback=list(frames))


@pytest.mark.parametrize("show, shown", [(False, "check(x)"), (True, HIDDEN)])
def test_hidden_tests_stay_hidden_unless_the_instructor_shows_them(show, shown):
    cell = graded(HIDDEN, error("ValueError", "no", "frame 1", "assert x == (3, 7)"))
    HideHiddenTests(show=show).preprocess_cell(cell, {}, 0)
    assert cell.source == shown
    assert ("(3, 7)" in str(cell.outputs)) is show


def test_a_missing_name_is_explained_and_one_sentence_stays():
    cell = graded(HIDDEN, error("NameError", "name 'x' is not defined", "frame", "x == (3, 7)"),
                  error("NotYet", "Look again.", "Not yet: Look again."))
    HideHiddenTests().preprocess_cell(cell, {}, 0)
    assert cell.outputs[0].traceback == [
        "NameError: name 'x' is not defined (the cell that defines it is empty, stopped with an "
        "error, or was removed)"]
    assert cell.outputs[1].traceback == ["Not yet: Look again."]


def test_standard_error_of_a_test_becomes_output():
    chatter = new_output("stream", name="stderr", text="a warning")
    cell, other = graded("x", chatter), new_code_cell("x", outputs=[copy.deepcopy(chatter)])
    for each in (cell, other):
        ForgiveStderr().preprocess_cell(each, {}, 0)
    assert (cell.outputs[0].name, other.outputs[0].name) == ("stdout", "stderr")
    assert cell.outputs[0].text == "a warning"
