"""For all tests: no chance in them, and each notebook on one worker."""

import sys
from pathlib import Path

import pytest
from hypothesis import settings

sys.path.append(str(Path(__file__).parent / "tests"))  # for notebook_lint and shapes

settings.register_profile("course", derandomize=True, deadline=None, database=None)
settings.load_profile("course")


def pytest_configure(config):
    """Stop a run that would tear the cells of a notebook apart: each needs those before it."""
    if config.getoption("nbval") and config.getoption("dist", "no") not in ("no", "loadfile"):
        # loadgroup is no way out: with pytest 9.2, xdist 3.8 ignores the groups without a word.
        raise pytest.UsageError("Notebooks run in parallel only file by file: --dist loadfile.")
