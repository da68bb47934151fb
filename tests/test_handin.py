"""Hand-ins are read, whatever wrote them, and what is no notebook is called by its name."""

import json
import re

import pytest
from rebuild.cases import hand_in_bytes, load, master

from batchgrader.handin import Cell, NotGradable, choose, read
from batchgrader.rebuild import rebuild


def named(name):
    return [pytest.param(case, id=case["name"]) for case in load(name)]


@pytest.mark.parametrize("case", named("unreadable"))
def test_what_is_no_notebook_is_named(case):
    with pytest.raises(NotGradable) as refused:
        rebuild(master(), read(hand_in_bytes(case)))
    assert case["sentence"] in str(refused.value)
    assert refused.value.args[0].endswith(".")


@pytest.mark.parametrize("case", named("names"))
def test_the_notebook_is_chosen_by_its_name(case):
    notebook = case.get("notebook", "ps1")
    notebooks = case.get("notebooks", [notebook])
    if case["chosen"]:
        assert choose(case["files"], notebook, notebooks) == case["chosen"]
    else:
        with pytest.raises(NotGradable, match=re.escape(case["sentence"])):
            choose(case["files"], notebook, notebooks)


def test_a_whole_number_may_be_longer_than_python_reads():
    content = json.dumps({"cells": [{"cell_type": "code", "source": "1", "n": "X"}]})
    content = content.replace('"X"', "1" * 5000)
    assert read(content.encode()).cells == (Cell("code", "1", None),)


def test_any_source_can_be_written_as_utf_8():
    cells = [{"cell_type": "code", "source": ["a\ud800", 3, None, "\0b\r\n"]},
             {"cell_type": "code", "source": {"a": 1}}, {"outputs": []}, {"cell_type": []}]
    found = read(json.dumps({"cells": cells}).encode()).cells
    assert [cell.source for cell in found] == ["a�b\n", "", "", ""]
    assert [cell.kind for cell in found] == ["code", "code", "code", "markdown"]


def test_another_language_is_read_where_it_is_asked_for():
    content = json.dumps({"cells": [{"source": "x <- 1"}],
                          "metadata": {"language_info": {"name": "R"}}}).encode()
    assert len(read(content, "R").cells) == 1
    with pytest.raises(NotGradable, match="written for R"):
        read(content)
