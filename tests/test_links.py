"""Links between notebooks: computed from the public repository, and never to what is not there."""

import tomllib
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import nbformat
import pytest

from coursebuild import text
from coursebuild.settings import SETTINGS, BuildError, binder_link, colab_link
from lstm_outputs.selftest import check_machine

ROOT = Path(__file__).resolve().parent.parent
LESSON = "notebooks/01_dataset.ipynb"


@pytest.fixture
def link():
    return lambda source: text._link(source, ROOT / "content/lessons/00_start_here.py")


def test_addresses_come_from_the_settings(monkeypatch):
    monkeypatch.setitem(SETTINGS, "public_repository", "someone/course")
    monkeypatch.setitem(SETTINGS, "public_branch", "stable")
    assert colab_link(LESSON) == ("https://colab.research.google.com/github/someone/course/blob/"
                                  f"stable/{LESSON}")
    assert binder_link(LESSON) == ("https://mybinder.org/v2/gh/someone/course/stable"
                                   "?labpath=notebooks%2F01_dataset.ipynb")


def test_links_become_addresses(link):
    assert link(f"a [b](colab:{LESSON}) c") == f"a [b]({colab_link(LESSON)}) c"
    assert link(f"a [b](binder:{LESSON}), [d](colab:release/ps1/ps1.ipynb)") == (
        f"a [b]({binder_link(LESSON)}), [d]({colab_link('release/ps1/ps1.ipynb')})")
    assert link(f"[1]: colab:{LESSON}\nmore") == f"[1]: {colab_link(LESSON)}\nmore"
    assert link("github.com/PUBLIC_REPOSITORY") == f"github.com/{SETTINGS['public_repository']}"
    same = "[b](https://keras.io) and colab: words (colab:x) `[1]`"
    assert link(same) == same


@pytest.mark.parametrize("target", [
    "notebooks/99_missing.ipynb", "notebooks/ps1.ipynb", "release/01_dataset/01_dataset.ipynb",
    "release/ps1/ps2.ipynb", "source/ps1/ps1.ipynb", "content/lessons/01_dataset.py", "",
    "01_dataset.ipynb", "../notebooks/01_dataset.ipynb", f"{LESSON}#top"])
@pytest.mark.parametrize("written", ["[b](colab:{})", "[b](binder:{})", "[1]: colab:{}"])
def test_a_link_to_what_is_not_built_stops_the_build(link, written, target):
    with pytest.raises(BuildError, match=r"00_start_here.py links to \w+:.*nothing in content/"):
        link(written.format(target))


def test_the_start_page_leads_to_every_lesson_and_exercise():
    notebook = nbformat.read(ROOT / "notebooks/00_start_here.ipynb", as_version=4)
    page = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    lessons = [f"notebooks/{path.stem}.ipynb" for path in ROOT.glob("content/lessons/*.py")]
    exercises = [f"release/{path.stem}/{path.stem}.ipynb"
                 for path in ROOT.glob("content/exercises/*.py")]
    assert [path for path in lessons + exercises if colab_link(path) not in page] == []


def test_the_start_page_gives_the_minutes_that_the_lessons_give():
    page = (ROOT / "content/lessons/00_start_here.py").read_text()
    for path in sorted(ROOT.glob("content/lessons/*.py"))[1:]:
        minutes = path.read_text().split("**Time:** ")[1].split()[0]
        row = next(line for line in page.splitlines() if line.endswith(" |")
                   and f"][{path.stem[:2]}]" in line)
        assert row.endswith(f"| {minutes} |"), row


def test_binder_installs_what_is_pinned():
    def pins(path):
        return {line for line in path.read_text().splitlines() if "==" in line}

    binder = pins(ROOT / "binder/requirements.txt")
    assert binder and binder <= pins(ROOT / "requirements.txt")
    python = (ROOT / "binder/runtime.txt").read_text().strip().removeprefix("python-")
    needed = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    assert needed == ">=3.11,<3.14" and python in ("3.11", "3.12", "3.13")


@pytest.mark.parametrize("installed, told", [
    ({"tensorflow": "2.20.0", "keras": "3.13.2", "numpy": "2.1.3", "matplotlib": "3.10.0"},
     ["Keras 3.13.2: good.", "All is here."]),
    ({"tensorflow": "2.15.0", "keras": "2.15.0", "numpy": "1.26.4", "matplotlib": "3.10.0"},
     ["Keras 2.15.0 is too old: the lessons need Keras 3", "%pip install --upgrade keras\n"]),
    ({"numpy": "2.1.3", "matplotlib": "3.10.0"},
     ["TensorFlow is not installed.", "Keras is not", "--upgrade tensorflow keras\n"]),
    ({"tensorflow": "2.22.0rc1", "keras": "10.0", "numpy": "2.1.3", "matplotlib": "3.11.0"},
     ["TensorFlow 2.22.0rc1: good.", "Keras 10.0: good."]),
])
def test_the_self_test_says_what_is_missing_or_too_old(installed, told, capsys):
    def version_of(package):
        if package not in installed:
            raise PackageNotFoundError(package)
        return installed[package]

    check_machine(version_of=version_of)
    text = capsys.readouterr().out
    assert [words for words in told if words not in text] == []
    assert ("All is here" in text) == ("pip install" not in text)
