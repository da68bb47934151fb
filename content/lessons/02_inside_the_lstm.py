# %% [markdown]
# # Inside the LSTM
#
# An LSTM layer reads a sequence and keeps a memory while it reads. In this notebook you open the
# layer, take its weights, and compute what it computes yourself, with NumPy.
#
# **You will be able to**
#
# - say what `h` and `c` are, how long they are, and why;
# - explain what each of the three gates does;
# - predict the shapes of the weights, and how many parameters there are;
# - recompute every hidden state of a layer from its weights;
# - say what `units` and `None` mean in a shape.
#
# **Time:** 20 minutes. **Builds on:** lesson 01 (the dataset). You need to know matrix
# multiplication, `@` in NumPy.

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
from lstm_outputs.parameters import check_count, parameter_beliefs, weight_beliefs

# %%
# @title Setup: the pictures
from lstm_outputs.pictures.cell import draw_cell
from lstm_outputs.pictures.rollout import draw_rollout
from lstm_outputs.pictures.show import show

# %%
# @title Setup: the dataset of lesson 01
from lstm_outputs.dataset import generate_sequence, one_hot_encode

# %%
n_timesteps_in = 4  # @param {type: "integer"}
n_features = 10  # @param {type: "integer"}
train_size = 100  # @param {type: "integer"}
units = 16  # @param {type: "integer"}

integers = generate_sequence(train_size * n_timesteps_in, n_features, seed=0)
X_train = one_hot_encode(integers.reshape(train_size, n_timesteps_in), n_features)
X_train.shape  # (batch, time, features)

# %% [markdown]
# ## Step after step
#
# In lesson 01 someone read four numbers to you. You did two things at each number: you changed
# what you had in mind, and you could have said something about it. An LSTM does the same. At each
# time step it makes two vectors:
#
# | | name | think of |
# |---|---|---|
# | `c` | cell state | what it has in mind: the memory |
# | `h` | hidden state | what it says about the memory, to the next step and to the outside |
#
# What has the layer in mind before the first number? Nothing: `h` and `c` start as zeros.

# %%
show(*draw_rollout(n_timesteps_in, units, False, False, batch_size=train_size))

# %% [markdown]
# Each box is the *same* layer, with the same weights, one time step later. It reads one input
# `x`, and it hands `h` and `c` to the next step. The picture is called the layer *rolled out*
# over time. Only the last `h` comes back to us here. Lessons 03 to 06 are about what comes back.
#
# ## Inside one box: the cell

# %%
show(*draw_cell())

# %% [markdown]
# A *gate* holds numbers between 0 (closed) and 1 (open). Something is multiplied by them.
#
# | part | outline | its question | values |
# |---|---|---|---|
# | forget gate `f` | jagged | how much of the old memory stays? | 0 to 1 |
# | input gate `i` | round | how much of what is new goes in? | 0 to 1 |
# | candidate `g` | square | what is new? | -1 to 1 |
# | output gate `o` | arrow | how much of the memory is shown in `h`? | 0 to 1 |
#
# Mind the name: the forget gate *keeps* when it is 1, and forgets when it is 0.
#
# The old memory is 0.8 and the candidate is -0.5. What is the new memory if only the forget gate
# is open? If only the input gate is? If both are half open?

# %%
for f, i in ((1, 0), (0, 1), (0.5, 0.5)):
    print(f"f = {f}, i = {i}: new memory {f * 0.8 + i * -0.5:.2f}")

# %% [markdown]
# The memory was kept, then replaced, then mixed. A memory that is kept with `f` near 1 can last
# for many steps. That is the idea of the LSTM.
#
# ## The same in equations
#
# All four parts see the input $x_t$ and the last hidden state $h_{t-1}$. Each has weights of its
# own: $W$ for $x$, $U$ for $h$, and a bias $b$.
#
# $$
# \begin{aligned}
# i &= \sigma(x_t W_i + h_{t-1} U_i + b_i) \\
# f &= \sigma(x_t W_f + h_{t-1} U_f + b_f) \\
# g &= \tanh(x_t W_g + h_{t-1} U_g + b_g) \\
# o &= \sigma(x_t W_o + h_{t-1} U_o + b_o) \\
# c_t &= f \odot c_{t-1} + i \odot g \\
# h_t &= o \odot \tanh(c_t)
# \end{aligned}
# $$
#
# The sigmoid $\sigma$ squeezes any number to between 0 and 1, and $\tanh$ to between -1 and 1.
# The sign $\odot$ multiplies entry by entry: entry 0 of the gate meets entry 0 of the memory, and
# so on.
#
# | in the equations | shape |
# |---|---|
# | $x_t$ | `(batch, features)` |
# | each $W$ | `(features, units)` |
# | each $U$ | `(units, units)` |
# | each $b$ | `(units,)` |
# | $i$, $f$, $g$, $o$ | `(batch, units)` |
# | $c$ and $h$ | `(batch, units)` |
#
# How long are `c` and `h`, and why? Each $W$ and $U$ has a column for each unit. So each gate has
# a number for each unit. In the last two equations the gates meet `c` and `h` entry by entry, which
# only works if all are equally long. So `c` and `h` hold one number for each unit, too.
#
# ## The weights of a layer
#
# Keras keeps the four parts side by side, in three arrays: the kernel (all $W$), the recurrent
# kernel (all $U$) and the bias (all $b$).
#
# **Predict.** 16 units, 10 features. What are the three shapes? Write them in this form:
# `((2, 3), (4, 5), (6,))`.

# %%
prediction = ...
check_prediction(prediction, weight_beliefs(n_features, units))

# %% [markdown]
# **Run.** The layer gets its weights when it sees its first data: only then does it know how
# many features there are.

# %%
keras.utils.set_random_seed(1)
layer = keras.layers.LSTM(units, name="lstm")
output = layer(X_train)
for weight in layer.weights:
    print(f"{weight.name:17} {tuple(weight.shape)}")

# %% [markdown]
# The second size is four times the units: four parts, side by side. (The four time steps have
# nothing to do with it. They all use the same weights.)
#
# **Predict.** How many parameters is that in all? Count one part first, then take it four times.

# %%
prediction = ...
check_count(prediction, parameter_beliefs(n_features, units))

# %% [markdown]
# **Run.**

# %%
print("counted by Keras:", layer.count_params())
print("the formula:     ", 4 * (units * (n_features + units) + units))

# %% [markdown]
# `4 * (units * (features + units) + units)`: for each unit of each part, a weight for every
# feature, a weight for every entry of `h`, and one bias.
#
# ## One time step in NumPy
#
# We take the weights out, and read the first input of all sequences. Memory: zeros.

# %%
kernel, recurrent_kernel, bias = layer.get_weights()
x_t = X_train[:, 0]  # (batch, features)
h = c = np.zeros((len(x_t), units), dtype="float32")  # (batch, units), both

# %% [markdown]
# One line computes what is inside the brackets of the first four equations. What is
# the shape of `z`?

# %%
z = x_t @ kernel + h @ recurrent_kernel + bias
z.shape  # (batch, 4 * units)

# %% [markdown]
# Now `z` is cut into its parts. Their order in Keras is `i`, `f`, `c`, `o`; the third one is the
# candidate, our `g`. You find the order in Keras's source, in the file
# `keras/src/layers/rnn/lstm.py`, in the class `LSTMCell`.

# %%
z_i, z_f, z_g, z_o = np.split(z, 4, axis=1)
z_f.shape  # (batch, units)

# %% [markdown]
# The bias supports it. Keras starts the biases of the forget gate at 1, all others at 0. In
# which quarter do we find the ones?

# %%
bias.reshape(4, units).mean(axis=1)  # one mean for each part: i, f, g, o

# %% [markdown]
# In the second. Now the gates, the new memory, and what is shown of it.

# %%
def sigmoid(z):
    return 1 / (1 + np.exp(-z))

i, f, g, o = sigmoid(z_i), sigmoid(z_f), np.tanh(z_g), sigmoid(z_o)
c = f * c + i * g    # (batch, units): keep, and add
h = o * np.tanh(c)   # (batch, units): show
print("c:", c.shape, "  h:", h.shape)

# %% [markdown]
# That was one time step. The function below holds the same lines, and repeats them.

# %%
def run_lstm(X, kernel, recurrent_kernel, bias):
    """Return i, f, g, o, c, h at every time step; each has shape (batch, time, units)."""
    h = c = np.zeros((len(X), len(recurrent_kernel)), dtype="float32")
    steps = []
    for t in range(X.shape[1]):
        z = X[:, t] @ kernel + h @ recurrent_kernel + bias
        z_i, z_f, z_g, z_o = np.split(z, 4, axis=1)
        i, f, g, o = sigmoid(z_i), sigmoid(z_f), np.tanh(z_g), sigmoid(z_o)
        c = f * c + i * g
        h = o * np.tanh(c)
        steps.append((i, f, g, o, c, h))
    return np.stack(steps, axis=2)

# %%
i, f, g, o, c, h = run_lstm(X_train, *layer.get_weights())
print("c:", c.shape, "  h:", h.shape)  # (batch, time, units)

# %% [markdown]
# ## Is it the same as Keras?
#
# Two switches make Keras show all its `h` and its last `c`. They are the topic of lessons 03
# to 06. Here we only borrow them, for a layer with the same weights.

# %%
open_layer = keras.layers.LSTM(units, return_sequences=True, return_state=True, name="open")
open_layer.build(X_train.shape)
open_layer.set_weights(layer.get_weights())
keras_h, _, keras_c = open_layer(X_train)

# %%
for t in range(n_timesteps_in):
    print(f"h at step {t}: ", np.allclose(h[:, t], keras_h[:, t], atol=1e-6))
print("c at the end:", np.allclose(c[:, -1], keras_c, atol=1e-6))
print("our last h is what the first layer returned:", np.allclose(h[:, -1], output, atol=1e-6))

# %% [markdown]
# Equal, to one in a million: as far as numbers of type `float32` go. So these few lines are the
# whole layer. Nothing else is hidden in it.
#
# **Try it.** Swap `z_i` and `z_f` in `run_lstm`. Do you still get `True`?
#
# ## The gates over time
#
# The layer is not trained. Where do you expect its gates to be: nearly closed, nearly open, or in
# between? One line for each time step; each number is a mean over all sequences and units:

# %%
print("step  input  forget  output")
for t in range(n_timesteps_in):
    print(f"{t:4} {i[:, t].mean():6.2f} {f[:, t].mean():7.2f} {o[:, t].mean():7.2f}")
print("sigmoid of 0 and of 1:", sigmoid(np.array([0, 1])).round(2))

# %% [markdown]
# In between. Without training the weights add little, so each gate is near the sigmoid of its
# bias: 0 for input and output, 1 for forget. To begin with, the layer keeps most of its memory.
#
# ## The smallest LSTM
#
# One unit reads the three numbers 0.1, 0.2, 0.3. They are one sequence, of three time steps, with
# one feature.
#
# **Predict.** How many parameters does an LSTM with 1 unit have on 1 feature?

# %%
prediction = ...
check_count(prediction, parameter_beliefs(1, 1))

# %% [markdown]
# **Run.** What is the shape of the output: one number, or three?

# %%
keras.utils.set_random_seed(1)
data = np.array([0.1, 0.2, 0.3], dtype="float32").reshape(1, 3, 1)  # (batch, time, features)
smallest = keras.layers.LSTM(1, name="smallest")
print(data.shape, "=>", tuple(smallest(data).shape), " parameters:", smallest.count_params())

# %% [markdown]
# One sequence, one unit: `(1, 1)`. Now every gate is one number, and we can look at all of them.

# %%
parts = run_lstm(data, *smallest.get_weights())
print("step    x       i       f       g       o       c       h")
for t in range(3):
    print(t, *(f"{number:7.3f}" for number in (data[0, t, 0], *parts[:, 0, t, 0])))

# %% [markdown]
# Check one line with a calculator: `c` is `f` times the `c` one line above, plus `i` times `g`.
# (The last digit may differ: the table is rounded.) `h` is closer to 0 than `c`, for only a
# part of `tanh(c)` is shown.
#
# ## What units means
#
# `units` is how long `h` and `c` are. You choose it, as you choose the size of a notebook to
# write in. 12 units on the same three numbers: what changes?

# %%
for size in (1, 3, 12):
    wider = keras.layers.LSTM(size)
    print(f"{size:2} units: {tuple(wider(data).shape)}, {wider.count_params()} parameters")

# %% [markdown]
# Units are not time steps. The layer with 16 units has read sequences of 4 steps. What will it do
# with 1 step, or with 7?

# %%
for timesteps in (1, 4, 7):
    zeros = np.zeros((train_size, timesteps, n_features), dtype="float32")
    print(f"{timesteps} steps: {tuple(layer(zeros).shape)}, {layer.count_params()} parameters")

# %% [markdown]
# The same shape, the same weights. A longer sequence only means more rounds of the loop.
#
# ## None: a size that is not known yet
#
# A model is described before there is any data. `keras.Input` is a placeholder for the data. It
# names the time steps and the features. It cannot know how many sequences will come: `None`.

# %%
inputs = keras.Input(shape=(2, 10), name="sequence")
inputs.shape  # (batch, time, features)

# %% [markdown]
# **Predict.** An LSTM with 3 units reads these inputs. What is the shape of its output?

# %%
prediction = ...
check_prediction(prediction, {(2, 3): "2 is the number of time steps, not of sequences.",
                              (None, 2, 3): "How many of the h come back?"})

# %% [markdown]
# **Run.**

# %%
keras.layers.LSTM(3)(inputs).shape  # (batch, units)

# %% [markdown]
# When data arrives, the batch has a number.
#
# **Predict.** 16 sequences, 8 time steps, 4 features, an LSTM with 2 units. What shape comes back?

# %%
prediction = ...
check_prediction(prediction, {(16, 8, 2): "How many of the h come back?"})

# %% [markdown]
# **Run.**

# %%
noise = keras.random.normal((16, 8, 4), seed=1)  # (batch, time, features)
tuple(keras.layers.LSTM(2)(noise).shape)  # (batch, units)

# %% [markdown]
# ## What you have learned
#
# - At each time step the cell makes a new `c` and a new `h`, from `x` and the last `h` and `c`.
# - The forget gate keeps, the input gate adds, the output gate shows.
# - An LSTM has `4 * (units * (features + units) + units)` parameters, for any number of time steps.
# - `units` is the length of `h` and of `c`. It is not the number of time steps.
# - `None` in a shape is the size of the batch, before data arrives.
#
# **Say it yourself.** What are `h` and `c`? How long are they, and why?
#
# <details><summary>Answer</summary>
#
# `c` is the cell state, the memory. `h` is the hidden state, the part of the memory that the
# output gate shows. For each sequence both hold one number for each unit. They must be equally
# long, because gates, `c` and `h` are multiplied entry by entry.
#
# </details>
#
# **A question from the lesson before.** In lesson 01, `X_train` had shape `(100, 4, 10)`. What
# does each axis count? Which of the three sizes decide how many parameters a layer has?
#
# <details><summary>Answer</summary>
#
# Sequences, time steps, features. Only the features do, together with the units: the weights are
# the same for every sequence and at every time step.
#
# </details>
#
# **Read on**
#
# - Hochreiter and Schmidhuber, *Long Short-Term Memory* (1997): the cell and its gates. The forget
#   gate came three years later: Gers, Schmidhuber and Cummins, *Learning to Forget* (2000).
# - The Keras page of the LSTM layer, and the guide *Working with RNNs*.
# - Lesson 03, *The last hidden state*: the first of four answers to what comes back.
