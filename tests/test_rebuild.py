"""Every hand-in is rebuilt on the master: the tests are the instructor's, the answers stay."""

import ast
import contextlib
import copy
import io
import json
from concurrent.futures import ThreadPoolExecutor

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat.v4 import new_output
from nbgrader.nbgraderformat import MetadataValidator
from nbgrader.utils import determine_grade, is_grade
from rebuild import edits
from rebuild.cases import edited, hand_in_bytes, load, master, points, released

from batchgrader.handin import Cell, HandIn, NotGradable, read
from batchgrader.match import LIKE
from batchgrader.outline import bare, likeness
from batchgrader.rebuild import rebuild

CASES = {case["name"]: case for case in load("cases")}
ANSWERS = list(edits.RIGHT)


def by_id(notebook):
    return {cell.metadata.nbgrader.grade_id: cell for cell in notebook.cells
            if "nbgrader" in cell.metadata}


def is_fixed(cell):
    return "nbgrader" in cell.metadata and not cell.metadata.nbgrader.solution


def check_form(rebuilt):
    """Check what holds for every hand-in: all of the master's cells, its tests and metadata."""
    notebook = rebuilt.notebook
    nbformat.validate(notebook)
    MetadataValidator().validate_nb(notebook)
    nbformat.writes(notebook).encode()
    known = {cell.id for cell in master().graded.cells}
    kept = [cell for cell in notebook.cells if cell.id in known]
    assert [cell.id for cell in kept] == [cell.id for cell in master().graded.cells]
    for cell, original in zip(kept, master().graded.cells):
        assert (cell.metadata, cell.cell_type) == (original.metadata, original.cell_type)
        assert not is_fixed(cell) or cell.source == original.source
    assert all(cell.outputs == [] for cell in notebook.cells if cell.cell_type == "code")
    assert [cell.metadata for cell in notebook.cells if cell.id not in known] == [{}] * (
        len(notebook.cells) - len(kept))
    assert set(rebuilt.unclear) <= set(ANSWERS)


def grade(notebook):
    """Return the points of each test, by nbgrader's own rule, after a run without a kernel."""
    namespace, found = {}, {}
    for cell in copy.deepcopy(notebook).cells:
        if cell.cell_type == "code":
            cell.outputs = list(outputs(cell.source, namespace))
        if is_grade(cell):
            given, _ = determine_grade(cell)
            found[cell.metadata.nbgrader.grade_id] = "open" if given is None else given
    return found


def outputs(source, namespace):
    """Yield what nbgrader looks at of a cell's outputs: an error, or the last line's value."""
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            body = ast.parse(source).body
            last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
            exec(compile(ast.Module(body, []), "cell", "exec"), namespace)
            value = last and eval(compile(ast.Expression(last.value), "cell", "eval"), namespace)
    except Exception as error:
        yield new_output("error", ename=type(error).__name__, evalue=str(error), traceback=[])
    else:
        if value is not None:
            yield new_output("execute_result", data={"text/plain": repr(value)})


@pytest.mark.parametrize("case", [pytest.param(case, id=name) for name, case in CASES.items()])
def test_a_hand_in_is_rebuilt(case):
    rebuilt = rebuild(master(), read(hand_in_bytes(case)))
    check_form(rebuilt)
    cells, stubs = by_id(rebuilt.notebook), by_id(master().graded)
    expected = edits.RIGHT | case.get("answers", {})
    assert {name: cells[name].source for name in ANSWERS} == {
        name: text or stubs[name].source for name, text in expected.items()}
    assert grade(rebuilt.notebook) == points(case)
    assert set(rebuilt.unclear) == set(case.get("unclear", {}))
    for name, words in case.get("unclear", {}).items():
        assert words in rebuilt.unclear[name]
    for words in case.get("repairs", []):
        assert words in " ".join(rebuilt.repairs)
    assert case.get("repairs") != [] or rebuilt.repairs == ()
    own = [cell for cell in rebuilt.notebook.cells if cell.id.startswith("own-")]
    assert len(own) == case.get("own", len(own))


def test_the_table_cannot_shrink_unseen():
    assert len(CASES) == len(load("cases")) >= 90
    assert len(load("unreadable")) >= 35
    assert len(load("names")) >= 19


def test_own_cells_follow_what_they_followed():
    rebuilt = rebuild(master(), read(hand_in_bytes(CASES["own cells everywhere"])))
    found = [cell.metadata.get("nbgrader", {}).get("grade_id") or
             (cell.source if cell.id.startswith("own-") else cell.id)
             for cell in rebuilt.notebook.cells]
    for before, own in [("area", "print(area)"), ("mean_test", "mean([7, 8])"),
                        ("task", "1 / 0"), ("end", "Bye")]:
        assert found[found.index(own) - 1] == before
    assert found[0] == "Ada"


# Any sequence of edits

NAMES = st.sampled_from([cell["name"] for cell in released()["cells"]])
EDITS = st.lists(st.one_of(
    st.tuples(st.just("delete"), NAMES),
    st.tuples(st.just("copy"), NAMES),
    st.tuples(st.just("copy"), NAMES, st.sampled_from(["area = 5", "x = 1", "Text.", ""])),
    st.tuples(st.just("move"), NAMES, NAMES),
    st.tuples(st.just("swap"), NAMES, NAMES),
    st.tuples(st.just("swap_names"), NAMES, NAMES),
    st.tuples(st.just("strip"), NAMES),
    st.tuples(st.just("strip")),
    st.tuples(st.just("split"), NAMES, st.integers(0, 2)),
    st.tuples(st.just("merge"), NAMES, NAMES),
    st.tuples(st.just("turn"), NAMES, st.sampled_from(["code", "markdown", "raw"])),
    st.tuples(st.just("append"), NAMES, st.sampled_from(["\nmean = max", "\nmore words, you see"])),
    st.tuples(st.just("add"), NAMES, st.sampled_from(["code", "markdown"]),
              st.sampled_from(["area = 7", "primes = [2]", "An own text.", "("])),
    st.tuples(st.just("reverse")),
), max_size=12)


def with_edits(steps, answered):
    notebook = edited({"answered": answered})
    for name, *arguments in steps:
        with contextlib.suppress(StopIteration):  # a cell that is gone by now
            if arguments[:1] != arguments[1:2]:
                getattr(edits, name)(notebook, *arguments)
    return notebook


def bytes_of(notebook):
    return json.dumps(notebook | {"cells": [
        {key: cell[key] for key in cell if key != "name"} for cell in notebook["cells"]]}).encode()


@settings(max_examples=300)
@given(EDITS, st.sets(st.sampled_from(ANSWERS)))
def test_no_edits_break_the_rebuilding(steps, answered):
    notebook = with_edits(steps, answered)
    try:
        handin = read(bytes_of(notebook))
        rebuilt = rebuild(master(), handin)
    except NotGradable:
        return
    check_form(rebuilt)
    for text in missing_texts(handin, rebuilt):
        assert any(likeness(text, bare(cell.source)) >= LIKE and f"`{name}`" in repair
                   for name, cell in by_id(master().released).items() if is_fixed(cell)
                   for repair in rebuilt.repairs), text


def missing_texts(handin, rebuilt):
    """Return the texts of code cells that are nowhere in the rebuilt notebook."""
    there = "\n".join(cell.source for cell in rebuilt.notebook.cells)
    as_released = {bare(cell.source) for cell in master().released.cells}
    return [bare(cell.source) for cell in handin.cells if cell.kind == "code"
            and bare(cell.source) not in there and bare(cell.source) not in as_released]


@settings(max_examples=100)
@given(st.lists(st.builds(Cell, st.sampled_from(["code", "markdown", "raw"]), st.text(max_size=40),
                          st.sampled_from([None, "x", *by_id(master().graded)])), max_size=30))
def test_any_cells_can_be_rebuilt(cells):
    cells = [cell for cell in cells if cell.source.isprintable()]
    with contextlib.suppress(NotGradable):
        check_form(rebuild(master(), HandIn(tuple(cells), ())))


@settings(max_examples=100)
@given(st.permutations([cell["name"] for cell in released()["cells"]]))
def test_the_order_of_named_cells_does_not_matter(order):
    notebook = edited({})
    notebook["cells"].sort(key=lambda cell: order.index(cell["name"]))
    rebuilt = rebuild(master(), read(bytes_of(notebook)))
    straight = rebuild(master(), read(hand_in_bytes({})))
    assert rebuilt.notebook == straight.notebook
    assert rebuilt.unclear == {}


def test_rebuilding_twice_changes_nothing():
    for case in CASES.values():
        once = rebuild(master(), read(hand_in_bytes(case)))
        if not once.unclear:
            for name, cell in by_id(once.notebook).items():
                if is_fixed(cell):
                    cell.source = by_id(master().released)[name].source
            twice = rebuild(master(), read(nbformat.writes(once.notebook).encode()))
            assert [cell.source for cell in twice.notebook.cells if not is_fixed(cell)] == [
                cell.source for cell in once.notebook.cells if not is_fixed(cell)], case["name"]


@settings(max_examples=100)
@given(st.data())
def test_answers_are_known_by_what_they_define_wherever_they_stand(data):
    """Without metadata, in any order, whatever of the master's other cells is gone."""
    others = sorted({cell["name"] for cell in released()["cells"]} - set(ANSWERS))
    gone = data.draw(st.sets(st.sampled_from(others)))
    notebook = edited({"edits": [["strip"], ["delete", *gone, "why", "loop"]]})
    notebook["cells"] = data.draw(st.permutations(notebook["cells"]))
    cells = by_id(rebuild(master(), read(bytes_of(notebook))).notebook)
    for name in ("area", "mean", "primes"):
        assert cells[name].source == edits.RIGHT[name]


def test_threads_do_not_meet():
    files = [hand_in_bytes(case) for case in CASES.values()] * 3
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda content: rebuild(master(), read(content)), files))
    assert found == [rebuild(master(), read(content)) for content in files]
