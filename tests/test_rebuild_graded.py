"""The tables of hand-ins in tests/rebuild, all in one class, graded by the real command."""

import json

import pytest
from rebuild.cases import hand_in_bytes, load, points
from shared import shared
from small_course import make_course

pytestmark = pytest.mark.slow
CASES, UNREADABLE = load("cases"), load("unreadable")
# Bytes of 64 MiB and more: tests/test_handin.py reads them.
SMALL = [case for case in UNREADABLE if case.get("times", 1) * len(case.get("bytes", "")) < 1 << 20]


def student(case, cases):
    return f"{'readable' if cases is CASES else 'unreadable'}_{cases.index(case):03}"


@pytest.fixture(scope="module")
def results(tmp_path_factory, run):
    """What `batchgrader grade --json` prints of all cases."""
    folder = shared(tmp_path_factory, "rebuilt", lambda folder: grade(run, folder))
    return json.loads((folder / "results.json").read_text())


def grade(run, folder):
    make_course(run, folder, "c.Execute.timeout = 60\n")
    for cases in (CASES, SMALL):
        for case in cases:
            place = folder / "submitted" / student(case, cases) / "small"
            place.mkdir(parents=True)
            (place / "small.ipynb").write_bytes(hand_in_bytes(case))
    printed = run("batchgrader", "grade", "small", "--json", cwd=folder, code=1)
    (folder / "results.json").write_text(printed)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_readable(results, case):
    result = results[student(case, CASES)]
    questions, due = result["books"]["small"]["questions"], points(case) | case.get("graded", {})
    assert {name: "open" if questions[name]["points"] is None else questions[name]["points"]
            for name in due} == due
    for words in case.get("unclear", {}).values():
        assert words in result["person"]
    assert bool(result["person"]) == bool(case.get("unclear"))


@pytest.mark.parametrize("case", SMALL, ids=lambda case: case["name"])
def test_unreadable(results, case):
    result = results[student(case, SMALL)]
    assert (result["outcome"], result["books"]) == ("not gradable", {})
    assert case["sentence"] in result["person"]
