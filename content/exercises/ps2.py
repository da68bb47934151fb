# ---
# jupyter:
#   points: 20
# ---
# %% [markdown]
# # Problem set 2: the last hidden state
#
# **20 points, about 25 minutes.** It follows lesson 02, *Inside the LSTM*, and lesson 03,
# *The last hidden state*.
#
# How it works:
#
# 1. Run the setup cells below.
# 2. Write each answer in place of the three dots `...`. In question 4 there are no dots: there
#    you mend code.
# 3. Run the check under it. It says whether your answer can be graded as it is. Some checks
#    also say whether it is right.
# 4. At the end, run all cells from the top, save, and hand in the file.
#
# Predict first. Then, if you like, find out by running code of your own in a new cell.
# Shapes are written as tuples, like `(2, 3)`. A size that is not known yet is written `None`.

# %% locked="ps2_setup"
# @title Setup: run this cell first
from lstm_outputs.backend import need_keras_3, quiet_start, show_log_lines_as_output

show_log_lines_as_output()
with quiet_start():
    import keras
    import numpy as np
    import tensorflow as tf

    tf.zeros(1)  # the first operation also logs

need_keras_3(keras.__version__)

# %% locked="ps2_checks"
# @title Setup: the checks of shapes and layers
from lstm_outputs.calls import check_arrays, check_returns
from lstm_outputs.forms import check_form, check_forms
from lstm_outputs.layers import check_output

# %% locked="ps2_checks_choices"
# @title Setup: the checks of choices
from lstm_outputs.choices import check_choice, check_index

# %% [markdown]
# ## Question 1: predict (4 points)
#
# The layer `keras.layers.LSTM(14)` is left at its defaults. It is called before data arrives:
#
# ```python
# inputs = keras.Input(shape=(11, 6))     # 11 time steps, 6 features
# layer = keras.layers.LSTM(14)
# outputs = layer(inputs)
# ```
#
# What is `outputs.shape`?

# %% answer="ps2_symbolic"
symbolic_shape = ...
### BEGIN SOLUTION
symbolic_shape = (None, 14)
### END SOLUTION

# %% test="ps2_symbolic_test" points=1
check_form(symbolic_shape, "symbolic_shape")
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_shape
from lstm_outputs.beliefs import lstm_beliefs

mark_shape(symbolic_shape, "symbolic_shape", (None, 14),
           lstm_beliefs(1, 11, 6, 14, symbolic=True))
### END HIDDEN TESTS

# %% [markdown]
# Now data arrives: 9 sequences of 11 time steps with 6 features.
# What is the shape of `layer(data)`?

# %% answer="ps2_on_data"
data_shape = ...
### BEGIN SOLUTION
data_shape = (9, 14)
### END SOLUTION

# %% test="ps2_on_data_test" points=1
check_form(data_shape, "data_shape")
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_shape
from lstm_outputs.beliefs import lstm_beliefs

mark_shape(data_shape, "data_shape", (9, 14), lstm_beliefs(9, 11, 6, 14))
### END HIDDEN TESTS

# %% [markdown]
# This layer has three arrays of weights: the kernel, the recurrent kernel and the bias. What are
# their shapes, in this order? Write a tuple of three shapes, like `((2, 3), (4, 5), (6,))`.

# %% answer="ps2_weights"
weight_shapes = ...
### BEGIN SOLUTION
weight_shapes = ((6, 56), (14, 56), (56,))
### END SOLUTION

# %% test="ps2_weights_test" points=1
check_forms(weight_shapes, "weight_shapes")
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_shapes
from lstm_outputs.parameters import weight_beliefs

mark_shapes(weight_shapes, "weight_shapes", ((6, 56), (14, 56), (56,)), {
    **weight_beliefs(6, 14),
    ((11, 56), (14, 56), (56,)): "The weights are the same at every time step, so the number of "
                                 "time steps is in none of their shapes.",
    ((66, 56), (14, 56), (56,)): "A step reads the features of that step alone, not of all steps.",
    ((9, 56), (14, 56), (56,)): "The weights are the same for every sequence.",
    ((6, 44), (14, 44), (44,)): "The four parts stand side by side, each as wide as the units.",
    ((6, 42), (14, 42), (42,)): "There are three gates, and there is the candidate, too.",
    ((56, 6), (56, 14), (56,)): "x_t @ kernel: the first axis of the kernel meets the features.",
    ((6, 56), (6, 56), (56,)): "The recurrent kernel is multiplied by h. How long is h?",
    ((14, 56), (6, 56), (56,)): "The kernel meets x, the recurrent kernel meets h.",
    ((6, 56), (14, 56)): "That is two arrays. The bias is the third.",
})
### END HIDDEN TESTS

# %% [markdown]
# Another layer reads sequences of any length. So the number of time steps is not known either:
#
# ```python
# inputs = keras.Input(shape=(None, 5))   # 5 features
# outputs = keras.layers.LSTM(8)(inputs)
# ```
#
# What are `inputs.shape` and `outputs.shape`? Write a tuple of two shapes.

# %% answer="ps2_any_length"
any_length_shapes = ...
### BEGIN SOLUTION
any_length_shapes = ((None, None, 5), (None, 8))
### END SOLUTION

# %% test="ps2_any_length_test" points=1
check_forms(any_length_shapes, "any_length_shapes")
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_shapes

before = (None, None, 5)
mark_shapes(any_length_shapes, "any_length_shapes", (before, (None, 8)), {
    (before, (None, None, 8)): "Without return_sequences=True the layer keeps one time step, "
                               "also when it does not know how many there are.",
    (before, (None, 5)): "What comes back is as long as the units, not as the features.",
    (before, (8,)): "That is for one sequence. The batch has an axis too, the first one.",
    (before, (1, 8)): "How many sequences there will be is not known yet.",
    ((None, 5), (None, 8)): "keras.Input is told the shape of one sequence. The batch comes on "
                            "top, as one more axis.",
    ((None, 5), (8,)): "The batch is missing in both. keras.Input puts an axis for it in front.",
    ((1, None, 5), (1, 8)): "How many sequences there will be is not known yet.",
})
### END HIDDEN TESTS

# %% [markdown]
# ## Question 2: how many parameters? (3 points)
#
# An LSTM with `units` units has read data of shape `(batch_size, timesteps, features)`.
# Write a function that returns how many parameters it has, for any sizes. It is given all four
# sizes. It need not use all of them.
#
# Work the number out from the sizes, without calling Keras or TensorFlow.

# %% answer="ps2_parameters"
def parameters(batch_size, timesteps, features, units):
    ...
    ### BEGIN SOLUTION
    one_part = features * units + units * units + units
    return 4 * one_part
    ### END SOLUTION

# %% test="ps2_parameters_test" points=3
lesson = dict(batch_size=100, timesteps=4, features=10, units=16)
check_returns(parameters, lesson, expected=1728)
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_returns
from lstm_marking.sizes import draw_sizes
from lstm_marking.sources import mark_without
from lstm_outputs.parameters import parameter_beliefs


def right_count(features, units, **_):
    return 4 * (units * (features + units + 1))


def counting_beliefs(batch_size, timesteps, features, units):
    count = right_count(features, units)
    return parameter_beliefs(features, units) | {
        timesteps * count: "All time steps share the same weights.",
        batch_size * count: "All sequences share the same weights.",
        timesteps * count // 4: "All time steps share the same weights. There are four parts: "
                                "three gates and the candidate.",
        right_count(features, timesteps): "Units are not time steps.",
        right_count(timesteps, units): "At each time step x is as long as the features.",
        right_count(timesteps * features, units): "A step reads the features of that step alone.",
        3 * count // 4: "There are three gates, and there is the candidate, too.",
    }


mark_without(parameters, "keras", "tensorflow")
ones = dict(batch_size=1, timesteps=1, features=1, units=1)
mark_returns(parameters, [(sizes, right_count(**sizes), counting_beliefs(**sizes))
                          for sizes in [*draw_sizes(lesson, cases=20, seed=3), ones]])
### END HIDDEN TESTS

# %% [markdown]
# ## Question 3: choose (3 points)
#
# Make an LSTM layer that turns the data below, 4 sequences of 9 time steps with 6 features,
# into one array of shape `(4, 17)`.

# %% answer="ps2_layer"
layer = ...
### BEGIN SOLUTION
layer = keras.layers.LSTM(17)
### END SOLUTION

# %% test="ps2_layer_test" points=1
data = np.zeros((4, 9, 6), dtype="float32")  # (batch, time, features)
check_output(layer, data, expected=(4, 17))
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_layer

mark_layer(layer, [((None, steps, 6), (None, 17)) for steps in (None, 1, 12)])
### END HIDDEN TESTS

# %% [markdown]
# Now the other way round. A layer `keras.layers.LSTM(9)` has read some data.
#
# - The array that came back has shape `(3, 9)`.
# - The layer has 504 parameters.
#
# What shape can the data have had? Write a tuple of three numbers. More than one is right:
# write one of them.

# %% answer="ps2_input"
input_shape = ...
### BEGIN SOLUTION
input_shape = (3, 23, 4)
### END SOLUTION

# %% test="ps2_input_test" points=2
check_form(input_shape, "input_shape")
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_shape
from lstm_outputs.forms import as_shape

given = as_shape(input_shape, "input_shape")
steps = given[1] if len(given) == 3 and given[1] else 2  # any number of time steps is right
mark_shape(input_shape, "input_shape", (3, steps, 4), {
    (3, 4): "The data has an axis for time, too.",
    (steps, 4): "The data has a batch axis, too.",
    (3, None, 4): "Data has arrived, so all three sizes are numbers.",
    (None, steps, 4): "Data has arrived, so all three sizes are numbers.",
    (*given[:1], 3, 4): "The batch is the first axis of the data.",
    (3, steps, 5): "Each part has biases, too: one for each unit.",
    (3, steps, 9): "Units and features are two things. What does the number of parameters say?",
    (3, steps, 13): "h has weights, too, in each part: its length is the units.",
    (3, steps, 46): "504 is the number of all four parts, not of one.",
})
### END HIDDEN TESTS

# %% [markdown]
# ## Question 4: repair (4 points)
#
# This function takes data of shape `(batch, time, features)` and should return the last hidden
# states, an array of shape `(batch, units)`. It does not. Run the cell and the check, read
# what the check says, and mend the function. Change what you like inside it. You can leave the
# comment in its last line, or delete it.

# %% answer="ps2_repair_call"
def last_states(data, units):
    layer = keras.layers.LSTM(data.shape[1])
    return layer
### BEGIN SOLUTION
def last_states(data, units):  # noqa: F811 (called, and with the units that are asked for)
    return keras.layers.LSTM(units)(data)
### END SOLUTION

# %% test="ps2_repair_call_test" points=2
data = np.zeros((4, 9, 6), dtype="float32")  # (batch, time, features)
check_arrays(last_states, dict(data=data, units=13), expected=(4, 13))
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_arrays
from lstm_outputs.beliefs import output_beliefs

mark_arrays(last_states, [
    (dict(data=np.ones(shape, "float32"), units=units), (shape[0], units),
     output_beliefs(*shape, units)) for shape, units in (((3, 5, 7), 11), ((6, 1, 2), 4))])
### END HIDDEN TESTS

# %% [markdown]
# Some machines write down what their sensors measure, time first: `recordings` has the shape
# `(time, machine, sensor)`. The function should return the last hidden state of **each machine**,
# with 10 units: an array of shape `(machine, 10)`. Each machine is one sequence. The function runs
# without an error, but what comes back is something else. Mend it.

# %% answer="ps2_repair_axes"
def machine_states(recordings):
    layer = keras.layers.LSTM(10)
    return layer(recordings)
### BEGIN SOLUTION
def machine_states(recordings):  # noqa: F811 (machines first, then time)
    return keras.layers.LSTM(10)(np.swapaxes(recordings, 0, 1))
### END SOLUTION

# %% [markdown]
# Is there a row for each machine? (1 point)

# %% test="ps2_repair_axes_test" points=1
recordings = np.zeros((12, 3, 7), dtype="float32")  # (time, machine, sensor)
check_arrays(machine_states, dict(recordings=recordings), expected=(3, 10))
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_arrays
from lstm_outputs.beliefs import output_beliefs

mark_arrays(machine_states, [
    (dict(recordings=np.ones((steps, machines, sensors), "float32")), (machines, 10),
     output_beliefs(machines, steps, sensors, 10)
     | {(steps, 10): "That is a row for each time step. The layer takes axis 0 for the batch."})
    for steps, machines, sensors in ((8, 4, 5), (2, 6, 3))])
### END HIDDEN TESTS

# %% [markdown]
# Does each row belong to its machine? Machines 0 and 2 have now measured the same, and machine 1
# something else. So which rows should be alike? (1 point)

# %% test="ps2_repair_axes_rows_test" points=1
recordings = np.random.default_rng(1).normal(size=(12, 3, 7)).astype("float32")
recordings[:, 2] = recordings[:, 0]
check_arrays(machine_states, dict(recordings=recordings), expected=(3, 10))
rows = np.asarray(machine_states(recordings))
print("Rows 0 and 2 are alike:", np.allclose(rows[0], rows[2], atol=1e-4))
print("Rows 0 and 1 are alike:", np.allclose(rows[0], rows[1], atol=1e-4))
### BEGIN HIDDEN TESTS
from lstm_outputs.forms import NotYet

recordings = np.random.default_rng(2).normal(size=(12, 3, 7)).astype("float32")
recordings[:, 2] = recordings[:, 1]
states = np.asarray(machine_states(recordings))
if not np.allclose(states[1], states[2], atol=1e-4):
    raise NotYet("Two machines that measured the same have different rows: each row was made from "
                 "numbers of several machines. The axes are to change places, with each number "
                 "staying at its time and its machine.")
if np.allclose(states[0], states[1], atol=1e-4):
    raise NotYet("Machines that measured different things have the same row. Did the layer see "
                 "the recordings?")
### END HIDDEN TESTS

# %% [markdown]
# ## Question 5: read (3 points)
#
# The next cell computes every `h` and `c` of a small LSTM with 4 units, as in lesson 02, and
# prints `h`, an array with the axes `(sequence, time step, unit)`. Each line shows the four units
# of one time step. Places are counted from 0.

# %% locked="ps2_read_table"
def every_step(X, kernel, recurrent_kernel, bias):
    """Return o, c, h at every time step; each has shape (batch, time, units)."""
    h = c = np.zeros((len(X), len(recurrent_kernel)))
    steps = []
    for t in range(X.shape[1]):
        z_i, z_f, z_g, z_o = np.split(X[:, t] @ kernel + h @ recurrent_kernel + bias, 4, axis=1)
        i, f, o = (1 / (1 + np.exp(-z)) for z in (z_i, z_f, z_o))
        c = f * c + i * np.tanh(z_g)
        h = o * np.tanh(c)
        steps.append((o, c, h))
    return np.stack(steps, axis=2)

numbers = np.random.default_rng(318)
small_weights = [numbers.normal(size=shape) for shape in ((2, 16), (4, 16), (16,))]
three = numbers.normal(size=(3, 5, 2))  # (batch, time, features)
one_more = numbers.normal(size=(1, 5, 2))
mixed_order = numbers.permutation(4)

o, c, h = every_step(three, *small_weights)
for sequence in range(3):
    for step in range(5):
        print(f"sequence {sequence}, time step {step}:", *(f"{x:6.2f}" for x in h[sequence, step]))

small = keras.layers.LSTM(4)
small.build(three.shape)
small.set_weights(small_weights)

# %% [markdown]
# `small` is a Keras layer with the same weights. It is left at its defaults, and returns
# `last = small(three)`. Where in the table `h` does the number `last[2, 1]` stand? Write its
# index in `h`, a tuple of three places.

# %% answer="ps2_read_index"
index_in_h = ...
### BEGIN SOLUTION
index_in_h = (2, 4, 1)
### END SOLUTION

# %% test="ps2_read_index_test" points=1
check_index(index_in_h, "index_in_h")
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_index

mark_index(index_in_h, "index_in_h", (3, 5, 4), (2, 4, 1), {
    (2, 0, 1): "That is after the first time step. Which h comes back?",
    (2, 1, 1): "The second place counts time steps. Which of them does the layer return?",
    (2, 1, 3): "The second place counts time steps, the third one units.",
    (2, 3, 1): "Places are counted from 0, and that is not the last of five.",
    (1, 4, 2): "The axes of last are (batch, units). Which sequence is row 2?",
    (0, 4, 1): "last[2, 1] is in row 2. Each row is a sequence.",
})
### END HIDDEN TESTS

# %% [markdown]
# The same layer reads one more sequence of 5 time steps. Four vectors are printed, in mixed
# order:
#
# - the hidden state `h` after the first time step;
# - the hidden state `h` after the last time step;
# - the cell state `c` after the last time step;
# - the output gate `o` at the last time step.

# %% locked="ps2_read_rows"
more_o, more_c, more_h = every_step(one_more, *small_weights)
vectors = more_h[0, 0], more_c[0, -1], more_h[0, -1], more_o[0, -1]
for letter, place in zip("ABCD", mixed_order):
    print(letter, *(f"{x:6.2f}" for x in vectors[place]))

# %% [markdown]
# Think of what lesson 02 says: which numbers can a gate hold, and how is `h` made from `o` and `c`?
#
# Which row does the layer return for this sequence: `"A"`, `"B"`, `"C"` or `"D"`?

# %% answer="ps2_read_returned"
returned_row = ...
### BEGIN SOLUTION
returned_row = "B"
### END SOLUTION

# %% test="ps2_read_returned_test" points=1
check_choice(returned_row, ["A", "B", "C", "D"], "returned_row")
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_choice

mark_choice(returned_row, ["A", "B", "C", "D"], "returned_row", "B", {
    "A": "All its numbers lie between 0 and 1: that is a gate.",
    "C": "h is o times tanh(c), entry by entry, so h and c of one time step have the same signs. "
         "Here some signs differ: this h is of another time step.",
    "D": "Some of its numbers lie beyond -1 and 1, where no h can be.",
})
### END HIDDEN TESTS

# %% [markdown]
# Which row is the cell state `c`?

# %% answer="ps2_read_cell_state"
cell_state_row = ...
### BEGIN SOLUTION
cell_state_row = "D"
### END SOLUTION

# %% test="ps2_read_cell_state_test" points=1
check_choice(cell_state_row, ["A", "B", "C", "D"], "cell_state_row")
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_choice

shown = ("h is o times tanh(c): closer to 0 than c, entry by entry. There is a row with the "
         "same signs as another one that is further from 0.")
mark_choice(cell_state_row, ["A", "B", "C", "D"], "cell_state_row", "D", {
    "A": "All its numbers lie between 0 and 1: that is a gate.", "B": shown, "C": shown,
})
### END HIDDEN TESTS

# %% [markdown]
# ## Question 6: explain (3 points)
#
# A classmate says: "By default an LSTM returns only the `h` of the last time step. So what comes
# back knows nothing of the first time steps." Is that so? Answer in one or two sentences. Say how
# the first time step can, or cannot, reach what comes back.
# A person reads this answer and gives the points.

# %% [markdown] manual="ps2_explain" points=3
# No: each time step takes over h and c from the step before, and so what was read first is passed
# on from step to step. It does act on the last hidden state, if often less than what came late.

# %% [markdown] locked="ps2_end"
# ---
#
# **Done?** Run all cells from the top, read what the checks say, save, and hand in the file:
# in Colab with *File → Download → Download .ipynb*, in JupyterLab with *File → Download*.
#
# === BEGIN MARK SCHEME ===
#
# Question 6, 3 points:
#
# - 1 point: it says no.
# - 2 points: it says that h and c (or the memory, or the state) are handed from each time step to
#   the next, so that what was read first acts on the last h. Only 1 of the 2 if it says
#   that the first steps count, but not by which way.
#
# An answer that adds that early steps may fade is right, too.
#
# === END MARK SCHEME ===
