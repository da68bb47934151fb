# %% [markdown]
# # What comes back: explorer, reference, quiz
#
# The whole series on one page. You turn the flags of a layer and watch what comes back, you get
# a table of every layer and mode that you have met, and you try six predictions without help.
#
# **You will be able to**
#
# - try any size and any flag, and see shapes, parameters and the picture follow;
# - look up what a layer returns, and what each array holds;
# - predict what a layer returns, without looking it up.
#
# **Time:** 20 minutes. **Builds on:** all lessons before. Keep the page: it is a reference.

# %%
# @title Setup: run this cell first (TensorFlow, checks for your predictions)
from lstm_outputs.backend import need_keras_3, quiet_start

with quiet_start():
    import keras
    import tensorflow as tf

    tf.zeros(1)  # the first operation also logs

import numpy as np

from lstm_outputs.forms import check_prediction

need_keras_3(keras.__version__)

# %%
# @title Setup: the pictures
from lstm_outputs.pictures.both_ways import draw_both_ways
from lstm_outputs.pictures.rollout import draw_rollout
from lstm_outputs.pictures.show import show

# %%
# @title Setup: the explorer
from lstm_outputs.explorer import explain_layer, explore

# %%
# @title Setup: the table
from lstm_outputs.tables import show_table

# %% [markdown]
# ## 1. The explorer
#
# Run the next cell: sliders and boxes appear. Before you move one, say what will change: the
# first shape, the number of arrays, the parameters, the marked circles?
#
# Three things to find out:
#
# - Which sliders change the number of parameters, and which do not?
# - Which setting returns five arrays?
# - Which circles are filled with both flags on?

# %%
explore()

# %% [markdown]
# The same in one line, for places without sliders. Change what you like.

# %%
explain_layer(units=7, return_sequences=True, return_state=True, layer="GRU")

# %% [markdown]
# <details><summary>Answers to the three questions</summary>
#
# Features and units change the parameters, and so does the kind of layer. The batch and the time
# steps do not: the same weights are used for every sequence, at every step. Five arrays come from
# the Bidirectional LSTM with `return_state`. With both flags on, every `h` comes back, and the
# states after the last step once more.
#
# </details>
#
# ## 2. The table
#
# Every line below is made by running the call that stands in it. Shapes and parameters are
# computed. The data are one-hot sequences, as many as in the training set of lesson 01.

# %%
n_timesteps_in = 4  # @param {type: "integer"}
n_features = 10  # @param {type: "integer"}
train_size = 100  # @param {type: "integer"}
units = 16  # @param {type: "integer"}

drawn = np.random.default_rng(0).integers(n_features, size=(train_size, n_timesteps_in))
X_train = np.eye(n_features, dtype="float32")[drawn]
X_train.shape  # (batch, time, features)

# %% [markdown]
# `make` runs a call. `row` calls the layer twice, on a placeholder and on the data, and keeps the
# shapes.

# %%
def make(call):
    keras.utils.set_random_seed(1)
    return eval(call, {**vars(keras.layers), "Sequential": keras.Sequential})


def row(call, data, words=None, batch=None):
    layer = make(call)
    results = layer(keras.Input(batch_shape=(batch, *data.shape[1:]))), layer(data)
    shapes = [[str(tuple(array.shape)) for array in keras.tree.flatten(arrays)]
              for arrays in results]
    words = words or [name_of(array, parts_of(layer, data))
                      for array in keras.tree.flatten(results[1])]
    return call, f"{layer.count_params():,}", list(zip(*shapes, words))


# %% [markdown]
# What does each array hold? For LSTM, GRU and Bidirectional that is found out too. A twin of the
# layer, with the same weights and both flags on, hands out everything. Then we look which of its
# parts has the same values.

# %%
def run_twin(layer, data):
    twin = type(layer)(layer.units, return_sequences=True, return_state=True)
    twin.build(data.shape)
    twin.set_weights(layer.get_weights())
    return dict(zip(["every h", "last h", "last c"], map(np.array, twin(data))))


def parts_of(layer, data):
    if not isinstance(layer, keras.layers.Bidirectional):
        return run_twin(layer, data)
    ahead, back = run_twin(layer.forward_layer, data), run_twin(layer.backward_layer, data[:, ::-1])
    back["every h"] = back["every h"][:, ::-1]  # in the order of the data again
    parts = {f"{name}, forward": part for name, part in ahead.items()}
    for name, part in back.items():
        pair = [ahead[name], part]
        parts |= {f"{name}, backward": part, f"{name}, joined": np.concatenate(pair, axis=-1),
                  f"{name}, added": sum(pair), f"{name}, multiplied": np.prod(pair, axis=0),
                  f"{name}, averaged": np.mean(pair, axis=0)}
    return parts


def name_of(array, parts):
    return next((name for name, part in parts.items()
                 if part.shape == array.shape and np.allclose(part, array, atol=1e-3)), "?")


# %% [markdown]
# In the tables, *every h* is the hidden state at each time step. *last h* and *last c* are the
# states after the step that is read last.

# %%
sequences, state = "return_sequences=True", "return_state=True"
modes = ["", f", {sequences}", f", {state}", f", {sequences}, {state}"]
show_table("LSTM", [row(f"LSTM({units}{mode})", X_train) for mode in modes])

# %% [markdown]
# One flag, one effect. `return_sequences` decides on the first array: with or without time.
# `return_state` adds the states, which never have a time axis.

# %%
show_table("GRU", [row(f"GRU({units}{mode})", X_train) for mode in modes])

# %% [markdown]
# A GRU has one state. So with `return_state` two arrays come back, and it has fewer parameters.
#
# In a Bidirectional layer one LSTM reads forward and one reads backward, from the last step to the
# first. So *last h, backward* belongs to time step 0.

# %%
merges = [f', merge_mode="{mode}"' for mode in ("sum", "mul", "ave")] + [", merge_mode=None"]
show_table("Bidirectional: how the two outputs are merged", [
    row(f"Bidirectional(LSTM({units}){merge})", X_train) for merge in ["", *merges]])
show_table("Bidirectional: the flags", [
    row(f"Bidirectional(LSTM({units}{mode}))", X_train) for mode in modes[1:]])

# %% [markdown]
# Merging is for the output. The states are never merged: `h` and `c` forward, `h` and `c` backward.
#
# The next layers come after an LSTM. What they get is in the caption.

# %%
every, last = make(f"LSTM({units}, {sequences})")(X_train), make(f"LSTM({units})")(X_train)
show_table(f"After LSTM({units}, return_sequences=True)", [
    row(f"Dense({n_features})", every, ["an answer at every step"]),
    row(f"TimeDistributed(Dense({n_features}))", every, ["the same"]),
    row("Flatten()", every, ["every h, in one long row"]),
    row("Dropout(0.2)", every, ["every h; in training some are 0"])])
show_table(f"After LSTM({units})", [
    row(f"Dense({n_features})", last, ["one answer for the sequence"]),
    row(f"RepeatVector({n_timesteps_in})", last, ["last h, once for each step"])])

# %% [markdown]
# Some arguments change what an array holds, and leave its shape as it is. But before data arrives,
# one line below differs from all others on this page. Which one, and why?

# %%
show_table("More than one layer, and other arguments", [
    row(f"Sequential([LSTM({units}, {sequences}), LSTM(8)])", X_train, ["last h of the upper one"]),
    row("Masking()", X_train, ["the data; steps of zeros are marked"]),
    row(f"Sequential([Masking(), LSTM({units})])", X_train, ["h after the last unmasked step"]),
    row(f"LSTM({units}, go_backwards=True)", X_train, ["h after step 0, read last"]),
    row(f"LSTM({units}, go_backwards=True, {sequences})", X_train, ["every h, last step first"]),
    row(f"LSTM({units}, stateful=True)", X_train, ["last h; kept for the next batch"], train_size)])

# %% [markdown]
# The shape of the stateful layer holds no `None`, even before data arrives. It keeps a state for
# each sequence of the batch, so it must know how many there are.
#
# ## 3. Six quick predictions
#
# Without looking up. The data has 4 sequences of 6 time steps with 10 features: `(4, 6, 10)`.
# Where several arrays come back, write a tuple of shapes, like `((2, 3), (2, 3))`.

# %%
# @title Setup: the quiz
quiz_data = np.zeros((4, 6, 10), dtype="float32")
layers = [f"{name}(5{mode})" for name in ("LSTM", "GRU") for mode in modes]
layers += [f"Bidirectional(LSTM(5{mode}))" for mode in modes]
answers = {call: tuple(tuple(array.shape) for array in keras.tree.flatten(make(call)(quiz_data)))
           for call in layers}
answers = {call: shapes if len(shapes) > 1 else shapes[0] for call, shapes in answers.items()}


def other_layers(call):
    return {answers[other]: f"{other} would return that. What is different here?"
            for other in reversed(layers) if answers[other] != answers[call]}


# %% [markdown]
# **Predict 1.** `LSTM(5)`

# %%
prediction = ...
check_prediction(prediction, other_layers("LSTM(5)"))

# %%
answers["LSTM(5)"]

# %% [markdown]
# **Predict 2.** `LSTM(5, return_sequences=True)`

# %%
prediction = ...
check_prediction(prediction, other_layers("LSTM(5, return_sequences=True)"))

# %%
answers["LSTM(5, return_sequences=True)"]

# %% [markdown]
# **Predict 3.** `LSTM(5, return_state=True)`

# %%
prediction = ...
check_prediction(prediction, other_layers("LSTM(5, return_state=True)"))

# %%
answers["LSTM(5, return_state=True)"]

# %% [markdown]
# **Predict 4.** `LSTM(5, return_sequences=True, return_state=True)`

# %%
prediction = ...
check_prediction(prediction, other_layers("LSTM(5, return_sequences=True, return_state=True)"))

# %%
answers["LSTM(5, return_sequences=True, return_state=True)"]

# %% [markdown]
# **Predict 5.** `GRU(5, return_sequences=True, return_state=True)`

# %%
prediction = ...
check_prediction(prediction, other_layers("GRU(5, return_sequences=True, return_state=True)"))

# %%
answers["GRU(5, return_sequences=True, return_state=True)"]

# %% [markdown]
# **Predict 6.** `Bidirectional(LSTM(5, return_state=True))`

# %%
prediction = ...
check_prediction(prediction, other_layers("Bidirectional(LSTM(5, return_state=True))"))

# %%
answers["Bidirectional(LSTM(5, return_state=True))"]

# %% [markdown]
# Six right? Then you know what an LSTM returns. One wrong? Go back to the picture of that layer in
# the explorer, and look at the filled circles.
#
# ## What you have learned
#
# - `return_sequences` decides whether the first array has a time axis.
# - `return_state` adds the states: two for an LSTM, one for a GRU, four for a Bidirectional LSTM.
# - Merging, stacking and wrapping change the output. They never give a state a time axis.
# - Only the kind of layer, the units and the features decide on the number of parameters.
#
# **A question from the lesson before.** Name one argument of an LSTM that loses the fast path on a
# GPU. Does it change the shape of what comes back?
#
# <details><summary>Answer</summary>
#
# For example `recurrent_dropout=0.2`, or an `activation` other than `tanh`. The shape stays the
# same: the fast path decides how the layer computes, not what it returns.
#
# </details>
#
# **Read on**
#
# - The Keras guide *Working with RNNs*, and the Keras pages of the layers in the table.
# - Hochreiter and Schmidhuber, *Long Short-Term Memory* (1997): where `h` and `c` come from.
# - Murat Karakaya's lectures on LSTM outputs and on sequence-to-sequence learning.
# - Pierre Nugues's notebook on LSTM outputs.
