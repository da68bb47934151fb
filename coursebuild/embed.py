"""Writes into a notebook the code that it imports from this repository's package.

A notebook opened in Colab has no other file beside it. So every top-level
`from lstm_outputs.… import …` of a cell is replaced by the source of what it names, and of
what that needs, unless an earlier cell of the notebook holds it already. Hidden tests are
left as they are: they run where the package is installed.

In a folded cell, one that begins `# @title`, the code stands closer together, with the first line
of each docstring: there it is to run, not to be read.
"""

import ast
import re
from functools import cache

from coursebuild.settings import ROOT, BuildError

PACKAGE = "lstm_outputs"
FOLDED = "# @title"


class Embedder:
    """Embeds cell after cell of one notebook.

    releasable: the modules it may embed, None for all.
    """

    def __init__(self, releasable=None):
        self.releasable = releasable
        self.held = set()  # (module, name) of what the notebook holds so far
        self.imported = set()  # import lines that it holds so far

    def embed(self, source):
        """Return the cell `source` with its imports from the package replaced by their code."""
        lines = source.split("\n")
        hidden = _hidden_lines(lines)
        shown = [n for n in ast.walk(_tree(source)) if _is_import(n) and n.lineno not in hidden]
        self.imported |= {ast.unparse(one) for node in shown for one in _one_by_one(node)}
        places = [node for node in shown if _names_package(node)]
        if not places:
            return source
        for node in places:
            _stop_unless_replaceable(node)
        gap = "\n\n" if source.startswith(FOLDED) else "\n\n\n"
        codes = [self._code_of(n, gap) for n in places]
        for node, code in reversed(list(zip(places, codes))):
            lines[node.lineno - 1 : node.end_lineno] = [code and f"\n{code}{gap[1:]}"]
        return re.sub(f"{gap}\n+", gap, "\n".join(lines)).strip("\n")

    def _code_of(self, node, gap):
        imports, definitions = [], []
        for alias in node.names:
            self._add(node.module, alias.name, imports, definitions)
        sources = [source if len(gap) > 2 else shortened(source) for source in definitions]
        return gap.join(filter(None, ["\n".join(sorted(imports)), *sources])).strip("\n")

    def _add(self, module, name, imports, definitions):
        """Append the source of `name`, after the source of all that it needs."""
        if (module, name) in self.held:
            return
        if self.releasable is not None and module not in self.releasable:
            raise BuildError(
                f"{module} may not be written into an exercise: an answer could be computed from "
                "it. pyproject.toml lists under 'releasable' what may."
            )
        parts = _parts(module)
        if name not in parts.definitions:
            raise BuildError(f"{module} has no top-level name {name!r} that could be embedded.")
        node, source = parts.definitions[name]
        self.held |= {(module, bound) for bound in _bound(node)}
        for used in sorted({n.id for n in ast.walk(node) if isinstance(n, ast.Name)} - {name}):
            if used in parts.definitions:
                self._add(module, used, imports, definitions)
            elif used in parts.imports:
                line, origin = parts.imports[used]
                if origin:
                    self._add(origin, used, imports, definitions)
                elif line not in self.imported:
                    self.imported.add(line)
                    imports.append(line)
        definitions.append(source)


def shortened(source):
    """Return the definition `source` with its docstring cut to the first line."""
    node, lines = ast.parse(source).body[0], source.split("\n")
    text = ast.get_docstring(node) if hasattr(node, "body") else None
    if text:
        first, indent = node.body[0], " " * node.body[0].col_offset
        lines[first.lineno - 1 : first.end_lineno] = [f'{indent}"""{text.splitlines()[0]}"""']
    return "\n".join(lines)


class _Parts:
    """A module's top-level definitions and imports, by the name that each binds."""

    def __init__(self, text):
        lines, tree = text.split("\n"), ast.parse(text)
        self.definitions, self.imports = {}, {}
        for node in tree.body:
            if _is_import(node):
                for one in _one_by_one(node):
                    origin = node.module if _names_package(node) else None
                    name = one.names[0].asname or one.names[0].name
                    self.imports[name] = (ast.unparse(one), origin)
                continue
            first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
            while lines[first - 2].startswith("#"):
                first -= 1  # the comment above belongs to it
            source = "\n".join(lines[first - 1 : node.end_lineno])
            for name in _bound(node):
                self.definitions[name] = (node, source)


@cache
def _parts(module):
    path = ROOT / f"{module.replace('.', '/')}.py"
    if not path.exists():
        raise BuildError(f"There is no module {module} that could be embedded. Is it misspelled?")
    return _Parts(path.read_text())


def _tree(source):
    """Parse a cell; one with a magic or a shell line counts as empty, for it is not Python."""
    try:
        return ast.parse(source)
    except SyntaxError:
        if re.search(rf"^\s*(from|import)\s+{PACKAGE}\b", source, re.MULTILINE):
            raise BuildError("A cell that imports from this repository's package is not plain "
                             f"Python: {source[:60]!r}. Move the import to another cell.") from None
        return ast.parse("")


def _stop_unless_replaceable(node):
    plain = isinstance(node, ast.ImportFrom) and all(a.asname is None for a in node.names)
    if not plain or node.col_offset:
        raise BuildError(f"{ast.unparse(node)!r} cannot be replaced by code. Write it at the start "
                         f"of a line, as: from {PACKAGE}.module import name")


def _hidden_lines(lines):
    hidden, inside = set(), False
    for number, line in enumerate(lines, 1):
        inside = (inside or "BEGIN HIDDEN TESTS" in line) and "END HIDDEN TESTS" not in line
        if inside:
            hidden.add(number)
    return hidden


def _bound(node):
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return [node.name]
    if isinstance(node, ast.Assign):
        return [n.id for t in node.targets for n in ast.walk(t) if isinstance(n, ast.Name)]
    return []


def _is_import(node):
    return isinstance(node, (ast.Import, ast.ImportFrom))


def _names_package(node):
    modules = [getattr(node, "module", None) or alias.name for alias in node.names]
    return any(module.split(".")[0] == PACKAGE for module in modules)


def _one_by_one(node):
    """Split an import of several names into imports of one."""
    return [type(node)(**{**vars(node), "names": [alias]}) for alias in node.names]
