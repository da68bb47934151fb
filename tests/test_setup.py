"""tools/setup.sh: says what is missing, and finishes what was left half done."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parent.parent / "tools/setup.sh"
TOOLS = ["bash", "dirname", "cat", "awk", "tee", "grep", "tail", "env", "sh"]
NOWHERE = {"PIP_INDEX_URL": "http://127.0.0.1:9/", "PIP_RETRIES": "0", "PIP_NO_CACHE_DIR": "1"}


@pytest.fixture
def course(tmp_path):
    """Return a folder with the script, no requirements, and a bin/ that is the whole PATH."""
    folder = tmp_path / "course"
    (folder / "tools").mkdir(parents=True)
    shutil.copy(SCRIPT, folder / "tools")
    for name in ("requirements.txt", "constraints.txt", "pyproject.toml"):
        (folder / name).touch()
    (folder / "bin").mkdir()
    for tool in [*TOOLS, "df"]:
        (folder / "bin" / tool).symlink_to(shutil.which(tool))
    (folder / "bin/python3").symlink_to(sys.executable)
    return folder


def run(course, **environment):
    """Run the script and return its exit code and all that it said."""
    done = subprocess.run(
        ["bash", course / "tools/setup.sh"], capture_output=True, text=True, timeout=120,
        env={**os.environ, "PATH": str(course / "bin"), "PYTHON": "", **environment})
    return done.returncode, done.stdout + done.stderr


def replace(course, tool, script):
    """Put a script in the place of the command `tool`."""
    (course / "bin" / tool).unlink(missing_ok=True)
    (course / "bin" / tool).write_text(f"#!/bin/sh\n{script}\n")
    (course / "bin" / tool).chmod(0o755)


@pytest.mark.parametrize("tool, script, sentence", [
    ("python3", "exit 1", "Python 3.11, 3.12 or 3.13 is needed"),
    ("python3", f'case "$*" in *ensurepip*) exit 1;; esac; exec {sys.executable} "$@"',
     "sudo apt install python3-venv"),
    ("df", "echo head; echo x 1 1 2000000 1 /", "4000 MB of free disk space are needed"),
])
def test_what_is_missing_is_named(course, tool, script, sentence):
    replace(course, tool, script)
    code, said = run(course)
    assert code == 1
    assert sentence in said
    assert not (course / ".venv/.ready").exists()


@pytest.mark.slow
def test_an_interrupted_setup_finishes(course):
    (course / ".venv/bin").mkdir(parents=True)  # as left by Ctrl-C in the first second
    code, said = run(course)
    assert (code, "Making .venv" in said, "Ready." in said) == (0, True, True)
    assert run(course) == (0, "")  # and what is done is not done again


@pytest.mark.slow
def test_no_network_is_named_and_the_next_run_finishes(course):
    (course / "requirements.txt").write_text("a-package-that-has-to-be-downloaded==1.0\n")
    code, said = run(course, **NOWHERE)
    assert code == 1
    assert "Is there a network?" in said
    assert not (course / ".venv/.ready").exists()
    (course / "requirements.txt").write_text("")
    assert run(course)[0] == 0
