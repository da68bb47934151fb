"""Checks on a Keras layer that a student made."""

import keras

from lstm_outputs.calls import shapes_of
from lstm_outputs.forms import NotYet


def check_output(layer, inputs, expected, kinds=None):
    """Call `layer` on the array `inputs`, and compare the shapes of what comes back.

    expected: a shape, or a tuple of shapes. kinds: the class or classes of layers that are
    taken; LSTM if nothing is said.
    """
    if layer is ...:
        raise NotYet("The layer is still missing. Replace the three dots by a layer.")
    if hasattr(layer, "shape"):
        raise NotYet("That is an array: what a layer returns. Asked for is the layer itself.")
    if isinstance(layer, type):
        raise NotYet(f"That is the class. A layer is made by calling it: {layer.__name__}(...).")
    if not isinstance(layer, kinds or keras.layers.LSTM):
        what = "Another kind of layer" if kinds else "An LSTM layer"
        raise NotYet(f"{what} is asked for here, not {type(layer).__name__}.")
    try:
        outputs = layer(inputs)
    except Exception as error:
        raise NotYet(f"The layer stopped with {type(error).__name__}: {error}") from None
    given = shapes_of(outputs, "What the layer returns")
    if given != expected:
        raise NotYet(f"On data of shape {tuple(inputs.shape)} the layer returns {given}, "
                     f"but {expected} is asked for.")
    print(f"Right for this data: {tuple(inputs.shape)} goes in, {given} comes back.")
