"""What an answer may not use, seen in its source: it is read, never run, for this."""

import ast
import inspect
import textwrap
import types

from lstm_outputs.forms import NotYet

WAYS_ROUND = {"eval", "exec", "compile", "__import__", "import_module", "globals", "getattr"}


def mark_without(function, *packages):
    """Raise NotYet if `function`, or a function that it calls, uses one of `packages`.

    packages: names like "keras" and "tensorflow". A name counts as theirs if it is bound to
    the package, or to something that the package defines.
    """
    name = getattr(function, "__name__", "your function")
    for used, value in _used_by(function, set()):
        home = getattr(value, "__module__", None) or getattr(value, "__name__", None) or used
        if used in WAYS_ROUND or used in packages or str(home).split(".")[0] in packages:
            raise NotYet(f"{name} uses {used}. Work it out from the sizes, without "
                         f"{' and '.join(packages)}.")


def _used_by(function, seen):
    """Yield (name, value) for each name in the source of `function` and of those it calls."""
    function = inspect.unwrap(function)
    if not isinstance(function, types.FunctionType) or function in seen:
        return
    seen.add(function)
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)).strip())
    except (OSError, SyntaxError):  # a lambda in the middle of a line, or made by exec
        names = function.__code__.co_names
    else:
        names = [name for node in ast.walk(tree) for name in _names(node)]
    inner = inspect.getclosurevars(function).nonlocals
    for name in names:
        value = inner.get(name, function.__globals__.get(name))
        yield name, value
        if isinstance(value, types.FunctionType):
            yield from _used_by(value, seen)


def _names(node):
    if isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, ast.Attribute):
        yield node.attr
    elif isinstance(node, ast.Import):
        yield from (alias.name.split(".")[0] for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        yield (node.module or "").split(".")[0]
