"""The shapes written on the signature picture are those that Keras computes.

The sizes are those of Keras's own layer tests: 3 sequences of 2 steps with 4 features, 3 units.
"""

import matplotlib.pyplot as plt
import pytest

from lstm_outputs.backend import quiet_start
from lstm_outputs.pictures.rollout import draw_rollout


@pytest.fixture(scope="module")
def layers():
    with quiet_start():
        from keras import layers

    return layers


@pytest.mark.parametrize("return_state", [False, True])
@pytest.mark.parametrize("return_sequences", [False, True])
@pytest.mark.parametrize("kind, states", [("LSTM", ("h", "c")), ("GRU", ("h",))])
@pytest.mark.parametrize("batch_size, timesteps, features, units", [(3, 2, 4, 3), (None, 7, 5, 9)])
def test_the_picture_says_what_keras_computes(layers, kind, states, batch_size, timesteps, features,
                                              units, return_sequences, return_state):
    layer = getattr(layers, kind)(units, return_sequences=return_sequences,
                                  return_state=return_state)
    shapes = layer.compute_output_shape((batch_size, timesteps, features))
    names = ["output", *(f"state_{state}" for state in states)]
    shapes = shapes if return_state else [shapes]
    listed = ", ".join(f"{name} {tuple(shape)}" for name, shape in zip(names, shapes))
    figure, description = draw_rollout(timesteps, units, return_sequences, return_state, batch_size,
                                       states)
    plt.close(figure)
    assert description.endswith(f"Shapes: {listed}.")
