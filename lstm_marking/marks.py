"""Marks an answer: silence is a pass, NotYet says what is wrong without saying what is right."""

from lstm_outputs.forms import NotYet, as_shape, as_shapes, call


def mark_shape(answer, name, expected, beliefs):
    """Pass if `answer` is the shape `expected`; else raise NotYet with the belief it shows."""
    shape = as_shape(answer, name)
    if shape != expected:
        raise NotYet(f"{name} = {shape} is not the shape. {hint(shape, expected, beliefs)}")


def mark_calls(function, index, cases):
    """Pass if shape number `index` of function(**arguments) is right in every case.

    cases: (arguments, expected, beliefs) triples. The first case that fails is named.
    """
    for arguments, expected, beliefs in cases:
        result, text = call(function, arguments)
        shape = as_shapes(result, 2, f"What {text} returns")[index]
        if shape != expected:
            raise NotYet(f"{text}: shape {index + 1} is {shape}, which is not what comes back. "
                         f"{hint(shape, expected, beliefs)}")


def hint(shape, expected, beliefs):
    """Return a sentence on what is wrong with `shape`: belief, length, order, then values."""
    if shape in beliefs:
        return beliefs[shape]
    if len(shape) != len(expected):
        return f"It has {len(shape)} axes, and that is not how many there are."
    if sorted(map(str, shape)) == sorted(map(str, expected)):
        return "The sizes are the right ones, in another order."
    wrong = [str(axis) for axis, (a, b) in enumerate(zip(shape, expected)) if a != b]
    return f"Look again at axis {' and axis '.join(wrong)}, counted from 0."


def mark_layer(layer, features, expected):
    """Pass if `layer` returns one array of shape `expected` whatever the time steps."""
    for timesteps in (None, 2, 11):
        inputs = (None, timesteps, features)
        shape = layer.compute_output_shape(inputs)
        if shape != expected:
            raise NotYet(f"On an input of shape {inputs} the layer returns {shape}.")
