"""For all tests: no chance in them, and each notebook on one worker."""

import sys
from pathlib import Path

from hypothesis import settings

sys.path.append(str(Path(__file__).parent / "tests"))  # for notebook_lint and shapes

settings.register_profile("course", derandomize=True, deadline=None, database=None)
settings.load_profile("course")


def pytest_configure(config):
    """Hand out notebooks file by file: each cell needs those before it, in the same kernel.

    Groups would do it, too, but with pytest 9.2 xdist 3.8 ignores them without a word.
    """
    if config.getoption("nbval") and config.getoption("dist", "no") != "no":
        config.option.dist = "loadfile"
