# %% [markdown]
# # What goes wrong, and why
#
# Everyone who works with LSTMs meets these mistakes. Some stop with an error. Others run through
# and are wrong. In this notebook you make them all, on purpose.
#
# **You will be able to**
#
# - read six errors that LSTMs raise, and say what to write instead;
# - replace what Keras 3 has removed;
# - notice three mistakes that raise nothing.
#
# **Time:** 20 minutes. **Builds on:** the four output modes (lessons 03 to 06).

# %%
# @title Setup: run this cell first (TensorFlow)
from lstm_outputs.backend import need_keras_3, quiet_start

with quiet_start():
    import keras
    import tensorflow as tf

    tf.zeros(1)  # the first operation also logs

import warnings

import numpy as np

from lstm_outputs.errors import show_error

need_keras_3(keras.__version__)

# %%
# @title Setup: the checks of your predictions
from lstm_outputs.beliefs import output_beliefs
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
# ## How to read an error
#
# An error has a type and a message. `show_error` runs the lines under it. If they stop, it prints
# the type and the first line of the message, and the notebook goes on. If they do not stop, it
# prints `No error.` Try it:

# %%
with show_error():
    1 / 0

# %% [markdown]
# ## Part 1: mistakes that raise an error
#
# ### A layer that was never called
#
# You want three arrays. What do you expect from this line?

# %%
with show_error():
    output, state_h, state_c = keras.layers.LSTM(1, return_state=True)

# %% [markdown]
# **Why:** `LSTM(1, return_state=True)` makes a layer. A layer is one object. It holds weights, and
# no arrays: it has not seen data yet. Python cannot take one object apart into three.
#
# **Write instead:** two pairs of parentheses. The first makes the layer, the second calls it.

# %%
keras.utils.set_random_seed(1)
layer = keras.layers.LSTM(1, return_state=True)
output, state_h, state_c = layer(X_train)
print(output.shape, state_h.shape, state_c.shape)

# %% [markdown]
# ### Two LSTMs, one on top of the other
#
# The second LSTM reads what the first one returns. What does the second one need, and what does
# it get? Look at the picture of the first one before you run the cell after it.

# %%
show(*draw_rollout(n_timesteps_in, units, return_sequences=False, return_state=False))

# %%
inputs = keras.Input(shape=(n_timesteps_in, n_features), name="sequence")
with show_error():
    below = keras.layers.LSTM(units, name="first")(inputs)
    above = keras.layers.LSTM(units, name="second")(below)

# %% [markdown]
# Skip the first words and read it in three steps:
#
# - `layer 'second'`: the second layer complains. The mistake is in the first one.
# - `expected ndim=3, found ndim=2`: it wants three axes, `(batch, time, features)`. It got two.
# - `Full shape received: (None, 16)`: this is what it got. There is no axis for time.
#
# **Why:** without `return_sequences=True` one time step comes out of the first layer.
#
# **Write instead:** `return_sequences=True` in each LSTM that has another one above it.

# %%
below = keras.layers.LSTM(units, return_sequences=True, name="lower")(inputs)
above = keras.layers.LSTM(units, name="upper")(below)
print("between the layers:", below.shape)  # (batch, time, units)
print("on top:            ", above.shape)  # (batch, units)

# %% [markdown]
# ### `output_shape` is gone
#
# Older books and notebooks ask a layer for its `output_shape`. What does Keras 3 say?

# %%
layer = keras.layers.LSTM(units, return_sequences=True, name="memory")
model = keras.Model(inputs, layer(inputs), name="model")

with show_error():
    layer.output_shape
with show_error():
    model.get_layer("memory").output_shape

# %% [markdown]
# **Why:** a layer can be called many times, on data of many shapes. So it has no single output
# shape. Keras 3 took the attribute away from layers. Models still have it.
#
# **Write instead:** three ways, from three starting points.

# %%
print("a layer, a shape:   ", layer.compute_output_shape((None, n_timesteps_in, n_features)))
print("a model:            ", model.output_shape)
print("a layer in a model: ", model.get_layer("memory").output.shape)

# %% [markdown]
# `compute_output_shape` works before any data and before any call. `output` needs a call on a
# placeholder, an `Input`. A layer that was called on data only has none. The message says "never
# been called". It means: never on an `Input`.

# %%
called_on_data = keras.layers.LSTM(units, name="called_on_data")
called_on_data(X_train)
with show_error():
    called_on_data.output

# %% [markdown]
# And with `return_state=True`? Which shapes do you expect from `compute_output_shape`, for both
# flags on and data of shape `(100, 4, 10)`?

# %%
layer = keras.layers.LSTM(units, return_sequences=True, return_state=True)
layer.compute_output_shape((train_size, n_timesteps_in, n_features))

# %% [markdown]
# ### Arguments that are gone
#
# Two arguments from older notebooks: `time_major=True` and `input_shape=(4, 10)`. Keras 3 treats
# them differently. What do you expect of the first one?

# %%
with show_error():
    keras.layers.LSTM(units, time_major=True)

# %% [markdown]
# It raises an error. `time_major` meant data of shape `(time, batch, features)`. In Keras 3 the
# batch always comes first. **Write instead:** exchange the first two axes before the layer.

# %%
time_first = np.swapaxes(X_train, 0, 1)
print("time first: ", time_first.shape)  # (time, batch, features)
print("batch first:", np.swapaxes(time_first, 0, 1).shape)  # (batch, time, features)

# %% [markdown]
# And `input_shape`? Keras can also give a *warning*: it goes on, and asks for a change. The next
# cell catches warnings, so that we can count and read them.

# %%
with warnings.catch_warnings(record=True) as caught, show_error():
    warnings.simplefilter("always")
    keras.layers.LSTM(units, input_shape=(n_timesteps_in, n_features))

for warning in caught:
    print("Keras warns:", str(warning.message).split(". ")[0])
print("Number of warnings:", len(caught))

# %% [markdown]
# No error, one warning. The layer was made and works. Better not to rely on it.
#
# **Write instead:** `keras.Input` as the first entry of the model.

# %%
first = keras.Input(shape=(n_timesteps_in, n_features))
model = keras.Sequential([first, keras.layers.LSTM(units)])
model.output_shape  # (batch, units)

# %% [markdown]
# ### Three arrays into one
#
# With `return_state=True` a layer returns a tuple of three arrays. Someone puts them into one
# NumPy array. In mode 3 (`return_sequences=False`) all three have the same shape:

# %%
outputs = keras.layers.LSTM(units, return_state=True)(X_train)
print([tuple(output.shape) for output in outputs])
print("in one array:", np.array(outputs).shape)

# %% [markdown]
# That works. Now mode 4: the same line, with `return_sequences=True`. What do you expect?

# %%
outputs = keras.layers.LSTM(units, return_sequences=True, return_state=True)(X_train)
print([tuple(output.shape) for output in outputs])
with show_error():
    np.array(outputs)

# %% [markdown]
# **Why:** an array is a block without holes. `(100, 4, 16)` and `(100, 16)` do not make a block.
# NumPy calls that *inhomogeneous*. In mode 3 it worked by luck.
#
# **Write instead:** a name for each. The shapes may then differ.

# %%
sequence, state_h, state_c = outputs
print("sequence", sequence.shape, " state_h", state_h.shape, " state_c", state_c.shape)

# %% [markdown]
# ## Part 2: mistakes that raise nothing, or not always
#
# These are worse. The code runs, and what comes out is wrong.
#
# ### A tuple expected, one array returned
#
# Here `return_state=True` was forgotten. Three names wait for one array, with 100 sequences in
# the batch. What do you expect?

# %%
layer = keras.layers.LSTM(units, name="without_states")
with show_error():
    output, state_h, state_c = layer(X_train)

# %% [markdown]
# *Too many* values, though a value is missing? Python took the array apart along its first axis,
# the batch: 100 rows for 3 names.
#
# And if the batch happens to hold three sequences?

# %%
with show_error():
    output, state_h, state_c = layer(X_train[:3])
print("'output'", output.shape, " 'state_h'", state_h.shape, " 'state_c'", state_c.shape)

# %% [markdown]
# No error. But `state_h` is no state: it is the output for the second sequence.
#
# **Notice:** the batch axis is gone. Each shape is `(16,)`, where `(3, 16)` should be.
#
# **Write instead:** one name for one array. Or `return_state=True` and three names. The last
# line here shows what was mixed up:

# %%
output = layer(X_train[:3])
print("one array:", output.shape)  # (batch, units)
print("'state_h' was row 1 of it:", np.allclose(state_h, output[1]))

# %% [markdown]
# ### Units taken for time steps
#
# "My sequences have 4 time steps, so I write `LSTM(4)`."
#
# **Predict.** What is the shape of the result, on `X_train`?

# %%
prediction = ...
check_prediction(prediction, output_beliefs(
    train_size, n_timesteps_in, n_features, units=n_timesteps_in))

# %% [markdown]
# And what is the shape of the target, decoded with `argmax`: the integers we want? **Run.**

# %%
layer = keras.layers.LSTM(n_timesteps_in, name="units_as_steps")
print("LSTM(4) returns:  ", tuple(layer(X_train).shape))
print("the target, as integers:", y_train.argmax(axis=-1).shape)

# %% [markdown]
# The shapes agree, so training would run. But the 4 are not the same 4. One counts units, the
# other time steps.
#
# **Notice:** change the number of time steps. If an axis counts them, it follows.

# %%
for timesteps in (2, n_timesteps_in, 7):
    data = np.zeros((train_size, timesteps, n_features), dtype="float32")
    print(data.shape, "=>", tuple(layer(data).shape))  # (batch, time, features) => (batch, units)

# %% [markdown]
# It does not follow. These are units: all four belong to the last time step.
#
# **Write instead:** units of a size that occurs nowhere else, like 16. The number of time steps
# comes from the data. You never write it into the LSTM.
#
# ### Time and features mixed up
#
# The layer takes axis 1 for time and axis 2 for features. Someone hands it the data with both
# exchanged: `(100, 10, 4)`.

# %%
exchanged = np.swapaxes(X_train, 1, 2)
exchanged.shape  # meant: (batch, time, features)

# %% [markdown]
# **Predict.** What does an LSTM with 16 units and `return_sequences=True` make of it: an error, or
# a shape? If a shape, write it. If an error, leave the three dots.

# %%
prediction = ...
check_prediction(prediction, output_beliefs(
    train_size, n_features, n_timesteps_in, units, return_sequences=True))

# %% [markdown]
# **Run.**

# %%
wrong = keras.layers.LSTM(units, return_sequences=True, name="wrong")
with show_error():
    print(wrong(exchanged).shape)

# %% [markdown]
# No error. A new layer makes its weights to fit whatever arrives first. This one now reads ten
# time steps of four features.
#
# **Notice, 1:** ten steps come back, and you have four. But without `return_sequences=True` nothing
# can be seen: the shape is right.

# %%
right = keras.layers.LSTM(units, name="right")
wrong = keras.layers.LSTM(units, name="wrong")
print("right:", tuple(right(X_train).shape), " wrong:", tuple(wrong(exchanged).shape))

# %% [markdown]
# **Notice, 2:** count the parameters. The formula `4 * (units * (features + units) + units)` holds
# the features. So the count tells which axis the layer took for them.

# %%
print("expected:", 4 * (units * (n_features + units) + units))
print("right:", right.count_params(), " wrong:", wrong.count_params())

# %% [markdown]
# **Write instead:** an `Input` that says what you mean. Then the model refuses the rest.

# %%
model = keras.Model(inputs, keras.layers.LSTM(units)(inputs), name="careful")
with show_error():
    model(exchanged)

# %% [markdown]
# One more trap: `reshape` does not exchange axes. It fills the numbers into a new form, row by row.
# The shapes below are equal. Are the arrays?

# %%
reshaped = X_train.reshape(train_size, n_features, n_timesteps_in)
print(exchanged.shape, reshaped.shape, "equal:", np.array_equal(exchanged, reshaped))

# %% [markdown]
# ## All of them at a glance
#
# | you see | what happened | write instead |
# |---|---|---|
# | cannot unpack … LSTM object | the layer was not called | `LSTM(…)(data)` |
# | expected ndim=3, found ndim=2 | the layer below gave one step | `return_sequences=True` there |
# | no attribute `output_shape` | a layer was asked | the three ways above |
# | Unrecognized keyword … `time_major` | an argument is gone | `np.swapaxes(data, 0, 1)` |
# | a warning about `input_shape` | a habit from Keras 2 | `keras.Input` first |
# | inhomogeneous shape | arrays of two shapes into one | a name for each |
# | too many values to unpack | three names for one array | `return_state=True`, or one name |
# | nothing, but the batch axis is gone | the same, with a batch of 3 | the same |
# | nothing, but an axis never changes | units taken for time steps | another size for the units |
# | nothing, but the parameter count is off | time and features exchanged | `keras.Input` |
#
# ## What you have learned
#
# - A layer returns arrays only when it is called.
# - The message says what arrived. Compare it with `(batch, time, features)`, axis by axis.
# - In Keras 3 a layer has no `output_shape` and knows no `time_major`. It still takes
#   `input_shape`, and warns.
# - The worst mistakes raise nothing. Four different sizes for batch, time, features, and units
#   bring them to light.
#
# **A question from the lesson before.** Lesson 08, *Encoder and decoder*: what does the encoder
# hand over to the decoder, and which flag does the encoder need for it?
#
# <details><summary>Answer</summary>
#
# Its last hidden state `h` and its last cell state `c`. They come back with `return_state=True`,
# and go into the decoder as `initial_state`.
#
# </details>
#
# **Read on**
#
# - Jason Brownlee, *Stacked LSTM Networks* (Machine Learning Mastery): the second error above,
#   from the other side.
# - The Keras guide *Working with RNNs*, and the Keras page on the LSTM layer: the arguments that
#   exist today.
# - Lesson 10, *The fast path on a GPU*: arguments that change the speed, and no shape.
