"""The judge is kept for the next hand-in: nothing of the one before may reach it."""

import contextlib
import os
import signal
from types import SimpleNamespace

import psutil
import pytest

from batchgrader import student
from batchgrader.judge.judge import Judge
from batchgrader.process.session import Limits, Parent, ParentLost, Session

pytestmark = pytest.mark.slow
NEXT = ("area == 12", {"area": {"value": 12}})


class Student:
    """Answers as it is told: a hand-in's process that was taken over. sources: of its cells."""

    def __init__(self, answers, sources=()):
        self.answers, self.ran, self.failed, self.number = answers, list(sources), None, 0

    def answer(self, question, seconds):
        if "value" in question:
            return self.answers.get(question["value"], {"missing": None}), []
        return self.answers["call"], []

    last, heed = False, student.Student.heed


@pytest.fixture(scope="module")
def parent():
    """A parent process that has imported Keras."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "PYTHONPATH")}
    parent = Parent(["keras"], kept | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"})
    yield parent
    parent.stop()


@contextlib.contextmanager
def judging(parent, memory=300):
    judge = Judge(parent, {}, Limits(20, 10**6, memory << 20))
    try:
        yield judge
    finally:
        judge.end()


def judged(judge, test, answers, sources=(), first=""):
    """Return how a test ended for a new hand-in, and what it displayed."""
    judge.begin(Student(answers, sources), ["area", "mean"])
    judge.prepare(first, 1)
    ran = judge.test(test, 1)
    return SimpleNamespace(ended=ran.ended, answer=ran.answer, shown="".join(
        output.get("data", {}).get("text/plain", output.get("ename", ""))
        for output in ran.outputs))


def function(name):
    return {"value": {"function": {"number": 0, "parameters": None, "name": name}}}


def test_values_that_a_test_changes_are_gone(parent):
    with judging(parent) as judge:
        value = {"value": {"list": [1]}}
        assert judged(judge, "area.append(2); kept = area; len(kept)", {"area": value}).shown == "2"
        assert judged(judge, "'kept' in globals() or len(area)", {"area": value}).shown == "1"


@pytest.mark.parametrize("test, answers, source", [
    ("mean.__name__", {"mean": function("mean")}, f"def mean(numbers):\n    {'x' * 12_000_000!r}"),
    ("len(area)", {"area": {"value": {"list": ["x" * 12_000_000]}}}, ""),
    ("area", {"area": {"value": {"list": ["x" * 100] * 10_000}}}, ""),
    ("area[0].x", {"area": {"value": {"list": ["x" * 12_000_000]}}}, "")])
def test_memory_does_not_pile_up(parent, test, answers, source):
    """Until an honest hand-in would find none left."""
    with judging(parent) as judge:
        for number in range(9):
            judged(judge, test, answers, [f"# {number}\n{source}"])
            assert judged(judge, *NEXT).shown == "True"
            if number == 1:  # until then the C library gets room that it uses again
                before = psutil.Process(judge.session.pid).memory_info().rss
        assert psutil.Process(judge.session.pid).memory_info().rss - before < 24 << 20


@pytest.mark.parametrize("layer", [
    {"module": "keras.layers", "class_name": "Dense", "registered_name": None,
     "config": {"units": 10**10}, "build_config": {"input_shape": [None, 10**3]}},
    {"module": "keras.layers", "class_name": "Lambda", "registered_name": None,
     "config": {"function": "print"}},
    {"module": "keras.layers", "class_name": "TFSMLayer", "registered_name": None,
     "config": {"filepath": "/etc"}},
    {"module": "os", "class_name": "system", "registered_name": None, "config": {}},
    {"module": "keras.utils", "class_name": "get_file", "registered_name": None, "config": {}}])
def test_layers_that_harm_reach_nobody_else(parent, layer):
    from batchgrader.judge.values import encode

    with judging(parent, memory=2000) as judge:
        first = "import keras\nlater = keras.layers.Dense(2)\nlater.build((None, 3))"
        forged = {"keras": {"layer": encode(layer), "weights": None}}
        ran = judged(judge, "area.units", {"area": {"value": forged}}, first=first)
        assert ran.ended in ("error", "died", "out of memory")
        after = judged(judge, "later.units, keras.layers.Dense(3).name, area",
                       {"area": {"value": 12}}, first=first)
        assert after.shown == "(2, 'dense_1', 12)"


@pytest.mark.parametrize("test", [
    "area",
    "def use():\n    return area\nuse()",
    "def use():\n    def inner():\n        return area\n    return inner()\nuse()",
    "(lambda: area)()",
    "[area for _ in range(1)][0]",
    "[(lambda: area)() for _ in range(1)][0]",
    "class Test:\n    here = area\nTest.here",
    "class Test:\n    def use(self, given=area):\n        return given\nTest().use()",
    "class Test:\n    class Inner:\n        here = [area for _ in range(1)][0]\nTest.Inner.here",
    "class Test:\n    def use(self):\n        return area\nTest().use()",
    "def use(given=area):\n    return given\nuse()",
    "int(f'{area}')",
    "eval('area')",
    "globals()['area']",
    "area if 'area' in globals() else 0",
    "class Test:\n    area = area + 0\nTest.area",
])
def test_a_student_s_name_is_found_wherever_a_test_uses_it(parent, test):
    with judging(parent) as judge:
        assert judged(judge, test, {"area": {"value": 12}}).shown == "12"
        assert judged(judge, "area", {}).shown == "NameError"
        again = judged(judge, "area", {"area": {"value": 13}}, first="class One:\n    here = area")
        assert again.shown == "13"


def shown(judge, test):
    """Return what a test displayed, or its error, and what could not be had by value."""
    ran = judge.test(test, 1)
    output = ran.outputs[-1]
    return output.get("data", {}).get("text/plain", output.get("ename")), ran.answer["not_by_value"]


@pytest.mark.parametrize("test, value", [
    ("area", "'theirs'"),
    ("'P'", "'P'"),
    ("class Test:\n    P = 2\nTest.P", "2"),
    ("rng = 3\nrng", "3"),
    ("_, P = 1, 2\n_", "1"),
])
def test_a_test_is_run_without_a_cell_that_it_does_not_need(parent, test, value):
    with judging(parent) as judge:
        for _ in range(2):
            judge.begin(Student({"area": {"value": "theirs"}}), ["area"])
            judge.withhold({"P", "rng", "_"})
            assert shown(judge, test) == (value, [])
            assert shown(judge, "1 + 1") == ("2", [])


@pytest.mark.parametrize("test", ["look('rng')", "look('P')", "globals()['P']", "P", "rng"])
def test_a_name_of_a_cell_that_is_not_run_is_nobody_s(parent, test):
    """Neither the student's nor that of a cell before: a person looks."""
    with judging(parent) as judge:
        judge.begin(Student({name: {"value": "theirs"} for name in ("P", "rng", "area")}), ["area"])
        judge.prepare("rng = 'old'\ndef look(name):\n    return globals()[name]", 1)
        judge.withhold({"P", "rng"})
        error, refused = shown(judge, test)
        assert error == "NotByValue"
        assert "only_shown" in refused[0]
        judge.prepare("P = 'new'", 2)
        judge.forget({"rng"})
        assert shown(judge, "P, rng") == ("('new', 'theirs')", [])


def test_a_new_process_goes_through_all_steps_again_and_through_each_once(parent):
    with judging(parent) as judge:
        judge.begin(Student({"P": {"value": "theirs"}}), ["P"])
        judge.prepare("P, ran = 1, []", 1)
        judge.forget({"P"})
        judge.prepare("rng = 2", 2)
        judge.withhold({"rng"})
        for _ in range(2):
            judge.prepare("ran.append(1)", 3)
            judge.session.end()
        assert shown(judge, "P, ran") == ("('theirs', [1, 1])", [])
        assert shown(judge, "rng")[0] == "NotByValue"


def test_a_test_binds_a_name_whose_value_is_the_student_s_and_cannot_come(parent):
    with judging(parent) as judge:
        cannot = {"area": {"not_by_value": "it is of type Own"}}
        assert judged(judge, "area", cannot).shown == "NotByValue"
        ran = judged(judge, "area = 3", cannot)
        assert (ran.ended, ran.answer["not_by_value"]) == ("done", [])
        assert judged(judge, "time", {"time": {"value": 5}}).shown == "5"  # and no magic


def test_nothing_is_left_in_the_history(parent):
    with judging(parent) as judge:
        judged(judge, "area", {"area": {"value": 12}})
        assert judged(judge, "len(In), Out", {}).shown == "(2, {})"


def test_a_judge_that_is_killed_from_outside_is_no_fault_of_the_student_s(parent):
    with judging(parent) as judge:
        killed = Student({})
        killed.answer = lambda question, seconds: (
            judge.session.signal(signal.SIGKILL), ({"missing": None}, []))[1]
        judge.begin(killed, ["area"])
        with pytest.raises(student.KilledFromOutside):
            judge.test("area == 12", 1)
        killed.last = True
        assert judge.test("area == 12", 1).ended == "died"
        assert judged(judge, *NEXT).shown == "True"


def test_a_process_that_cannot_be_had_leaves_no_descriptor_open():
    lost = Parent()
    lost.stop()
    before = os.listdir("/proc/self/fd")
    with pytest.raises(ParentLost):
        Session(lost, Limits(1, 1, 0))
    assert os.listdir("/proc/self/fd") == before
