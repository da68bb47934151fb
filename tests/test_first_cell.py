"""What a parent process does once for all its children leaves no trace in what they show."""

import json
import re

import processes
import pytest

CELLS = [
    "mean = 3",
    "mean([2, 4])",
    "def f():\n    return 1 / 0\n\nf()",
    "open('x",
    "open(\n'x",
    "import asyncio\nawait asyncio.sleep(0)\nmean",
    "print(mean)\nmean\nmean + 1;",
    "%precision 2\nmean / 7",
    "return\nmean",
    "x: wrong = 1\nx",
    "from __future__ import annotations\n__annotations__.clear()\nx: wrong = 1\n",
    "x: right = 1\n__annotations__",
    "for x in range(2):\n    x\n",
    "'seven'\nmean is not 3",
    """import ast
class Up(ast.NodeTransformer):
    def visit_Constant(self, node):
        return ast.Constant(node.value + 1) if type(node.value) is int else node
get_ipython().ast_transformers.append(Up())
""",
    "mean = 3\nmean",
    "get_ipython().ast_transformers.clear()\nmean = 3\nmean",
    "get_ipython().input_transformers_cleanup.append(lambda lines: ['5\\n', '6\\n'])\n",
    "7\n8",
]
SAID = ["TypeError", "ZeroDivisionError", "SyntaxError", "SyntaxError", "3", "3\n", "0.43",
        "SyntaxError", "NameError", "{'x': 'right'}", "...: SyntaxWarning: ...", "False", "4", "4",
        "6"]
SCRIPT = """
import builtins, json, sys
from batchgrader.process.shell import make_shell, take_over
from batchgrader.process.warm import warm_up
shell, said, words, cells = make_shell(), [], sys.stdout, json.load(open("cells.json"))
if sys.argv[1] != "cold":
    warm_up(shell, enumerate(cells, 1))
names = sorted(shell.user_ns)
left = [name for name in vars(sys) if name.startswith("last_")]
compiled, real = [], compile
builtins.compile = lambda *given, **more: (compiled.append(given), real(*given, **more))[1]
take_over(shell, said.append)
for number, cell in enumerate(cells, 1):
    shell.execution_count = number
    shell.run(cell)
print(json.dumps([names, left, said, len(compiled)]), file=words)
"""


def run(folder, how, cells):
    """Return what a shell printed: its names, what is left in `sys`, its outputs, and how often
    it has compiled."""
    (folder / "say.py").write_text(SCRIPT)
    (folder / "cells.json").write_text(json.dumps(cells))
    return processes.run("say", how, cwd=folder)


@pytest.mark.slow
def test_a_shell_that_has_been_warmed_up_says_the_same(tmp_path):
    cold, warm = (json.loads(run(tmp_path, how, CELLS)) for how in ("cold", "warm"))
    assert warm[:3] == cold[:3]
    names, left, said, _ = warm
    assert left == []
    assert "sys" not in names
    assert [re.sub("(?s).*(: SyntaxWarning: ).*", r"...\1...", output.get("ename")
                   or output.get("text") or output["data"]["text/plain"])
            for output in said] == SAID


@pytest.mark.slow
def test_a_cell_that_is_known_is_not_compiled_again(tmp_path):
    said, compiled = json.loads(run(
        tmp_path, "warm", ["f = lambda: 7\nf()", "f() + 1\nf() + 2"]))[2:]
    assert [output.get("data") for output in said] == [{"text/plain": "7"}, {"text/plain": "9"}]
    assert compiled == 0
    # A cell before changes how it is compiled.
    said, compiled = json.loads(run(tmp_path, "warm", [
        "from __future__ import annotations\nf = lambda: 7", "f() + 1\nf() + 2"]))[2:]
    assert [output.get("data") for output in said] == [{"text/plain": "9"}]
    assert compiled > 3
