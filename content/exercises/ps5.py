# ---
# jupyter:
#   points: 20
# ---
# %% [markdown]
# # Problem set 5: both flags and stacked layers
#
# **20 points, about 25 minutes.** It follows lesson 06, *All hidden states and the states*, and
# lesson 07, *Building on LSTMs*.
#
# How it works:
#
# 1. Run the three setup cells below.
# 2. Write each answer in place of the three dots `...`. Question 4 has code in it: mend that code.
# 3. Run the check under it. It says whether your answer can be graded as it is. Some checks
#    also say whether it is right.
# 4. At the end, run all cells from the top, save, and hand in the file.
#
# Predict first. Then, if you like, find out by running code of your own in a new cell.
# Shapes are written as tuples, like `(2, 3)`. A size that is not known yet is written `None`.

# %% locked="ps5_setup"
# @title Setup: run this cell first
from lstm_outputs.backend import need_keras_3, quiet_start, show_log_lines_as_output

show_log_lines_as_output()
with quiet_start():
    import keras
    import numpy as np
    import tensorflow as tf

    tf.zeros(1)  # the first operation also logs

need_keras_3(keras.__version__)

# %% locked="ps5_checks"
# @title Setup: the checks of shapes
from lstm_outputs.calls import check_arrays, check_returns
from lstm_outputs.forms import check_form, check_forms

# %% locked="ps5_more_checks"
# @title Setup: the checks of layers and of places
from lstm_outputs.choices import check_choice, check_index
from lstm_outputs.layers import check_output

# %% [markdown]
# ## Question 1: what comes back (6 points)
#
# Where several arrays come back, write all their shapes, in order, with a pair of parentheses
# around them, like `((1, 2), (3, 4))`.
#
# First, an LSTM with both flags on. No data has arrived yet.
#
# ```python
# inputs = keras.Input(shape=(8, 11))      # 8 time steps, 11 features
# outputs = keras.layers.LSTM(5, return_sequences=True, return_state=True)(inputs)
# ```
#
# What are the shapes of the arrays in `outputs`?

# %% answer="ps5_both_flags"
lstm_shapes = ...
### BEGIN SOLUTION
lstm_shapes = ((None, 8, 5), (None, 5), (None, 5))
### END SOLUTION

# %% test="ps5_both_flags_test" points=2
check_forms(lstm_shapes, "lstm_shapes")
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_shapes
from lstm_outputs.beliefs import lstm_beliefs

mark_shapes(lstm_shapes, "lstm_shapes", ((None, 8, 5), (None, 5), (None, 5)),
            lstm_beliefs(1, 8, 11, 5, return_sequences=True, return_state=True, symbolic=True))
### END HIDDEN TESTS

# %% [markdown]
# Now a GRU. The data is 3 sequences of 9 time steps with 4 features.
#
# ```python
# outputs = keras.layers.GRU(6, return_sequences=True, return_state=True)(data)
# ```
#
# What are the shapes of the arrays in `outputs`?

# %% answer="ps5_gru"
gru_shapes = ...
### BEGIN SOLUTION
gru_shapes = ((3, 9, 6), (3, 6))
### END SOLUTION

# %% test="ps5_gru_test" points=1
check_forms(gru_shapes, "gru_shapes")
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_shapes
from lstm_outputs.layer_beliefs import layer_beliefs

mark_shapes(gru_shapes, "gru_shapes", ((3, 9, 6), (3, 6)),
            layer_beliefs("gru", 3, 9, 4, 6) | {
    ((None, 9, 6), (None, 6)): "Here data has arrived, so the size of the batch is known.",
    ((3, 9, 6), (3, 9, 6)): "A state is what is left after the last time step: no axis for time.",
    ((3, 6), (3, 9, 6)): "The output comes first, then the state.",
    ((3, 9, 4), (3, 4)): "What comes back is as long as the units, not as the features.",
})
### END HIDDEN TESTS

# %% [markdown]
# An LSTM that reads both ways. The data is 12 sequences of 5 time steps with 9 features.
#
# ```python
# layer = keras.layers.LSTM(4, return_sequences=True, return_state=True)
# outputs = keras.layers.Bidirectional(layer)(data)
# ```
#
# What are the shapes of the arrays in `outputs`?

# %% answer="ps5_bidirectional"
both_ways_shapes = ...
### BEGIN SOLUTION
both_ways_shapes = ((12, 5, 8), (12, 4), (12, 4), (12, 4), (12, 4))
### END SOLUTION

# %% test="ps5_bidirectional_test" points=2
check_forms(both_ways_shapes, "both_ways_shapes")
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_shapes
from lstm_outputs.layer_beliefs import layer_beliefs

state = (12, 4)
mark_shapes(both_ways_shapes, "both_ways_shapes", ((12, 5, 8), state, state, state, state),
            layer_beliefs("bidirectional states", 12, 5, 9, 4) | {
    ((12, 8), state, state, state, state): "return_sequences=True keeps every time step.",
    ((12, 5, 8), state, state, state): "Each of the two directions has as many states as the "
                                       "other.",
    (state, state, state, state, (12, 5, 8)): "The output comes first, then the states.",
    (12, 5, 8): "With return_state=True the states come back too.",
})
### END HIDDEN TESTS

# %% [markdown]
# Last, a stack. Its input says `None` for time: the sequences may have any length.
#
# ```python
# stack = keras.Sequential([
#     keras.Input(shape=(None, 9)),        # any number of time steps, 9 features
#     keras.layers.LSTM(7, return_sequences=True),
#     keras.layers.LSTM(12, return_sequences=True),
#     keras.layers.TimeDistributed(keras.layers.Dense(4)),
# ])
# ```
#
# What is `stack.output_shape`? (A model still has this attribute, a layer of Keras 3 has not.)

# %% answer="ps5_stack"
stack_shape = ...
### BEGIN SOLUTION
stack_shape = (None, None, 4)
### END SOLUTION

# %% test="ps5_stack_test" points=1
check_form(stack_shape, "stack_shape")
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_shape

mark_shape(stack_shape, "stack_shape", (None, None, 4), {
    (None, 4): "TimeDistributed does the same at each time step. It does not pick one.",
    (None, None, 12): "Dense replaces the last axis by its own units.",
    (None, None, 7): "That is what the first LSTM hands on. Two layers follow.",
    (None, None, 9): "Each layer replaces the last axis by its own units.",
    (None, 9, 4): "The 9 are features. How many time steps there are is not known yet.",
    (None, 12, 4): "The 12 are units, not time steps.",
    (None, 4, None): "Time comes before the last axis.",
})
### END HIDDEN TESTS

# %% [markdown]
# ## Question 2: a stack of any height (4 points)
#
# LSTMs stand on top of each other. The list `units` has the units of each layer, from the lowest
# to the last: `[16, 12, 8]` is a stack of three LSTMs. There can be one layer, or many.
#
# Each layer under another one has the flags that it needs. The last layer gets the flag
# `return_sequences`, which is `True` or `False`. No layer has `return_state=True`.
#
# Write a function that returns the shapes that the layers return: one for each layer, in order,
# as a tuple or a list of shapes. Work them out from the sizes, without calling Keras or
# TensorFlow.

# %% answer="ps5_any_stack"
def stack_shapes(batch_size, timesteps, features, units, return_sequences):
    ...
    ### BEGIN SOLUTION
    found = [(batch_size, timesteps, size) for size in units]
    if not return_sequences:
        found[-1] = (batch_size, units[-1])
    return found
    ### END SOLUTION

# %% [markdown]
# The last layer with `return_sequences=False` (1 point):

# %% test="ps5_any_stack_last_test" points=1
sizes = dict(batch_size=100, timesteps=4, features=10, units=[16, 12, 8])
check_returns(stack_shapes, sizes | dict(return_sequences=False),
              expected=((100, 4, 16), (100, 4, 12), (100, 8)))
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_returns
from lstm_marking.sources import mark_without
from lstm_marking.stacks import shape_cases

mark_without(stack_shapes, "keras", "tensorflow")
mark_returns(stack_shapes, shape_cases(return_sequences=False, cases=20, seed=1))
### END HIDDEN TESTS

# %% [markdown]
# The last layer with `return_sequences=True` (1 point):

# %% test="ps5_any_stack_every_test" points=1
sizes = dict(batch_size=100, timesteps=4, features=10, units=[16, 12, 8])
check_returns(stack_shapes, sizes | dict(return_sequences=True),
              expected=((100, 4, 16), (100, 4, 12), (100, 4, 8)))
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_returns
from lstm_marking.sources import mark_without
from lstm_marking.stacks import shape_cases

mark_without(stack_shapes, "keras", "tensorflow")
mark_returns(stack_shapes, shape_cases(return_sequences=True, cases=20, seed=2))
### END HIDDEN TESTS

# %% [markdown]
# How many parameters does such a stack have? Remember lesson 02: one LSTM that reads `features`
# numbers at each time step has `4 * (units * (features + units) + units)` parameters.
#
# What does each layer of a stack read? Write a function that returns the number of parameters of
# all layers together. `units` is a list as above. Again, do without Keras and TensorFlow
# (2 points).

# %% answer="ps5_parameters"
def stack_parameters(features, units):
    ...
    ### BEGIN SOLUTION
    total, read = 0, features
    for size in units:
        total += 4 * (size * (read + size) + size)
        read = size
    return total
    ### END SOLUTION

# %% test="ps5_parameters_test" points=2
check_returns(stack_parameters, dict(features=10, units=[16, 12, 8]), expected=3792)
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_returns
from lstm_marking.sources import mark_without
from lstm_marking.stacks import parameter_cases

mark_without(stack_parameters, "keras", "tensorflow")
mark_returns(stack_parameters, parameter_cases(cases=20, seed=3))
### END HIDDEN TESTS

# %% [markdown]
# ## Question 3: choose a lower layer (2 points)
#
# Make the lower layer of a stack. It turns the data below, 2 sequences of 7 time steps with 5
# features, into one array of shape `(2, 7, 8)`, which another LSTM can read.
#
# Take an LSTM, a GRU, or a `Bidirectional` with one of them in it. There are many right answers.

# %% answer="ps5_choose"
lower_layer = ...
### BEGIN SOLUTION
lower_layer = keras.layers.Bidirectional(keras.layers.LSTM(4, return_sequences=True))
### END SOLUTION

# %% test="ps5_choose_test" points=2
data = np.zeros((2, 7, 5), dtype="float32")  # (batch, time, features)
recurrent = (keras.layers.LSTM, keras.layers.GRU, keras.layers.Bidirectional)
check_output(lower_layer, data, expected=(2, 7, 8), kinds=recurrent)
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_layer

mark_layer(lower_layer, [((None, steps, 5), (None, steps, 8)) for steps in (None, 2, 11)])
### END HIDDEN TESTS

# %% [markdown]
# ## Question 4: repair a stack (2 points)
#
# This function is meant to send `data` through a stack of two LSTMs, and to return the hidden state
# of the **upper** layer at **every** time step. It stops with an error. Change the code in the cell
# (there are no three dots this time). Both layers stay, with the units `lower` and `upper`.
#
# Run the check first, and read what it says. When one fault is mended, another may show.

# %% answer="ps5_repair"
def upper_hidden_states(data, lower, upper):
    below = keras.layers.LSTM(lower)(data)
    return keras.layers.LSTM(upper)(below)
### BEGIN SOLUTION
def upper_hidden_states(data, lower, upper):  # noqa: F811
    below = keras.layers.LSTM(lower, return_sequences=True)(data)
    return keras.layers.LSTM(upper, return_sequences=True)(below)
### END SOLUTION

# %% test="ps5_repair_test" points=2
data = np.zeros((5, 6, 3), dtype="float32")  # (batch, time, features)
check_arrays(upper_hidden_states, dict(data=data, lower=7, upper=4), expected=(5, 6, 4))
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_arrays
from lstm_marking.stacks import mark_stack
from lstm_outputs.beliefs import output_beliefs

mark_arrays(upper_hidden_states, [
    (dict(data=np.ones((batch, steps, features), "float32"), lower=lower, upper=upper),
     (batch, steps, upper),
     output_beliefs(batch, steps, features, upper, return_sequences=True))
    for batch, steps, features, lower, upper in [(2, 3, 5, 7, 11), (1, 8, 2, 3, 6)]])
mark_stack(upper_hidden_states, timesteps=6, features=3, lower=9, upper=5)
### END HIDDEN TESTS

# %% [markdown]
# ## Question 5: read the arrays (3 points)
#
# A bidirectional LSTM with 2 units in each direction and both flags on reads one sequence of 5 time
# steps. Run the cell. It prints the output `sequence`, time step by time step, and then the states.
# The states are printed in **another order** than they come back in, as A, B, C and D.

# %% locked="ps5_arrays"
keras.utils.set_random_seed(64)
both_ways = keras.layers.Bidirectional(
    keras.layers.LSTM(2, return_sequences=True, return_state=True))
sequence, *states = both_ways(keras.random.normal((1, 5, 3), seed=64))  # (batch, time, features)

print("sequence has shape", tuple(sequence.shape))
for step in range(5):
    print("time step", step, np.array(sequence)[0, step].round(3))
for place, letter in enumerate("ABCD"):
    print("state", letter, "   ", np.array(states[(3 * place + 2) % 4])[0].round(3))

# %% [markdown]
# Which of the states is the last **hidden** state of the **forward** half? Write its letter, like
# `"A"`.

# %% answer="ps5_read_forward"
forward_hidden = ...
### BEGIN SOLUTION
forward_hidden = "C"
### END SOLUTION

# %% test="ps5_read_forward_test" points=1
check_choice(forward_hidden, ["A", "B", "C", "D"], "forward_hidden")
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_choice

cell = "Its numbers stand nowhere in the sequence, so it is no hidden state."
mark_choice(forward_hidden, ["A", "B", "C", "D"], "forward_hidden", "C", {
    "A": "It is the last hidden state of the other half.", "B": cell, "D": cell})
### END HIDDEN TESTS

# %% [markdown]
# Which one is the last **hidden** state of the **backward** half?

# %% answer="ps5_read_backward"
backward_hidden = ...
### BEGIN SOLUTION
backward_hidden = "A"
### END SOLUTION

# %% test="ps5_read_backward_test" points=1
check_choice(backward_hidden, ["A", "B", "C", "D"], "backward_hidden")
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_choice

cell = "Its numbers stand nowhere in the sequence, so it is no hidden state."
mark_choice(backward_hidden, ["A", "B", "C", "D"], "backward_hidden", "A", {
    "C": "It is the last hidden state of the other half.", "B": cell, "D": cell})
### END HIDDEN TESTS

# %% [markdown]
# Where in `sequence` does the **second** number of this state, the last hidden state of the
# backward half, stand? Write its index, a place on each of the three axes, counted from 0.

# %% answer="ps5_read_place"
place_in_sequence = ...
### BEGIN SOLUTION
place_in_sequence = (0, 0, 3)
### END SOLUTION

# %% test="ps5_read_place_test" points=1
check_index(place_in_sequence, "place_in_sequence")
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_index

mark_index(place_in_sequence, "place_in_sequence", (1, 5, 4), (0, 0, 3), {
    (0, 4, 3): "The backward half reads the last time step first. Which one does it read last?",
    (0, 4, 1): "That is the forward half, which comes first on the last axis.",
    (0, 0, 1): "That is the forward half, which comes first on the last axis.",
    (0, 0, 2): "That is the first number of the state. Places are counted from 0.",
})
### END HIDDEN TESTS

# %% [markdown]
# ## Question 6: explain (3 points)
#
# Why does every LSTM in a stack but the last need `return_sequences=True`? And what decides whether
# the last one gets it? Answer in two or three sentences.
# A person reads this answer and gives the points.

# %% [markdown] manual="ps5_explain" points=3
# An LSTM reads a sequence, so its input needs an axis for time, and without the flag the layer
# below hands on its final hidden state only, which has lost that axis. No LSTM reads what the last
# one returns, so its flag depends on what you want from the stack: a vector for each time step, or
# one for the whole sequence.

# %% [markdown] locked="ps5_end"
# ---
#
# **Done?** Run all cells from the top, read what the checks say, save, and hand in the file:
# in Colab with *File → Download → Download .ipynb*, in JupyterLab with *File → Download*.
#
# === BEGIN MARK SCHEME ===
#
# Question 6, 3 points:
#
# - 1 point: it says what an LSTM reads: a sequence, or three axes, or an axis for time.
# - 1 point: it says what is handed on without the flag: one hidden state, or no axis for time.
# - 1 point: it says that the last layer is free, as no LSTM reads it, or as it depends on the task
#   (one answer for a sequence, or one for each time step).
#
# Naming the error alone ("expected ndim=3") gets the first point only.
#
# === END MARK SCHEME ===
