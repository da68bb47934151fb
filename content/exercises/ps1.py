# ---
# jupyter:
#   points: 20
# ---
# %% [markdown]
# # Problem set 1: the dataset and a first layer
#
# **20 points, about 20 minutes.** It follows lesson 01, *The reversed-sequence dataset*.
#
# How it works:
#
# 1. Run the two setup cells below.
# 2. Write each answer in place of the three dots `...`.
# 3. Run the check under it. It says whether your answer can be graded as it is. Some checks
#    also say whether it is right.
# 4. At the end, run all cells from the top, save, and hand in the file.
#
# Predict first. Then, if you like, find out by running code of your own in a new cell.
# Shapes are written as tuples, like `(2, 3)`. A size that is not known yet is written `None`.

# %% locked="ps1_setup"
# @title Setup: run this cell first
from lstm_outputs.backend import need_keras_3, quiet_start, show_log_lines_as_output

show_log_lines_as_output()
with quiet_start():
    import keras
    import numpy as np
    import tensorflow as tf

    tf.zeros(1)  # the first operation also logs

need_keras_3(keras.__version__)

# %% locked="ps1_checks"
# @title Setup: the checks
from lstm_outputs.calls import check_returns
from lstm_outputs.choices import check_index
from lstm_outputs.forms import check_form
from lstm_outputs.layers import check_output

# %% [markdown]
# ## Question 1: the shapes of a dataset (4 points)
#
# A dataset is made with other sizes than in the lesson:
#
# ```python
# X_train, y_train, X_test, y_test = create_dataset(
#     train_size=50, test_size=8, time_steps=6, vocabulary_size=12)
# X, y = get_reversed_pairs(time_steps=6, vocabulary_size=12)
# ```
#
# What is the shape of `X_train`?

# %% answer="ps1_dataset_train"
X_train_shape = ...
### BEGIN SOLUTION
X_train_shape = (50, 6, 12)
### END SOLUTION

# %% test="ps1_dataset_train_test" points=1
check_form(X_train_shape, "X_train_shape")
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_shape
from lstm_outputs.beliefs import dataset_beliefs

mark_shape(X_train_shape, "X_train_shape", (50, 6, 12), dataset_beliefs(50, 6, 12))
### END HIDDEN TESTS

# %% [markdown]
# What is the shape of `y_test`?

# %% answer="ps1_dataset_test_targets"
y_test_shape = ...
### BEGIN SOLUTION
y_test_shape = (8, 6, 12)
### END SOLUTION

# %% test="ps1_dataset_test_targets_test" points=1
check_form(y_test_shape, "y_test_shape")
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_shape
from lstm_outputs.beliefs import dataset_beliefs

mark_shape(y_test_shape, "y_test_shape", (8, 6, 12), dataset_beliefs(8, 6, 12))
### END HIDDEN TESTS

# %% [markdown]
# What is the shape of `X`, the input of one pair?

# %% answer="ps1_dataset_pair"
pair_shape = ...
### BEGIN SOLUTION
pair_shape = (1, 6, 12)
### END SOLUTION

# %% test="ps1_dataset_pair_test" points=1
check_form(pair_shape, "pair_shape")
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_shape
from lstm_outputs.beliefs import dataset_beliefs

mark_shape(pair_shape, "pair_shape", (1, 6, 12), dataset_beliefs(1, 6, 12))
### END HIDDEN TESTS

# %% [markdown]
# What is the shape of `one_hot_decode(y_train)`?

# %% answer="ps1_dataset_decoded"
decoded_shape = ...
### BEGIN SOLUTION
decoded_shape = (50, 6)
### END SOLUTION

# %% test="ps1_dataset_decoded_test" points=1
check_form(decoded_shape, "decoded_shape")
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_shape

mark_shape(decoded_shape, "decoded_shape", (50, 6), {
    (50, 6, 12): "Decoding turns each one-hot vector back into one integer.",
    (50, 6, 1): "Decoding leaves no axis for the features, not even one of size 1.",
    (50, 12): "Decoding takes the features away and keeps the time steps.",
    (6,): "There is a sequence for each sample, so there is an axis for the samples.",
})
### END HIDDEN TESTS

# %% [markdown]
# ## Question 2: the output of a first LSTM (4 points)
#
# The layer `keras.layers.LSTM(7)` has 7 units and is left at its defaults.
#
# First, no data has arrived yet. The layer is called on a symbolic input:
#
# ```python
# inputs = keras.Input(shape=(5, 9))      # 5 time steps, 9 features
# outputs = keras.layers.LSTM(7)(inputs)
# ```
#
# What is `outputs.shape`?

# %% answer="ps1_output_symbolic"
symbolic_shape = ...
### BEGIN SOLUTION
symbolic_shape = (None, 7)
### END SOLUTION

# %% test="ps1_output_symbolic_test" points=2
check_form(symbolic_shape, "symbolic_shape")
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_shape
from lstm_outputs.beliefs import batch_beliefs, output_beliefs

mark_shape(symbolic_shape, "symbolic_shape", (None, 7),
           output_beliefs(None, 5, 9, 7) | batch_beliefs(1, (None, 7)))
### END HIDDEN TESTS

# %% [markdown]
# Now data arrives: 3 sequences of 5 time steps with 9 features.
# What is the shape of the array that the layer returns?

# %% answer="ps1_output_on_data"
data_shape = ...
### BEGIN SOLUTION
data_shape = (3, 7)
### END SOLUTION

# %% test="ps1_output_on_data_test" points=2
check_form(data_shape, "data_shape")
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_shape
from lstm_outputs.beliefs import batch_beliefs, output_beliefs

mark_shape(data_shape, "data_shape", (3, 7),
           output_beliefs(3, 5, 9, 7) | batch_beliefs(3, (3, 7)))
### END HIDDEN TESTS

# %% [markdown]
# ## Question 3: any sizes (4 points)
#
# Write a function that returns **two shapes**, as a tuple or a list, for any sizes:
#
# 1. the shape of `X_test`, made by
#    `create_dataset(train_size, test_size, time_steps, vocabulary_size)`;
# 2. the shape of what `keras.layers.LSTM(units)` returns for this `X_test`.
#
# Work the shapes out from the sizes, without calling Keras or TensorFlow.

# %% answer="ps1_any_sizes"
def shapes(train_size, test_size, time_steps, vocabulary_size, units):
    ...
    ### BEGIN SOLUTION
    return (test_size, time_steps, vocabulary_size), (test_size, units)
    ### END SOLUTION

# %% [markdown]
# The first shape (2 points):

# %% test="ps1_any_sizes_input_test" points=2
lesson = dict(train_size=100, test_size=20, time_steps=4, vocabulary_size=10, units=16)
check_returns(shapes, lesson, expected=((20, 4, 10), (20, 16)), index=0)
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_returns
from lstm_marking.sizes import draw_sizes
from lstm_marking.sources import mark_without
from lstm_outputs.beliefs import dataset_beliefs


def right(test_size, time_steps, vocabulary_size, units, **_):
    return (test_size, time_steps, vocabulary_size), (test_size, units)


mark_without(shapes, "keras", "tensorflow")
mark_returns(shapes, [(sizes, right(**sizes), dataset_beliefs(*right(**sizes)[0]))
                      for sizes in draw_sizes(lesson, cases=20, seed=1)], index=0)
### END HIDDEN TESTS

# %% [markdown]
# The second shape (2 points):

# %% test="ps1_any_sizes_output_test" points=2
lesson = dict(train_size=100, test_size=20, time_steps=4, vocabulary_size=10, units=16)
check_returns(shapes, lesson, expected=((20, 4, 10), (20, 16)), index=1)
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_returns
from lstm_marking.sizes import draw_sizes
from lstm_marking.sources import mark_without
from lstm_outputs.beliefs import output_beliefs


def right(test_size, time_steps, vocabulary_size, units, **_):
    return (test_size, time_steps, vocabulary_size), (test_size, units)


mark_without(shapes, "keras", "tensorflow")
mark_returns(shapes, [(sizes, right(**sizes), output_beliefs(*right(**sizes)[0], sizes["units"]))
                      for sizes in draw_sizes(lesson, cases=20, seed=2)], index=1)
### END HIDDEN TESTS

# %% [markdown]
# ## Question 4: choose a layer (2 points)
#
# Make an LSTM layer that turns the data below, 3 sequences of 5 time steps with 9 features,
# into one array of shape `(3, 4)`.

# %% answer="ps1_choose"
layer = ...
### BEGIN SOLUTION
layer = keras.layers.LSTM(4)
### END SOLUTION

# %% test="ps1_choose_test" points=2
data = np.zeros((3, 5, 9), dtype="float32")  # (batch, time, features)
check_output(layer, data, expected=(3, 4))
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_layer

mark_layer(layer, [((None, steps, 9), (None, 4)) for steps in (None, 2, 11)])
### END HIDDEN TESTS

# %% [markdown]
# ## Question 5: read an array (2 points)
#
# Here are two sequences of four integers each, one-hot encoded. Run the cell and look at it.

# %% locked="ps1_read_data"
integers = np.random.default_rng(2).integers(5, size=(2, 4))
X = np.eye(5, dtype=int)[integers]
print(X.shape)  # (samples, timesteps, features)
print(X)

# %% [markdown]
# Every one in `X` says which integer was drawn. Where does the one stand that says it for the
# **last time step of the second sequence**? Write its place as an index: one number for each axis,
# counted from 0.

# %% answer="ps1_read"
place = ...
### BEGIN SOLUTION
place = (1, 3, 0)
### END SOLUTION

# %% test="ps1_read_test" points=2
check_index(place, "place")
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_index

mark_index(place, "place", (2, 4, 5), (1, 3, 0), {
    (0, 3, 1): "That is the first sequence. The first axis counts the sequences, from 0.",
    (1, 0, 3): "Time comes before the features.",
    (1, 2, 2): "That is the time step before the last.",
})
### END HIDDEN TESTS

# %% [markdown]
# ## Question 6: explain (4 points)
#
# A classmate says: "My sequences have 16 time steps, so I need `LSTM(16)`."
# Is that so? Answer in one or two sentences. Say what the number in `LSTM(16)` means.
# A person reads this answer and gives the points.

# %% [markdown] manual="ps1_explain" points=4
# No: the number of units is the length of the hidden state vector, chosen by the author of the
# model, and it has nothing to do with how many time steps a sequence has.

# %% [markdown] locked="ps1_end"
# ---
#
# **Done?** Run all cells from the top, read what the checks say, save, and hand in the file:
# in Colab with *File → Download → Download .ipynb*, in JupyterLab with *File → Download*.
#
# === BEGIN MARK SCHEME ===
#
# Question 6, 4 points:
#
# - 1 point: it says no.
# - 2 points: it says what units are: how long the hidden state (and the cell state) is, or how
#   many numbers come back for a time step.
# - 1 point: it says that this number is free to choose, whatever the number of time steps.
#
# === END MARK SCHEME ===
