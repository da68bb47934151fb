"""Attacks on the grader, each between two honest hand-ins: what they get, and what they change.

The table is tests/attacks/*.toml. Its column `stock`, what comes of the same hand-in with
nbgrader's own command, is looked at again for a sample.
"""

import contextlib
import json
from types import SimpleNamespace

import pytest
from attack_class import (
    COURSE,
    GROUPS,
    RIGHT,
    Aims,
    attacks,
    by_stock,
    due,
    hand_in_all,
    honest,
    left_over,
    make_course,
    outside,
    points,
)
from shared import shared

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def template(tmp_path_factory, run):
    """The course with nothing handed in."""
    return shared(tmp_path_factory, "attacked", lambda folder: make_course(run, folder))


@pytest.fixture(scope="module")
def graded(tmp_path_factory, run):
    """graded(group): the attacks of a group, graded in one run, and what was there before."""
    runs = {}

    def once(group):
        if group not in runs:
            runs[group] = grade(run, tmp_path_factory.mktemp(group), group)
        return runs[group]
    return once


def grade(run, folder, group):
    make_course(run, folder)
    with contextlib.closing(Aims(folder)) as aims:
        students = hand_in_all(folder, attacks(group), aims)
        before = outside(folder, aims, students.values())
        command = "batchgrader", "grade", "small", "--jobs", "1"
        printed = run(*command, "--json", cwd=folder, code=None, variables=aims.variables())
        after = outside(folder, aims, students.values())
        return SimpleNamespace(
            students=students, results=json.loads(printed), points=points(folder), before=before,
            after={path: content for path, content in after.items() if path in before
                   or not path.startswith("autograded/")},
            left=left_over(folder, aims),
            table=run(*command, cwd=folder, code=None, variables=aims.variables()))


@pytest.mark.parametrize("group, name", [(group, name) for group, table in GROUPS.items()
                                         for name in table["rows"]])
def test_an_attack_gets_what_it_deserves(graded, group, name):
    row, run = attacks(group)[name], graded(group)
    student = run.students[name]
    result, got = run.results[student], run.points.get(student, {})
    assert row.get("outcome", "graded") in ("*", result["outcome"])
    assert result["outcome"] != "system error"
    assert row.get("person", "") in result["person"]
    for test, most in due(row).items() if got else ():
        if most == "person":
            assert got[test] is None
        elif most == "*" or row.get("others") == "*":
            assert (got[test] or 0) <= (RIGHT[test] if most == "*" else most)
        else:
            assert got[test] == most


@pytest.mark.parametrize("group", GROUPS)
def test_the_honest_ones_between_get_all_points(graded, group):
    run = graded(group)
    due = {honest(number): RIGHT for number in range(0, 2 * len(run.students) + 1, 2)}
    assert {student: run.points[student] for student in due} == due
    assert {run.results[student]["outcome"] for student in due} == {"graded"}


@pytest.mark.parametrize("group", GROUPS)
def test_nothing_else_has_changed(graded, group):
    run = graded(group)
    assert run.after == run.before
    assert run.left == []


@pytest.mark.parametrize("group", GROUPS)
def test_the_table_holds_nothing_that_a_terminal_obeys(graded, group):
    assert graded(group).table.replace("\n", "").isprintable()


@pytest.mark.parametrize("name", COURSE["sample"])
def test_attacks_that_get_through_with_nbgraders_own_command(template, tmp_path, name):
    row = attacks()[name]
    assert by_stock(template, tmp_path / "course", row) == row["stock"]


def test_the_table_says_what_comes_of_every_attack():
    rows = attacks()
    assert len(rows) == sum(len(table["rows"]) for table in GROUPS.values())
    assert {row["stock"].split(":")[0] for row in rows.values()} <= {
        "points", "harm", "stopped", "held", "left out"}
