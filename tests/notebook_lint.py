"""What a stored notebook must keep to. Each check returns a list of findings, empty if all is well.

test_notebooks.py runs the checks on every notebook, and plants each fault to see it found.
"""

import ast
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CODE_LINES = 300  # of a lesson, folded cells too; blank lines, comments, docstrings do not count
FOLDED_LINES = 150  # of a folded cell

ANSI = re.compile(r"\x1b\[[0-9;]*m")
NOT_ALIKE = {  # what differs from run to run or from machine to machine
    "an absolute path": r"(?<![\w:/.<])/(?:[\w.~-]+/)+[\w.-]+|\b[A-Z]:\\\w",
    "a log line": r"^[IWEF]\d{4} |^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d|^(INFO|WARNING|ERROR|DEBUG):"
                  r"|WARNING: All log messages|oneDNN|cuda_|\.cc:\d+\]",
    "a warning": r"\w*Warning\b",
    "an address in memory": r"\bat 0x[0-9a-f]{6,}",
}
PERSONAL = {"executionInfo", "userId", "user_tz", "outputId", "authorship_tag", "provenance",
            "ExecuteTime", "execution", "colab"}


def executed(notebook):
    """Every code cell was executed, from the first to the last, in one go."""
    counts = [cell.execution_count for cell in notebook.cells if cell.cell_type == "code"]
    return [f"code cell {place} has the execution count {count}"
            for place, count in enumerate(counts, 1) if count != place]


def no_stderr(notebook):
    """No cell wrote to standard error."""
    return [f"{name} wrote to standard error: {output.text[:60]!r}"
            for name, _, output in _outputs(notebook)
            if output.output_type == "stream" and output.name == "stderr"]


def no_error(notebook):
    """A cell stopped with an error only if its tag says that it is meant to, and then it did."""
    found = [f"{name} stopped with {output.ename}" for name, cell, output in _outputs(notebook)
             if output.output_type == "error" and not _may_raise(cell)]
    return found + [f"{_name(cell)} is tagged raises-exception and raised none"
                    for cell in notebook.cells if _may_raise(cell)
                    and not any(output.output_type == "error" for output in cell.outputs)]


def alike_everywhere(notebook):
    """No output holds what another machine or another run would not show."""
    return [f"{name} shows {what}: {match[0][:60]!r}"
            for name, _, output in _outputs(notebook) for text in _texts(output)
            for what, pattern in NOT_ALIKE.items()
            for match in [re.search(pattern, ANSI.sub("", text), re.MULTILINE)] if match]


def not_personal(notebook):
    """No metadata tells who ran it, when, or in which account."""
    found = [f"the notebook's metadata hold {key}" for key in _keys(notebook.metadata)]
    return found + [f"{_name(cell)} has {key} in its metadata"
                    for cell in notebook.cells for key in _keys(cell.metadata)]


def headings(notebook):
    """One H1, in the first cell, and no level is skipped on the way down."""
    found, before, first = [], 0, 0
    for cell in notebook.cells:
        if cell.cell_type != "markdown":
            continue
        for marks, text in re.findall(r"^(#{1,6}) +(.+)", _without_code(cell.source), re.M):
            level = len(marks)
            if level > before + 1:
                found.append(f"the heading {text!r} skips from level {before} to {level}")
            before, first = level, first + (level == 1)
    return found + [f"there are {first} H1 headings"] * (first != 1)


def described(notebook):
    """Each picture has a text in its place, and the same for a screen reader."""
    found = []
    for name, _, output in _outputs(notebook):
        for kind in (kind for kind in output.get("data", {}) if kind.startswith("image/")):
            plain = output.data.get("text/plain", "").strip()
            if not plain or re.fullmatch(r"<.*>", plain, re.S):
                found.append(f"{name} shows {kind} with no description, but {plain[:60]!r}")
            if not output.metadata.get(kind, {}).get("alt", "").strip():
                found.append(f"{name} shows {kind} without alt text in its metadata")
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and re.search(r"!\[\s*\]\(", cell.source):
            found.append(f"{_name(cell)} holds a picture without alt text")
    return found


def not_too_long(notebook):
    """A lesson has at most CODE_LINES lines of code."""
    lines = sum(_code_lines(cell.source) for cell in notebook.cells if cell.cell_type == "code")
    return [f"{lines} lines of code, and {CODE_LINES} are allowed"] * (lines > CODE_LINES)


def folded_short(notebook):
    """A folded cell, which few read, has at most FOLDED_LINES lines, and it is folded for all."""
    found = []
    for cell in notebook.cells:
        colab = cell.metadata.get("cellView") == "form"
        jupyter = cell.metadata.get("jupyter", {}).get("source_hidden", False)
        lines = cell.source.count("\n") + 1
        if (colab or jupyter) and lines > FOLDED_LINES:
            found.append(f"{_name(cell)} is folded over {lines} lines")
        if colab != jupyter:
            found.append(f"{_name(cell)} is folded only in {'Colab' if colab else 'JupyterLab'}")
    return found


def badge(notebook, public_path):
    """One badge, right under the H1, opens the notebook's own path in the public repository."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["coursebuild"]
    address = (f"https://colab.research.google.com/github/{settings['public_repository']}/blob/"
               f"{settings['public_branch']}/{public_path}")
    lines = notebook.cells[0].source.split("\n")
    right = "[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]"
    if not lines[0].startswith("# ") or lines[1:3] != ["", f"{right}({address})"]:
        return [f"no badge for {public_path} under the H1, but {lines[1:3]}"]
    all_badges = sum(cell.source.count("colab-badge.svg") for cell in notebook.cells)
    return [f"there are {all_badges} badges"] * (all_badges != 1)


def no_outputs(notebook):
    """Nothing was executed."""
    return [f"{_name(cell)} has been executed" for cell in notebook.cells
            if cell.cell_type == "code" and (cell.outputs or cell.execution_count is not None)]


def no_package(notebook):
    """No cell imports a package of this repository: in Colab there is none. Hidden tests may."""
    hidden = re.compile(r"### BEGIN HIDDEN TESTS.*?### END HIDDEN TESTS", re.S)
    ours = re.compile(r"^\s*(?:from|import)\s+(?:lstm_outputs|lstm_marking|coursebuild|batchgrader)"
                      r"\b.*", re.M)
    return [f"{_name(cell)} imports what Colab does not have: {match[0].strip()}"
            for cell in notebook.cells if cell.cell_type == "code"
            for match in ours.finditer(hidden.sub("", cell.source))]


def shown(notebook):
    """Return all that the outputs of `notebook` show as text."""
    return "\n".join(text for _, _, output in _outputs(notebook) for text in _texts(output))


def _outputs(notebook):
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            yield _name(cell), cell, output


def _texts(output):
    """Return all that a reader sees of `output` as text."""
    seen = [output.get("text", ""), output.get("evalue", ""), *output.get("traceback", [])]
    return seen + [value for kind, value in output.get("data", {}).items()
                   if isinstance(value, str) and not kind.startswith("image/")]


def _may_raise(cell):
    return "raises-exception" in cell.metadata.get("tags", [])


def _keys(metadata):
    """Return the keys of PERSONAL at any depth of `metadata`."""
    if isinstance(metadata, dict):
        inside = [key for value in metadata.values() for key in _keys(value)]
        return sorted(PERSONAL & set(metadata)) + inside
    if isinstance(metadata, list):
        return [key for value in metadata for key in _keys(value)]
    return []


def _code_lines(source):
    """Return the number of lines without blank lines, comments, and docstrings."""
    lines = {number for number, line in enumerate(source.split("\n"), 1)
             if line.strip() and not line.strip().startswith("#")}
    try:
        tree = ast.parse(source)
    except SyntaxError:  # a magic or a shell line
        return len(lines)
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(node):
            lines -= set(range(node.body[0].lineno, node.body[0].end_lineno + 1))
    return len(lines)


def _without_code(markdown):
    return re.sub(r"^(```|~~~).*?^\1", "", markdown, flags=re.M | re.S)


def _name(cell):
    return f"the cell {cell.source.strip()[:40]!r}"
