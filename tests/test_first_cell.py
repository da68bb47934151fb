"""The cell that a parent process runs once for all its children leaves no trace in them."""

import json

import processes
import pytest

CELLS = ["mean = 3", "mean([2, 4])", "def f():\n    return 1 / 0\n\nf()", "open('x"]
SCRIPT = """
import json, sys
from batchgrader.process.shell import make_shell, take_over, warm_up
shell, said, words = make_shell(), [], sys.stdout
if sys.argv[1] == "warm":
    warm_up(shell)
names = sorted(shell.user_ns)
left = [name for name in vars(sys) if name.startswith("last_")]
take_over(shell, said.append)
for number, cell in enumerate(CELLS, 1):
    shell.execution_count = number
    shell.run(cell)
print(json.dumps([names, left, said]), file=words)
"""


@pytest.mark.slow
def test_a_shell_that_has_been_warmed_up_says_the_same(tmp_path):
    (tmp_path / "say.py").write_text(SCRIPT.replace("CELLS", repr(CELLS)))
    cold, warm = (processes.run("say", how, cwd=tmp_path) for how in ("cold", "warm"))
    assert warm == cold
    names, left, said = json.loads(warm)
    assert left == []
    assert [output["ename"] for output in said] == ["TypeError", "ZeroDivisionError",
                                                     "SyntaxError"]
    assert "sys" not in names
