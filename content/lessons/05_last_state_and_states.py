# %% [markdown]
# # Mode 3: the last hidden state and the states
#
# An LSTM carries two things from step to step: `h` and `c`. With the flag `return_state` it hands
# out both, as they are after the last time step. In this notebook you learn to tell the three
# arrays apart.
#
# **You will be able to**
#
# - predict how many arrays `LSTM(units, return_state=True)` returns, and their shapes;
# - unpack them in the right order;
# - show that two of them are equal and the third is not;
# - say what the states are for.
#
# **Time:** 15 minutes. **Builds on:** lesson 02 (`h` and `c`) and lesson 03 (the last hidden
# state).
#
# The four output modes of the layer, and the one we look at now:
#
# | | `return_state=False` | `return_state=True` |
# |---|---|---|
# | `return_sequences=False` | mode 1 | **mode 3: the last hidden state and the states** |
# | `return_sequences=True` | mode 2 | mode 4 |

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
from lstm_outputs.pictures.heat_map import draw_heat_map
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
# The other flag is switched on.

# %%
keras.utils.set_random_seed(1)
inputs = keras.Input(shape=(n_timesteps_in, n_features), name="sequence")
layer = keras.layers.LSTM(units, return_state=True, name="lstm")

# %% [markdown]
# ## Before data arrives
#
# **Predict.** Now several arrays come back. Write all their shapes, in order, like
# `((1, 2), (3, 4))`. How many are there?

# %%
prediction = ...
check_prediction(prediction, lstm_beliefs(
    train_size, n_timesteps_in, n_features, units, return_state=True, symbolic=True))

# %% [markdown]
# **Run.**

# %%
outputs = layer(inputs)
for array in outputs:
    print(array.shape)  # (batch, units)

# %% [markdown]
# Three arrays, all of the same shape. Which is which? The picture has three marked circles.

# %%
show(*draw_rollout(n_timesteps_in, units, return_sequences=False, return_state=True))

# %% [markdown]
# The order is always: the output, then `h`, then `c`. So they can be given names:

# %%
output, state_h, state_c = outputs

# %% [markdown]
# ## The model summary
#
# A model may return several arrays too.

# %%
model = keras.Model(inputs, outputs, name="last_hidden_state_and_states")
model.summary(line_length=80)

# %% [markdown]
# *Output Shape* lists three shapes now. The number of parameters is that of mode 1.
#
# ## On the data
#
# **Predict.** What are the shapes of what `model.predict(X_train)` returns?

# %%
prediction = ...
check_prediction(prediction, lstm_beliefs(
    train_size, n_timesteps_in, n_features, units, return_state=True))

# %% [markdown]
# **Run.**

# %%
output, state_h, state_c = model.predict(X_train, verbose=0)
for name, array in {"output": output, "state_h": state_h, "state_c": state_c}.items():
    print(f"{name:7} {array.shape}")  # (batch, units)

# %% [markdown]
# The first sequence, in numbers. What do you notice?

# %%
print("output ", output[0, :5].round(3), "…")
print("state_h", state_h[0, :5].round(3), "…")
print("state_c", state_c[0, :5].round(3), "…")

# %%
show(*draw_heat_map(rows="sequence", state_h=state_h[:5], state_c=state_c[:5]))

# %% [markdown]
# ## Two of three are the same
#
# The output of this mode is the last hidden state, and so is `state_h`. Element by element:

# %%
print("output equals state_h:", np.array_equal(output, state_h))
print("output equals state_c:", np.array_equal(output, state_c))

# %% [markdown]
# Why return it twice? The output is for the next layer. The states are for whoever goes on where
# this layer stopped. In mode 4 the two differ, so the layer keeps them apart here as well.
#
# And `c`? It belongs to `h`: the output gate `o` decides how much of `c` is shown,
# `h = o * tanh(c)`. The gate is between 0 and 1, so `h` is never larger than `tanh(c)`:

# %%
bool(np.all(np.abs(state_h) <= np.abs(np.tanh(state_c))))

# %% [markdown]
# ## The same weights, the same numbers
#
# A layer in mode 1 gets the same weights. Its one array should be our output.

# %%
mode_1 = keras.layers.LSTM(units)
mode_1.build(inputs.shape)
mode_1.set_weights(layer.get_weights())
np.allclose(output, mode_1(X_train), atol=1e-6)

# %% [markdown]
# ## One array for all three?
#
# Three arrays of one shape fit into a single NumPy array. Which axis is new?

# %%
np.array([output, state_h, state_c]).shape

# %% [markdown]
# The first one, of size 3: which array. It works in this mode. In mode 4 it will not.
#
# ## The smallest case
#
# One unit, one feature, three time steps. How many arrays, of which shapes?

# %%
data = np.array([0.1, 0.2, 0.3], dtype="float32").reshape(1, 3, 1)  # (batch, time, features)
small = keras.layers.LSTM(1, return_state=True)
print([tuple(array.shape) for array in small(data)])

# %% [markdown]
# ## What it is for
#
# Use this mode when another layer is to go on from here. The states are handed over, and the
# second layer begins with the memory of the first:

# %%
reader = keras.layers.LSTM(units, return_state=True)
_, h, c = reader(X_train)
writer = keras.layers.LSTM(units)
print(tuple(writer(y_train, initial_state=[h, c]).shape))  # (batch, units)

# %% [markdown]
# One layer reads, the other one continues. That is the idea of an encoder and a decoder, and it
# will solve our task in lesson 08.
#
# ## What you have learned
#
# - `LSTM(units, return_state=True)` returns three arrays: output, `state_h`, `state_c`.
# - All three have the shape `(batch, units)`. None has a time axis.
# - Output and `state_h` are equal, `state_c` is neither.
# - The states are there to be handed on.
#
# **A question from the lesson before.** `all_hidden` has shape `(100, 4, 16)`. Which index gives
# the hidden state after the second time step, for all sequences?
#
# <details><summary>Answer</summary>
#
# `all_hidden[:, 1]`, of shape `(100, 16)`. Time is axis 1, and the second step has the number 1.
#
# </details>
#
# **Read on**
#
# - Jason Brownlee, *Difference Between Return Sequences and Return States for LSTMs in Keras*.
# - Pierre Nugues's notebook on LSTM outputs.
# - Lesson 06, *All hidden states and the states*: both flags at once.
