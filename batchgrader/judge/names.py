"""The judge's names: what the instructor's cells define; all else comes from the student.

A student's name is looked up when a test uses it, not before. So a test costs what it asks for,
and a name that a locked cell defines can never be the student's.
"""

import ast
import builtins
import contextlib
import functools
import inspect
import linecache
import types

from batchgrader.judge import keras_values, seeds
from batchgrader.judge.values import NotByValue, decode, encode

KINDS = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD,
         inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.KEYWORD_ONLY,
         inspect.Parameter.VAR_KEYWORD)
# What a function of the student's is here: its body asks the student's process.
BODY = "def function(*args, **kwargs):\n    return __ask_student__({number}, args, kwargs)\n"


class StudentStopped(BaseException):
    """The student's process did not answer: the test cannot go on. No `except Exception` in a
    test may take this for an answer."""


class Names(dict):
    """The namespace in which locked cells and tests run.

    ask: function of a question, as judge/student.py answers it. answers: names that are the
    student's even where Python or a locked cell has them too.
    """

    def __init__(self, ask):
        super().__init__()
        self.ask, self.answers, self.sources = ask, frozenset(), []
        self.open, self.fetched, self.not_by_value = False, {}, []
        self.withheld, self.definitions = frozenset(), {}
        self.only_looks = False
        self.seeds = []
        builtins.__ask_student__ = self._call
        seeds.watch(lambda module, seed: self.seeds.append([module, seed]))

    def forget(self, names):
        """Let these names be the student's."""
        self.withheld -= set(names)
        for name in names:
            self.pop(name, None)

    def withhold(self, names):
        """Delete these names, and give them to nobody: a cell that is not run would bind them."""
        self.forget(names)
        self.withheld |= set(names)

    @contextlib.contextmanager
    def to_student(self, sources, code):
        """Let names in `code` be the student's meanwhile. sources: of the cells that they ran."""
        self.open, self.sources, self.fetched, self.not_by_value = True, sources, {}, []
        lent = {}
        for name in _in_class_bodies(code):
            # Python looks these up past __missing__ (LOAD_NAME in CPython's ceval.c).
            with contextlib.suppress(KeyError, NotByValue):
                if not super().__contains__(name) and name not in self.withheld:
                    lent[name] = self[name]
        self.update(lent)
        try:
            yield
        finally:
            for name in lent:
                if super().get(name) is lent[name]:
                    del self[name]
            self.open, self.fetched = False, {}

    @contextlib.contextmanager
    def looking(self):
        """Let who looks up a name meanwhile see that there is one, whatever its value."""
        self.only_looks = True
        try:
            yield
        finally:
            self.only_looks = False

    def __missing__(self, name):
        if name not in self.fetched:
            try:
                self.fetched[name] = self._fetch(name)
            except NotByValue:
                if not self.only_looks:
                    raise
                return self.not_by_value.pop()
        return self.fetched[name]

    def __contains__(self, name):
        if super().__contains__(name):
            return True
        try:
            self.__missing__(name)
        except KeyError:
            return False
        return True

    def get(self, name, default=None):
        """Return the value of a name, here or there."""
        try:
            return self[name]
        except KeyError:
            return default

    def _fetch(self, name):
        private = not isinstance(name, str) or name.startswith("_")
        if not self.open or private or (hasattr(builtins, name) and name not in self.answers):
            raise KeyError(name)
        if name in self.withheld:
            self._refuse(name, "a locked cell defines it that tests are run without, as "
                               "c.BatchGrader.only_shown says")
        answer = self._answer({"value": name}, name)
        if "missing" in answer:
            raise KeyError(name)
        return self._decode(answer["value"], name)

    def _call(self, number, args, kwargs):
        name = "what the test calls"
        try:
            question = {"call": [number, encode(args), encode(kwargs)], "seeds": self.seeds}
        except NotByValue as error:
            self._refuse(name, f"an argument cannot be sent: {error}")
        self.seeds = []
        answer = self._answer(question, name)
        if "raised" in answer:
            raise _raised(*map(str, answer["raised"]))
        if answer.get("changed"):
            # The test may go on. Should it fail, a person looks whether that is why.
            self.not_by_value.append(f"{name}: it changes what it is given, in place")
        if "graph" in answer:
            inputs = keras_values.symbolic([*args, *kwargs.values()])
            try:
                return keras_values.decode_graph(answer["graph"], inputs)
            except Exception as error:
                self._refuse(name, f"it is no graph of Keras layers: {error}")
        return self._decode(answer["value"], f"the result of {name}")

    def _answer(self, question, name):
        answer = self.ask(question)
        if not isinstance(answer, dict) or "stopped" in answer:
            raise StudentStopped("the student's code was stopped before it gave an answer")
        if "not_by_value" in answer:
            self._refuse(name, str(answer["not_by_value"])[:300])
        if not {"value", "graph", "missing", "raised"}.intersection(answer):
            self._refuse(name, "it did not arrive")
        return answer

    def _decode(self, data, name):
        try:
            return decode(data, lambda found: self._function(name, **found))
        except (NotByValue, TypeError) as error:
            self._refuse(name, str(error))

    def _refuse(self, name, why):
        self.not_by_value.append(f"{name}: {why}")
        raise NotByValue(f"{name}: {why}")

    def _defined(self, name):
        """Return (source of the cell, line) where the student's cells last define a function."""
        for source in reversed(self.sources):
            if source not in self.definitions:
                self.definitions[source] = _definitions(source)
            if name in self.definitions[source]:
                return source, self.definitions[source][name]
        return None

    def _function(self, known_as, number, parameters, name):
        """Return a function that asks the student's process; its source is the student's text."""
        code = compile(BODY.format(number=int(number)), "<student>", "exec").co_consts[0]
        found = self._defined(known_as) or self._defined(name)
        if found:
            source, first = found
            file = f"<cell of the student {hash(source)}>"
            linecache.cache[file] = (len(source), None, source.splitlines(True), file)
            code = code.replace(co_filename=file, co_firstlineno=first)
        name = str(name)[:100]
        function = types.FunctionType(code.replace(co_name=name), self, name)
        function.__qualname__, function.__module__ = name, "__main__"
        if parameters is not None:
            function.__signature__ = inspect.Signature([
                inspect.Parameter(str(each), KINDS[kind], default=(
                    ... if default else inspect.Parameter.empty))
                for each, kind, default in parameters])
        return function


@functools.lru_cache(1000)  # of tests, which are the same for all hand-ins
def _in_class_bodies(code):
    """Return the names that classes in `code` use while they are defined."""
    found, waiting = set(), []
    with contextlib.suppress(SyntaxError, ValueError, RecursionError):
        waiting = [line for node in ast.walk(ast.parse(code)) if isinstance(node, ast.ClassDef)
                   for line in node.body]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Name):
            found.add(node.id)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            node = node.args  # defaults are worked out here, the body is not
        waiting.extend(ast.iter_child_nodes(node))
    return sorted(found)


def _definitions(source):
    """Return {name: line} of where a cell last defines a function, or what may be one."""
    lines = {}
    with contextlib.suppress(SyntaxError, ValueError):
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                lines[node.name] = min(part.lineno for part in [node, *node.decorator_list])
            if isinstance(node, ast.Assign):
                lines |= {target.id: node.lineno for target in node.targets
                          if isinstance(target, ast.Name)}
    return lines


def _raised(builtin, name, text, trace):
    """Return an exception like the student's: of a built-in class, under the student's name."""
    kind = getattr(builtins, builtin, Exception)
    if not (isinstance(kind, type) and issubclass(kind, Exception)):
        kind = Exception
    if kind.__name__ != name:
        kind = type(name[:100], (kind,), {"__module__": "__main__", "__init__": _keep_text,
                                          "__str__": lambda error: error.text})
    try:
        error = kind(text)
    except TypeError:  # such as UnicodeDecodeError, which wants five arguments
        error = Exception(f"{name}: {text}")
    error.add_note(f"In the student's process:\n{trace[-4000:]}")
    return error


def _keep_text(error, text):
    error.text = text
