# %% [markdown]
# # Mode 2: all hidden states
#
# The layer computes a hidden state at every time step. With one flag it hands them all out. In this
# notebook you see how they line up with the time steps.
#
# **You will be able to**
#
# - predict the shape of what `LSTM(units, return_sequences=True)` returns;
# - find the hidden state of one time step, of one sequence, of one unit;
# - show that the last of them is what mode 1 returned;
# - say what the layer knows at each time step, and what it cannot know yet.
#
# **Time:** 15 minutes. **Builds on:** lesson 03 (the last hidden state).
#
# The four output modes of the layer, and the one we look at now:
#
# | | `return_state=False` | `return_state=True` |
# |---|---|---|
# | `return_sequences=False` | mode 1 | mode 3 |
# | `return_sequences=True` | **mode 2: all hidden states** | mode 4 |

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
# One flag is switched on.

# %%
keras.utils.set_random_seed(1)
inputs = keras.Input(shape=(n_timesteps_in, n_features), name="sequence")
layer = keras.layers.LSTM(units, return_sequences=True, name="lstm")

# %% [markdown]
# ## Before data arrives
#
# **Predict.** What is the shape of `layer(inputs)`?

# %%
prediction = ...
check_prediction(prediction, lstm_beliefs(
    train_size, n_timesteps_in, n_features, units, return_sequences=True, symbolic=True))

# %% [markdown]
# **Run.**

# %%
outputs = layer(inputs)
outputs.shape  # (batch, time, units)

# %% [markdown]
# Still one array. But now it has an axis for time, between the batch and the units.
#
# Compare the picture with the one of mode 1. The layer is the same. More circles are marked.

# %%
show(*draw_rollout(n_timesteps_in, units, return_sequences=True, return_state=False))

# %% [markdown]
# Every `h` comes back, in the order of the time steps.
#
# ## The model summary
#
# Does the flag cost parameters? Guess before you run it. Mode 1 had 1,728 of them.

# %%
model = keras.Model(inputs, outputs, name="all_hidden_states")
model.summary(line_length=80)

# %% [markdown]
# The same number. The flag decides what is handed out, not what is computed.
#
# ## On the data
#
# **Predict.** What is the shape of `model.predict(X_train)`?

# %%
prediction = ...
check_prediction(prediction, lstm_beliefs(
    train_size, n_timesteps_in, n_features, units, return_sequences=True))

# %% [markdown]
# **Run.**

# %%
all_hidden = model.predict(X_train, verbose=0)
all_hidden.shape  # (batch, time, units)

# %% [markdown]
# For the first sequence: a row for each time step, `units` numbers in a row.

# %%
numbers = one_hot_decode(X_train[0])
for step in range(n_timesteps_in):
    print(f"step {step}, read {numbers[step]}:", all_hidden[0, step, :5].round(3), "…")

# %%
show(*draw_heat_map(hidden_states=all_hidden[0]))

# %% [markdown]
# Read the picture from top to bottom: that is how the hidden state changes as the sequence is
# read.
#
# ## Picking one out
#
# Three axes, three questions: which sequence, which time step, which unit? What does each of
# these hold? Say it before you run it.

# %%
print("all_hidden[0]      ", all_hidden[0].shape)
print("all_hidden[:, 2]   ", all_hidden[:, 2].shape)
print("all_hidden[:, -1]  ", all_hidden[:, -1].shape)
print("all_hidden[0, 2, 5]", all_hidden[0, 2, 5].shape)

# %% [markdown]
# In order: all time steps of the first sequence; the third time step of every sequence; the last
# time step of every sequence; one number.
#
# ## The last one is an old friend
#
# Mode 1 returned the last hidden state. Here it should be `all_hidden[:, -1]`. To see it, a layer
# in mode 1 gets the same weights.

# %%
mode_1 = keras.layers.LSTM(units)
mode_1.build(inputs.shape)
mode_1.set_weights(layer.get_weights())
np.allclose(all_hidden[:, -1], mode_1(X_train), atol=1e-6)

# %% [markdown]
# So mode 1 is contained in mode 2. The same layer, more of it shown.
#
# ## What can step 0 know?
#
# We change the *last* number of the first sequence. Which hidden states change? Decide first.

# %%
changed = X_train[:1].copy()
changed[0, -1] = np.roll(changed[0, -1], 1)
moved = np.abs(model.predict(changed, verbose=0)[0] - all_hidden[0]).max(axis=-1)
for step, by in enumerate(moved):
    print(f"h of step {step} moved by up to {by:.3f}")

# %% [markdown]
# Only the last one. The others were computed before the last number was read. A hidden state
# knows what came up to its own time step, and nothing of what comes after.
#
# Now think of the task. The first number to say is the last one read. Can `h` of step 0 know it?
# Keep your answer for lesson 08.
#
# ## The smallest case
#
# One unit, one feature, three time steps. What comes back? And with 12 units?

# %%
data = np.array([0.1, 0.2, 0.3], dtype="float32").reshape(1, 3, 1)  # (batch, time, features)
for size in (1, 12):
    small = keras.layers.LSTM(size, return_sequences=True)
    print(f"{size:2} units: {data.shape} => {tuple(small(data).shape)}")

# %% [markdown]
# ## What it is for
#
# Use this mode when something reads the time steps one by one:
#
# - a second LSTM, which needs a sequence to read (lesson 07);
# - an answer for each time step: is this word a name, is this second speech?

# %%
answers = keras.layers.Dense(n_features, activation="softmax", name="answer")(outputs)
print("one answer for each time step:", answers.shape)

# %% [markdown]
# ## What you have learned
#
# - `LSTM(units, return_sequences=True)` returns one array of shape `(batch, time, units)`.
# - It holds `h` of every time step, in order. The last one is what mode 1 returns.
# - The flag costs no parameters and changes no number.
# - `h` of a time step knows nothing of the steps after it.
#
# **A question from the lesson before.** What does `LSTM(5)` return for 3 sequences of 7 time
# steps with 2 features?
#
# <details><summary>Answer</summary>
#
# One array of shape `(3, 5)`: the last hidden state of each sequence.
#
# </details>
#
# **Read on**
#
# - The Keras guide *Working with RNNs*, on outputs and states.
# - Jason Brownlee, *Stacked LSTM Networks*.
# - Lesson 05, *The last hidden state and the states*: the other flag.
