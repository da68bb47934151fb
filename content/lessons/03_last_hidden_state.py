# %% [markdown]
# # Mode 1: the last hidden state
#
# An LSTM with nothing switched on reads a whole sequence and returns one vector. In this notebook
# you find out which vector that is, and what it is good for.
#
# **You will be able to**
#
# - predict the shape of what `LSTM(units)` returns, before and after data arrives;
# - say which `h` of the rolled-out layer comes back, and which stay inside;
# - read a model summary;
# - say when this mode is the right one.
#
# **Time:** 15 minutes. **Builds on:** lesson 01 (the dataset) and lesson 02 (`h`, `c`, units).
#
# The four output modes of the layer, and the one we look at now:
#
# | | `return_state=False` | `return_state=True` |
# |---|---|---|
# | `return_sequences=False` | **mode 1: the last hidden state** | mode 3 |
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
from lstm_outputs.dataset import create_dataset, one_hot_decode

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
# Both flags are off. That is the default, so nothing has to be written.

# %%
keras.utils.set_random_seed(1)
inputs = keras.Input(shape=(n_timesteps_in, n_features), name="sequence")
layer = keras.layers.LSTM(units, name="lstm")

# %% [markdown]
# ## Before data arrives
#
# **Predict.** The layer is called on `inputs`, a placeholder without data. What is the shape of
# what comes back? A size that is not known yet is written `None`.

# %%
prediction = ...
check_prediction(prediction, lstm_beliefs(
    train_size, n_timesteps_in, n_features, units, symbolic=True))

# %% [markdown]
# **Run.**

# %%
outputs = layer(inputs)
outputs.shape  # (batch, units)

# %% [markdown]
# One array. Its second axis is as long as the units. Time is gone, and so are the features.
#
# Where is this vector in the layer? The picture shows the layer at each time step. The marked
# circle comes back, the others stay inside.

# %%
show(*draw_rollout(n_timesteps_in, units, return_sequences=False, return_state=False))

# %% [markdown]
# The layer computes an `h` at every time step. It hands out the last one only.
#
# ## The model summary
#
# Before you run it: how many parameters does the layer have? Lesson 02 has the formula,
# `4 * (units * (features + units) + units)`.

# %%
model = keras.Model(inputs, outputs, name="last_hidden_state")
model.summary(line_length=80)

# %% [markdown]
# In the column *Output Shape* you find the shape again. `None` stands for the batch.
#
# ## On the data
#
# **Predict.** Now 100 sequences arrive. What is the shape of `model.predict(X_train)`?

# %%
prediction = ...
check_prediction(prediction, lstm_beliefs(
    train_size, n_timesteps_in, n_features, units))

# %% [markdown]
# **Run.**

# %%
last_hidden = model.predict(X_train, verbose=0)
last_hidden.shape  # (batch, units)

# %% [markdown]
# A row for each sequence, whatever its length. These are the first five:

# %%
for numbers, h in zip(one_hot_decode(X_train[:5]), last_hidden[:5]):
    print(numbers, "=>", h[:5].round(3), "…", f"{len(h)} numbers")

# %%
show(*draw_heat_map(rows="sequence", last_hidden=last_hidden[:5]))

# %% [markdown]
# The layer is not trained, so the numbers mean nothing yet. But they differ from sequence to
# sequence. Whatever is known of a sequence now has to be in its 16 numbers.
#
# ## Does it depend on the whole sequence?
#
# We change one number of the first sequence, once the first one, once the last one. In which case
# does the last hidden state change? Decide before you run it.

# %%
for step in (0, n_timesteps_in - 1):
    changed = X_train[:1].copy()
    changed[0, step] = np.roll(changed[0, step], 1)
    moved = np.abs(model.predict(changed, verbose=0) - last_hidden[0]).max()
    print(f"time step {step} changed: h moved by up to {moved:.3f}")

# %% [markdown]
# In both. The last hidden state has seen everything. The first number counts less here: it has
# passed through all the steps since.
#
# ## The smallest case
#
# One unit, one feature, three time steps. What comes back?

# %%
small = keras.layers.LSTM(1, name="one_unit")
data = np.array([0.1, 0.2, 0.3], dtype="float32").reshape(1, 3, 1)  # (batch, time, features)
print(data.shape, "=>", tuple(small(data).shape))

# %% [markdown]
# One number for one sequence, still with both axes: `(batch, units)`.
#
# A second case, called on data directly: 16 sequences of 8 steps with 4 features, and 2 units.

# %%
noise = keras.random.normal((16, 8, 4), seed=1)  # (batch, time, features)
print(tuple(noise.shape), "=>", tuple(keras.layers.LSTM(2)(noise).shape))

# %% [markdown]
# ## What it is for
#
# Use this mode when a whole sequence has one answer: is this review friendly, which word comes
# next, how warm will it be tomorrow? A `Dense` layer turns the vector into the answer.

# %%
answers = keras.layers.Dense(n_features, activation="softmax", name="answer")(outputs)
print("one answer for each sequence:", answers.shape)

# %% [markdown]
# Our task asks for four answers, one for each time step. This mode gives one vector. Is that
# enough to say four numbers? Lesson 08 comes back to it.
#
# ## What you have learned
#
# - `LSTM(units)` returns one array of shape `(batch, units)`.
# - It holds the hidden state `h` of the last time step, for each sequence.
# - The number of time steps and of features is not seen in the shape.
# - It has seen the whole sequence, and has to hold it in `units` numbers.
#
# **A question from the lesson before.** What decides how long `h` is?
#
# <details><summary>Answer</summary>
#
# The units, and nothing else. `h` and `c` both hold one number for each unit.
#
# </details>
#
# **Read on**
#
# - The Keras page of the LSTM layer: its arguments and their defaults.
# - Jason Brownlee, *Difference Between Return Sequences and Return States for LSTMs in Keras*.
# - Lesson 04, *All hidden states*: the same layer, with one flag switched on.
