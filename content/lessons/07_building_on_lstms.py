# %% [markdown]
# # Building on LSTMs
#
# An LSTM rarely works alone. Other layers stand in front of it, around it, or on top of it. In this
# notebook you see what each of them does to the shape, one short step at a time.
#
# **You will be able to**
#
# - stack LSTMs, and say why every layer but the last needs `return_sequences=True`;
# - predict what `Dense`, `RepeatVector`, `Flatten`, `Dropout`, `GRU` and `Bidirectional` return;
# - find the last state of the backward half of a bidirectional layer;
# - carry a memory from one call to the next;
# - say what comes back at a masked time step.
#
# **Time:** 20 minutes. A good place for a break is marked. **Builds on:** lessons 03 to 06 (the
# four output modes).

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
from lstm_outputs.forms import check_prediction
from lstm_outputs.layer_beliefs import layer_beliefs

# %%
# @title Setup: the picture
from lstm_outputs.pictures.both_ways import draw_both_ways
from lstm_outputs.pictures.show import show

# %% [markdown]
# The sequences are those of lesson 01: random integers, one-hot encoded. Here they are made in two
# lines, because the targets are not needed.

# %%
n_timesteps_in = 4  # @param {type: "integer"}
n_features = 10  # @param {type: "integer"}
train_size = 100  # @param {type: "integer"}
units = 16  # @param {type: "integer"}
sizes = (train_size, n_timesteps_in, n_features, units)

integers = np.random.default_rng(0).integers(n_features, size=(train_size, n_timesteps_in))
X_train = np.eye(n_features, dtype="float32")[integers]
X_train.shape  # (batch, time, features)

# %% [markdown]
# Some layers return one array, some return several. This function writes down the shape of each:

# %%
def shapes(arrays):
    """Return the shapes of one array, or of several, as text."""
    arrays = arrays if isinstance(arrays, (tuple, list)) else [arrays]
    return " ".join(str(tuple(array.shape)) for array in arrays)


# %% [markdown]
# And these are the outputs of mode 2 and mode 1, to build on:

# %%
keras.utils.set_random_seed(1)
all_hidden = keras.layers.LSTM(units, return_sequences=True)(X_train)
last_hidden = all_hidden[:, -1]
print("all_hidden: ", shapes(all_hidden))  # (batch, time, units)
print("last_hidden:", shapes(last_hidden))  # (batch, units)

# %% [markdown]
# ## Stacked LSTMs
#
# An LSTM reads `(batch, time, features)`. A second LSTM on top of it reads what the first one
# returns. So the first one has to return an axis for time: `return_sequences=True`.
#
# The features of the upper layer are the hidden states of the lower one.
#
# **Predict.** The lower layer has 16 units, the upper one 8, and the upper one has no flag. What is
# the shape of what the stack returns for `X_train`?

# %%
prediction = ...
check_prediction(prediction, layer_beliefs("stack", train_size, n_timesteps_in, n_features, 8))

# %% [markdown]
# **Run.**

# %%
stack = keras.Sequential([keras.Input((n_timesteps_in, n_features)),
                          keras.layers.LSTM(units, return_sequences=True, name="lower"),
                          keras.layers.LSTM(8, name="upper")], name="stack")
stack.summary(line_length=80, print_fn=print)
print("returns:", shapes(stack.predict(X_train, verbose=0)))

# %% [markdown]
# Look at *Output Shape*: what `lower` hands on still has an axis for time. Every layer but the last
# needs the flag, because another LSTM reads what it returns. The last one is free: choose what you
# want to come out.
#
# If `lower` lacks the flag, `upper` gets `(batch, units)` and stops with an error. Lesson 09, *What
# goes wrong*, shows it.
#
# ## Dense at every time step
#
# To say a number at every step, each hidden state must become a vector of 10 scores.
#
# **Predict.** `all_hidden` has shape `(100, 4, 16)`. What is the shape of `Dense(10)(all_hidden)`?

# %%
prediction = ...
check_prediction(prediction, layer_beliefs("dense", *sizes))

# %% [markdown]
# **Run.**

# %%
dense = keras.layers.Dense(n_features)
scores = dense(all_hidden)
print("scores:", shapes(scores))  # (batch, time, features)
print("weights:", shapes(dense.get_weights()))

# %% [markdown]
# `Dense` multiplies the last axis by its weights. They know nothing of time: the same
# `(16, 10)` weights serve every step.
#
# In many programs you meet `TimeDistributed(Dense(...))`. It says: *do this at each time step*.
# With the same weights, what do you expect: the same numbers, or others?

# %%
wrapped = keras.layers.TimeDistributed(keras.layers.Dense(n_features))
wrapped.build(tuple(all_hidden.shape))  # makes the weights
wrapped.set_weights(dense.get_weights())
by_step = np.stack([dense(all_hidden[:, step]) for step in range(n_timesteps_in)], axis=1)
for name, array in {"TimeDistributed": wrapped(all_hidden), "step by step": by_step}.items():
    print(f"{name:15} {shapes(array)}, equal:", np.allclose(array, scores, atol=1e-5))

# %% [markdown]
# The same numbers, three times over. `Dense` does not need the wrapper. Other layers do: a `Conv2D`
# takes one picture, not a film. `TimeDistributed` shows it the film picture by picture.
#
# ## RepeatVector: the same again and again
#
# The last hidden state has no axis for time. What if the next LSTM is to read it at every step?
#
# **Predict.** What is the shape of `RepeatVector(4)(last_hidden)`?

# %%
prediction = ...
check_prediction(prediction, layer_beliefs("repeat", *sizes))

# %% [markdown]
# **Run.**

# %%
repeated = keras.layers.RepeatVector(n_timesteps_in)(last_hidden)
print("repeated:", shapes(repeated))  # (batch, time, units)
print("each step is last_hidden:", np.all(repeated == last_hidden[:, None]))

# %% [markdown]
# Compare it with `all_hidden`: the shape is the same, what is in it is not. Here every step holds
# the same vector.
#
# ## Flatten: everything in a row
#
# **Predict.** What is the shape of `Flatten()(all_hidden)`?

# %%
prediction = ...
check_prediction(prediction, layer_beliefs("flatten", *sizes))

# %% [markdown]
# **Run.**

# %%
flat = keras.layers.Flatten()(all_hidden)
print("flat:", shapes(flat))  # (batch, time * units)
print("begins with step 0:", np.array_equal(flat[:, :units], all_hidden[:, 0]))

# %% [markdown]
# Step after step in one row. The batch is left alone. A `Dense` on top sees all steps at once,
# but from now on the number of steps is fixed.
#
# ## Dropout: learning with gaps
#
# While a network is trained, `Dropout(0.5)` sets about half of the numbers to zero. So the network
# cannot rely on any single one.
#
# **Predict.** What is the shape of `Dropout(0.5)(all_hidden)`?

# %%
prediction = ...
check_prediction(prediction, layer_beliefs("dropout", *sizes))

# %% [markdown]
# **Run.** The small array of ones lets you see what happens.

# %%
dropout = keras.layers.Dropout(0.5, seed=6)
print("shape:", shapes(dropout(all_hidden)))  # (batch, time, units)
print("unchanged without training:", np.array_equal(dropout(all_hidden), all_hidden))
print(np.array(dropout(np.ones((3, 8), dtype="float32"), training=True)))

# %% [markdown]
# A one becomes 0, or 2: what is left is made larger, so that the sum stays about the same. Without
# `training=True`, and in `predict`, nothing is dropped.
#
# *A good place for a break.*
#
# ## GRU: a relative of the LSTM
#
# A GRU has fewer gates than an LSTM, and no cell state.
#
# **Predict.** Both flags are on. Write the shapes of all arrays that the GRU returns for `X_train`,
# in order, with a pair of brackets around them, as in lesson 06.

# %%
prediction = ...
check_prediction(prediction, layer_beliefs("gru", *sizes))

# %% [markdown]
# **Run.**

# %%
gru = keras.layers.GRU(units, return_sequences=True, return_state=True)
sequence, state = gru(X_train)
print("GRU returns:", shapes([sequence, state]))
print("sequence[:, -1] equals state:", np.allclose(sequence[:, -1], state, atol=1e-5))
print("parameters: LSTM", stack.get_layer("lower").count_params(), " GRU", gru.count_params())

# %% [markdown]
# Two arrays, not three. The one state is the last hidden state. So code that unpacks
# `output, state_h, state_c` stops with an error when the layer is a GRU. Inside, a GRU has three
# parts with weights where an LSTM has four. That is why it has fewer parameters.
#
# ## go_backwards: reading from the end
#
# `go_backwards=True` reads the last time step first. The shape is that of mode 2. But which step
# does the first row of the output belong to: step 0, or the last step? Decide before you run it.

# %%
backwards = keras.layers.LSTM(units, return_sequences=True, go_backwards=True)
read_backwards = backwards(X_train)
plain = keras.layers.LSTM(units, return_sequences=True)
plain.build(X_train.shape)
plain.set_weights(backwards.get_weights())
print("shape:", shapes(read_backwards))  # (batch, time, units)
print("a plain layer on the reversed input returns the same:",
      np.allclose(plain(X_train[:, ::-1]), read_backwards, atol=1e-5))

# %% [markdown]
# The rows come in the order of reading. The first row belongs to the *last* time step. The layer
# does not turn them around again.
#
# ## Bidirectional: reading both ways
#
# `Bidirectional` holds two copies of a layer, with weights of their own. One reads forward, one
# backward. Their outputs are joined.
#
# **Predict.** What is the shape of `Bidirectional(LSTM(16))(X_train)`?

# %%
prediction = ...
check_prediction(prediction, layer_beliefs("bidirectional", *sizes))

# %% [markdown]
# **Run.** `merge_mode` says how they are joined. `None` joins nothing and returns two arrays. From
# these two we make the result of each other mode by hand, and compare.

# %%
apart = keras.layers.Bidirectional(keras.layers.LSTM(units), merge_mode=None)
forward, backward = (np.array(array) for array in apart(X_train))
print("None   ", shapes([forward, backward]))
by_hand = {"concat": np.concatenate([forward, backward], axis=-1), "sum": forward + backward,
           "mul": forward * backward, "ave": (forward + backward) / 2}
for mode, expected in by_hand.items():
    merged = keras.layers.Bidirectional(keras.layers.LSTM(units), merge_mode=mode)
    merged.build(X_train.shape)
    merged.set_weights(apart.get_weights())
    same = np.allclose(merged(X_train), expected, atol=1e-5)
    print(f"{mode:7} {shapes(merged(X_train))}, as by hand: {same}")

# %% [markdown]
# `concat` is the default: it puts the two side by side, so the last axis doubles. The others work
# entry by entry and keep it.
#
# ### With both flags
#
# **Predict.** Both flags are on, and `merge_mode` is the default. How many arrays come back, and of
# what shapes?

# %%
prediction = ...
check_prediction(prediction, layer_beliefs("bidirectional states", *sizes))

# %% [markdown]
# **Run.**

# %%
both_flags = {"return_sequences": True, "return_state": True}
for mode in ("concat", "sum", "mul", "ave", None):
    layer = keras.layers.Bidirectional(keras.layers.LSTM(units, **both_flags), merge_mode=mode)
    print(f"{mode!s:7} {shapes(layer(X_train))}")

# %% [markdown]
# Five arrays: the output, then `h` and `c` of the forward half, then `h` and `c` of the backward
# half. Only the output is merged. The states never are: each keeps 16 numbers, in every mode. (With
# `None` the output is two arrays, so there are six.)
#
# ### Where is the last state of the backward half?
#
# The backward half reads step 3 first. Which step does it read last? Find it in the picture: the
# states come out where the reading ends.

# %%
show(*draw_both_ways(n_timesteps_in, units, **both_flags))

# %%
both_ways = keras.layers.Bidirectional(keras.layers.LSTM(units, **both_flags))
sequence, forward_h, _, backward_h, _ = both_ways(X_train)
for name, half, state in [("forward", sequence[:, :, :units], forward_h),
                          ("backward", sequence[:, :, units:], backward_h)]:
    equal = [np.allclose(half[:, step], state, atol=1e-5) for step in range(n_timesteps_in)]
    print(f"{name:8} half equals its state h, step by step: {equal}")

# %% [markdown]
# The backward half ends at step 0. `Bidirectional` turns its rows around, so that row 0 of both
# halves belongs to step 0. That makes `sequence[:, -1]` a trap: its backward half has read one step
# only. If you want the end of both readings, take `forward_h` and `backward_h`.
#
# ## initial_state: going on from a memory
#
# An LSTM starts with zeros for `h` and `c`. You may give it others. Here a layer reads `X_train`,
# and then once more, starting from the states at the end of the first reading.
#
# Would it end up the same if it read one long sequence, `X_train` twice in a row?

# %%
layer = keras.layers.LSTM(units, return_state=True)
_, state_h, state_c = layer(X_train)
resumed, _, _ = layer(X_train, initial_state=[state_h, state_c])
twice = np.concatenate([X_train, X_train], axis=1)  # (batch, 2 * time, features)
whole, _, _ = layer(twice)
print("resumed:", shapes(resumed), " whole:", shapes(whole), " read from:", shapes(twice))
print("equal:", np.allclose(resumed, whole, atol=1e-5))

# %% [markdown]
# The two states are all that a layer knows of the past. Hand them to *another* LSTM, and you have
# an encoder and a decoder: lesson 08.
#
# ## stateful: the layer keeps its memory
#
# With `stateful=True` the layer hands the states on by itself, from one call to the next, until you
# reset it. It gets the same weights and reads `X_train` three times. Which of the calls will agree?

# %%
stateful = keras.layers.LSTM(units, stateful=True, name="stateful")
stateful.build(X_train.shape)
stateful.set_weights(layer.get_weights())
first, second = stateful(X_train), stateful(X_train)
stateful.reset_state()
third = stateful(X_train)
print("call 2 equals one long sequence:", np.allclose(second, whole, atol=1e-5))
print("call 3, after the reset, equals call 1:", np.allclose(third, first, atol=1e-5))
for owner in (stateful, stack):
    print(owner.name, "has", [name for name in dir(owner) if name.startswith("reset_state")])

# %% [markdown]
# The shape is that of any LSTM, `(batch, units)`. Each sequence of the batch has a memory of its
# own, so the batch size must stay the same. In Keras 3 a layer has both names. A model has neither,
# so reset its layers.
#
# ## Masking: steps to skip
#
# Sequences differ in length. Short ones are filled up, often with zeros. A mask tells the LSTM
# which steps to skip. Here steps 1 and 3 of one sequence are set to zero.
#
# What do you expect from a layer with 3 units: fewer rows, or as many as before? And what will
# stand in the rows of steps 1 and 3?

# %%
padded = X_train[:1].copy()  # (batch, time, features)
padded[:, 1::2] = 0
masking = keras.layers.Masking(mask_value=0.0)
print("mask:", np.array(masking.compute_mask(padded))[0])
for zeros in (False, True):
    keras.utils.set_random_seed(1)  # the same weights both times
    # use_cudnn matters on a GPU, see lesson 10
    lstm = keras.layers.LSTM(3, return_sequences=True, zero_output_for_mask=zeros, use_cudnn=False)
    output = np.array(lstm(masking(padded)))
    print(f"zero_output_for_mask={zeros}: {shapes(output)}\n{output[0].round(3)}")

# %% [markdown]
# As many rows as before. A masked step is skipped: the state stays, and the row before is repeated.
# So the last row is the hidden state after the last step that counts. With
# `zero_output_for_mask=True` zeros are shown at the masked steps. The state is kept all the same:
# look at the row of step 2.
#
# ## All layers in one table
#
# Computed now, for your sizes. `go_backwards` and `stateful` are missing: they change no shape.
# Cover the right side and predict it, line by line.

# %%
table = [(X_train, {
    "LSTM": keras.layers.LSTM(units),
    "LSTM, return_sequences": keras.layers.LSTM(units, return_sequences=True),
    "LSTM, return_state": keras.layers.LSTM(units, return_state=True),
    "LSTM, both flags": keras.layers.LSTM(units, **both_flags),
    "GRU": keras.layers.GRU(units), "GRU, both flags": gru,
    "Bidirectional": keras.layers.Bidirectional(keras.layers.LSTM(units)),
    "Bidirectional, both flags": both_ways, "Masking": masking}), (all_hidden, {
    "Dense": dense, "TimeDistributed(Dense)": wrapped,
    "Dropout": dropout, "Flatten": keras.layers.Flatten()}), (last_hidden, {
    "RepeatVector": keras.layers.RepeatVector(n_timesteps_in)})]
print(f"{'layer':25} {'shape in':12}    arrays out")
for data, some in table:
    for name, layer in some.items():
        print(f"{name:25} {shapes(data):12} => {shapes(layer(data))}")

# %% [markdown]
# ## What you have learned
#
# - In a stack, every LSTM but the last needs `return_sequences=True`: the next one reads sequences.
# - `Dense` works on the last axis, so on every time step. `TimeDistributed` changes nothing there.
# - `RepeatVector` adds an axis for time, `Flatten` takes it away, `Dropout` changes no shape.
# - A GRU has one state. A bidirectional LSTM returns five arrays, and its states are never merged.
# - The backward half ends at time step 0.
# - `initial_state` and `stateful` carry a memory on. A mask skips steps and keeps the shape.
#
# **A question from the lesson before.** Both flags are on, and you kept only `sequence`. Can you
# still get `state_h`? And `state_c`?
#
# <details><summary>Answer</summary>
#
# `state_h` is `sequence[:, -1]`. `state_c` is lost: the sequence holds hidden states only.
#
# </details>
#
# **Read on**
#
# - Jason Brownlee, *Stacked LSTM Networks* and *TimeDistributed Layer* (Machine Learning Mastery).
# - The Keras guide *Working with RNNs*: bidirectional layers, and state across batches.
# - The Keras guide on masking and padding.
# - Lesson 08, *Encoder and decoder*: the states are handed on, and the task is solved.
