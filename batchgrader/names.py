"""Which names a cell's code binds: that is how an answer is known that has lost its metadata."""

import ast
import re
import textwrap
import warnings
from functools import lru_cache

# Cell magics under which Python stands that runs in the notebook.
PYTHON = ("%%time", "%%capture")
MAGIC = re.compile(r"^([ \t]*)[%!?].*$", re.MULTILINE)
BINDING_LINE = re.compile(
    r"^(?:async +def|def|class|import) +(\w+)|^from +[\w.]+ +import +(\w+)"
    r"|^([A-Za-z_][\w, ]*?)[ \t]*(?::[^=\n]+)?=(?!=)", re.MULTILINE)
PARSED = 200_000  # characters: a tree of pasted data takes hundreds of times the memory

# A student's "\d" is no concern of whoever grades it. A filter is set once, for all threads.
NAME = "a_hand_in"
warnings.filterwarnings("ignore", module=NAME)


def statements(source):
    """Return the top-level statements of `source`, or None if Python cannot read it.

    Lines that only IPython knows (%magic, !command) count as pass.
    """
    if source.startswith("%%") and not source.startswith(PYTHON):
        return []
    if len(source) > PARSED:
        return None
    try:
        return ast.parse(textwrap.dedent(MAGIC.sub(r"\1pass", source)), NAME).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


@lru_cache(maxsize=1000)  # most cells are the same in all hand-ins
def bindings(source):
    """Return (statement, names that it binds) for each top-level statement of `source`.

    The statement is a text that spaces and comments do not change. Code that Python cannot read
    is read line by line, so that a mistake in it does not hide which answer it is.
    """
    body = statements(source)
    if body is not None:
        try:
            return tuple((ast.dump(line), frozenset(binds(line))) for line in body)
        except RecursionError:  # a sum of a thousand numbers
            pass
    return tuple(_bindings_by_lines(source[:PARSED]))


def bound(found, known=frozenset()):
    """Return the names in `found`, as from bindings(), but for those of statements in `known`."""
    return frozenset().union(*(names for line, names in found if line not in known))


def used(source):
    """Return all names that stand in the code `source`."""
    return frozenset(re.findall(r"[^\W\d]\w*", source))


def binds(line):
    """Yield the names that the statement `line` binds in the namespace where it stands."""
    if isinstance(line, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield line.name
    elif isinstance(line, (ast.Import, ast.ImportFrom)):
        yield from ((alias.asname or alias.name).split(".")[0] for alias in line.names)
    elif isinstance(line, (ast.Assign, ast.AnnAssign)):
        if line.value is not None:
            targets = line.targets if isinstance(line, ast.Assign) else [line.target]
            yield from (name for target in targets for name in _targets(target))
    else:  # if, for, while, with, try: what stands in their blocks
        for block in ("body", "orelse", "finalbody", "handlers"):
            for inner in getattr(line, block, []):
                yield from binds(inner)


def _targets(target):
    if isinstance(target, ast.Name):
        yield target.id
    elif isinstance(target, (ast.Tuple, ast.List)):
        for part in target.elts:
            yield from _targets(part)
    elif isinstance(target, ast.Starred):
        yield from _targets(target.value)


def _bindings_by_lines(source):
    for match in BINDING_LINE.finditer(source):
        names = next(filter(None, match.groups())).split(",")
        yield match[0], frozenset(name.strip() for name in names)
