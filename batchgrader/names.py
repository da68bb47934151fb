"""Which names a cell's code binds: that is how an answer is known that has lost its metadata."""

import ast
import re
import textwrap

# Cell magics under which Python stands that runs in the notebook.
PYTHON = ("%%time", "%%capture")
MAGIC = re.compile(r"^(\s*)[%!?].*$", re.MULTILINE)
BINDING_LINE = re.compile(
    r"^(?:async\s+def|def|class|import)\s+(\w+)|^from\s+[\w.]+\s+import\s+(\w+)"
    r"|^([A-Za-z_][\w, ]*?)\s*(?::[^=]+)?=(?!=)", re.MULTILINE)


def statements(source):
    """Return the top-level statements of `source`, or None if it is no Python.

    Lines that only IPython knows (%magic, !command) count as pass.
    """
    if source.startswith("%%") and not source.startswith(PYTHON):
        return []
    try:
        return ast.parse(textwrap.dedent(MAGIC.sub(r"\1pass", source))).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def bound(source, known=frozenset()):
    """Return the names that the code `source` binds at its top level, imports among them.

    known: dumps of statements that do not count: those of the stub. Code that Python cannot read
    is read line by line, so that a mistake in it does not hide which answer it is.
    """
    body = statements(source)
    if body is None:
        return _bound_by_lines(source)
    return {name for line in body if ast.dump(line) not in known for name in _names(line)}


def dumps(source):
    """Return the statements of `source`, each as a text that spaces and comments do not change."""
    return frozenset(ast.dump(line) for line in statements(source) or [])


def used(source):
    """Return all names that stand in the code `source`."""
    return frozenset(re.findall(r"[A-Za-z_]\w*", source))


def _names(line):
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
                yield from _names(inner)


def _targets(target):
    if isinstance(target, ast.Name):
        yield target.id
    elif isinstance(target, (ast.Tuple, ast.List)):
        for part in target.elts:
            yield from _targets(part)
    elif isinstance(target, ast.Starred):
        yield from _targets(target.value)


def _bound_by_lines(source):
    found = (next(filter(None, match.groups())) for match in BINDING_LINE.finditer(source))
    return {name.strip() for names in found for name in names.split(",") if name.strip()}
