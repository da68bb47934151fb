"""The master is what nbgrader makes of the source, for this course and for others."""

import json
import sqlite3

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from rebuild.cases import COURSE, SOURCE, master
from traitlets.config import Config

from batchgrader.course import CourseError, open_course
from batchgrader.handin import Cell, HandIn, NotGradable, read
from batchgrader.master import make_master
from batchgrader.rebuild import rebuild

ROOT = COURSE.parent.parent.parent


@pytest.fixture(scope="module")
def ps1():
    source = nbformat.read(ROOT / "source/ps1/ps1.ipynb", as_version=4)
    return make_master(source, open_course(ROOT).config)


def a_master(*cells, **config):
    """Return the Master of cells, given as (grade_id, flags, source); no id makes it plain."""
    notebook = new_notebook()
    for grade_id, flags, source in cells:
        new = new_markdown_cell if "text" in flags else new_code_cell
        nbgrader = {flag: flag in flags for flag in ("grade", "solution", "locked", "task")} | {
            "grade_id": grade_id, "schema_version": 3} | ({"points": 1} if "grade" in flags else {})
        notebook.cells.append(new(source, metadata={"nbgrader": nbgrader} if grade_id else {}))
    return make_master(notebook, Config(config))


def rebuilt_answers(made, *sources):
    """Return the answers that are found in code cells without metadata, and which are unclear."""
    rebuilt = rebuild(made, HandIn(tuple(Cell("code", source, None) for source in sources), ()))
    return {cell.metadata.nbgrader.grade_id: cell.source for cell in rebuilt.notebook.cells
            if cell.metadata.get("nbgrader", {}).get("solution")}, rebuilt.unclear


@pytest.mark.slow
def test_the_master_is_what_nbgrader_makes(tmp_path, run):
    (tmp_path / "source/small").mkdir(parents=True)
    (tmp_path / "source/small/small.ipynb").write_bytes(SOURCE.read_bytes())
    (tmp_path / "nbgrader_config.py").write_bytes((COURSE / "nbgrader_config.py").read_bytes())
    run("nbgrader", "generate_assignment", "small", cwd=tmp_path)
    made = nbformat.read(tmp_path / "release/small/small.ipynb", as_version=4)
    assert made == master().released
    with sqlite3.connect(tmp_path / "gradebook.db") as gradebook:
        rows = gradebook.execute("select name, source, checksum from source_cell").fetchall()
    assert {name: (source, checksum) for name, source, checksum in rows} == {
        cell.metadata.nbgrader.grade_id: (cell.source, cell.metadata.nbgrader.checksum)
        for cell in master().graded.cells if "nbgrader" in cell.metadata}


@pytest.mark.slow
def test_the_master_of_this_course_is_what_nbgrader_makes(course):
    source = nbformat.read(course / "source/ps1/ps1.ipynb", as_version=4)
    made = nbformat.read(course / "release/ps1/ps1.ipynb", as_version=4)
    released = make_master(source, open_course(course).config).released
    assert [(cell.source, cell.metadata) for cell in released.cells] == [
        (cell.source, cell.metadata) for cell in made.cells]


def test_the_master_keeps_the_solutions():
    assert "area = 3 * 4" in master().solutions["area"]
    assert set(master().solutions) == {"area", "mean", "primes", "why", "loop"}
    assert master().language == "python"


def test_header_and_footer_are_found_from_any_folder(tmp_path):
    nbformat.write(new_notebook(cells=[new_markdown_cell("Above.")]), tmp_path / "top.ipynb")
    made = a_master(("a", "solution", "x = ..."), CourseDirectory={"root": str(tmp_path)},
                    IncludeHeaderFooter={"header": "top.ipynb"})
    assert made.graded.cells[0].source == "Above."


def test_a_source_of_an_old_format_gets_cell_ids():
    source = new_notebook(cells=[new_markdown_cell("One."), new_markdown_cell("Two.")])
    source.nbformat_minor = 0
    for cell in source.cells:
        del cell["id"]
    made = make_master(source, Config())
    nbformat.validate(made.graded)
    assert made == make_master(source, Config())


def test_own_cells_get_ids_that_the_master_has_not():
    made = a_master(("a", "solution", "x = 1"), ("a_test", "grade", "x"))
    for notebook in (made.graded, made.released):
        notebook.cells[0]["id"] = "own-0"
    cells = tuple(Cell("code", source, None) for source in ("x = 2", "x", "print()"))
    ids = [cell["id"] for cell in rebuild(made, HandIn(cells, ())).notebook.cells]
    assert len(set(ids)) == len(ids) == 3


def test_a_source_that_nbgrader_refuses_is_an_error_of_the_course():
    with pytest.raises(CourseError, match="no end solution statement"):
        a_master(("a", "solution", "### BEGIN SOLUTION"))
    with pytest.raises(CourseError, match="failed to validate"):
        a_master(("a", "solution", "1"), ("a", "solution", "2"))


def test_a_stub_without_names_is_known_by_what_the_solution_defines_for_the_tests():
    made = a_master(("a", "solution", "import os\nhelp_a = 1\nx = 1"), ("a_test", "grade", "x"),
                    ("b", "solution", "import os\nhelp_b = 2\ny = 2"), ("b_test", "grade", "y"))
    assert "x" not in made.released.cells[0].source
    answers, unclear = rebuilt_answers(made, "import os\ny = 5", "x = 4")
    assert (answers, unclear) == ({"a": "x = 4", "b": "import os\ny = 5"}, {})


def test_answers_with_one_name_are_known_by_their_place():
    made = a_master((None, "text", "The first model."), ("a", "solution", "model = ..."),
                    ("a_test", "grade", "test(model)"),
                    (None, "text", "Another model."), ("b", "solution", "model = ..."),
                    ("b_test", "grade", "model.test()"))
    answers, unclear = rebuilt_answers(made, "The first model.", "model = 1", "test(model)",
                                       "Another model.", "model = 2", "model.test()")
    assert (answers, unclear) == ({"a": "model = 1", "b": "model = 2"}, {})
    answers, unclear = rebuilt_answers(made, "model = 1", "model = 2", "The first model.",
                                       "test(model)", "Another model.", "model.test()")
    assert {"model = 1", "model = 2"}.isdisjoint(answers.values()) and set(unclear) == {"a", "b"}


def test_a_scratch_value_of_a_shared_name_is_no_answer():
    stub = "model = ...\n### BEGIN SOLUTION\n### END SOLUTION"
    made = a_master(("a", "solution", stub), ("a_test", "grade", "test(model)"),
                    ("b", "solution", stub), ("b_test", "grade", "model.test()"))
    empty = made.released.cells[0].source
    answers, unclear = rebuilt_answers(made, empty, "test(model)", "model = 2", "model.test()",
                                       "model = 9")
    assert (answers, unclear) == ({"a": empty, "b": "model = 2"}, {})


def test_an_answer_that_defines_all_names_comes_before_one_that_defines_some():
    made = a_master(("a", "solution", "x = ...\ny = ...\n### BEGIN SOLUTION\n### END SOLUTION"),
                    ("a_test", "grade", "x, y"))
    answers, unclear = rebuilt_answers(made, "x = 1", "print()", "x, y = 2, 3", "x, y")
    assert (answers, unclear) == ({"a": "x, y = 2, 3"}, {})
    answers, unclear = rebuilt_answers(made, "x = 1", "y = 2", "x, y")
    assert (answers, unclear) == ({"a": "x = 1\ny = 2"}, {})


@pytest.mark.parametrize("other", ["ps0", "ps2", "ps3", "ps4", "ps5", "ps6"])
@pytest.mark.parametrize("stripped", [False, True])
def test_another_assignment_of_the_course_is_told_from_this_one(other, stripped, ps1):
    notebook = json.loads((ROOT / f"release/{other}/{other}.ipynb").read_text())
    for cell in notebook["cells"]:
        cell["metadata"] = {} if stripped else cell["metadata"]
    with pytest.raises(NotGradable, match="another notebook"):
        rebuild(ps1, read(json.dumps(notebook).encode()))
