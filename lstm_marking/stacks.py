"""LSTMs on top of each other: what they return and hold, and whether a function builds them."""

import numpy as np

from lstm_marking.graphs import lstm_units
from lstm_marking.sizes import draw_sizes
from lstm_outputs.calls import call
from lstm_outputs.forms import NotYet

NAMES = ("batch_size", "timesteps", "features", "a", "b", "c", "d")


def shape_cases(return_sequences, cases, seed):
    """Return cases for mark_returns: what each layer of a stack of one to four LSTMs returns.

    return_sequences: the flag of the last layer. The arguments of a case are batch_size,
    timesteps, features, units (a list, from the lowest layer up) and return_sequences.
    """
    made = []
    for arguments in _draw(cases, seed):
        arguments["return_sequences"] = return_sequences
        made.append((arguments, *_shapes(**arguments)))
    return made


def parameter_cases(cases, seed):
    """Return cases for mark_returns: the parameters of such a stack, from features and units."""
    return [({"features": drawn["features"], "units": drawn["units"]},
             *_counts(drawn["features"], drawn["units"])) for drawn in _draw(cases, seed)]


def mark_stack(function, timesteps, features, lower, upper):
    """Pass if function(data, lower, upper) builds both LSTMs and reads the data step by step.

    Two sequences differ in their last time step only. So what comes back for them, of shape
    (2, timesteps, upper), has to differ there and nowhere else.
    """
    data = np.random.default_rng(0).normal(size=(2, timesteps, features)).astype("float32")
    data[1, :-1] = data[0, :-1]
    arguments = {"data": data, "lower": lower, "upper": upper}
    result, text = call(function, arguments)
    built = lstm_units(function, arguments)
    for name, units in (("lower", lower), ("upper", upper)):
        if built is not None and units not in built:
            raise NotYet(f"{text} uses no LSTM with {units} units. The {name} layer is missing.")
    one, other = np.array(result)
    if not np.allclose(one[:-1], other[:-1], atol=1e-5):
        raise NotYet(f"{text}: an early time step changes when the last one of the data does. "
                     "What does each of the layers have to return at every time step?")
    if np.allclose(one[-1], other[-1], atol=1e-5):
        raise NotYet(f"{text}: the last time step stays the same when the data changes there.")


def _draw(cases, seed):
    for number, sizes in enumerate(draw_sizes(NAMES, cases, seed)):
        *rest, a, b, c, d = sizes.values()
        yield dict(zip(NAMES, rest)) | {"units": [a, b, c, d][:1 + (number + 2) % 4]}


def _shapes(batch_size, timesteps, units, return_sequences, **_):
    """Return the shapes that the layers hand on, and beliefs about a stack of any height.

    What is wrong for every stack the visible check has told already, on its printed sizes.
    """
    every = tuple((batch_size, timesteps, size) for size in units)
    last = tuple((batch_size, size) for size in units)
    right = every if return_sequences else every[:-1] + last[-1:]
    beliefs = {
        last: "The flag of the last layer is True here.",
        every: "The last layer returns one time step here: look at its flag.",
    }
    beliefs.pop(right, None)
    return right, beliefs


def _counts(features, units):
    """Return the number of parameters of the stack, and the belief that all read the features."""
    right, same = (sum(4 * size * (read + size + 1) for read, size in zip(inputs, units))
                   for inputs in ([features, *units], [features] * len(units)))
    beliefs = {same: "Only the first layer reads the features. What does the layer above it read?"}
    beliefs.pop(right, None)
    return right, beliefs
