"""Commands that tests run, as an instructor would: nothing of pytest reaches them."""

import os
import subprocess
import sys
from pathlib import Path


def environment():
    """Return the environment without what pytest adds: ipykernel behaves otherwise under it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return kept | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}


def start(*command, cwd, variables=None, **options):
    return subprocess.Popen([sys.executable, "-m", *map(str, command)], cwd=cwd, text=True,
                            errors="replace",
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            env=environment() | (variables or {}), **options)


def run(*command, cwd, code=0, variables=None):
    with start(*command, cwd=cwd, variables=variables) as process:
        output = process.communicate()[0]
    allowed = {code} if isinstance(code, int) else code
    assert code is None or process.returncode in allowed, output
    return output
