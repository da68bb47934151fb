"""Which layers a function calls, seen in the graph that it makes of a symbolic input."""

import keras


def lstm_units(function, arguments):
    """Return the units of the LSTM layers between the data and the result, in order; or None.

    arguments: of the function; an array of shape (batch, ...) is replaced by a symbolic input.
    None: the function works on numbers only, so there is no graph to look at.
    """
    symbolic = {name: keras.Input(value.shape[1:]) if hasattr(value, "shape") else value
                for name, value in arguments.items()}
    inputs = [value for value in symbolic.values() if isinstance(value, keras.KerasTensor)]
    try:
        model = keras.Model(inputs, function(**symbolic))
    except Exception:
        return None
    return [layer.units for layer in _layers(model) if isinstance(layer, keras.layers.LSTM)]


def _layers(model):
    for layer in model.layers:
        yield from _layers(layer) if isinstance(layer, keras.Model) else [layer]
