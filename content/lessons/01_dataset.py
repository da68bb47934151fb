# %% [markdown]
# # The reversed-sequence dataset
#
# Four numbers come in, one after the other. The same four numbers are to come out, backwards.
# The whole series uses this one task. In this notebook you build its data.
#
# **You will be able to**
#
# - make a sequence of integers and turn it into one-hot vectors, and back;
# - say what each axis of `(samples, timesteps, features)` counts;
# - predict the shape of a pair and of a whole dataset before you run the code;
# - make the same data again from a seed.
#
# **Time:** 15 minutes. **Builds on:** Python and NumPy arrays. You need to know nothing about
# neural networks yet.

# %%
# @title Setup: run this cell first (checks for your predictions)
import numpy as np

from lstm_outputs.beliefs import dataset_beliefs, sequence_beliefs
from lstm_outputs.dataset import positive_integer
from lstm_outputs.forms import check_prediction

# %%
# @title Setup: the pictures
from lstm_outputs.pictures.one_hot import draw_one_hot
from lstm_outputs.pictures.show import show

print("Ready.")

# %% [markdown]
# ## Why backwards?
#
# Someone reads four numbers to you. You say them backwards. Try it with 8, 6, 5, 2.
#
# Two things happen. You have to wait: the first number you say is the last one you heard.
# And you have to remember: the last number you say is the first one you heard.
#
# A layer that solves this task needs a memory. That makes it a good task to look inside one.
#
# ## Four sizes to play with
#
# In Colab these are form fields. Change them, run the notebook again, and see what follows.

# %%
n_timesteps_in = 4  # @param {type: "integer"}
n_features = 10  # @param {type: "integer"}
train_size = 100  # @param {type: "integer"}
test_size = 20  # @param {type: "integer"}

# %% [markdown]
# | name | what it counts |
# |---|---|
# | `n_timesteps_in` | the numbers in one sequence: one for each time step |
# | `n_features` | the different numbers there are: 0, 1, … up to `n_features - 1` |
# | `train_size` | the sequences to learn from |
# | `test_size` | the sequences to be tested on |
#
# ## A sequence of integers
#
# The vocabulary is the integers from 0 to `n_features - 1`. A sequence is a few of them,
# drawn at random. A number may come twice.

# %%
from lstm_outputs.dataset import generate_sequence

# %%
sequence = generate_sequence(n_timesteps_in, n_features, seed=0)
sequence

# %%
sequence.shape  # (timesteps,)

# %% [markdown]
# The `seed` decides what is drawn. What do you expect from the next cell: twice the same
# sequence, or two different ones? And what from a seed of 1?

# %%
print("seed 0:", generate_sequence(n_timesteps_in, n_features, seed=0))
print("seed 0:", generate_sequence(n_timesteps_in, n_features, seed=0))
print("seed 1:", generate_sequence(n_timesteps_in, n_features, seed=1))

# %% [markdown]
# The same seed gives the same data, on every machine. So we can talk about the same numbers.
#
# ## From integers to one-hot vectors
#
# Here an integer is a name, like a letter. It is not an amount: 8 is not twice 4. A network
# that is given the bare number would take it for an amount.
#
# So each integer becomes a vector of zeros with a single one. The place of the one says
# which integer it was. Such a vector is called *one-hot*.

# %%
from lstm_outputs.dataset import one_hot_encode

# %% [markdown]
# **Predict.** `sequence` holds 4 integers, drawn from 10. What is the shape of
# `one_hot_encode(sequence, n_features)`? Write it in place of the three dots.

# %%
prediction = ...
check_prediction(prediction, sequence_beliefs(n_timesteps_in, n_features))

# %% [markdown]
# **Run.** The next cell shows it.

# %%
encoded = one_hot_encode(sequence, n_features)
encoded.shape  # (timesteps, features)

# %% [markdown]
# One row for each time step, one column for each integer of the vocabulary.
# The columns are the *features*: what is known at one time step.

# %%
for integer, vector in zip(sequence, encoded):
    print(integer, "=>", vector.astype(int))

# %%
show(*draw_one_hot(encoded=encoded))

# %% [markdown]
# Time runs down, features run to the right. Read the picture row by row, and you read the
# sequence.
#
# ## And back again
#
# To decode, look for the place of the one. That is what `argmax` does, along the last axis.

# %%
from lstm_outputs.dataset import one_hot_decode

# %%
print("decoded: ", one_hot_decode(encoded))
print("original:", sequence)

# %% [markdown]
# Decoding takes the feature axis away: `(timesteps, features) => (timesteps,)`.
#
# ## One pair: a sequence and its reverse
#
# `X` is what goes into a network. `y` is what should come out: `X` backwards in time.

# %%
from lstm_outputs.dataset import get_reversed_pairs

# %%
X, y = get_reversed_pairs(n_timesteps_in, n_features, verbose=True, seed=0)

# %% [markdown]
# There is a new axis in front. It has size 1. What could it count?
#
# Networks take many sequences at a time, a *batch*. The first axis counts them. One sequence
# is a batch of one, and its axis stays: `(samples, timesteps, features)`.

# %%
show(*draw_one_hot(X=X[0], y=y[0]))

# %% [markdown]
# Which way were the rows turned: upside down, or left to right? Only time is reversed.
# The features stay where they are. In code, `y` is `X[:, ::-1]`:

# %%
np.array_equal(y, X[:, ::-1])

# %% [markdown]
# Look at the first row of `y`. It is the *last* row of `X`. Whoever wants to say it must have
# seen all of `X`. Keep this in mind: it will decide which layers can solve the task.
#
# ## A whole dataset
#
# Now many pairs at once, some to learn from and some to be tested on.

# %%
from lstm_outputs.dataset import create_dataset

# %% [markdown]
# No loop runs over the samples. All integers are drawn in one call, and encoded in one call.
# `one_hot_encode` does not mind how many axes come before the last one.
#
# **Predict.** The training set has 100 sequences, of 4 time steps, with 10 features. What is
# the shape of `X_train`?

# %%
prediction = ...
check_prediction(prediction, dataset_beliefs(train_size, n_timesteps_in, n_features))

# %% [markdown]
# **Run.**

# %%
X_train, y_train, X_test, y_test = create_dataset(
    train_size, test_size, n_timesteps_in, n_features, seed=0)

for name, array in {"X_train": X_train, "y_train": y_train,
                    "X_test": X_test, "y_test": y_test}.items():
    print(f"{name:7} {array.shape}")

# %% [markdown]
# | axis | name | it counts |
# |---|---|---|
# | 0 | samples | the sequences |
# | 1 | timesteps | the places in a sequence |
# | 2 | features | the entries of a one-hot vector |
#
# The first five pairs, decoded:

# %%
for source, target in zip(one_hot_decode(X_train[:5]), one_hot_decode(y_train[:5])):
    print(source, "=>", target)

# %% [markdown]
# One index takes one axis away. What does each of these hold? Say it before you run it.

# %%
print("X_train[0]       ", X_train[0].shape)
print("X_train[0, 2]    ", X_train[0, 2].shape)
print("X_train[:, -1]   ", X_train[:, -1].shape)
print("X_train[:, :, 3] ", X_train[:, :, 3].shape)

# %% [markdown]
# In order: one sequence; the vector at its third time step; the last time step of every
# sequence; how often, and where, the integer 3 was drawn.
#
# ## When a size is 1
#
# An axis of size 1 looks superfluous. Some code removes it with `squeeze()`. See what happens
# to a dataset of one sequence of one time step:

# %%
one = create_dataset(1, 1, 1, n_features, seed=0)[0]
print("kept:    ", one.shape)
print("squeezed:", one.squeeze().shape)

# %% [markdown]
# The squeezed array no longer says what is a sample and what is a time step. A layer would
# refuse it, or take one axis for another. So our functions never squeeze: three axes, always.

# %%
print([array.shape for array in create_dataset(1, 1, 1, 1)])

# %% [markdown]
# A size of 0, or of 2.5, makes no sense. The functions say so:

# %%
for size in (0, 2.5):
    try:
        create_dataset(train_size, test_size, size, n_features)
    except ValueError as error:
        print("ValueError:", error)

# %% [markdown]
# ## How many sequences are there?
#
# Before you run the next cell: with 10 integers and 4 places, how many different sequences
# can be drawn?

# %%
possible = n_features**n_timesteps_in
print(f"{possible:,} different sequences are possible.")

# %% [markdown]
# That is not endless. Draw many, and some come twice. Then a sequence of the test set may be in
# the training set too, and a network that only remembers it looks as if it had understood.

# %%
many, _, unseen, _ = create_dataset(5000, 1000, n_timesteps_in, n_features, seed=0)
known = {tuple(sequence) for sequence in one_hot_decode(many)}
again = sum(tuple(sequence) in known for sequence in one_hot_decode(unseen))
print(f"{again} of {len(unseen)} test sequences were in the training set already.")

# %% [markdown]
# A good part of the test is no test. When we train a network, we will keep the two sets apart.
#
# ## What you have learned
#
# - A sequence of integers has shape `(timesteps,)`.
# - One-hot encoding adds an axis at the end: `(timesteps, features)`. Decoding takes it away.
# - A batch adds an axis in front: `(samples, timesteps, features)`. It stays, also when it is 1.
# - The target is the input, backwards along axis 1.
# - The first thing to say is the last thing heard: the task needs a memory.
#
# **A question to take along.** `X_test` has shape `(20, 4, 10)`. What is the shape of
# `one_hot_decode(X_test)`, and what does it hold?
#
# <details><summary>Answer</summary>
#
# `(20, 4)`: for each of the 20 sequences, its 4 integers. The feature axis is gone.
#
# </details>
#
# **Read on**
#
# - Hochreiter and Schmidhuber, *Long Short-Term Memory* (1997): why a network needs a memory,
#   with tasks like this one.
# - The Keras guide *Working with RNNs*: where such arrays go next.
# - The NumPy guide on indexing: how `X[:, ::-1]` and `eye(n)[sequence]` work.
