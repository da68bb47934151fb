"""Values as JSON, so that they can leave a process that nobody trusts.

Exact types only: a subclass, or an instance of a class of the student's, could pretend to be
anything. Nothing is pickled, and decoding calls nothing but the constructors named here.
"""

import base64
import builtins
import re
import sys
import types

DEEPEST = 60  # brackets within brackets
NUMBERS = re.compile(r"[<>|=]?[biufc]\d{1,2}|[<>|=]?[SU]\d{1,9}")  # of NumPy's kinds of data
TYPES = ("bool", "bytes", "complex", "dict", "float", "frozenset", "int", "list", "object",
         "range", "set", "slice", "str", "tuple", "type")
CALLABLE = (types.FunctionType, types.BuiltinFunctionType, types.MethodType,
            types.MethodWrapperType)


class NotByValue(Exception):
    """A value that cannot come over; the message says what it is."""


def encode(value, function=None, depth=0):
    """Return `value` as data for JSON. function: called for functions; returns data for them.

    Raises NotByValue.
    """
    if depth > DEEPEST:
        raise NotByValue("it is nested too deep")
    kind = type(value)
    if value is None or kind in (bool, float, str):
        return value
    if kind is int:
        return value if value.bit_length() < 8192 else refuse("it is an enormous number")

    def parts(values):
        return [encode(part, function, depth + 1) for part in values]

    if kind in (tuple, list, set, frozenset):
        return {kind.__name__: parts(value)}
    if kind is dict:
        return {"dict": [parts(pair) for pair in value.items()]}
    if kind is complex:
        return {"complex": [value.real, value.imag]}
    if kind in (bytes, bytearray):
        return {kind.__name__: base64.b64encode(value).decode()}
    if kind in (range, slice):
        return {kind.__name__: parts([value.start, value.stop, value.step])}
    if value is Ellipsis:
        return {"ellipsis": None}
    if kind is types.ModuleType:
        return {"module": value.__name__}
    if kind is type and value.__name__ in TYPES and getattr(builtins, value.__name__) is value:
        return {"type": value.__name__}
    if function and (kind in CALLABLE or _is(value, "functools", "partial")):
        return function(value)
    for library, encoder in LIBRARIES.items():
        if library in sys.modules and (data := encoder(value)) is not None:
            return data
    return refuse(f"it is of type {_name(kind)}, which cannot leave the student's process as a "
                   "value")


def decode(data, function=None):
    """Return the value of `data` from encode(). function: called with the data of functions.

    Raises NotByValue if `data` is nothing that encode() makes.
    """
    if data is None or type(data) in (bool, int, float, str):
        return data
    if type(data) is not dict or len(data) != 1:
        refuse("it is no value at all")
    (kind, content), = data.items()
    if kind not in DECODERS and not (kind == "function" and function):
        refuse(f"it is of an unknown kind, {kind!r:.20}")
    try:
        if kind == "function":
            return function(content)
        return DECODERS[kind](content, lambda part: decode(part, function))
    except NotByValue:
        raise
    except Exception as error:
        raise NotByValue(f"it is no value of the kind {kind}: {error}") from None


def refuse(why):
    """Raise NotByValue."""
    raise NotByValue(why)


def _name(kind):
    return f"{kind.__module__}.{kind.__qualname__}".removeprefix("builtins.")


def _is(value, module, name):
    return type(value) is getattr(sys.modules.get(module), name, None)


def _encode_numpy(value):
    numpy, kind = sys.modules["numpy"], type(value)
    if kind is numpy.ndarray or (isinstance(value, numpy.generic)
                                 and kind.__module__ == "numpy"):
        if not NUMBERS.fullmatch(value.dtype.str):
            return refuse(f"it is an array of {value.dtype}")
        data = [value.dtype.str, list(value.shape), base64.b64encode(value.tobytes()).decode()]
        return {"array" if kind is numpy.ndarray else "scalar": data}
    if isinstance(value, numpy.dtype) and NUMBERS.fullmatch(value.str):
        return {"dtype": value.str}
    return None


def _encode_tensorflow(value):
    tensorflow = sys.modules["tensorflow"]
    if type(value) is tensorflow.TensorShape:
        sizes = None if value.rank is None else value.as_list()
        return {"tensor_shape": [sizes]}
    if type(value) is tensorflow.DType:
        return {"tensor_dtype": value.name}
    if isinstance(value, (tensorflow.Tensor, tensorflow.Variable)) and hasattr(value, "numpy"):
        return _encode_numpy(value.numpy())
    return None


def _encode_keras(value):
    from batchgrader.judge import keras_values

    return keras_values.encode(value)


def _decode_array(content, _):
    import numpy

    dtype, shape, text = content
    if not NUMBERS.fullmatch(dtype):
        refuse(f"its data are of the kind {dtype!r:.20}")
    array = numpy.frombuffer(base64.b64decode(text), numpy.dtype(dtype)).reshape(shape)
    # A truth value that is neither 0 nor 1 would be true, and unequal to True.
    return array.view("u1") != 0 if array.dtype == bool else array.copy()


def _decode_module(name, _):
    # Only what the instructor's own cells have imported; a name imports nothing.
    if name not in sys.modules or name.split(".")[0] in ("batchgrader", "__main__"):
        refuse(f"the module {name!r:.40} is none of the assignment's")
    return sys.modules[name]


def _decode_tensor_shape(content, _):
    return _library("tensorflow").TensorShape(content[0])


def _library(name):
    """Return a library that the instructor's cells have imported; a value imports none.

    It would stay in the judge, whoever's hand-in comes next.
    """
    return sys.modules.get(name) or refuse(f"no cell of the assignment imports {name}")


def _decode_keras(content, _):
    _library("keras")
    from batchgrader.judge import keras_values

    return keras_values.decode(content)


LIBRARIES = {"numpy": _encode_numpy, "tensorflow": _encode_tensorflow, "keras": _encode_keras}
DECODERS = {
    "tuple": lambda content, part: tuple(part(item) for item in content),
    "list": lambda content, part: [part(item) for item in content],
    "set": lambda content, part: {part(item) for item in content},
    "frozenset": lambda content, part: frozenset(part(item) for item in content),
    "dict": lambda content, part: {part(key): part(value) for key, value in content},
    "complex": lambda content, _: complex(*content),
    "bytes": lambda content, _: base64.b64decode(content),
    "bytearray": lambda content, _: bytearray(base64.b64decode(content)),
    "range": lambda content, part: range(*(part(item) for item in content)),
    "slice": lambda content, part: slice(*(part(item) for item in content)),
    "ellipsis": lambda *_: Ellipsis,
    "type": lambda content, _: getattr(builtins, TYPES[TYPES.index(content)]),
    "module": _decode_module,
    "array": _decode_array,
    "scalar": lambda content, part: _decode_array(content, part)[()],
    "dtype": lambda content, _: __import__("numpy").dtype(NUMBERS.fullmatch(content)[0]),
    "tensor_shape": _decode_tensor_shape,
    "tensor_dtype": lambda content, _: _library("tensorflow").dtypes.as_dtype(str(content)),
    "keras": _decode_keras,
}
