# ---
# jupyter:
#   points: 20
# ---
# %% [markdown]
# # Problem set 4: the states
#
# **20 points, about 25 minutes.** It follows lesson 05, *The last hidden state and the states*.
#
# How it works:
#
# 1. Run the setup cells below.
# 2. Write each answer in place of the three dots `...`. In question 4 you mend code that stands
#    there already.
# 3. Run the check under it. It says whether your answer can be graded as it is. Some checks
#    also say whether it is right.
# 4. At the end, run all cells from the top, save, and hand in the file.
#
# Predict first. Then, if you like, find out by running code of your own in a new cell.
# Shapes are written as tuples, like `(2, 3)`. Several shapes are a tuple of tuples, like
# `((2, 3), (4, 2))`. A size that is not known yet is written `None`.

# %% locked="ps4_setup"
# @title Setup: run this cell first
from lstm_outputs.backend import need_keras_3, quiet_start, show_log_lines_as_output

show_log_lines_as_output()
with quiet_start():
    import keras
    import numpy as np
    import tensorflow as tf

    tf.zeros(1)  # the first operation also logs

need_keras_3(keras.__version__)

# %% locked="ps4_checks"
# @title Setup: the checks of shapes
from lstm_outputs.calls import check_arrays, check_returns
from lstm_outputs.forms import check_forms

# %% locked="ps4_more_checks"
# @title Setup: the checks of layers and choices
from lstm_outputs.choices import check_choice, check_index
from lstm_outputs.layers import check_output

# %% [markdown]
# ## Question 1: predict (4 points)
#
# A layer is called on a symbolic input. No data has arrived yet.
#
# ```python
# inputs = keras.Input(shape=(5, 11))      # 5 time steps, 11 features
# outputs = keras.layers.LSTM(8, return_state=True)(inputs)
# ```
#
# Which shapes does `outputs` hold? Write all of them, in order.

# %% answer="ps4_symbolic"
symbolic_shapes = ...
### BEGIN SOLUTION
symbolic_shapes = ((None, 8), (None, 8), (None, 8))
### END SOLUTION

# %% test="ps4_symbolic_test" points=1
check_forms(symbolic_shapes, "symbolic_shapes")
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_shapes
from lstm_outputs.beliefs import lstm_beliefs

mark_shapes(symbolic_shapes, "symbolic_shapes", ((None, 8), (None, 8), (None, 8)),
            lstm_beliefs(6, 5, 11, 8, return_state=True, symbolic=True))
### END HIDDEN TESTS

# %% [markdown]
# Now data arrives: 6 sequences of 5 time steps with 11 features.
# Which shapes does the same layer return?

# %% answer="ps4_on_data"
data_shapes = ...
### BEGIN SOLUTION
data_shapes = ((6, 8), (6, 8), (6, 8))
### END SOLUTION

# %% test="ps4_on_data_test" points=1
check_forms(data_shapes, "data_shapes")
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_shapes
from lstm_outputs.beliefs import lstm_beliefs

mark_shapes(data_shapes, "data_shapes", ((6, 8), (6, 8), (6, 8)),
            lstm_beliefs(6, 5, 11, 8, return_state=True))
### END HIDDEN TESTS

# %% [markdown]
# A GRU is a relative of the LSTM. It carries a hidden state `h` from step to step, and no cell
# state `c`. It knows the same two flags.
#
# Which shapes does `keras.layers.GRU(9, return_state=True)` return for the same 6 sequences?

# %% answer="ps4_gru"
gru_shapes = ...
### BEGIN SOLUTION
gru_shapes = ((6, 9), (6, 9))
### END SOLUTION

# %% test="ps4_gru_test" points=1
check_forms(gru_shapes, "gru_shapes")
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_shapes

no_time = "Neither the output nor a state has a time axis without return_sequences=True."
mark_shapes(gru_shapes, "gru_shapes", ((6, 9), (6, 9)), {
    ((6, 9), (6, 9), (6, 9)): "That would be an LSTM. A GRU has no cell state.",
    (6, 9): "With return_state=True the state comes back too, as an array of its own.",
    ((6, 9),): "With return_state=True the state comes back too, as an array of its own.",
    ((6, 5, 9), (6, 9)): no_time,
    ((6, 9), (6, 5, 9)): no_time,
    ((6, 5, 9), (6, 5, 9)): no_time,
})
### END HIDDEN TESTS

# %% [markdown]
# The states are handed on. `first` has the shape `(6, 5, 11)`, and `second` has the shape
# `(6, 13, 4)`.
#
# ```python
# output, state_h, state_c = keras.layers.LSTM(8, return_state=True)(first)
# writer = keras.layers.LSTM(8, return_sequences=True)
# written = writer(second, initial_state=[state_h, state_c])
# ```
#
# What is the shape of `written`?

# %% answer="ps4_handed_on"
written_shape = ...
### BEGIN SOLUTION
written_shape = (6, 13, 8)
### END SOLUTION

# %% test="ps4_handed_on_test" points=1
check_forms(written_shape, "written_shape")
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_shapes
from lstm_outputs.beliefs import output_beliefs

mark_shapes(written_shape, "written_shape", (6, 13, 8),
            output_beliefs(6, 13, 4, 8, return_sequences=True) | {
                (6, 5, 8): "The states say where to begin. How many steps are taken, the data that "
                           "the second layer reads decides.",
                (6, 18, 8): "The second layer returns its own time steps, not all of both.",
                (6, 5, 11): "That is what the first layer reads.",
            })
### END HIDDEN TESTS

# %% [markdown]
# ## Question 2: any sizes (4 points)
#
# A layer has `return_state=True` and is otherwise left at its defaults. It reads data of shape
# `(batch_size, time_steps, features)`. The layer is an LSTM if `kind` is `"LSTM"`, and a GRU if
# `kind` is `"GRU"`.
#
# Write a function that returns the shapes of all arrays that come back, in order, as a tuple or
# a list. Work the shapes out from the sizes, without calling Keras or TensorFlow.

# %% answer="ps4_any_sizes"
def shapes(kind, batch_size, time_steps, features, units):
    ...
    ### BEGIN SOLUTION
    one = (batch_size, units)
    return (one, one, one) if kind == "LSTM" else (one, one)
    ### END SOLUTION

# %% [markdown]
# For an LSTM (2 points):

# %% test="ps4_any_sizes_lstm_test" points=2
lesson = dict(batch_size=20, time_steps=4, features=10, units=16)
check_returns(shapes, dict(kind="LSTM") | lesson, expected=((20, 16), (20, 16), (20, 16)))
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_returns
from lstm_marking.sizes import draw_sizes
from lstm_marking.sources import mark_without
from lstm_outputs.beliefs import state_beliefs


def three(batch_size, units, **_):
    return ((batch_size, units),) * 3


mark_without(shapes, "keras", "tensorflow")
mark_returns(shapes, [(dict(kind="LSTM") | sizes, three(**sizes), state_beliefs(*sizes.values()))
                      for sizes in draw_sizes(lesson, cases=20, seed=41)])
### END HIDDEN TESTS

# %% [markdown]
# For a GRU (2 points):

# %% test="ps4_any_sizes_gru_test" points=2
lesson = dict(batch_size=20, time_steps=4, features=10, units=16)
check_returns(shapes, dict(kind="GRU") | lesson, expected=((20, 16), (20, 16)))
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_returns
from lstm_marking.sizes import draw_sizes
from lstm_marking.sources import mark_without


def two(batch_size, units, **_):
    return ((batch_size, units),) * 2


def wrong(batch_size, time_steps, features, units):
    every, last = (batch_size, time_steps, units), (batch_size, units)
    return {pair: "No array has a time axis here." for pair in
            [(every, last), (last, every), (every, every)]}


mark_without(shapes, "keras", "tensorflow")
mark_returns(shapes, [(dict(kind="GRU") | sizes, two(**sizes), wrong(**sizes))
                      for sizes in draw_sizes(lesson, cases=20, seed=42)])
### END HIDDEN TESTS

# %% [markdown]
# ## Question 3: choose a layer (3 points)
#
# Make an LSTM layer that turns the data below, 7 sequences of 3 time steps with 10 features,
# into three arrays, each of shape `(7, 4)`. (1 point)

# %% answer="ps4_choose_three"
layer = ...
### BEGIN SOLUTION
layer = keras.layers.LSTM(4, return_state=True)
### END SOLUTION

# %% test="ps4_choose_three_test" points=1
data = np.zeros((7, 3, 10), dtype="float32")  # (batch, time, features)
check_output(layer, data, expected=((7, 4), (7, 4), (7, 4)))
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_layer

mark_layer(layer, [((None, steps, 10), ((None, 4),) * 3) for steps in (None, 2, 12)])
### END HIDDEN TESTS

# %% [markdown]
# Make a recurrent layer, of whichever kind you need, that turns the same data into **two**
# arrays: the output and one state, each of shape `(7, 5)`. (2 points)

# %% answer="ps4_choose_two"
other_layer = ...
### BEGIN SOLUTION
other_layer = keras.layers.GRU(5, return_state=True)
### END SOLUTION

# %% test="ps4_choose_two_test" points=2
data = np.zeros((7, 3, 10), dtype="float32")  # (batch, time, features)
check_output(other_layer, data, expected=((7, 5), (7, 5)), kinds=keras.layers.RNN)
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_layer

mark_layer(other_layer, [((None, steps, 10), ((None, 5),) * 2) for steps in (None, 2, 12)])
### END HIDDEN TESTS

# %% [markdown]
# ## Question 4: repair (4 points)
#
# The function below is meant to return two arrays for any data with 3 features: `state_h`, and
# then `state_c`, of an LSTM with 6 units. It stops with an error. Run the check to read it, and
# then mend the function.

# %% answer="ps4_repair_call"
def last_states(data):
    _, state_h, state_c = keras.layers.LSTM(6, return_state=True)
    return state_h, state_c
### BEGIN SOLUTION
def last_states(data):  # noqa: F811 (the layer is called)
    _, h, c = keras.layers.LSTM(6, return_state=True)(data)
    return h, c
### END SOLUTION

# %% [markdown]
# The shapes (1 point):

# %% test="ps4_repair_call_test" points=1
data = np.random.default_rng(1).normal(size=(4, 9, 3))  # (batch, time, features)
check_arrays(last_states, dict(data=data), expected=((4, 6), (4, 6)))
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_arrays

rng = np.random.default_rng(2)
mark_arrays(last_states, [(dict(data=rng.normal(size=(batch, steps, 3))),
                           ((batch, 6), (batch, 6)), {})
                          for batch, steps in [(5, 8), (3, 7), (2, 4), (1, 1)]])
### END HIDDEN TESTS

# %% [markdown]
# The numbers: first `h`, then `c` (1 point):

# %% test="ps4_repair_call_order_test" points=1
data = np.random.default_rng(1).normal(size=(4, 9, 3))  # (batch, time, features)
check_arrays(last_states, dict(data=data), expected=((4, 6), (4, 6)))
print("The shapes are right. Whether h stands before c, grading will tell.")
### BEGIN HIDDEN TESTS
from lstm_marking.states import mark_states

rng = np.random.default_rng(3)
for batch, steps in [(5, 8), (3, 7), (20, 4)]:
    mark_states(last_states, dict(data=rng.normal(size=(batch, steps, 3))))
### END HIDDEN TESTS

# %% [markdown]
# Now two layers. The reader reads `first`. The writer reads `second`, and begins with the states
# that the reader ended with. Run this cell:

# %% locked="ps4_reader_and_writer"
keras.utils.set_random_seed(40)
reader = keras.layers.LSTM(7, return_state=True)
writer = keras.layers.LSTM(7)

# %% [markdown]
# The function below is meant to return what `writer` returns. It stops with an error, too. Mend
# it. Use `reader` and `writer` as they are. (2 points)

# %% answer="ps4_repair_states"
def go_on(first, second):
    state_h, state_c = reader(first)
    return writer(second, initial_state=[state_h, state_c])
### BEGIN SOLUTION
def go_on(first, second):  # noqa: F811 (three arrays are unpacked)
    _, h, c = reader(first)
    return writer(second, initial_state=[h, c])
### END SOLUTION

# %% test="ps4_repair_states_test" points=2
rng = np.random.default_rng(5)
first = rng.normal(size=(5, 8, 3)).astype("float32")  # (batch, time, features)
second = rng.normal(size=(5, 6, 2)).astype("float32")  # (batch, time, features)
check_arrays(go_on, dict(first=first, second=second), expected=(5, 7))
print("The shape is right. Whether the right states are handed on, grading will tell.")
### BEGIN HIDDEN TESTS
from lstm_marking.states import mark_values

for batch, steps in [(5, 8), (4, 1), (2, 9)]:
    first = rng.normal(size=(batch, steps, 3)).astype("float32")
    second = rng.normal(size=(batch, 6, 2)).astype("float32")
    _, h, c = reader(first)

    def go_on_from(*states, second=second):
        return writer(second, initial_state=states)

    mark_values(go_on, dict(first=first, second=second), go_on_from(h, c), [
        (go_on_from(c, h), "h and c have changed places: initial_state takes h first."),
        (go_on_from(h, h), "The cell state is missing: the hidden state was handed on twice."),
        (go_on_from(c, c), "The hidden state is missing: the cell state was handed on twice."),
        (writer(second), "That is what the writer returns when no state is handed on."),
    ])
### END HIDDEN TESTS

# %% [markdown]
# ## Question 5: read (2 points)
#
# The next cell calls an LSTM with `return_state=True` on 3 sequences. The three arrays that come
# back are shuffled, and printed as `A`, `B` and `C`: a row for each sequence, a column for each
# unit. Run it.

# %% locked="ps4_arrays"
import random

keras.utils.set_random_seed(44)
sequences = np.random.default_rng(44).normal(size=(3, 6, 2)).astype("float32")
with_states = keras.layers.LSTM(4, return_state=True)
three_arrays = [np.asarray(array) for array in with_states(sequences)]
for letter, array in zip("ABC", random.Random(3).sample(three_arrays, 3)):
    print(f"{letter}:\n{array.round(4)}\n")

# %% [markdown]
# Which one is `state_c`? Write its letter, in quotation marks. (1 point)

# %% answer="ps4_which_array"
state_c_is = ...
### BEGIN SOLUTION
state_c_is = "B"
### END SOLUTION

# %% test="ps4_which_array_test" points=1
check_choice(state_c_is, ["A", "B", "C"], "state_c_is")
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_choice

twice = "That array is printed twice. The output equals one of the states. Which one?"
mark_choice(state_c_is, ["A", "B", "C"], "state_c_is", "B", {"A": twice, "C": twice})
### END HIDDEN TESTS

# %% [markdown]
# Another layer gets the same weights. It returns the hidden states of all time steps,
# `all_hidden`, with the axes `(batch, time, units)`. Below them one number of `state_h` is
# printed. Run the cell.

# %% locked="ps4_all_hidden"
same_weights = keras.layers.LSTM(4, return_sequences=True)
same_weights.build(sequences.shape)
same_weights.set_weights(with_states.get_weights())
all_hidden = np.asarray(same_weights(sequences))
for number, sequence in enumerate(all_hidden):
    print(f"sequence {number}, a row for each time step:\n{sequence.round(4)}\n")

choice = random.Random(17)
print("A number of state_h:", three_arrays[1][choice.randrange(3), choice.randrange(4)].round(4))

# %% [markdown]
# Where in `all_hidden` does this number stand? Write its index, with a place for each axis, like
# `(0, 1, 0)`. Places are counted from 0. (1 point)

# %% answer="ps4_which_place"
place = ...
### BEGIN SOLUTION
place = (2, 5, 3)
### END SOLUTION

# %% test="ps4_which_place_test" points=1
check_index(place, "place")
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_index

mark_index(place, "place", (3, 6, 4), (2, 5, 3), {
    (2, 0, 3): "That is the first time step. After which one does state_h come back?",
    (5, 2, 3): "The batch is the first axis, time the second.",
    (2, 3, 5): "Time is the second axis, units are the last.",
})
### END HIDDEN TESTS

# %% [markdown]
# ## Question 6: explain (3 points)
#
# A classmate says: "With `return_state=True`, the output and `state_h` are equal. So the flag
# tells me nothing new. I leave it away, and start the next LSTM with
# `initial_state=[output, output]`."
#
# What goes wrong? Answer in one or two sentences. A person reads this answer and gives the points.

# %% [markdown] manual="ps4_explain" points=3
# The third array, the cell state c, is new: it equals neither the output nor the hidden state h.
# The next LSTM needs both h and c to go on where this one stopped, and with the output in the
# place of c it starts from a wrong memory, although no error is raised.

# %% [markdown] locked="ps4_end"
# ---
#
# **Done?** Run all cells from the top, read what the checks say, save, and hand in the file:
# in Colab with *File → Download → Download .ipynb*, in JupyterLab with *File → Download*.
#
# === BEGIN MARK SCHEME ===
#
# Question 6, 3 points:
#
# - 1 point: it says that the flag also gives the cell state c, which is neither of the two.
# - 1 point: it says that the next LSTM needs both h and c to go on from here.
# - 1 point: it says that the output stands in the place of c: the shapes fit and no error comes,
#   but the memory is wrong.
#
# === END MARK SCHEME ===
