# %% [markdown]
# # The fast path on a GPU
#
# On a GPU, Keras has two ways to compute the same LSTM. One of them is much faster. A single
# argument can lose it, without a word. In this notebook you learn which arguments these are.
#
# **You will be able to**
#
# - say which versions and which device you work with;
# - name the arguments that keep the fast path, and those that lose it;
# - ask of any layer whether it qualifies, and why not;
# - say what the two ways share: the shapes.
#
# **Time:** 15 minutes. **Builds on:** the four output modes (lessons 03 to 06). A GPU is not
# needed. In Colab you get one with *Runtime → Change runtime type*; then run all cells again.

# %%
# @title Setup: run this cell first (TensorFlow)
from lstm_outputs.backend import need_keras_3, quiet_start

with quiet_start():
    import keras
    import tensorflow as tf

    tf.zeros(1)  # the first operation also logs

import time

import numpy as np

from lstm_outputs.errors import show_error

need_keras_3(keras.__version__)

# %%
# @title Setup: the checks of your predictions
from lstm_outputs.beliefs import state_beliefs
from lstm_outputs.forms import check_prediction

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
# ## What do you work with?
#
# When you ask for help, these are the first lines to send along.

# %%
gpus = tf.config.list_physical_devices("GPU")
names = [tf.config.experimental.get_device_details(gpu).get("device_name", "a GPU without a name")
         for gpu in gpus]

print("TensorFlow", tf.__version__)
print("Keras", keras.__version__, "on", keras.backend.backend())
print("NumPy", np.__version__)
print("device:", ", ".join(names) or "no GPU, TensorFlow computes on the CPU")

# %% [markdown]
# ## Two ways to compute the same thing
#
# An LSTM computes time step after time step. How often does a program have to start the GPU for it?
#
# - **The ordinary loop.** Each time step is several small operations: multiply, add, `sigmoid`,
#   `tanh`. Each one is started on its own. For a GPU, starting often takes longer than computing.
# - **The fused kernel.** NVIDIA's library *cuDNN* has one program, a *kernel*, for the whole
#   layer and all its time steps. It is started once.
#
# The kernel can do one thing only: the LSTM as it is usually written. Change what it computes,
# and Keras takes the ordinary loop. It says nothing about it.
#
# ## What Keras says itself
#
# The conditions are in the documentation of the layer. It came with Keras, so we can print them:

# %%
documentation = keras.layers.LSTM.__doc__
start, end = documentation.index("The requirements"), documentation.index("For example")
for line in documentation[start:end].strip().splitlines():
    print(line.strip())

# %% [markdown]
# Conditions 1 to 5 are arguments of the layer. You choose them when you make it. Condition 6
# depends on your data. Condition 7 is met, unless you switched eager execution off.
#
# And here is what they look like in Keras's source. Two files decide:
# `keras/src/layers/rnn/lstm.py` (its method `inner_loop`) and
# `keras/src/backend/tensorflow/rnn.py` (`cudnn_ok` for the arguments, `_assert_valid_mask` for
# the mask).
#
# | argument | keeps the fast path | loses it | decided in |
# |---|---|---|---|
# | `activation` | `"tanh"` (default) | any other, also `None` | `cudnn_ok` |
# | `recurrent_activation` | `"sigmoid"` (default) | any other | `cudnn_ok` |
# | `use_bias` | `True` (default) | `False` | `cudnn_ok` |
# | `unroll` | `False` (default) | `True` | `cudnn_ok` |
# | `recurrent_dropout` | `0` (default) | more than 0 | `inner_loop` |
# | `use_cudnn` | `"auto"` (default), `True` | `False` | `inner_loop` |
# | mask of the input | none, or right-padded | any other | `_assert_valid_mask` |
#
# `return_sequences`, `return_state`, `go_backwards`, `stateful`, `dropout`, and the number of units
# are not asked about. You may choose them as you like.
#
# ## A report for any layer
#
# The table as a function. It gives back the reasons against the fast path. An empty list means:
# nothing speaks against it. A `GRU` has the same rules, and one of its own, `reset_after`.
# In a `Bidirectional` layer, both directions are asked.

# %%
from lstm_outputs.gpu import right_padded, why_not_fused

# %% [markdown]
# Before you run the next cell, go down its list. To which layers will it say *yes*?

# %%
LSTM = keras.layers.LSTM
layers = {
    "LSTM(units)": LSTM(units),
    "dropout=0.2": LSTM(units, dropout=0.2),
    "recurrent_dropout=0.2": LSTM(units, recurrent_dropout=0.2),
    'activation="relu"': LSTM(units, activation="relu"),
    'recurrent_activation="hard_sigmoid"': LSTM(units, recurrent_activation="hard_sigmoid"),
    "use_bias=False, unroll=True": LSTM(units, use_bias=False, unroll=True),
    "return_sequences=True, return_state=True": LSTM(
        units, return_sequences=True, return_state=True),
    "use_cudnn=False": LSTM(units, use_cudnn=False),
    "Bidirectional(LSTM(units))": keras.layers.Bidirectional(LSTM(units)),
    "GRU(units)": keras.layers.GRU(units),
    "GRU(units, reset_after=False)": keras.layers.GRU(units, reset_after=False),
    "RNN(LSTMCell(units))": keras.layers.RNN(keras.layers.LSTMCell(units)),
}
for name, layer in layers.items():
    reasons = why_not_fused(layer)
    print(f"{name:41} {'no: ' + '; '.join(reasons) if reasons else 'yes'}")

# %% [markdown]
# The two kinds of dropout are worth a second look. `dropout` acts on the input, before the
# kernel starts: yes. `recurrent_dropout` acts on `h` between two time steps, inside the kernel,
# where nobody can reach it: no.
#
# The last line computes the same as the first. But `RNN` accepts any cell, so it always loops.
#
# *Yes* means: the layer qualifies. The kernel itself is there only on a machine with a GPU and
# cuDNN. Everywhere else Keras loops.
#
# ## Masks
#
# Sequences of different length are filled up, *padded*, to the same length. A mask says which time
# steps count (1) and which are padding (0). *Right-padded* means: first all that count, then the
# padding. Which of these five qualify?

# %%
masks = {
    "padding on the right": [1, 1, 1, 0],
    "no padding": [1, 1, 1, 1],
    "padding on the left": [0, 1, 1, 1],
    "a hole": [1, 0, 1, 1],
    "padding only": [0, 0, 0, 0],
}
for name, mask in masks.items():
    reasons = why_not_fused(LSTM(units), mask=[mask])  # (batch, time)
    print(f"{name:21} {mask} {'no: ' + '; '.join(reasons) if reasons else 'yes'}")

# %% [markdown]
# The kernel is told one number for each sequence: how many time steps to read from the left. That
# is all it can know of a mask. And the number may not be 0, so the last one is refused too.
#
# Take care: here Keras does not always go on with the loop. When the layer is called directly, it
# does. In `fit` and `predict` the mask is looked at only when the compiled model runs. Then it is
# too late to choose, and on a GPU you get an error that speaks of right-padded sequences.
# **Write then:** padding on the right, or `use_cudnn=False`.
#
# ## The switch `use_cudnn`
#
# | value | on a GPU | without one |
# |---|---|---|
# | `"auto"` | the kernel if the layer qualifies, else the loop | the loop |
# | `False` | the loop | the loop |
# | `True` | the kernel, else an error | an error |
#
# So `True` is a way to be told. This layer wants the kernel and `relu`. What happens when it is
# called?

# %%
with show_error():
    LSTM(units, use_cudnn=True, activation="relu")(X_train)

# %% [markdown]
# ## The shapes do not change
#
# **Predict.** With both flags on and `use_cudnn=False`, what are the three shapes on
# `X_train`? The data is `(100, 4, 10)`, the layer has 16 units.

# %%
prediction = ...
check_prediction(prediction, state_beliefs(
    train_size, n_timesteps_in, n_features, units, return_sequences=True))

# %% [markdown]
# **Run.**

# %%
outputs = LSTM(units, return_sequences=True, return_state=True, use_cudnn=False)(X_train)
[tuple(output.shape) for output in outputs]

# %% [markdown]
# As ever. Now all four modes, computed in three ways with the same weights: as Keras chooses
# (`"auto"`), with the loop, and with the loop unrolled, written out step by step.

# %%
def compute(weights, **arguments):
    """Return what an LSTM with these weights and arguments returns, as a list of arrays."""
    layer = LSTM(units, **arguments)
    layer.build(X_train.shape)
    layer.set_weights(weights)
    return [np.asarray(array) for array in keras.tree.flatten(layer(X_train))]

# %%
keras.utils.set_random_seed(1)
first = LSTM(units)
first.build(X_train.shape)
weights = first.get_weights()

for sequences, state in [(False, False), (True, False), (False, True), (True, True)]:
    flags = {"return_sequences": sequences, "return_state": state}
    chosen = compute(weights, use_cudnn="auto", **flags)
    looped = compute(weights, use_cudnn=False, **flags)
    unrolled = compute(weights, unroll=True, **flags)
    same = all(np.allclose(a, b, atol=0.01) and np.allclose(a, c, atol=0.01)
               for a, b, c in zip(chosen, looped, unrolled))
    print(f"{[array.shape for array in chosen]} the same in all three: {same}")

# %% [markdown]
# The same shapes, and the same values to two decimals or better. Some GPUs round a little earlier
# when they multiply; that is why we allow 0.01. Without a GPU, `"auto"` is the loop too.
#
# There is one difference, and only with a mask. What stands in `sequence` at a time step that is
# masked? The loop repeats the last `h` that counted:

# %%
looping = LSTM(units, return_sequences=True, use_cudnn=False)
padded = np.array([[True, True, False, False]])  # (batch, time)
sequence = looping(np.ones((1, 4, n_features), dtype="float32"), mask=padded)
print("step 2 repeats step 1:", np.allclose(sequence[:, 2], sequence[:, 1]))
print("step 3 repeats step 1:", np.allclose(sequence[:, 3], sequence[:, 1]))

# %% [markdown]
# The kernel puts zeros there, says a comment in `_cudnn_lstm` (in `backend/tensorflow/rnn.py`).
# So do not compute with the outputs at masked steps. The last output and the states are the same
# in both ways: Keras takes them from the last step that counts.
#
# ## How much faster?
#
# That depends on the GPU and on the sizes. So measure it yourself, if you have one.
# `tf.function` compiles the call, as `fit` does. The first call is not counted: it makes the
# weights and compiles.

# %%
def seconds_per_call(layer, data, calls=20):
    """Return how long one compiled call of `layer` on `data` takes, on average."""
    compiled = tf.function(lambda inputs: layer(inputs))
    compiled(data).numpy()
    start = time.perf_counter()
    for _ in range(calls):
        outputs = compiled(data)
    outputs.numpy()  # waits until the GPU is done
    return (time.perf_counter() - start) / calls

# %%
data = keras.random.normal((64, 200, 32), seed=1)  # (batch, time, features)
ways = {"as Keras chooses": LSTM(128), "the loop": LSTM(128, use_cudnn=False),
        "recurrent_dropout": LSTM(128, recurrent_dropout=0.2)}

for name, layer in ways.items():
    if gpus:
        print(f"{name:18} {seconds_per_call(layer, data):.4f} seconds")
    else:
        print(f"{name:18} no GPU here, so no seconds are measured")

# %% [markdown]
# With a GPU you see three numbers. The first should be by far the smallest: the fused kernel. The
# other two loop. Without a GPU all three would loop, so there is nothing to compare.
#
# Our dataset has 4 time steps. There the difference is small. It grows with the number of steps,
# because the loop starts the GPU anew for each of them.
#
# ## What you have learned
#
# - The fused kernel computes the usual LSTM, and no other: `tanh`, `sigmoid`, a bias, no
#   recurrent dropout, not unrolled. All of these are defaults.
# - A mask has to be right-padded.
# - `use_cudnn=True` raises an error where `"auto"` goes on in silence.
# - Shapes and results are the same either way. Only the time differs, and what stands at masked
#   steps.
#
# **A question from the lesson before.** Lesson 09, *What goes wrong*: `LSTM(16)` is given data
# with time and features exchanged. No error comes. How do you notice?
#
# <details><summary>Answer</summary>
#
# Count the parameters: they depend on the features, so the count is off. Or declare
# `keras.Input(shape=(timesteps, features))`: then the model refuses the data.
#
# </details>
#
# **Read on**
#
# - The Keras page of the LSTM layer: the conditions, and the argument `use_cudnn`.
# - The Keras guide *Working with RNNs*: a section on performance and cuDNN.
# - The two files named above. They are Python, and shorter than you may think.
# - Lesson 11, *Summary*: every layer and mode in one table.
