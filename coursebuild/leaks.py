"""Stops a release that shows what only the instructor may see.

nbgrader removes what is marked as a solution or a hidden test. It does not see an answer
that an author wrote into a Markdown cell, or a path that slipped into an output. These two
nbgrader preprocessors, first and last in GenerateAssignment.preprocessors, do.
"""

import ast
import json
import re

from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_grade, is_solution

REGION = re.compile(r"BEGIN (SOLUTION|HIDDEN TESTS|MARK SCHEME)(.*?)END \1", re.DOTALL)
TIMES = re.compile(r"\\times|&times;|\*|(?<=\d)\s+(?=\d)")  # between the sizes of a shape
NEVER = {
    "a mark that only an instructor's notebook has": r"(BEGIN|END) (SOLUTION|HIDDEN|MARK)",
    "the package that knows the answers": r"\blstm_marking\b",
    "a path of the instructor's repository": r"\b(content|source)/\w+",
    "a path of the machine it was made on": r"(?<![\w:/.])/(home|root|Users|tmp|work|mnt)/\w",
    "personal metadata": r"executionInfo|\"userId\"",
}


class LeakError(Exception):
    """A released notebook would hold what only the instructor may see."""


class NoteSecrets(NbGraderPreprocessor):
    """Notes what the instructor's notebook hides, before anything is removed from it."""

    def preprocess(self, nb, resources):
        resources["secrets"] = secrets(nb)
        return nb, resources


class StopLeaks(NbGraderPreprocessor):
    """Raises LeakError if the notebook for students holds one of the noted secrets."""

    def preprocess(self, nb, resources):
        nb.metadata.pop("course", None)
        for cell in nb.cells:
            leak = find_leak(cell, resources["secrets"])
            if leak:
                raise LeakError(f"{resources['unique_key']} would show students {leak}, in the "
                                f"cell that begins {cell.source[:60]!r}. Change that cell in "
                                "content/exercises/.")
        return nb, resources


def secrets(nb):
    """Return {what it is: pattern} for all that the instructor's notebook `nb` hides."""
    found = {}
    for cell in nb.cells:
        text = "\n".join(match[2] for match in REGION.finditer(cell.source))
        if is_grade(cell) and is_solution(cell):
            text += "\n" + re.sub(r"(?<=[.!?])\s+", "\n", cell.source)  # a model answer
        for line in text.split("\n"):
            bare = _bare(line.strip("# -")).rstrip(".,;:")
            if len(bare) >= 12 and not re.match(r"(from\w|import\w)", bare):
                found[f"the instructor's line {line.strip()!r}"] = re.escape(bare)
        if is_solution(cell) and cell.cell_type == "code":
            for shape in _shapes(text):
                numbers = r"\D{1,3}".join(str(size) for size in shape)
                if len(shape) < 3:
                    numbers = rf"[(\[]{numbers},?[)\]]"
                found[f"the answer {shape}"] = rf"(?<!\d){numbers}(?!\d)"
    return found


def find_leak(cell, hidden):
    """Return what `cell` shows of the patterns `hidden` or of NEVER, or None."""
    # An escaped line end would join on to the word after it, as in "\\nlstm_marking".
    whole = re.sub(r"\\[nrt]", " ", json.dumps(cell, ensure_ascii=False))
    for what, pattern in NEVER.items():
        if re.search(pattern, whole):
            return what
    texts = _bare(cell.source), _bare(TIMES.sub(",", cell.source))
    return next((what for what, pattern in hidden.items()
                 for text in texts if re.search(pattern, text)), None)


def _bare(text):
    return re.sub(r"[\s`*]", "", text)


def _shapes(code):
    """Return the tuples of two or more sizes that are written out in `code`."""
    try:
        tree = ast.parse(re.sub(r"^[^\n]*###.*$", "", code, flags=re.MULTILINE))
    except SyntaxError:  # a region in the middle of a statement: line by line
        return {shape for line in code.split("\n") if "(" in line for shape in _line_shapes(line)}
    return {shape for node in ast.walk(tree) for shape in _shape_of(node)}


def _line_shapes(line):
    try:
        tree = ast.parse(line.strip())
    except SyntaxError:
        return set()
    return {shape for node in ast.walk(tree) for shape in _shape_of(node)}


def _shape_of(node):
    if isinstance(node, (ast.Tuple, ast.List)) and len(node.elts) > 1:
        values = [e.value for e in node.elts if isinstance(e, ast.Constant)]
        if len(values) == len(node.elts) and all(v is None or type(v) is int for v in values):
            yield tuple(values)
