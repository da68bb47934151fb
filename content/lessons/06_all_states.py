# %% [markdown]
# # Mode 4: all hidden states and the states
#
# Both flags on: the hidden state of every time step comes back, and the two states at the end. In
# this notebook you put together what you know, and see all four modes side by side.
#
# **You will be able to**
#
# - predict the three shapes that come back with both flags on;
# - find `state_h` inside the sequence, and say why `state_c` is not there;
# - show that all four modes are views of one computation;
# - choose the flags for a purpose.
#
# **Time:** 15 minutes. **Builds on:** lesson 04 (all hidden states) and lesson 05 (the states).
#
# The four output modes of the layer, and the one we look at now:
#
# | | `return_state=False` | `return_state=True` |
# |---|---|---|
# | `return_sequences=False` | mode 1 | mode 3 |
# | `return_sequences=True` | mode 2 | **mode 4: all hidden states and the states** |

# %%
# @title Setup: run this cell first (TensorFlow)
from lstm_outputs.backend import need_keras_3, quiet_start

with quiet_start():
    import keras
    import tensorflow as tf

    tf.zeros(1)  # the first operation also logs

import numpy as np

need_keras_3(keras.__version__)

# %%
# @title Setup: the checks of your predictions
from lstm_outputs.beliefs import lstm_beliefs
from lstm_outputs.forms import check_prediction

# %%
# @title Setup: the pictures
from lstm_outputs.pictures.rollout import draw_rollout
from lstm_outputs.pictures.show import show

# %%
# @title Setup: the dataset of lesson 01
from lstm_outputs.dataset import create_dataset

# %%
n_timesteps_in = 4  # @param {type: "integer"}
n_features = 10  # @param {type: "integer"}
train_size = 100  # @param {type: "integer"}
test_size = 20  # @param {type: "integer"}
units = 16  # @param {type: "integer"}

X_train, y_train, X_test, y_test = create_dataset(
    train_size, test_size, n_timesteps_in, n_features, seed=0)
X_train.shape  # (batch, time, features)

# %% [markdown]
# ## The call
#
# Both flags are switched on.

# %%
keras.utils.set_random_seed(1)
inputs = keras.Input(shape=(n_timesteps_in, n_features), name="sequence")
layer = keras.layers.LSTM(units, return_sequences=True, return_state=True, name="lstm")

# %% [markdown]
# ## Before data arrives
#
# **Predict.** Write all shapes that come back, in order, like `((1, 2), (3, 4))`.

# %%
prediction = ...
check_prediction(prediction, lstm_beliefs(
    train_size, n_timesteps_in, n_features, units, return_sequences=True, return_state=True,
    symbolic=True))

# %% [markdown]
# **Run.**

# %%
outputs = layer(inputs)
for array in outputs:
    print(array.shape)

# %% [markdown]
# Three arrays again, but only the first has a time axis. The picture shows why: the output is
# taken at every step, the states at the end.

# %%
show(*draw_rollout(n_timesteps_in, units, return_sequences=True, return_state=True))

# %% [markdown]
# The order has not changed: the output, then `h`, then `c`.

# %%
sequence, state_h, state_c = outputs

# %% [markdown]
# ## The model summary

# %%
model = keras.Model(inputs, outputs, name="all_hidden_states_and_states")
model.summary(line_length=80)

# %% [markdown]
# The number of parameters is still that of mode 1: two flags, no cost.
#
# ## On the data
#
# **Predict.** What are the shapes of what `model.predict(X_train)` returns?

# %%
prediction = ...
check_prediction(prediction, lstm_beliefs(
    train_size, n_timesteps_in, n_features, units, return_sequences=True, return_state=True))

# %% [markdown]
# **Run.**

# %%
sequence, state_h, state_c = model.predict(X_train, verbose=0)
for name, array in {"sequence": sequence, "state_h": state_h, "state_c": state_c}.items():
    print(f"{name:8} {array.shape}")

# %% [markdown]
# The first sequence, in numbers. Where in `sequence` do you find `state_h`? And `state_c`?
# Look for equal rows.

# %%
for step in range(n_timesteps_in):
    print(f"h of step {step}", sequence[0, step, :5].round(3), "…")
print("state_h    ", state_h[0, :5].round(3), "…")
print("state_c    ", state_c[0, :5].round(3), "…")

# %% [markdown]
# ## What equals what
#
# The last time step of the sequence is `state_h`. `state_c` is nowhere in it: the sequence holds
# hidden states only.

# %%
print("sequence[:, -1] equals state_h:", np.array_equal(sequence[:, -1], state_h))
print("sequence[:, -1] equals state_c:", np.array_equal(sequence[:, -1], state_c))

# %% [markdown]
# Index axis 1, and you get the hidden state of one time step:

# %%
print("sequence[:, 0] ", sequence[:, 0].shape)
print("sequence[:, -1]", sequence[:, -1].shape)

# %% [markdown]
# ## Four modes, one computation
#
# Four layers, one for each mode, get the same weights and the same data. What they have in common
# should be equal.

# %%
def in_mode(return_sequences, return_state):
    """Call a layer with the weights of `layer` on X_train; return all its arrays as a list."""
    twin = keras.layers.LSTM(
        units, return_sequences=return_sequences, return_state=return_state)
    twin.build(inputs.shape)
    twin.set_weights(layer.get_weights())
    arrays = twin(X_train)
    return [np.array(array) for array in (arrays if return_state else [arrays])]


# %%
(last,), (every,) = in_mode(False, False), in_mode(True, False)
last_3, h_3, c_3 = in_mode(False, True)
every_4, h_4, c_4 = in_mode(True, True)

# %%
pairs = {"mode 1 and mode 3, output": (last, last_3),
         "mode 2 and mode 4, output": (every, every_4),
         "mode 1 and mode 2, last step": (last, every[:, -1]),
         "mode 3 and mode 4, state_h": (h_3, h_4),
         "mode 3 and mode 4, state_c": (c_3, c_4)}
for name, (one, other) in pairs.items():
    print(f"{name:29} equal: {np.allclose(one, other, atol=1e-6)}")

# %% [markdown]
# The flags choose what is shown. They never change what is computed.
#
# ## One array for all three?
#
# In mode 3 the three arrays fitted into one. What do you expect here?

# %%
try:
    np.array([sequence, state_h, state_c])
    print("no error")
except ValueError as error:
    print("ValueError:", str(error).split(".")[0])

# %% [markdown]
# Arrays of different shapes do not fit into one. Keep them apart, by name.
#
# ## The smallest case
#
# One unit, one feature, three time steps. Then 16 sequences of 8 steps with 4 features, and
# 2 units. Write down what you expect from each.

# %%
data = np.array([0.1, 0.2, 0.3], dtype="float32").reshape(1, 3, 1)  # (batch, time, features)
small = keras.layers.LSTM(1, return_sequences=True, return_state=True)
print("1 unit: ", [tuple(array.shape) for array in small(data)])

noise = keras.random.normal((16, 8, 4), seed=1)  # (batch, time, features)
whole, final_memory, final_carry = keras.layers.LSTM(
    2, return_sequences=True, return_state=True)(noise)
print("2 units:", [tuple(array.shape) for array in (whole, final_memory, final_carry)])

# %% [markdown]
# Keras's own page calls the last two *final memory state* and *final carry state*. They are `h`
# and `c`.
#
# ## What it is for
#
# Use this mode when you need both: something that reads every time step, and something that goes on
# from the end. An encoder with attention is the classic case: the decoder starts from the states,
# and looks back at every hidden state while it writes.
#
# | you need | `return_sequences` | `return_state` |
# |---|---|---|
# | one answer for a whole sequence | `False` | `False` |
# | something for each time step | `True` | `False` |
# | a memory to hand on | `False` | `True` |
# | both | `True` | `True` |
#
# ## What you have learned
#
# - Both flags on: `(batch, time, units)`, `(batch, units)`, `(batch, units)`.
# - `sequence[:, -1]` is `state_h`. `state_c` is not in the sequence.
# - The same weights give the same numbers in all four modes.
#
# **A question from the lesson before.** Of the three arrays of mode 3, which two are equal, and
# what sets the third apart?
#
# <details><summary>Answer</summary>
#
# Output and `state_h` are equal: the last hidden state. `state_c` is the cell state, which the
# output gate has not filtered yet.
#
# </details>
#
# **Read on**
#
# - The Keras page of the LSTM layer, on its call and its return values.
# - Murat Karakaya's lectures on LSTM outputs.
# - Lesson 07, *Building on LSTMs*: what other layers do with these arrays.
