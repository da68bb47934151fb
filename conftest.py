"""For all tests: no chance in them, and each notebook on one worker."""

import sys
from pathlib import Path

import pytest
from hypothesis import settings

sys.path.append(str(Path(__file__).parent / "tests"))  # for the helpers that tests share

settings.register_profile("course", derandomize=True, deadline=None, database=None)
settings.load_profile("course")


def pytest_configure(config):
    """Hand out notebooks file by file: each cell needs those before it, in the same kernel.

    Groups would do it, too, but with pytest 9.2 xdist 3.8 ignores them without a word.
    """
    if config.getoption("nbval") and config.getoption("dist", "no") != "no":
        config.option.dist = "loadfile"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """Compare the pictures of a notebook's cell too, once nbval has run it."""
    result = yield
    if hasattr(item, "test_outputs"):
        from pictures_alike import differences

        found = differences(item.cell.get("outputs", []), item.test_outputs or [])
        if found:
            item.raise_cell_error("; ".join(found))
    return result
