# ---
# jupyter:
#   points: 20
# ---
# %% [markdown]
# # Problem set 6: the encoder and the decoder
#
# **20 points, about 25 minutes.** It follows lesson 08, *Encoder and decoder: the task solved*.
#
# How it works:
#
# 1. Run the setup cells below.
# 2. Write each answer in place of the three dots `...`. In question 4, mend the code that is there.
# 3. Run the check under it. It says whether your answer can be graded as it is. Some checks
#    also say whether it is right.
# 4. At the end, run all cells from the top, save, and hand in the file.
#
# Predict first. Then, if you like, find out by running code of your own in a new cell.
# Shapes are written as tuples, like `(2, 3)`. A size that is not known yet is written `None`.
# Nothing is trained here, so every cell is quick.

# %% locked="ps6_setup"
# @title Setup: run this cell first
from lstm_outputs.backend import need_keras_3, quiet_start, show_log_lines_as_output

show_log_lines_as_output()
with quiet_start():
    import keras
    import numpy as np
    import tensorflow as tf

    tf.zeros(1)  # the first operation also logs

need_keras_3(keras.__version__)

# %% locked="ps6_checks"
# @title Setup: the checks of shapes and of functions
from lstm_outputs.forms import NotYet, check_form, check_forms
from lstm_outputs.calls import check_arrays, check_returns

# %% locked="ps6_more_checks"
# @title Setup: the checks of choices and of layers
from lstm_outputs.choices import check_choice, check_index
from lstm_outputs.layers import check_output

# %% [markdown]
# ## Question 1: shapes through the whole model (3 points)
#
# This model reads sequences of 7 time steps, and answers in 3 time steps. Its decoder hears the
# last hidden state of the encoder at every step, as `RepeatVector` hands it out.
#
# ```python
# sequence = keras.Input(shape=(7, 12))        # 7 time steps, 12 features
# encoded = keras.layers.LSTM(5, return_state=True)(sequence)
# output, h, c = encoded
# repeated = keras.layers.RepeatVector(3)(h)
# decoder = keras.layers.LSTM(5, return_sequences=True)
# hidden = decoder(repeated, initial_state=[h, c])
# answers = keras.layers.Dense(9, activation="softmax")(hidden)
# model = keras.Model(sequence, answers)
# ```
#
# No data has arrived yet. Which shapes does the encoder return? Write one shape for each array in
# `encoded`, in order, with a pair of brackets around them all.

# %% answer="ps6_encoder"
encoder_shapes = ...
### BEGIN SOLUTION
encoder_shapes = ((None, 5), (None, 5), (None, 5))
### END SOLUTION

# %% test="ps6_encoder_test" points=1
check_forms(encoder_shapes, "encoder_shapes")
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_shapes
from lstm_outputs.beliefs import lstm_beliefs

mark_shapes(encoder_shapes, "encoder_shapes", ((None, 5),) * 3,
            lstm_beliefs(8, 7, 12, 5, return_state=True, symbolic=True))
### END HIDDEN TESTS

# %% [markdown]
# What is `repeated.shape`? Still no data.

# %% answer="ps6_repeated"
repeated_shape = ...
### BEGIN SOLUTION
repeated_shape = (None, 3, 5)
### END SOLUTION

# %% test="ps6_repeated_test" points=1
check_form(repeated_shape, "repeated_shape")
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_shape
from lstm_outputs.beliefs import batch_beliefs

mark_shape(repeated_shape, "repeated_shape", (None, 3, 5), {
    (None, 7, 5): "RepeatVector says how often, whatever the length of what was read.",
    (None, 3, 12): "What is repeated here is h. How long is h?",
    (None, 3, 9): "What is repeated here is h. How long is h?",
    (None, 3): "How often is the number of time steps. Where is the vector itself?",
    (3, 5): "That is for one sequence. The batch has an axis too, the first one.",
    (3, None, 5): "The batch is the first axis, time the second.",
    (None, 5): "The repeats need an axis of their own.",
    (None, 15): "The repeats are not joined. They get an axis of their own.",
    (None, 5, 3): "The new axis is for time. Which place has time?",
} | batch_beliefs(8, (None, 3, 5)))
### END HIDDEN TESTS

# %% [markdown]
# Now data arrives: 8 sequences. What is the shape of the array that `model` returns for them?

# %% answer="ps6_answers"
answers_shape = ...
### BEGIN SOLUTION
answers_shape = (8, 3, 9)
### END SOLUTION

# %% test="ps6_answers_test" points=1
check_form(answers_shape, "answers_shape")
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_shape
from lstm_outputs.beliefs import batch_beliefs

mark_shape(answers_shape, "answers_shape", (8, 3, 9), {
    (8, 9): "The decoder returns every hidden state, and Dense answers at each of them.",
    (8, 7, 9): "The decoder takes as many steps as its own input has, not the encoder's.",
    (8, 3, 5): "That is what goes into Dense. Dense replaces the last axis.",
    (8, 3, 12): "The answers are as long as Dense has units, whatever was read.",
    (8, 7, 12): "That is what goes in. Follow the model line by line.",
    (8, 3): "softmax gives all the probabilities of a time step, not the best answer alone.",
    (8, 3, 1): "softmax gives all the probabilities of a time step, not the best answer alone.",
    (8, 27): "The time steps keep an axis of their own.",
    (3, 9): "That is for one sequence. The batch has an axis too, the first one.",
    (3, 8, 9): "The batch is the first axis, time the second.",
    (8, 9, 3): "Time and the probabilities have changed places. Time comes first.",
} | batch_beliefs(8, (8, 3, 9)))
### END HIDDEN TESTS

# %% [markdown]
# ## Question 2: any sizes (5 points)
#
# The same model, of any sizes:
#
# - it reads `steps_in` time steps of `features` numbers;
# - both LSTMs have `units` units;
# - `RepeatVector` repeats `h` `steps_out` times;
# - `Dense` has `vocabulary` units.
#
# Write a function that returns **two shapes**, as a tuple or a list, for a batch of `batch_size`
# sequences: the shape of `hidden`, and the shape of `answers`. Work them out from the sizes,
# without calling Keras or TensorFlow.

# %% answer="ps6_shapes"
def shapes(batch_size, steps_in, features, units, steps_out, vocabulary):
    ...
    ### BEGIN SOLUTION
    return (batch_size, steps_out, units), (batch_size, steps_out, vocabulary)
    ### END SOLUTION

# %% [markdown]
# The shape of `hidden` (1 point):

# %% test="ps6_shapes_hidden_test" points=1
sizes = dict(batch_size=20, steps_in=4, features=10, units=64, steps_out=6, vocabulary=11)
check_returns(shapes, sizes, expected=((20, 6, 64), (20, 6, 11)), index=0)
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_returns
from lstm_marking.sizes import draw_sizes
from lstm_marking.sources import mark_without
from lstm_outputs.beliefs import output_beliefs


def right(batch_size, units, steps_out, vocabulary, **_):
    return (batch_size, steps_out, units), (batch_size, steps_out, vocabulary)


def beliefs(batch_size, steps_in, features, units, steps_out, vocabulary):
    return output_beliefs(batch_size, steps_out, features, units, return_sequences=True) | {
        (batch_size, steps_in, units): "The decoder takes as many steps as its own input has, "
                                       "not the encoder's.",
        (batch_size, steps_out, vocabulary): "That is what Dense makes of the hidden states."}


mark_without(shapes, "keras", "tensorflow")
mark_returns(shapes, [(drawn, right(**drawn), beliefs(**drawn))
                      for drawn in draw_sizes(sizes, cases=20, seed=61)], index=0)
### END HIDDEN TESTS

# %% [markdown]
# The shape of `answers` (1 point):

# %% test="ps6_shapes_answers_test" points=1
sizes = dict(batch_size=20, steps_in=4, features=10, units=64, steps_out=6, vocabulary=11)
check_returns(shapes, sizes, expected=((20, 6, 64), (20, 6, 11)), index=1)
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_returns
from lstm_marking.sizes import draw_sizes
from lstm_marking.sources import mark_without


def right(batch_size, units, steps_out, vocabulary, **_):
    return (batch_size, steps_out, units), (batch_size, steps_out, vocabulary)


def beliefs(batch_size, steps_in, features, units, steps_out, vocabulary):
    return {
        (batch_size, vocabulary): "Dense answers at every time step. Where is time?",
        (batch_size, steps_in, vocabulary): "The decoder takes as many steps as its own input "
                                            "has, not the encoder's.",
        (batch_size, steps_out, units): "Dense replaces the last axis.",
        (batch_size, steps_out, features): "The answers are as long as Dense has units, whatever "
                                           "was read.",
        (batch_size, steps_out * vocabulary): "The time steps keep an axis of their own.",
        (steps_out, vocabulary): "The batch has an axis too, the first one."}


mark_without(shapes, "keras", "tensorflow")
mark_returns(shapes, [(drawn, right(**drawn), beliefs(**drawn))
                      for drawn in draw_sizes(sizes, cases=20, seed=62)], index=1)
### END HIDDEN TESTS

# %% [markdown]
# Now the parameters. Write a function that returns **how many parameters the whole model has**:
# those of the encoder, of the decoder, and of `Dense` together, as one whole number. Again without
# calling Keras or TensorFlow.
#
# From lesson 02: an LSTM has four parts. Each has a weight for every number that comes in and every
# unit, a weight for every pair of units, and a bias for every unit. `Dense` has a weight for every
# number that comes in and every unit, and a bias for every unit.

# %% answer="ps6_parameters"
def parameters(steps_in, features, units, steps_out, vocabulary):
    ...
    ### BEGIN SOLUTION
    def lstm(read):
        return 4 * (units * (read + units) + units)

    return lstm(features) + lstm(units) + (units + 1) * vocabulary
    ### END SOLUTION

# %% test="ps6_parameters_test" points=3
sizes = dict(steps_in=4, features=10, units=64, steps_out=6, vocabulary=11)
check_returns(parameters, sizes, expected=52939)
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_returns
from lstm_marking.sizes import draw_sizes
from lstm_marking.sources import mark_without


def layer(read, units, bias=1, parts=4):
    return parts * units * (read + units + bias)


def right(features, units, vocabulary, **_):
    return layer(features, units) + layer(units, units) + (units + 1) * vocabulary


def beliefs(steps_in, features, units, steps_out, vocabulary):
    first, second, dense = layer(features, units), layer(units, units), (units + 1) * vocabulary
    total = first + second + dense
    found = {
        first + second: "Dense has parameters, too.",
        first + dense: "The decoder has weights of its own. It takes over h and c, not weights.",
        first + second + units * vocabulary: "Dense has biases, too.",
        first + second + steps_out * dense: "Dense uses the same weights at every time step.",
        first + second + dense * steps_in: "Dense uses the same weights at every time step.",
        2 * first + dense: "The decoder does not read what the encoder reads. What does it hear, "
                           "and how long is it?",
        first + layer(vocabulary, units) + dense: "The decoder does not hear answers in this "
                                                  "model. What does it hear?",
        total + 2 * units: "h and c are not parameters. They are worked out anew for each "
                           "sequence.",
        total + steps_out * units: "RepeatVector learns nothing. It has no parameters.",
        layer(features, units, 0) + layer(units, units, 0) + dense: "An LSTM has biases, too.",
        layer(features, units, parts=3) + layer(units, units, parts=3) + dense:
            "That would be the case for three parts. An LSTM has four.",
        layer(features, units, parts=1) + layer(units, units, parts=1) + dense:
            "An LSTM has four parts, each with weights of its own.",
        steps_in * first + steps_out * second + dense: "An LSTM uses the same weights at every "
                                                       "time step.",
    }
    found.pop(total, None)
    return found


mark_without(parameters, "keras", "tensorflow")
mark_returns(parameters, [(drawn, right(**drawn), beliefs(**drawn))
                          for drawn in draw_sizes(sizes, cases=20, seed=63)])
### END HIDDEN TESTS

# %% [markdown]
# ## Question 3: choose the layers (3 points)
#
# In another model the encoder is `keras.layers.LSTM(6, return_state=True)`. Its decoder hears
# silence: zeros, here for 4 sequences of 5 time steps with 10 features.
#
# Make a layer `decoder` that can start from the encoder's `h` and `c`, and that returns **one**
# array with a hidden state for each time step.

# %% answer="ps6_decoder"
decoder = ...
### BEGIN SOLUTION
decoder = keras.layers.LSTM(6, return_sequences=True)
### END SOLUTION

# %% test="ps6_decoder_test" points=1
silence = np.zeros((4, 5, 10), dtype="float32")  # (batch, time, features)
check_output(decoder, silence, expected=(4, 5, 6))
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_layer

mark_layer(decoder, [((None, steps, 10), (None, steps, 6)) for steps in (None, 2, 11)])
### END HIDDEN TESTS

# %% [markdown]
# Make a layer `answer_layer` that turns each hidden state of this decoder into 8 probabilities.
# First its shape (1 point):

# %% answer="ps6_answer_layer"
answer_layer = ...
### BEGIN SOLUTION
answer_layer = keras.layers.Dense(8, activation="softmax")
### END SOLUTION

# %% test="ps6_answer_layer_shape_test" points=1
hidden_states = np.random.default_rng(1).normal(size=(4, 5, 6)).astype("float32")
check_output(answer_layer, hidden_states, expected=(4, 5, 8), kinds=keras.layers.Layer)
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_layer

# A Sequential is built for 5 time steps by its first call, so only the batch differs here.
mark_layer(answer_layer, [((samples, 5, 6), (samples, 5, 8)) for samples in (None, 2, 11)])
### END HIDDEN TESTS

# %% [markdown]
# Then its numbers (1 point). The probabilities of a time step add up to 1.

# %% test="ps6_answer_layer_softmax_test" points=1
hidden_states = np.random.default_rng(1).normal(size=(4, 5, 6)).astype("float32")
check_output(answer_layer, hidden_states, expected=(4, 5, 8), kinds=keras.layers.Layer)
sums = np.array(answer_layer(hidden_states)).sum(axis=-1)  # (batch, time)
if not np.allclose(sums, 1, atol=1e-4):
    raise NotYet(f"At the first time step the 8 numbers add up to {sums[0, 0]:.3f}, not to 1.")
print("Right: at each time step the 8 numbers add up to 1.")
### BEGIN HIDDEN TESTS
from lstm_outputs.forms import NotYet

others = np.random.default_rng(64).normal(scale=3, size=(7, 5, 6)).astype("float32")
chances = np.array(answer_layer(others))
if chances.min() < 0 or not np.allclose(chances.sum(axis=-1), 1, atol=1e-4):
    raise NotYet("On other hidden states the numbers are no probabilities.")
steady = np.array(answer_layer(np.repeat(others[:, :1], 5, axis=1)))
if not np.allclose(steady, steady[:, :1], atol=1e-4):
    raise NotYet("The same hidden state gets another answer at another time step. The answer "
                 "is to depend on this hidden state alone.")
### END HIDDEN TESTS

# %% [markdown]
# ## Question 4: repair a model (3 points)
#
# `translate` is handed the layers of a model, ready to use:
#
# - `encoder`, an LSTM with `return_state=True`;
# - `decoder`, an LSTM with as many units, and with `return_sequences=True`;
# - `dense`, a Dense layer with softmax.
#
# The decoder is to hear the last hidden state of the encoder at each of its `steps` time steps,
# and it is **to start from the encoder's `h` and `c`**. The function returns the answers.
#
# The code below has two faults. One stops it with an error. The other is silent: the shape comes
# out right, but the numbers do not. Mend both, right in this cell.

# %% answer="ps6_repair"
def translate(data, encoder, decoder, dense, steps):
    h, c = encoder(data)
    repeated = keras.layers.RepeatVector(steps)(h)
    return dense(decoder(repeated))
### BEGIN SOLUTION
# ruff: noqa: RUF059 (the faulty code above leaves c unused)


def mended(data, encoder, decoder, dense, steps):
    _, h, c = encoder(data)
    heard = keras.layers.RepeatVector(steps)(h)
    return dense(decoder(heard, initial_state=[h, c]))


translate = mended
### END SOLUTION

# %% [markdown]
# It runs, and the shape is right (1 point):

# %% test="ps6_repair_shape_test" points=1
check_arrays(translate, dict(
    data=np.zeros((2, 7, 5), dtype="float32"),
    encoder=keras.layers.LSTM(3, return_state=True),
    decoder=keras.layers.LSTM(3, return_sequences=True),
    dense=keras.layers.Dense(11, activation="softmax"),
    steps=4,
), expected=(2, 4, 11))
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_arrays

cases = []
for samples, steps_in, features, units, steps, vocabulary in ((3, 8, 5, 7, 2, 9),
                                                              (9, 2, 4, 3, 7, 5)):
    given = dict(data=np.ones((samples, steps_in, features), dtype="float32"),
                 encoder=keras.layers.LSTM(units, return_state=True),
                 decoder=keras.layers.LSTM(units, return_sequences=True),
                 dense=keras.layers.Dense(vocabulary, activation="softmax"), steps=steps)
    cases.append((given, (samples, steps, vocabulary), {
        (samples, steps_in, vocabulary): "The decoder takes as many steps as its input has. It "
                                         "is to hear h, steps times.",
        (samples, steps, units): "The answers come from dense.",
        (samples, vocabulary): "There is to be an answer at each time step.",
        (samples, steps_in, units): "The answers come from dense."}))
mark_arrays(translate, cases)
### END HIDDEN TESTS

# %% [markdown]
# The numbers are right, too: the decoder starts from the encoder's `h` and `c` (2 points).

# %% test="ps6_repair_start_test" points=2
check_arrays(translate, dict(
    data=np.zeros((2, 7, 5), dtype="float32"),
    encoder=keras.layers.LSTM(3, return_state=True),
    decoder=keras.layers.LSTM(3, return_sequences=True),
    dense=keras.layers.Dense(11, activation="softmax"),
    steps=4,
), expected=(2, 4, 11))
print("So the shape is right. Whether the numbers are, grading will tell.")
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_arrays
from lstm_outputs.calls import call
from lstm_outputs.forms import NotYet

rng = np.random.default_rng(65)
units, steps = 7, 3
layers = dict(encoder=keras.layers.LSTM(units, return_state=True),
              decoder=keras.layers.LSTM(units, return_sequences=True),
              dense=keras.layers.Dense(9, activation="softmax"))
for made, read in zip(layers.values(), (5, units, units)):
    made.build((None, 6, read))
    made.set_weights([rng.normal(size=w.shape) for w in made.get_weights()])
data = rng.normal(size=(4, 6, 5)).astype("float32")  # (batch, time, features)
_, last, carry = layers["encoder"](data)
zeros = np.zeros_like(last)
heard = np.repeat(np.array(last)[:, None], steps, axis=1)  # (batch, time, units)


def started(first, second):
    return np.array(layers["dense"](layers["decoder"](heard, initial_state=[first, second])))


arguments = dict(data=data, **layers, steps=steps)
mark_arrays(translate, [(arguments, (4, steps, 9), {})])
given = np.array(call(translate, arguments)[0])
if not np.allclose(given, started(last, carry), atol=1e-3):
    for sentence, start in {
        "The decoder still starts from zeros: it is given nothing to start from.": (zeros, zeros),
        "h and c have changed places where the decoder starts.": (carry, last),
        "The decoder starts from h twice. Its second state is the encoder's c.": (last, last),
        "The decoder starts from c twice. Its first state is the encoder's h.": (carry, carry),
        "Only h arrives. c is zero where the decoder starts.": (last, zeros),
    }.items():
        if np.allclose(given, started(*start), atol=1e-3):
            raise NotYet(f"The shape is right, the numbers are not. {sentence}")
    raise NotYet("The shape is right, the numbers are not. Use the three layers that are handed "
                 "over. What does the decoder hear, and what does it start from?")
### END HIDDEN TESTS

# %% [markdown]
# ## Question 5: read the numbers (3 points)
#
# Run the next cell. An encoder reads 2 sequences, and a decoder starts from its states. Both give
# all that they can: every hidden state, and the final states.

# %% locked="ps6_read_states"
rng = np.random.default_rng(26)


def ready(units, features):
    """Make an LSTM with fixed weights that returns every hidden state, and its final states."""
    lstm = keras.layers.LSTM(units, return_sequences=True, return_state=True)
    lstm.build((None, None, features))
    lstm.set_weights([rng.normal(size=w.shape) for w in lstm.get_weights()])
    return lstm


data = rng.normal(size=(2, 4, 6)).astype("float32")  # (batch, time, features)
encoded, *states = ready(3, 6)(data)
silence = np.zeros((2, 5, 6), dtype="float32")
decoded, decoder_h, decoder_c = ready(3, 6)(silence, initial_state=states)
P, Q = (np.array(states[place]) for place in rng.permutation(2))  # h and c, or c and h

with np.printoptions(precision=3, suppress=True):
    print("encoded[0], every hidden state of the encoder, for sequence 0:")
    print(np.array(encoded[0]))
    print("P[0] =", P[0])
    print("Q[0] =", Q[0])
    print("\ndecoded, every hidden state of the decoder:")
    print(np.array(decoded))

# %% [markdown]
# `P` and `Q` are the encoder's final states. One of them is `h`, the other is `c`. Which one is
# `h`? Write `"P"` or `"Q"`.

# %% answer="ps6_read_h"
which_is_h = ...
### BEGIN SOLUTION
which_is_h = "Q"
### END SOLUTION

# %% test="ps6_read_h_test" points=1
check_choice(which_is_h, ("P", "Q"), "which_is_h")
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_choice

mark_choice(which_is_h, ("P", "Q"), "which_is_h", "Q", {
    "P": "The final h is the hidden state of the last time step. Find this row in encoded[0]."})
### END HIDDEN TESTS

# %% [markdown]
# The decoder also returned its final hidden state `decoder_h`, not printed above. Look at the
# number `decoder_h[1, 2]`. At which place in `decoded` does the same number stand? Write an index
# with one number for each axis, like `(0, 0, 0)`.

# %% answer="ps6_read_place"
place = ...
### BEGIN SOLUTION
place = (1, 4, 2)
### END SOLUTION

# %% test="ps6_read_place_test" points=1
check_index(place, "place")
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_index

mark_index(place, "place", (2, 5, 3), (1, 4, 2), {
    (1, 0, 2): "That is where the decoder's first step stands. Which step is the final one?",
    (0, 4, 2): "That is the right step of another sequence. Places are counted from 0.",
    (1, 4, 1): "That is the right step, but another unit. Places are counted from 0.",
    (0, 4, 1): "Places are counted from 0, those of decoder_h, too.",
    (1, 3, 2): "That is one step before the final one.",
    (1, 2, 2): "The time step stands on axis 1. Which step is the final one?",
})
### END HIDDEN TESTS

# %% [markdown]
# The next cell is about another model: one LSTM that reads forward, with `return_sequences=True`.
# It reads three sequences of numbers, one-hot encoded, and gives a hidden state at each time step.

# %% locked="ps6_read_sequences"
rng = np.random.default_rng(31)  # the same numbers whenever this cell runs
reader = ready(2, 6)
numbers = [[5, 2, 0, 3], [5, 2, 4, 1], [1, 2, 0, 3]]  # one sequence in each row
every, _, _ = reader(np.eye(6, dtype="float32")[numbers])  # (batch, time, units)
others = rng.permutation([1, 2])
with np.printoptions(precision=3, suppress=True):
    for name, row in zip("KLM", [0, *others]):
        print(f"{name}, a row for each time step:")
        print(np.array(every[row]))

# %% [markdown]
# `K` belongs to the sequence 5, 2, 0, 3. Which of the others belongs to 5, 2, 4, 1? Write `"L"`
# or `"M"`.

# %% answer="ps6_read_start"
same_start = ...
### BEGIN SOLUTION
same_start = "L"
### END SOLUTION

# %% test="ps6_read_start_test" points=1
check_choice(same_start, ("L", "M"), "same_start")
### BEGIN HIDDEN TESTS
from lstm_marking.marks import mark_choice

mark_choice(same_start, ("L", "M"), "same_start", "L", {
    "M": "Its first row differs from that of K already. What had been read when it was made?"})
### END HIDDEN TESTS

# %% [markdown]
# ## Question 6: explain (3 points)
#
# A classmate wants to reverse sequences of 6 numbers. The model is one LSTM with
# `return_sequences=True`, which reads forward, and a `Dense` layer with softmax at each time step.
# After long training it answers perfectly at steps 3, 4 and 5, and no better than guessing at
# steps 0, 1 and 2.
#
# "More units will do it," says the classmate. Will they? Answer in one to three sentences: say why
# the first half fails, and name one change that would help.
# A person reads this answer and gives the points.

# %% [markdown] manual="ps6_explain" points=3
# No: at step 0, 1 and 2 the number asked for comes later in the input, so no hidden state that
# was made by then can know it, whatever its size. A decoder that starts when all has been heard
# would help, and so would a second LSTM that reads backward.

# %% [markdown] locked="ps6_end"
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
# - 1 point: it says that in the first half the number asked for has not been read yet, or that
#   a hidden state knows only what came up to its step.
# - 1 point: it names a change that lets the answers wait until all is known, or that shows the
#   layer what comes later: an encoder and a decoder, Bidirectional, the last hidden state with a
#   wide Dense layer, reading the sequence twice. More layers that read forward, more data or
#   more epochs get no point.
#
# === END MARK SCHEME ===
