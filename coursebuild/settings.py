"""Where things are, and what pyproject.toml sets under [tool.coursebuild]."""

import tomllib
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["coursebuild"]


class BuildError(Exception):
    """Something in content/ or source/ that its author has to mend; the message says what."""


def colab_link(path):
    """Return the address at which Colab opens `path` of the public repository."""
    repository, branch = SETTINGS["public_repository"], SETTINGS["public_branch"]
    return f"https://colab.research.google.com/github/{repository}/blob/{branch}/{path}"


def binder_link(path):
    """Return the address at which Binder opens `path` of the public repository in JupyterLab."""
    repository, branch = SETTINGS["public_repository"], SETTINGS["public_branch"]
    return f"https://mybinder.org/v2/gh/{repository}/{branch}?labpath={quote(path, safe='')}"
