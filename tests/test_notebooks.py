"""Every stored notebook keeps to what notebook_lint.py asks, and each check sees its fault."""

import tomllib
from pathlib import Path

import nbformat
import notebook_lint as lint
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

ROOT = Path(__file__).resolve().parent.parent
LESSONS = sorted(ROOT.glob("notebooks/*.ipynb"))
SOURCES = sorted(ROOT.glob("source/*/*.ipynb"))
RELEASES = sorted(ROOT.glob("release/*/*.ipynb"))

FOR_ALL = [lint.headings, lint.not_personal, lint.described, lint.folded_short, lint.no_package]
FOR_EXECUTED = [lint.executed, lint.no_stderr, lint.no_error, lint.alike_everywhere]
CHECKS = [
    *((path, check) for path in LESSONS + SOURCES + RELEASES for check in FOR_ALL),
    *((path, check) for path in LESSONS + SOURCES for check in FOR_EXECUTED),
    *((path, lint.not_too_long) for path in LESSONS),
    *((path, lint.no_outputs) for path in RELEASES),
]


def test_there_are_notebooks():
    assert LESSONS and SOURCES and RELEASES
    assert [path.name for path in SOURCES] == [path.name for path in RELEASES]


@pytest.mark.parametrize("path, check", CHECKS, ids=lambda value: (
    str(value.relative_to(ROOT)) if isinstance(value, Path) else value.__name__))
def test_stored(path, check):
    assert check(nbformat.read(path, as_version=4)) == []


@pytest.mark.parametrize("path", LESSONS + SOURCES + RELEASES,
                         ids=lambda path: str(path.relative_to(ROOT)))
def test_stored_badge(path):
    public = str(path.relative_to(ROOT)).replace("source/", "release/")
    assert lint.badge(nbformat.read(path, as_version=4), public) == []


@pytest.mark.parametrize("path", LESSONS + SOURCES + RELEASES,
                         ids=lambda path: str(path.relative_to(ROOT)))
def test_stored_as_jupyter_writes_it(path):
    """Valid, and not changed by being opened and saved."""
    notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert nbformat.writes(notebook).strip() == path.read_text().strip()


SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["coursebuild"]
REPOSITORY, BRANCH = SETTINGS["public_repository"], SETTINGS["public_branch"]
PUBLIC = "notebooks/09_example.ipynb"
COLAB = "https://colab.research.google.com"
BADGE = (f"[![Open in Colab]({COLAB}/assets/colab-badge.svg)]"
         f"({COLAB}/github/{REPOSITORY}/blob/{BRANCH}/{PUBLIC})")
PICTURE = {"image/png": "iVBORw0KGgo=", "text/plain": "Two bars. The left one is higher."}
ALT = {"image/png": {"alt": "Two bars. The left one is higher."}}


def sound():
    """A notebook in which no check finds anything."""
    notebook = new_notebook(cells=[
        new_markdown_cell(f"# Example\n\n{BADGE}\n\nText."),
        new_code_cell("# @title Setup\nimport numpy as np", execution_count=1,
                      metadata={"cellView": "form", "jupyter": {"source_hidden": True}}),
        new_markdown_cell("## Step\n\n```python\n# no heading\n```\n### Detail"),
        new_code_cell("print(1)", execution_count=2, outputs=[
            new_output("stream", text="LSTM(7) => (None, 7), 3/5 and https://keras.io/api/layers\n"),
        ]),
        new_markdown_cell("## Step\n\nA `#` is a mark."),
        new_code_cell("show()", execution_count=3, outputs=[
            new_output("display_data", data=dict(PICTURE), metadata=dict(ALT))]),
        new_code_cell("1 / 0", execution_count=4, metadata={"tags": ["raises-exception"]},
                      outputs=[new_output("error", ename="ZeroDivisionError",
                                          evalue="division by zero", traceback=["Not yet: no"])]),
    ])
    notebook.metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3"},
                         "course": {"fingerprint": "0"}}
    return nbformat.from_dict(notebook)


def test_a_sound_notebook_has_no_findings():
    for check in [*FOR_ALL, *FOR_EXECUTED, lint.not_too_long]:
        assert check(sound()) == []
    assert lint.badge(sound(), PUBLIC) == []


TEXT, FOLDED, STEP, SHOWN, PICTURED, RAISES = 0, 1, 2, 3, 5, 6  # places in sound()


def put(place, **values):
    """A fault: the cell at `place` has other values."""
    return lambda notebook: notebook.cells[place].update(nbformat.from_dict(values))


def show(text, place=SHOWN):
    """A fault: the cell at `place` shows `text`."""
    return put(place, outputs=[new_output("stream", text=text)])


def replace(place, old, new):
    """A fault: in the source of the cell at `place` stands `new` for `old`."""
    def fault(notebook):
        assert old in notebook.cells[place].source
        notebook.cells[place].source = notebook.cells[place].source.replace(old, new)
    return fault


def picture(data, metadata):
    return put(PICTURED, outputs=[new_output("display_data", data=data, metadata=metadata)])


def traceback(line):
    return put(RAISES, outputs=[new_output("error", ename="E", evalue="", traceback=[line])])


FAULTS = [
    # a cell that was not executed, or not in order
    (lint.executed, put(SHOWN, execution_count=None), "code cell 2 has the execution count None"),
    (lint.executed, put(SHOWN, execution_count=7), "code cell 2 has the execution count 7"),
    (lint.executed, put(FOLDED, execution_count=2), "code cell 1 has the execution count 2"),
    (lint.executed, lambda notebook: notebook.cells.reverse(), "code cell 1"),
    (lint.no_stderr, put(SHOWN, outputs=[new_output("stream", name="stderr", text="Oh no")]),
     "wrote to standard error: 'Oh no'"),
    (lint.no_error, put(RAISES, metadata={}), "stopped with ZeroDivisionError"),
    (lint.no_error, put(RAISES, metadata={"tags": ["other"]}), "stopped with ZeroDivisionError"),
    (lint.no_error, put(RAISES, outputs=[]), "is tagged raises-exception and raised none"),
    # what differs from machine to machine
    (lint.alike_everywhere, show("in /home/ada/x.py"), "an absolute path: '/home/ada/x.py'"),
    (lint.alike_everywhere, show("/usr/lib/python3.11/re.py"), "an absolute path"),
    (lint.alike_everywhere, show("('/content/data', 3)"), "an absolute path"),
    (lint.alike_everywhere, show(r"C:\Users\ada"), "an absolute path"),
    (lint.alike_everywhere, traceback("\x1b[0;32m/tmp/ipykernel_7/1.py\x1b[0m"), "absolute path"),
    (lint.alike_everywhere, put(SHOWN, outputs=[new_output(
        "execute_result", data={"text/plain": "PosixPath('/work/x')"})]), "an absolute path"),
    (lint.alike_everywhere, show("ok\nW0000 00:00:17.4 local_rendezvous.cc:412] x"), "a log line"),
    (lint.alike_everywhere, show("2026-01-01 10:00:00.1: I tensorflow/core"), "a log line"),
    (lint.alike_everywhere, show("WARNING:absl:No GPU"), "a log line"),
    (lint.alike_everywhere, show("oneDNN custom operations are on"), "a log line"),
    (lint.alike_everywhere, show("x.py:1: UserWarning: careful"), "a warning"),
    (lint.alike_everywhere, show("DeprecationWarning"), "a warning"),
    (lint.alike_everywhere, show("<function f at 0x7f675a37de50>"), "an address in memory"),
    # who ran it
    (lint.not_personal, put(SHOWN, metadata={"executionInfo": {"user": {"userId": "7"}}}),
     "has executionInfo in its metadata"),
    (lint.not_personal, put(SHOWN, metadata={"a": [{"userId": "7"}]}), "has userId"),
    (lint.not_personal, put(SHOWN, metadata={"execution": {"iopub.status.busy": "2026"}}),
     "has execution in its metadata"),
    (lint.not_personal, lambda notebook: notebook.metadata.update(colab={"provenance": []}),
     "the notebook's metadata hold colab"),
    # headings
    (lint.headings, replace(STEP, "## Step", "# Step"), "there are 2 H1 headings"),
    (lint.headings, replace(TEXT, "# Example", "Example"), "there are 0 H1 headings"),
    (lint.headings, replace(STEP, "## Step", "### Step"), "'Step' skips from level 1 to 3"),
    (lint.headings, replace(STEP, "### Detail", "#### Detail"), "'Detail' skips from level 2"),
    # pictures
    (lint.described, picture({**PICTURE, "text/plain": "<Figure size 640x480 with 1 Axes>"}, ALT),
     "no description, but '<Figure size"),
    (lint.described, picture({"image/png": "iVBORw0KGgo="}, ALT), "with no description"),
    (lint.described, picture({**PICTURE, "text/plain": " "}, ALT), "with no description"),
    (lint.described, picture(PICTURE, {}), "without alt text in its metadata"),
    (lint.described, picture(PICTURE, {"image/png": {"alt": ""}}), "without alt text"),
    (lint.described, picture({"image/svg+xml": "<svg/>"}, {}), "image/svg+xml"),
    (lint.described, replace(STEP, "### Detail", "![](cell.png)"), "a picture without alt text"),
    # length
    (lint.not_too_long, put(SHOWN, source="x = 1\n" * 298), "301 lines of code"),
    (lint.not_too_long, put(SHOWN, source="%time\n" * 298), "301 lines of code"),
    (lint.folded_short, put(FOLDED, source="#\n" * 150), "is folded over 151 lines"),
    (lint.folded_short, put(FOLDED, metadata={"cellView": "form"}), "folded only in Colab"),
    (lint.folded_short, put(FOLDED, metadata={"jupyter": {"source_hidden": True}}),
     "folded only in JupyterLab"),
    # what Colab does not have
    (lint.no_package, put(SHOWN, source="from lstm_outputs.forms import NotYet"),
     "from lstm_outputs.forms import NotYet"),
    (lint.no_package, put(SHOWN, source="if 1:\n    import lstm_outputs.forms as f"),
     "import lstm_outputs.forms as f"),
    (lint.no_package, put(SHOWN, source="import lstm_marking"), "import lstm_marking"),
    (lint.no_package, put(SHOWN, source="from coursebuild import text"), "coursebuild"),
    (lint.no_package, put(SHOWN, source="### BEGIN HIDDEN TESTS\nfrom lstm_marking import a\n"
                                        "### END HIDDEN TESTS\nimport lstm_outputs.forms"),
     "import lstm_outputs.forms"),
    # what a release must not hold
    (lint.no_outputs, lambda notebook: None, "'print(1)' has been executed"),
]


@pytest.mark.parametrize("check, plant, finding", FAULTS, ids=lambda value: (
    value if isinstance(value, str) else getattr(value, "__name__", "")))
def test_a_planted_fault_is_found(check, plant, finding):
    notebook = sound()
    plant(notebook)
    found = check(notebook)
    assert any(finding in one for one in found), found


@pytest.mark.parametrize("plant, finding", [
    (replace(TEXT, PUBLIC, "notebooks/08_other.ipynb"), "no badge for notebooks/09"),
    (replace(TEXT, REPOSITORY, "someone/else"), "no badge"),
    (replace(TEXT, f"/{BRANCH}/", "/another/"), "no badge"),
    (replace(TEXT, BADGE, ""), "no badge"),
    (replace(TEXT, f"\n\n{BADGE}\n\nText.", f"\n\nText.\n\n{BADGE}"), "no badge"),
    (replace(STEP, "### Detail", BADGE), "there are 2 badges"),
])
def test_a_planted_fault_in_the_badge_is_found(plant, finding):
    notebook = sound()
    plant(notebook)
    assert finding in "".join(lint.badge(notebook, PUBLIC))


def test_docstrings_comments_and_blank_lines_are_no_code():
    notebook = sound()
    notebook.cells[SHOWN].source = (
        'def show():\n    """Text.\n' + "    No code.\n" * 300 + '    """\n' + "    # no\n\n" * 300
        + "    return 1")
    assert lint.not_too_long(notebook) == []


def test_hidden_tests_may_use_the_packages():
    notebook = sound()
    notebook.cells[SHOWN].source = ("check()\n### BEGIN HIDDEN TESTS\nfrom lstm_marking.marks "
                                    "import mark_shape\n### END HIDDEN TESTS\nprint()")
    assert lint.no_package(notebook) == []


def test_each_check_has_a_fault_planted():
    assert {check for _, check in CHECKS} == {check for check, _, _ in FAULTS}
