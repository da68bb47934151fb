"""What a student's function returns, compared on the sizes that a question prints."""

import numpy as np

from lstm_outputs.forms import NotYet, as_shape, as_shapes


def call(function, arguments):
    """Call `function` with the dict `arguments`; return its result and the call as text.

    What is no function, or stops with an error, raises NotYet with that error.
    """
    if not callable(function):
        raise NotYet(f"A function is asked for here, not {type(function).__name__}.")
    text = ", ".join(f"{name} of shape {tuple(value.shape)}" if hasattr(value, "shape")
                     else f"{name}={value}" for name, value in arguments.items())
    text = f"{getattr(function, '__name__', 'your function')}({text})"
    try:
        return function(**arguments), text
    except Exception as error:
        raise NotYet(f"{text} stopped with {type(error).__name__}: {error}") from None


def as_count(answer, name="Your answer"):
    """Read `answer` as a count: an int or NumPy integer, 0 or more. Else raise NotYet."""
    if isinstance(answer, (bool, np.bool_)) or not isinstance(answer, (int, np.integer)):
        raise NotYet(f"{name} is {answer!r:.20}, of type {type(answer).__name__}. "
                     "A whole number is asked for, like 12.")
    if answer < 0:
        raise NotYet(f"{name} is {answer}. A count is 0 or more.")
    return int(answer)


def read_like(expected, answer, name, index=None):
    """Read `answer` in the form of `expected`: a count, a shape, or a tuple of shapes.

    index: read this one of several shapes only, whatever the others are.
    """
    if index is not None and type(answer) in (tuple, list) and index < len(answer):
        return as_shape(answer[index], f"Shape {index + 1} of {name}")
    if isinstance(expected, int):
        return as_count(answer, name)
    if expected and isinstance(expected[0], tuple):
        return as_shapes(answer, len(expected), name)
    return as_shape(answer, name)


def shapes_of(arrays, name="Your answer"):
    """Return the shape of an array, or the tuple of shapes of several. Else raise NotYet."""
    if hasattr(arrays, "shape"):
        return as_shape(tuple(arrays.shape), name)
    if type(arrays) not in (tuple, list) or not all(hasattr(a, "shape") for a in arrays):
        raise NotYet(f"{name} is of type {type(arrays).__name__}. An array is asked for, "
                     "or several of them.")
    return tuple(as_shape(tuple(array.shape), name) for array in arrays)


def check_returns(function, arguments, expected, index=None):
    """Compare what function(**arguments) returns, a count or shapes, with `expected`.

    index: compare this one of several shapes only, counted from 0.
    """
    result, text = call(function, arguments)
    given = read_like(expected, result, text, index)
    _compare(given, text, expected if index is None else expected[index], index)


def check_arrays(function, arguments, expected):
    """Compare the shapes of the arrays that function(**arguments) returns with `expected`."""
    result, text = call(function, arguments)
    _compare(shapes_of(result, text), text, expected)


def _compare(given, text, expected, index=None):
    which = "" if index is None else f"shape {index + 1} is "
    if given != expected:
        raise NotYet(f"{text}: {which}{given}, but {expected} comes back.")
    print(f"Right for these sizes: {text}, {which}{given}.")
