"""In the student's process: gives values by name, and calls functions with values."""

import inspect
import json
import traceback

from batchgrader.judge import keras_values, seeds
from batchgrader.judge.values import NotByValue, decode, encode


class Student:
    """Answers the judge's questions about a shell's names. All of it may be forged."""

    def __init__(self, shell):
        self.shell, self.functions = shell, []

    def answer(self, question):
        """Return the answer to {"value": name} or to {"call": [number, args, kwargs]}.

        It is {"value": data}, or {"graph": data} for symbolic tensors, {"missing": None},
        {"not_by_value": why} or {"raised": [class, name, text, traceback]}. With the value of a
        call comes whether the function has changed an argument in place.
        """
        try:
            if "value" in question:
                return self._value(question["value"])
            seeds.sow(question["seeds"])
            return self._call(*question["call"])
        except NotByValue as error:
            return {"not_by_value": str(error)}

    def _value(self, name):
        names = self.shell.user_ns
        return {"value": self._encode(names[name])} if name in names else {"missing": None}

    def _call(self, number, args, kwargs):
        args, kwargs = decode(args), decode(kwargs)
        before = _state(args, kwargs)
        try:
            result = self.functions[number](*args, **kwargs)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            return {"raised": [_builtin(error), type(error).__name__, _text(error),
                               traceback.format_exc(limit=-3)]}
        changed = _state(args, kwargs) != before
        inputs = keras_values.symbolic([*args, *kwargs.values()])
        graph = keras_values.encode_graph(inputs, result) if inputs else None
        return (graph or {"value": self._encode(result)}) | {"changed": changed}

    def _encode(self, value):
        return encode(value, self._function)

    def _function(self, function):
        self.functions.append(function)
        try:
            parameters = [[parameter.name, int(parameter.kind),
                           parameter.default is not inspect.Parameter.empty]
                          for parameter in inspect.signature(function).parameters.values()]
        except (TypeError, ValueError):
            parameters = None
        return {"function": {"number": len(self.functions) - 1, "parameters": parameters,
                             "name": str(getattr(function, "__name__", "function"))}}


def _state(args, kwargs):
    """Return what arguments hold, to be compared; that a layer is built by a call is no change."""
    values = [value for value in [*args, *kwargs.values()] if not keras_values.is_layer(value)]
    return json.dumps(encode(values))


def _builtin(error):
    """Return the name of the built-in exception that `error` is, most special first."""
    return next((kind.__name__ for kind in type(error).__mro__
                 if kind.__module__ == "builtins" and issubclass(kind, Exception)), "Exception")


def _text(error):
    try:
        return str(error)
    except Exception:
        return ""
