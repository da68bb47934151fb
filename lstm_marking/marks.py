"""Marks an answer: silence is a pass, NotYet says what is wrong without saying what is right."""

from lstm_outputs.calls import call, read_like, shapes_of
from lstm_outputs.choices import as_choice, as_index
from lstm_outputs.forms import NotYet, as_prediction, as_shape


def mark_shape(answer, name, expected, beliefs):
    """Pass if `answer` is the shape `expected`; else raise NotYet with the belief it shows."""
    shape = as_shape(answer, name)
    if shape != expected:
        raise NotYet(f"{name} = {shape} is not the shape. {hint(shape, expected, beliefs)}")


def mark_shapes(answer, name, expected, beliefs):
    """Pass if `answer` is the tuple of shapes `expected`; else raise NotYet, as in mark_shape."""
    shapes = as_prediction(answer, name)
    if shapes != expected:
        raise NotYet(f"{name} = {shapes} are not the shapes. {hint(shapes, expected, beliefs)}")


def mark_choice(answer, options, name, expected, beliefs):
    """Pass if `answer` is the option `expected`; beliefs: {wrong option: sentence}."""
    choice = as_choice(answer, options, name)
    if choice != expected:
        raise NotYet(f"{name} = {choice!r} is not the one. {beliefs.get(choice, '')}".strip())


def mark_index(answer, name, shape, expected, beliefs):
    """Pass if `answer` is the place `expected` in an array of `shape`, also counted from behind."""
    index = as_index(answer, name)
    inside = len(index) == len(shape) and all(-n <= i < n for i, n in zip(index, shape))
    if not inside:
        raise NotYet(f"{name} = {index} is no place in an array of shape {shape}.")
    index = tuple(i % n for i, n in zip(index, shape))
    if index != expected:
        raise NotYet(f"{name} = {index} is not the place. {hint(index, expected, beliefs)}")


def mark_returns(function, cases, index=None):
    """Pass if function(**arguments) returns what is expected in every case.

    cases: (arguments, expected, beliefs) triples; expected is a count, a shape, or a tuple of
    shapes. index: compare this one of several shapes only. The first case that fails is named.
    """
    for arguments, expected, beliefs in cases:
        result, text = call(function, arguments)
        given = read_like(expected, result, text, index)
        if index is not None:
            expected, text = expected[index], f"{text}: shape {index + 1}"
        _mark_one(given, expected, beliefs, text)


def mark_arrays(function, cases):
    """Pass if function(**arguments) returns arrays of the expected shapes in every case."""
    for arguments, expected, beliefs in cases:
        result, text = call(function, arguments)
        _mark_one(shapes_of(result, text), expected, beliefs, text)


def mark_layer(layer, cases):
    """Pass if `layer` turns every input shape into what is expected.

    cases: (input shape, expected) pairs; expected is a shape or a tuple of shapes.
    """
    for inputs, expected in cases:
        shapes = tuple(layer.compute_output_shape(inputs))
        if isinstance(shapes[0], (tuple, list)):
            shapes = tuple(as_shape(tuple(shape), "What the layer returns") for shape in shapes)
        else:
            shapes = as_shape(shapes, "What the layer returns")
        if shapes != expected:
            raise NotYet(f"On an input of shape {inputs} the layer returns {shapes}.")


def hint(given, expected, beliefs):
    """Return a sentence on what is wrong with `given`: belief, length, order, then values.

    given, expected: shapes, or tuples of shapes.
    """
    if given in beliefs:
        return beliefs[given]
    several, meant = (bool(s) and isinstance(s[0], tuple) for s in (given, expected))
    if several != meant:
        return ("One array comes back." if several else "More than one array comes back.")
    if len(given) != len(expected):
        one, many = ("array", "arrays") if several else ("axis", "axes")
        return (f"It has {len(given)} {one if len(given) == 1 else many}, and that is not how many "
                "there are.")
    if sorted(map(str, given)) == sorted(map(str, expected)):
        return f"The {'shapes' if several else 'sizes'} are the right ones, in another order."
    unit = "shape" if several else "axis"
    wrong = [str(place) for place, (a, b) in enumerate(zip(given, expected)) if a != b]
    return f"Look again at {unit} {f' and {unit} '.join(wrong)}, counted from 0."


def _mark_one(given, expected, beliefs, text):
    if given != expected:
        said = beliefs.get(given, "") if isinstance(expected, int) else hint(
            given, expected, beliefs)
        raise NotYet(f"{text} is {given}, which is not what comes back. {said}".strip())
