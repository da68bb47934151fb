"""Which names a cell takes from the cells before it, and which it gives to those after it.

Where only running the cell could tell, the answer errs on the safe side: too many names.
"""

import ast
import symtable
import textwrap
from functools import lru_cache

from batchgrader.names import MAGIC, NAME, PARSED, binds, statements, used

# Code with one of these may find or bind a name by its text.
BY_TEXT = {"eval", "exec", "globals", "locals", "vars", "setattr", "get_ipython", "__main__",
           "modules", "currentframe", "_getframe", "query"}
CERTAIN = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom,
           ast.Assign, ast.AnnAssign)  # bind their names whenever they are done
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
UNREADABLE = (SyntaxError, ValueError, RecursionError)  # to symtable: a `return` in no function


def taken(source):
    """Return the names that a cell may look up before it has bound them itself."""
    if len(source) > PARSED:  # the words of pasted data are not kept
        return used(source)
    return _taken(source)


@lru_cache(maxsize=1000)  # most cells are the same in all hand-ins
def _taken(source):
    if not _is_plain(source):
        return used(source)
    found, own = set(), set()
    try:
        for line in statements(source):
            found |= (_loaded(line) | _loaded_in_functions(line)) - own
            if isinstance(line, CERTAIN):
                own |= set(binds(line))
    except UNREADABLE:
        return used(source)
    return frozenset(found)


@lru_cache(maxsize=1000)
def given(source):
    """Return the names that a cell may bind, or None if only running it could tell."""
    if len(source) > PARSED or not _is_plain(source):
        return None
    try:
        tables = [symtable.symtable(textwrap.dedent(source), NAME, "exec")]
    except UNREADABLE:
        return None
    if any(isinstance(node, ast.ImportFrom) and node.names[0].name == "*"
           for line in statements(source) for node in ast.walk(line)):
        return None
    found = {symbol.get_name() for symbol in tables[0].get_symbols()
             if symbol.is_assigned() or symbol.is_imported()}
    for table in tables:
        tables += table.get_children()
        found |= {symbol.get_name() for symbol in table.get_symbols()
                  if symbol.is_declared_global()}
    return frozenset(found)


def _is_plain(source):
    """Return whether `source` is Python that can be read and finds no name by its text."""
    return (statements(source) is not None and not MAGIC.search(source)
            and not used(source) & BY_TEXT)


def _loaded(line):
    """Return the names that a statement looks up outside of functions' bodies."""
    found, waiting = set(), [line]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Store):
            found.add(node.id)
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            found.add(node.target.id)
        if isinstance(node, FUNCTIONS):  # what stands in front of the body
            waiting += [node.args, *getattr(node, "decorator_list", []),
                        *filter(None, [getattr(node, "returns", None)])]
        else:
            waiting += ast.iter_child_nodes(node)
    return found


def _loaded_in_functions(line):
    tables, found = [symtable.symtable(ast.unparse(line), NAME, "exec")], set()
    for table in tables:
        tables += table.get_children()
        if table is not tables[0]:
            found |= {symbol.get_name() for symbol in table.get_symbols() if symbol.is_global()}
    # In a class, a name that it binds itself may be another's until then.
    return found.union(*(_loaded(node) for node in ast.walk(line)
                         if isinstance(node, ast.ClassDef)))
