"""Checks on a Keras layer that a student made."""

import keras

from lstm_outputs.forms import NotYet


def check_output(layer, inputs, expected):
    """Call the LSTM `layer` on the array `inputs`; one array of shape `expected` must come back."""
    if layer is ...:
        raise NotYet("The layer is still missing. Replace the three dots by a layer.")
    if not isinstance(layer, keras.layers.LSTM):
        raise NotYet(f"An LSTM layer is asked for here, not {type(layer).__name__}.")
    try:
        outputs = layer(inputs)
    except Exception as error:
        raise NotYet(f"The layer stopped with {type(error).__name__}: {error}") from None
    if isinstance(outputs, (tuple, list)):
        raise NotYet(f"{len(outputs)} arrays came back from the layer. One is asked for.")
    shape = tuple(outputs.shape)
    if shape != expected:
        raise NotYet(f"On data of shape {tuple(inputs.shape)} the layer returns {shape}, "
                     f"but {expected} is asked for.")
    print(f"Right for this data: {tuple(inputs.shape)} goes in, {shape} comes back.")
