# ---
# jupyter:
#   points: 20
# ---
# %% [markdown]
# # Problem set 3: all hidden states
#
# **20 points, about 25 minutes.** It follows lesson 04, *Mode 2: all hidden states*.
#
# How it works:
#
# 1. Run the setup cells below.
# 2. Write each answer in place of the three dots `...`. In question 6 you mend code instead.
# 3. Run the check under it. It says whether your answer can be graded as it is. Some checks
#    also say whether it is right.
# 4. At the end, run all cells from the top, save, and hand in the file.
#
# Predict first. Then, if you like, find out by running code of your own in a new cell.
# Shapes are written as tuples, like `(2, 3)`. A size that is not known yet is written `None`.
# Sequences, time steps and units are counted from 0: the first time step is step 0.

# %% locked="ps3_setup"
# @title Setup: run this cell first
from lstm_outputs.backend import need_keras_3, quiet_start, show_log_lines_as_output

show_log_lines_as_output()
with quiet_start():
    import keras
    import numpy as np
    import tensorflow as tf

    tf.zeros(1)  # the first operation also logs

need_keras_3(keras.__version__)

# %% locked="ps3_checks"
# @title Setup: the checks of shapes, choices and places
from lstm_outputs.choices import check_choice, check_index
from lstm_outputs.forms import check_form, check_forms

# %% locked="ps3_checks_of_code"
# @title Setup: the checks of functions and layers
from lstm_outputs.calls import check_arrays, check_returns
from lstm_outputs.layers import check_output

# %% [markdown]
# ## Question 1: what comes back (4 points)
#
# The layer has 13 units and hands out all hidden states:
#
# ```python
# layer = keras.layers.LSTM(13, return_sequences=True)
# ```
#
# First, no data has arrived yet, and the sequences may be of any length:
#
# ```python
# inputs = keras.Input(shape=(None, 4))      # any number of time steps, 4 features
# outputs = layer(inputs)
# ```
#
# What is `outputs.shape`?

# %% answer="ps3_predict_symbolic"
symbolic_shape = ...
### BEGIN SOLUTION
symbolic_shape = (None, None, 13)
### END SOLUTION

# %% test="ps3_predict_symbolic_test" points=1
check_form(symbolic_shape, "symbolic_shape")
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_shape

mark_shape(symbolic_shape, "symbolic_shape", (None, None, 13), {
    (None, 13): "With return_sequences=True every time step comes back. Where is time?",
    (None, 13, None): "Time and units have changed places. Time comes first.",
    (None, None, 4): "The layer replaces the features: what it returns at a time step is as "
                     "long as its units.",
    (None, 1, 13): "With return_sequences=True every time step comes back, not one.",
    (None, 4, 13): "The 4 counts features. How many time steps there are is not known yet.",
    (None, 13, 13): "Units are not time steps: they are the length of the hidden state.",
    (None,): "A hidden state is a vector. How long is it?",
})
### END HIDDEN TESTS

# %% [markdown]
# Now data arrives: 6 sequences of 9 time steps with 4 features.
#
# ```python
# hidden = layer(data)
# ```
#
# What is `hidden.shape`?

# %% answer="ps3_predict_on_data"
hidden_shape = ...
### BEGIN SOLUTION
hidden_shape = (6, 9, 13)
### END SOLUTION

# %% test="ps3_predict_on_data_test" points=1
check_form(hidden_shape, "hidden_shape")
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_shape
from lstm_outputs.beliefs import lstm_beliefs

mark_shape(hidden_shape, "hidden_shape", (6, 9, 13),
           lstm_beliefs(6, 9, 4, 13, return_sequences=True))
### END HIDDEN TESTS

# %% [markdown]
# A `Dense` layer reads the hidden states:
#
# ```python
# scores = keras.layers.Dense(8)(hidden)
# ```
#
# What is `scores.shape`?

# %% answer="ps3_predict_dense"
scores_shape = ...
### BEGIN SOLUTION
scores_shape = (6, 9, 8)
### END SOLUTION

# %% test="ps3_predict_dense_test" points=1
check_form(scores_shape, "scores_shape")
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_shape

mark_shape(scores_shape, "scores_shape", (6, 9, 8), {
    (6, 8): "Dense does not pick a time step. It answers at each of them.",
    (6, 9, 13): "Dense replaces the last axis by its own units.",
    (6, 9, 13, 8): "Dense replaces the last axis. It does not add one.",
    (6, 8, 13): "Dense works on the last axis, not on time.",
    (6, 9, 4): "What comes back is as long as the units of Dense, not as the features.",
    (6, 72): "The time steps are not joined into one long row.",
    (54, 8): "The sequences are not joined: batch and time keep an axis each.",
    (9, 8): "That is for one sequence. The batch has an axis too, the first one.",
    (6, 8, 9): "Time comes before what Dense answers at a time step.",
    (9, 6, 8): "The batch is the first axis, time the second.",
    (None, 9, 8): "Here data has arrived, so the size of the batch is known.",
})
### END HIDDEN TESTS

# %% [markdown]
# Back to `hidden`. What are the shapes of these three? Write three shapes in one tuple, in this
# order.
#
# ```python
# hidden[2]
# hidden[:, 2]
# hidden[:, :, 2]
# ```

# %% answer="ps3_predict_parts"
parts_shapes = ...
### BEGIN SOLUTION
parts_shapes = ((9, 13), (6, 13), (6, 9))
### END SOLUTION

# %% test="ps3_predict_parts_test" points=1
check_forms(parts_shapes, "parts_shapes")
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_shapes

mark_shapes(parts_shapes, "parts_shapes", ((9, 13), (6, 13), (6, 9)), {
    ((6, 13), (9, 13), (6, 9)): "The first axis counts the sequences, the second the time "
                                "steps. Which of them does each index pick from?",
    ((6, 9), (6, 13), (9, 13)): "A single number behind the bracket picks from the first axis. "
                                "Each colon before it leaves one axis as it is.",
    ((1, 9, 13), (6, 1, 13), (6, 9, 1)): "A single number takes its axis away. Only a slice, "
                                         "like 2:3, leaves an axis of size 1.",
    ((9, 13), (9, 13), (9, 13)): "A colon leaves an axis whole, so each index picks from "
                                 "another axis.",
    ((2, 9, 13), (6, 2, 13), (6, 9, 2)): "The 2 is a place, not how many are kept. A single "
                                         "number takes its axis away.",
    ((13,), (6,), (9,)): "One single number takes one axis away. How many axes are left of "
                         "three?",
})
### END HIDDEN TESTS

# %% [markdown]
# ## Question 2: which number is which (3 points)
#
# The cell below calls a layer in mode 2 on two sequences, and prints all hidden states. Then a
# layer in mode 1, with the same weights, reads the same two sequences. Run it.

# %% locked="ps3_read_arrays"
rng = np.random.default_rng(3)
two = rng.normal(size=(2, 6, 3)).astype("float32")  # (batch, time, features)
same = int(rng.integers(1, 6))
two[1, :same] = two[0, :same]  # both sequences begin alike

keras.utils.set_random_seed(3)
mode_2 = keras.layers.LSTM(4, return_sequences=True)
mode_1 = keras.layers.LSTM(4)
all_h = mode_2(two).numpy()
mode_1.build(two.shape)
mode_1.set_weights(mode_2.get_weights())
last_h = mode_1(two).numpy()

np.set_printoptions(precision=3, suppress=True)
print("mode 2, sequence 0:", all_h[0], "mode 2, sequence 1:", all_h[1], sep="\n")
print("mode 1:", last_h, sep="\n")

# %% [markdown]
# Look at what mode 1 returned: the first number in its second row. This number stands in `all_h`,
# too. At which index? Write it as a tuple: sequence, time step, unit. (1 point)

# %% answer="ps3_read_index"
place = ...
### BEGIN SOLUTION
place = (1, 5, 0)
### END SOLUTION

# %% test="ps3_read_index_test" points=1
check_index(place, "place")
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_index

mark_index(place, "place", (2, 6, 4), (1, 5, 0), {
    (0, 5, 0): "Mode 1 returns a row for each sequence. Which sequence is the second row?",
    (1, 0, 0): "That is the hidden state of the first time step. Which one does mode 1 return?",
    (1, 5, 3): "The time step is right. Which unit is the first number?",
    (1, 4, 0): "There is one more time step after that one.",
})
### END HIDDEN TESTS

# %% [markdown]
# The two sequences begin with the same data, and then they differ. You see this in the printed
# hidden states. At which time step did the layer read different data for the first time?
#
# Write one of `"step 0"`, `"step 1"`, and so on to `"step 5"`. (2 points)

# %% answer="ps3_read_step"
differs_at = ...
### BEGIN SOLUTION
differs_at = "step 3"
### END SOLUTION

# %% test="ps3_read_step_test" points=2
check_choice(differs_at, [f"step {step}" for step in range(6)], "differs_at")
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_choice

early = "At that step the two hidden states are still the same. So was all that was read."
late = ("There is an earlier step at which the two hidden states differ. A hidden state knows "
        "what was read at its own step.")
mark_choice(differs_at, [f"step {step}" for step in range(6)], "differs_at", "step 3", {
    "step 0": early, "step 1": early, "step 2": early, "step 4": late,
    "step 5": late + " What was read before stays in it."})
### END HIDDEN TESTS

# %% [markdown]
# ## Question 3: choose a layer (2 points)
#
# Make an LSTM layer that turns the data below, 4 sequences of 8 time steps with 3 features,
# into one array of shape `(4, 8, 6)`.

# %% answer="ps3_choose"
layer = ...
### BEGIN SOLUTION
layer = keras.layers.LSTM(6, return_sequences=True)
### END SOLUTION

# %% test="ps3_choose_test" points=2
data = np.zeros((4, 8, 3), dtype="float32")  # (batch, time, features)
check_output(layer, data, expected=(4, 8, 6))
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_layer

mark_layer(layer, [((None, steps, 3), (None, steps, 6)) for steps in (None, 2, 11)])
### END HIDDEN TESTS

# %% [markdown]
# ## Question 4: any sizes, both modes (2 points)
#
# A model has two layers. The first gets data of shape `(batch_size, timesteps, features)`:
#
# ```python
# keras.layers.LSTM(units, return_sequences=return_sequences)
# keras.layers.Dense(classes)
# ```
#
# Write a function that returns **two shapes**, as a tuple or a list, for any sizes. The flag
# `return_sequences` may be `True` or `False`:
#
# 1. the shape of what the LSTM returns;
# 2. the shape of what the `Dense` layer then returns.
#
# Work the shapes out from the sizes, without calling Keras or TensorFlow.

# %% answer="ps3_any_sizes"
def shapes(batch_size, timesteps, features, units, classes, return_sequences):
    ...
    ### BEGIN SOLUTION
    rows = (batch_size, timesteps) if return_sequences else (batch_size,)
    return rows + (units,), rows + (classes,)
    ### END SOLUTION

# %% [markdown]
# The first shape (1 point):

# %% test="ps3_any_sizes_lstm_test" points=1
sizes = dict(batch_size=100, timesteps=4, features=10, units=16, classes=3)
check_returns(shapes, sizes | {"return_sequences": True},
              expected=((100, 4, 16), (100, 4, 3)), index=0)
check_returns(shapes, sizes | {"return_sequences": False},
              expected=((100, 16), (100, 3)), index=0)
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_returns
from lstm_marking.sizes import draw_sizes
from lstm_marking.sources import mark_without
from lstm_outputs.beliefs import output_beliefs


def case(flag, batch_size, timesteps, features, units, classes):
    steps = (timesteps,) if flag else ()
    right = (batch_size, *steps, units), (batch_size, *steps, classes)
    return right, output_beliefs(batch_size, timesteps, features, units, flag)


mark_without(shapes, "keras", "tensorflow")
mark_returns(shapes, [(drawn | {"return_sequences": flag}, *case(flag, **drawn))
                      for drawn in draw_sizes(sizes, cases=12, seed=1)
                      for flag in (True, False)], index=0)
### END HIDDEN TESTS

# %% [markdown]
# The second shape (1 point):

# %% test="ps3_any_sizes_dense_test" points=1
sizes = dict(batch_size=100, timesteps=4, features=10, units=16, classes=3)
check_returns(shapes, sizes | {"return_sequences": True},
              expected=((100, 4, 16), (100, 4, 3)), index=1)
check_returns(shapes, sizes | {"return_sequences": False},
              expected=((100, 16), (100, 3)), index=1)
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_returns
from lstm_marking.sizes import draw_sizes
from lstm_marking.sources import mark_without


def case(flag, batch_size, timesteps, features, units, classes):
    steps = (timesteps,) if flag else ()
    right = (batch_size, *steps, units), (batch_size, *steps, classes)
    beliefs = {
        right[0]: "Dense replaces the last axis by its own units.",
        (*right[0], classes): "Dense replaces the last axis. It does not add one.",
        (batch_size, classes): "Dense does not pick a time step. It answers at each of them.",
        (batch_size, timesteps, classes): "Without return_sequences=True Dense gets one hidden "
                                          "state for each sequence.",
        (batch_size, timesteps * classes): "The time steps are not joined into one long row.",
    }
    beliefs.pop(right[1])
    return right, beliefs


mark_without(shapes, "keras", "tensorflow")
mark_returns(shapes, [(drawn | {"return_sequences": flag}, *case(flag, **drawn))
                      for drawn in draw_sizes(sizes, cases=12, seed=2)
                      for flag in (True, False)], index=1)
### END HIDDEN TESTS

# %% [markdown]
# ## Question 5: what the flag costs (2 points)
#
# How many parameters do the two layers of question 4 have together? Write a function that returns
# this number for any sizes, with the flag on or off.
#
# The LSTM's formula stands in lesson 02. A `Dense` layer has a weight for each pair of a number
# that it reads and a number that it returns at a time step, and a bias for each number that it
# returns. The check shows both cases.
#
# Work it out from the sizes, without calling Keras or TensorFlow.

# %% answer="ps3_parameters"
def parameters(timesteps, features, units, classes, return_sequences):
    ...
    ### BEGIN SOLUTION
    lstm = 4 * (units * (features + units) + units)
    return lstm + units * classes + classes
    ### END SOLUTION

# %% test="ps3_parameters_test" points=2
sizes = dict(timesteps=4, features=10, units=16, classes=3)
check_returns(parameters, sizes | {"return_sequences": True}, expected=1779)
check_returns(parameters, sizes | {"return_sequences": False}, expected=1779)
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_returns
from lstm_marking.sizes import draw_sizes
from lstm_marking.sources import mark_without


def case(timesteps, features, units, classes):
    lstm = 4 * units * (features + units + 1)
    dense = classes * (units + 1)
    beliefs = {
        timesteps * (lstm + dense): "The same weights are used at every time step.",
        lstm + timesteps * dense: "Dense uses the same weights at every time step.",
        timesteps * lstm + dense: "The LSTM uses the same weights at every time step.",
        lstm + classes * (timesteps * units + 1): "Dense reads one hidden state at a time, not "
                                                  "all of them joined.",
        lstm: "That is the LSTM alone. Dense has parameters too.",
        dense: "That is the Dense layer alone. The LSTM has parameters too.",
        lstm + classes * units: "The Dense layer has biases, too.",
        lstm // 4 + dense: "Three gates and the candidate have weights of their own.",
    }
    beliefs.pop(lstm + dense, None)
    return lstm + dense, beliefs


mark_without(parameters, "keras", "tensorflow")
mark_returns(parameters, [(drawn | {"return_sequences": flag}, *case(**drawn))
                          for drawn in draw_sizes(sizes, cases=12, seed=3)
                          for flag in (True, False)])
### END HIDDEN TESTS

# %% [markdown]
# ## Question 6: repair (4 points)
#
# In this question there are no three dots to replace. Change the code in the cell itself.
#
# A classmate wants three numbers for each time step. The second LSTM is to read the hidden states
# of the first, and `Dense` those of the second. But the code below stops with an error.
#
# Mend it. Keep all three layers and their units. `data` has shape `(batch, time, features)`, and
# `(batch, time, 3)` is to come back.

# %% answer="ps3_repair_stack"
def answers(data):
    first = keras.layers.LSTM(10)(data)
    second = keras.layers.LSTM(6)(first)
    return keras.layers.Dense(3, activation="softmax")(second)
### BEGIN SOLUTION
def answers(data: np.ndarray):
    first = keras.layers.LSTM(10, return_sequences=True)(data)
    second = keras.layers.LSTM(6, return_sequences=True)(first)
    return keras.layers.Dense(units=3, activation="softmax")(second)
### END SOLUTION

# %% [markdown]
# Does the right shape come back? (1 point)

# %% test="ps3_repair_stack_test" points=1
data = np.zeros((5, 7, 2), dtype="float32")  # (batch, time, features)
check_arrays(answers, {"data": data}, expected=(5, 7, 3))
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_arrays

mark_arrays(answers, [({"data": np.ones((batch, steps, 2), "float32")}, (batch, steps, 3), {
    (batch, 3): "One answer for each sequence comes back. Which hidden states does Dense get?",
    (batch, 1, 3): "One answer for each sequence comes back. Which hidden states does Dense get?",
}) for batch, steps in [(4, 9), (9, 4), (1, 5), (8, 1)]])
### END HIDDEN TESTS

# %% [markdown]
# Do the layers work as described? Each answer is to come from the hidden state of its own time
# step. Here you see the shape only. (1 point)

# %% test="ps3_repair_stack_steps_test" points=1
data = np.zeros((2, 11, 2), dtype="float32")  # (batch, time, features)
check_arrays(answers, {"data": data}, expected=(2, 11, 3))
### BEGIN HIDDEN TESTS
from lstm_marking.values import mark_lstm_units, mark_reads_in_order

random = np.random.default_rng(5).normal(size=(4, 5, 2)).astype("float32")
mark_reads_in_order(answers, "data", random)
mark_lstm_units(answers, {"data": random[:3, :4]}, [10, 6])
### END HIDDEN TESTS

# %% [markdown]
# The next function is given all hidden states, an array of shape `(batch, time, units)`, and the
# number of a time step, counted from 0. It is to return the hidden state of this time step for
# every sequence. No error stops it. But what comes back is something else. Mend it.

# %% answer="ps3_repair_step"
def state_at(all_hidden, step):
    return all_hidden[step]
### BEGIN SOLUTION
def state_at(all_hidden: np.ndarray, step: int):
    return all_hidden[:, step]
### END SOLUTION

# %% [markdown]
# Does the right shape come back? (1 point)

# %% test="ps3_repair_step_test" points=1
numbers = np.arange(60).reshape(3, 5, 4)  # (batch, time, units)
check_arrays(state_at, {"all_hidden": numbers, "step": 2}, expected=(3, 4))
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_arrays

mark_arrays(state_at, [
    ({"all_hidden": np.ones((batch, steps, units), "float32"), "step": step}, (batch, units), {
        (steps, units): "That is one sequence, at all of its time steps.",
        (batch, steps): "That is one unit, at all time steps.",
        (batch, 1, units): "A single number as an index takes the axis away. A slice keeps it.",
        (units,): "That is for one sequence alone. Every sequence has a hidden state there.",
    }) for batch, steps, units, step in [(9, 4, 7, 3), (2, 8, 5, 0), (3, 6, 5, 1), (1, 3, 8, 2)]])
### END HIDDEN TESTS

# %% [markdown]
# Is it the hidden state of the right time step? Here you see the shape for another step only.
# (1 point)

# %% test="ps3_repair_step_values_test" points=1
numbers = np.arange(60).reshape(3, 5, 4)  # (batch, time, units)
check_arrays(state_at, {"all_hidden": numbers, "step": 0}, expected=(3, 4))
### BEGIN HIDDEN TESTS
from lstm_marking.values import mark_values

random = np.random.default_rng(6).normal(size=(6, 6, 6)).astype("float32")
mark_values(state_at, [
    ({"all_hidden": part, "step": step}, part[:, step], [
        (part[step % len(part)], "That is one sequence, at all of its time steps."),
        (part[:, :, step], "That is one unit, at all time steps."),
        (part[:, -1], "That is the last time step, whatever step was asked for."),
        (part[:, 0], "That is the first time step, whatever step was asked for."),
        (part[:, step - 1], "That is the step before. Time steps are counted from 0."),
        (part[:, 2], "That is step 2, whatever step was asked for."),
    ]) for part in (random, random[:2]) for step in (4, 1, 5, 0)])
### END HIDDEN TESTS

# %% [markdown]
# ## Question 7: explain (3 points)
#
# A classmate reads sequences of 20 numbers with an LSTM with `return_sequences=True`. A `Dense`
# layer on it says at every time step whether the *last* number of the sequence will be even. The
# numbers are random. After training, the answer at the last step is always right, but the answer
# at step 0 is no better than a coin. "I will take more units," the classmate says, "then step 0
# will get it right as well."
#
# Will it? Answer in one or two sentences, and say why. A person reads this answer and gives the
# points.

# %% [markdown] manual="ps3_explain" points=3
# No. The hidden state of step 0 is computed before any later number is read, so nothing about the
# last number can be in it, and more units only make this hidden state longer.

# %% [markdown] locked="ps3_end"
# ---
#
# **Done?** Run all cells from the top, read what the checks say, save, and hand in the file:
# in Colab with *File → Download → Download .ipynb*, in JupyterLab with *File → Download*.
#
# === BEGIN MARK SCHEME ===
#
# Question 7, 3 points:
#
# - 1 point: it says no.
# - 1 point: it says that a hidden state knows what was read up to its own time step, and nothing of
#   what comes after.
# - 1 point: it says why units do not help: they make the hidden state longer, they do not let it
#   read further (or: random numbers before it tell nothing about the last one).
#
# === END MARK SCHEME ===
