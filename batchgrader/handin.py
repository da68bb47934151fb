"""Reads a hand-in: of a notebook's bytes, what the student wrote, and nothing else.

Colab, other editors and students write notebooks that break the format's rules, so the format is
not checked here. What is needed is taken, and whatever else stands there is passed over.
"""

import json
import re
import unicodedata
from dataclasses import dataclass
from pathlib import PurePath

from batchgrader import sniff

MAX_BYTES = 64 * 2**20
KINDS = ("code", "markdown", "raw")
SUFFIX = ".ipynb"

# What Google Drive puts before the name of a copy, in some of the languages that it speaks.
COPY_OF = re.compile(r"^(copy of|kopie von|copie de|copia de|cópia de|kopia|kopie van) ", re.I)
# What stands behind the name: a browser's (1), an LMS's -1, JupyterLab's -Copy1.
BEHIND = re.compile(r"( ?\(\d+\)|[-_ ]copy ?\d*|[-_]\d+|\.ipynb|\s)$", re.I)

# Kernels whose notebooks do not always say their language.
LANGUAGES = {"ir": "R", "julia": "Julia", "octave": "Octave", "scala": "Scala", "bash": "Bash"}


class NotGradable(Exception):
    """There is nothing to grade; the message says what was handed in, and what to do."""


@dataclass(frozen=True)
class Cell:
    """All that is taken from a cell of a student's file."""

    kind: str             # "code", "markdown" or "raw"
    source: str           # lines end in \n; it can be written as UTF-8
    grade_id: str | None  # nbgrader's name of the cell, as the file has it


@dataclass(frozen=True)
class HandIn:
    """A student's notebook. repairs: sentences on what it took to read it."""

    cells: tuple[Cell, ...]
    repairs: tuple[str, ...]


def read(content: bytes, language: str = "python") -> HandIn:
    """Return the notebook that the bytes `content` hold; its code is to be in `language`.

    Raises NotGradable if they hold none.
    """
    repairs = []
    document = _parse(_text(content, repairs))
    found = _cells(document, repairs)
    _check_language(document, language)
    cells = tuple(_cell(cell, repairs) for cell in found)
    return HandIn(cells, tuple(dict.fromkeys(repairs)))


def choose(names, notebook, notebooks):
    """Return which of the file `names` is the `notebook` of an assignment.

    notebook: a name without suffix, one of the assignment's `notebooks`. The very name wins, then
    what downloads and copies of it are called, then the only notebook, if one is asked for.
    Raises NotGradable if that leaves none or several.
    """
    found = [name for name in names if PurePath(name).suffix.lower() == SUFFIX
             and not PurePath(name).name.startswith(".")]
    exact = [name for name in found if PurePath(name).name == notebook + SUFFIX]
    meant = [name for name in found if _meant(PurePath(name).stem, notebooks) == notebook]
    only = found if len(notebooks) == 1 else []
    for choice in (exact, meant, only):
        if len(choice) == 1:
            return choice[0]
        if choice:
            raise NotGradable(f"Several notebooks were handed in: {', '.join(sorted(choice))}. "
                              f"Hand in one of them, named {notebook}{SUFFIX}.")
    raise NotGradable(f"The notebook {notebook}{SUFFIX} was not handed in. "
                      f"Hand in a file of this name.")


def _meant(stem, notebooks):
    """Return which of `notebooks` a download called `stem` is of, or None."""
    known = {_folded(notebook): notebook for notebook in notebooks}
    stem = _folded(stem)
    while stem not in known:
        shorter = BEHIND.sub("", COPY_OF.sub("", stem))
        if shorter == stem:
            return None
        stem = shorter
    return known[stem]


def _folded(name):
    """Return `name` as it is compared: macOS writes an é as two characters, others as one."""
    return unicodedata.normalize("NFC", name).casefold().strip()


def _text(content, repairs):
    if len(content) > MAX_BYTES:
        raise NotGradable(f"The file is larger than {MAX_BYTES // 2**20} MiB. Clear the outputs "
                          "of the notebook, save it and hand it in again.")
    if not content.strip():
        what = "holds nothing but white space" if content else "is empty"
        raise NotGradable(f"The file {what}. {sniff.AGAIN}")
    if sentence := sniff.binary(content):
        raise NotGradable(sentence)
    encoding = json.detect_encoding(content)
    try:
        text = content.decode(encoding, "surrogatepass")
    except UnicodeDecodeError:
        # Latin-1 has a character for every byte; where Windows writes another one, that is meant.
        encoding = "Latin-1"
        try:
            text = content.decode("cp1252")
        except UnicodeDecodeError:
            text = content.decode("latin-1")
    if encoding == "utf-8-sig":
        repairs.append("The file began with a byte-order mark; it was read without it.")
    elif encoding != "utf-8":
        repairs.append(f"The file was written in {encoding.upper()}, not in UTF-8; "
                       "it was read as such.")
    return text


def _parse(text):
    try:
        # Whole numbers as float: Python refuses to read one with more than 4300 digits.
        document = json.loads(text, strict=False, parse_int=float)
    except json.JSONDecodeError as error:
        raise NotGradable(sniff.text(text, error)) from None
    except RecursionError:
        raise NotGradable("The file holds lists within lists, too deep to be read. "
                          f"{sniff.AGAIN}") from None
    return document


def _cells(document, repairs):
    """Return the cells, as dicts, of a notebook of format 1 to 4."""
    document = document if isinstance(document, dict) else {}
    version = document.get("nbformat")
    if isinstance(version, float) and version >= 5:
        raise NotGradable(f"The notebook is written in format {version:g}; formats up to 4 can be "
                          f"read. Save it in format 4 and hand it in again.")
    cells = document.get("cells")
    if not isinstance(cells, list) and isinstance(document.get("worksheets"), list):
        repairs.append("The notebook was written in an old format (3); it was read as format 4.")
        sheets = [sheet for sheet in document["worksheets"] if isinstance(sheet, dict)]
        cells = [cell for sheet in sheets for cell in _listed(sheet.get("cells"))]
    if not isinstance(cells, list):
        raise NotGradable(f"The file is JSON, but no notebook: it has no cells. {sniff.HAND_IN}")
    known = [cell for cell in cells if isinstance(cell, dict)]
    if len(known) < len(cells):
        repairs.append("The file held something that is no cell; it was left out.")
    if not known:
        raise NotGradable(f"The notebook holds no cells at all. {sniff.AGAIN}")
    return known


def _check_language(document, language):
    metadata = _dict(document.get("metadata"))
    kernel = _dict(metadata.get("kernelspec"))
    said = [kernel.get("language"), _dict(metadata.get("language_info")).get("name")]
    named = str(kernel.get("name", "")).lower()
    said = [name for name in said if isinstance(name, str) and name] or [
        name for kernels, name in LANGUAGES.items() if re.match(rf"{kernels}\b", named)]
    right = re.compile(rf"i?{re.escape(language)}[\d. ]*", re.I)  # python, Python 3, ipython
    if said and not any(right.fullmatch(name) for name in said):
        raise NotGradable(f"The notebook is written for {said[0]}, but this assignment is in "
                          f"{language.capitalize()}. Hand in the notebook of the assignment.")


def _cell(cell, repairs):
    kind = cell.get("cell_type")
    source = _lines(cell.get("source", cell.get("input")))
    if kind == "heading":
        level = cell.get("level")
        source = "#" * int(level if level in range(1, 7) else 1) + " " + source
    if kind not in KINDS:
        kind = "code" if "outputs" in cell or "input" in cell else "markdown"
    grade_id = _dict(_dict(cell.get("metadata")).get("nbgrader")).get("grade_id")
    return Cell(kind, _clean(source, repairs), grade_id if isinstance(grade_id, str) else None)


def _lines(source):
    """Return a cell's source, which is a string or a list of strings with their line ends."""
    if isinstance(source, str):
        return source
    return "".join(line for line in _listed(source) if isinstance(line, str))


def _clean(source, repairs):
    """Return `source` with one kind of line end, and able to be written as UTF-8."""
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    clean = re.sub("[\ud800-\udfff]", "\N{REPLACEMENT CHARACTER}", source).replace("\0", "")
    if clean != source:
        repairs.append("A cell held characters that are no text; they were taken out.")
    return clean


def _dict(value):
    return value if isinstance(value, dict) else {}


def _listed(value):
    return value if isinstance(value, list) else []
