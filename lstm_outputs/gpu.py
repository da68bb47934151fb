"""Whether Keras may compute a layer with cuDNN's fused kernel, and why not.

The rules are those of Keras 3 on TensorFlow, read in its source: keras/src/layers/rnn/lstm.py and
gru.py (inner_loop), keras/src/backend/tensorflow/rnn.py (cudnn_ok, _assert_valid_mask).
tests/test_gpu_report.py compares them with what Keras does.
"""

import keras
import numpy as np
import tensorflow as tf


def right_padded(mask):
    """Whether each row of `mask`, (batch, time), is True at least once, and after that False."""
    mask = np.asarray(mask, dtype=bool)
    return bool(mask[:, 0].all() and (mask[:, 1:] <= mask[:, :-1]).all())


def why_not_fused(layer, mask=None):
    """Return the reasons why `layer` cannot take the fused kernel. An empty list: it can.

    mask: the mask of its input, (batch, time), True where a time step counts.
    """
    if isinstance(layer, keras.layers.Bidirectional):
        reasons = why_not_fused(layer.forward_layer, mask)
        return reasons + [reason for reason in why_not_fused(layer.backward_layer, mask)
                          if reason not in reasons]
    if not isinstance(layer, (keras.layers.LSTM, keras.layers.GRU)):
        return ["only LSTM and GRU have a fused kernel"]
    tanh = (keras.activations.tanh, keras.ops.tanh, tf.tanh)
    sigmoid = (keras.activations.sigmoid, keras.ops.sigmoid, tf.sigmoid)
    rules = {
        "use_cudnn is False": layer.use_cudnn in ("auto", True),
        "activation is not tanh": layer.activation in tanh,
        "recurrent_activation is not sigmoid": layer.recurrent_activation in sigmoid,
        "use_bias is False": layer.use_bias,
        "recurrent_dropout is not 0": not layer.recurrent_dropout,
        "unroll is True": not layer.unroll,
        "reset_after is False": getattr(layer, "reset_after", True),  # a GRU's
        "the mask is not right-padded": mask is None or right_padded(mask),
    }
    return [reason for reason, kept in rules.items() if not kept]
