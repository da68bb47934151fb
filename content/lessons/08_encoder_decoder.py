# %% [markdown]
# # Encoder and decoder: the task solved
#
# Four numbers come in, and the same four are to come out backwards. So far we looked at what an
# LSTM returns. Now models learn the task: four that fail, each in its own way, and one that can.
#
# **You will be able to**
#
# - keep the sequences of a test apart from those of the training;
# - predict at which time steps a model can be right, from what it has seen by then;
# - build a decoder that starts from the final `h` and `c` of an encoder;
# - choose the output mode that a task needs.
#
# **Time:** 20 minutes; about one of them is training. **Builds on:** lessons 01 to 07.

# %%
# @title Setup: run this cell first (TensorFlow)
from lstm_outputs.backend import need_keras_3, quiet_start

with quiet_start():
    import keras
    import tensorflow as tf

    tf.zeros(1)  # the first operation also logs

import time

import numpy as np

tf.config.experimental.enable_op_determinism()  # the same training on every run
need_keras_3(keras.__version__)

# %%
# @title Setup: checks, and the encoding of lesson 01
from lstm_outputs.dataset import one_hot_decode, one_hot_encode
from lstm_outputs.percents import check_percents

# %%
# @title Setup: the pictures
from lstm_outputs.pictures.accuracy import draw_accuracy, draw_learning_curve
from lstm_outputs.pictures.encoder_decoder import draw_encoder_decoder
from lstm_outputs.pictures.show import show

# %% [markdown]
# The sizes are larger than before: a network learns this task from thousands of sequences, not
# from 100. An *epoch* is one pass over all of them.

# %%
n_timesteps_in = 4  # @param {type: "integer"}
n_features = 10  # @param {type: "integer"}
train_size = 5000  # @param {type: "integer"}
test_size = 1000  # @param {type: "integer"}
units = 64  # @param {type: "integer"}
epochs = 12  # @param {type: "integer"}

# %% [markdown]
# ## A test that is a test
#
# We want to know whether a model has understood how to reverse. So we test it with sequences
# that it has never met. Lesson 01 found that this does not come by itself: there are only so many
# sequences, and drawn blindly many of them land in both sets.
#
# So we do not draw twice. We split the set of all possible sequences. Each of them has a number:
# 5964 is the sequence 5, 9, 6, 4. We draw numbers, none of them twice, and read off their digits.

# %%
possible = n_features**n_timesteps_in
chosen = np.random.default_rng(8).choice(possible, train_size + test_size, replace=False)
digits = np.unravel_index(chosen, [n_features] * n_timesteps_in)
sequences = np.stack(digits, axis=1)  # (samples, timesteps)

# %%
X = one_hot_encode(sequences, n_features)  # (samples, timesteps, features)
y = X[:, ::-1]  # backwards in time
X_train, y_train = X[:train_size], y[:train_size]
X_test, y_test = X[train_size:], y[train_size:]
print("train:", X_train.shape, "  test:", X_test.shape)

# %% [markdown]
# How many sequences are in both sets? Do not believe it, count it.

# %%
seen = {tuple(sequence) for sequence in sequences[:train_size]}
unseen = {tuple(sequence) for sequence in sequences[train_size:]}
print(f"{possible:,} possible: {len(seen):,} to learn from, {len(unseen):,} to be tested on.")
print("In both sets:", len(seen & unseen))

# %% [markdown]
# ## How to measure, and how to train
#
# A model answers with 10 probabilities at each time step. The largest is its answer. We count how
# often it is right at each step, and how often *all* steps of a sequence are right. Percentages
# are rounded down: 100 means all, without exception.

# %%
def percent_right(model):
    """Percent right on the test set: at each time step, and (last) in the whole sequence."""
    answers = one_hot_decode(model(X_test))  # (samples, timesteps)
    right = answers == one_hot_decode(y_test)
    counts = [*right.sum(axis=0), right.all(axis=1).sum()]
    return [int(100 * count // len(right)) for count in counts]


# %% [markdown]
# Every model is trained in the same way. None ever gets to see the test set while it learns.

# %%
results = {}


def train(name, model, callbacks=()):
    model.compile(optimizer=keras.optimizers.Adam(0.01), loss="categorical_crossentropy")
    model.fit(X_train, y_train, batch_size=100, epochs=epochs, verbose=0, callbacks=callbacks)
    results[name] = percent_right(model)
    *steps, whole = results[name]
    print(f"{name}. Right at each time step: {steps} percent. All right: {whole} percent.")


# %% [markdown]
# ## Mode 1: the last hidden state
#
# The last hidden state has seen the whole sequence. We need an answer at each of the four steps,
# so `RepeatVector` hands it out four times. A `Dense` layer gives the answers.

# %%
keras.utils.set_random_seed(3)
sequence = keras.Input((n_timesteps_in, n_features), name="sequence")
last = keras.layers.LSTM(units)(sequence)  # (batch, units)
repeated = keras.layers.RepeatVector(n_timesteps_in)(last)  # (batch, time, units)
answers = keras.layers.Dense(n_features, activation="softmax")(repeated)
mode_1 = keras.Model(sequence, answers)

# %% [markdown]
# What will it answer at step 0, and what at step 1? Think of what `Dense` is given there.

# %%
train("mode 1: repeated", mode_1)

# %%
for heard, said in zip(one_hot_decode(X_test[:3]), one_hot_decode(mode_1(X_test[:3]))):
    print("heard", heard, "  said", said)

# %% [markdown]
# Four times the same vector, four times the same weights: four times the same answer. The model
# picks a number of the sequence, and says it four times. Nobody who says one number four times can
# do better than to say the one that comes most often:

# %%
most_often = [np.bincount(numbers).max() for numbers in sequences[train_size:]]
best = 100 * np.mean(most_often) / n_timesteps_in
print(f"At best, on average over the time steps: {best:.0f} percent")

# %% [markdown]
# ## Mode 2: all hidden states
#
# Now a hidden state of its own for each time step, and `Dense` answers at each of them.

# %%
keras.utils.set_random_seed(3)
sequence = keras.Input((n_timesteps_in, n_features), name="sequence")
hidden = keras.layers.LSTM(units, return_sequences=True)(sequence)  # (batch, time, units)
answers = keras.layers.Dense(n_features, activation="softmax")(hidden)
mode_2 = keras.Model(sequence, answers)

# %% [markdown]
# **Predict.** In what percentage of the test sequences is it right at time step 0, 1, 2 and 3?
# Somebody who guesses one of ten numbers is right in 10 percent. Write four percentages.

# %%
prediction = ...  # like (50, 50, 50, 50)
check_percents(prediction, n_timesteps_in, {
    (True,) * n_timesteps_in: "At step 0 the layer has heard one number. Which is asked for there?",
    (False,) * n_timesteps_in: "At the last step the layer has heard all. Can it not know then?",
    (True, True, False, False): "You say it gets harder with time. What has it heard at step 0?",
})

# %% [markdown]
# **Run.**

# %%
train("mode 2: all hidden", mode_2)

# %% [markdown]
# Nothing but guessing in the first half, perfect in the second. Why? Look at what has been heard
# at each time step, and what is asked for:

# %%
places = list(range(n_timesteps_in))
for step in places:
    asked = places[::-1][step]
    print(f"step {step}: heard x{places[:step + 1]}, asked for x[{asked}]:",
          "known" if asked <= step else "not heard yet")

# %% [markdown]
# At step 0 the answer is the last number, and the layer has heard only the first. More units or
# more epochs change nothing: this LSTM reads forward, and it cannot know what has not come yet.
#
# ## Mode 3: the final states
#
# Whoever answers has to wait until all is heard. After the last step the layer holds `h` and `c`.
# Mode 1 used `h` alone. With both, there is twice as much memory. Will that be better?

# %%
keras.utils.set_random_seed(3)
sequence = keras.Input((n_timesteps_in, n_features), name="sequence")
_, h, c = keras.layers.LSTM(units, return_state=True)(sequence)  # (batch, units), twice
memory = keras.layers.Concatenate()([h, c])  # (batch, 2 * units)
repeated = keras.layers.RepeatVector(n_timesteps_in)(memory)
answers = keras.layers.Dense(n_features, activation="softmax")(repeated)
mode_3 = keras.Model(sequence, answers)

# %%
train("mode 3: h and c", mode_3)

# %% [markdown]
# No. It was not memory that was missing. All is known, but the same thing is said at every step.
#
# ## Mode 4: all hidden states and the final states
#
# Put both together: at each step the hidden state of that step, and beside it the final `h` and
# `c`, which know all. Now each step gets something else, and each step knows everything.

# %%
keras.utils.set_random_seed(3)
sequence = keras.Input((n_timesteps_in, n_features), name="sequence")
lstm = keras.layers.LSTM(units, return_sequences=True, return_state=True)
hidden, h, c = lstm(sequence)  # (batch, time, units), (batch, units), (batch, units)
memory = keras.layers.RepeatVector(n_timesteps_in)(keras.layers.Concatenate()([h, c]))
both = keras.layers.Concatenate()([hidden, memory])  # (batch, time, 3 * units)
answers = keras.layers.Dense(n_features, activation="softmax")(both)
mode_4 = keras.Model(sequence, answers)

# %% [markdown]
# **Predict.** How good will this one be, at each time step?

# %%
prediction = ...  # like (50, 50, 50, 50)
check_percents(prediction, n_timesteps_in, {
    (False,) * n_timesteps_in: "It is given all that mode 2 was given. Could it be worse?",
})

# %% [markdown]
# **Run.**

# %%
train("mode 4: hidden, h, c", mode_4)

# %% [markdown]
# The second half as in mode 2. The first half is far better than guessing, and still wrong about
# every second time, as if the model chose between the two numbers still to come.
#
# Everything is there. But `Dense` adds up what it is given, with the same weights at every step. It
# cannot say: now take the last number, and at the next step the one before. It cannot take turns.
#
# Who could? Something that changes from step to step, and starts out knowing everything.
#
# ## The encoder and the decoder
#
# That is an LSTM, a second one. Its states change at every step. And they need not start from
# zeros: with `initial_state` they start where another LSTM stopped.
#
# - The **encoder** reads the sequence. Nothing is kept of it but its final `h` and `c` (mode 3).
# - The **decoder** starts from them, and gives a hidden state at every step (mode 2).
# - `Dense` turns each of these hidden states into an answer.

# %%
example = sequences[train_size]
show(*draw_encoder_decoder(example, example[::-1]))

# %% [markdown]
# What does the decoder hear? Nothing: zeros, in the picture *silence*. It needs an input at each
# step, to know how many steps to take. All that it knows has come with `h` and `c`.

# %%
keras.utils.set_random_seed(3)
sequence = keras.Input((n_timesteps_in, n_features), name="sequence")
_, h, c = keras.layers.LSTM(units, return_state=True, name="encoder")(sequence)  # (batch, units)
silence = keras.ops.zeros_like(sequence)  # (batch, time, features)
decoder = keras.layers.LSTM(units, return_sequences=True, name="decoder")
hidden = decoder(silence, initial_state=[h, c])  # (batch, time, units)
answers = keras.layers.Dense(n_features, activation="softmax", name="answers")(hidden)
model = keras.Model(sequence, answers, name="encoder_decoder")

# %%
model.summary(line_length=80, print_fn=print)

# %% [markdown]
# In the last column, find the two lines `encoder[0][1]` and `encoder[0][2]` of the decoder. They
# are `h` and `c`, the whole bridge. The first output, `encoder[0][0]`, is not used.
#
# We watch this training: after each epoch a callback prints how many of the whole test sequences
# are right. Before you run it: a guess at one step is right once in 10 times. How often would
# guesses get all four steps right?

# %%
curve = []


class WatchWholeSequences(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        curve.append(percent_right(self.model)[-1])
        print(f"epoch {epoch + 1:2}: {curve[-1]:3} percent of the whole sequences right")


# %%
started = time.perf_counter()
train("encoder-decoder", model, [WatchWholeSequences()])
seconds = time.perf_counter() - started

# %% [markdown]
# Guesses would get all four right once in 10,000 times. The first epoch is little better. Then it
# goes fast: at some point the model finds out how to take turns.

# %%
show(*draw_learning_curve(curve, aim=99))

# %%
print("At least 99 percent of the unseen sequences are right:", curve[-1] >= 99)
print("Trained in less than 60 seconds:", seconds < 60)

# %% [markdown]
# Solved. None of these sequences was ever trained on. These are the first five:

# %%
said = one_hot_decode(model(X_test[:5]))
for heard, answer in zip(one_hot_decode(X_test[:5]), said):
    print("heard", heard, "  said", answer, " ",
          "right" if np.array_equal(answer, heard[::-1]) else "wrong")

# %% [markdown]
# ## Is it all in `h` and `c`?
#
# We can ask the trained model. We take the encoder alone, and let the decoder start from states
# that we set to zero. What will it say then?

# %%
encoder = keras.Model(sequence, [h, c])
states = encoder(X_test[:3])  # h and c, each (batch, units)
zeros = [keras.ops.zeros_like(state) for state in states]
for name, start in {"h and c": states, "zeros": zeros}.items():
    hidden = decoder(np.zeros_like(X_test[:3]), initial_state=start)
    print(f"started from {name:7} ", *one_hot_decode(model.get_layer("answers")(hidden)))

# %% [markdown]
# With `h` and `c`: the reversed sequences. With zeros: the same for all three. The decoder knows
# nothing of its own; each sequence came over the bridge, in `2 * units` numbers.
#
# ## All five in one table
#
# Percent right on the test set, at each time step and in the whole sequence:

# %%
for name, row in {"model": [f"step {step}" for step in places] + ["all"], **results}.items():
    print(f"{name:20}" + "".join(f"{entry:>8}" for entry in row))

# %%
show(*draw_accuracy(results, chance=100 / n_features))

# %% [markdown]
# | mode | what comes back | what failed | in the solution |
# |---|---|---|---|
# | 1 | last `h` | the same answer at every step | |
# | 2 | every `h` | the first half: not heard yet | the **decoder** |
# | 3 | last `h`, and `h` and `c` | the same answer at every step | the **encoder** |
# | 4 | every `h`, and `h` and `c` | knows all, cannot take turns | |
#
# No mode is the good one. Each does a part: mode 3 hands the memory over, mode 2 speaks. Mode 4
# is for decoders that also look back at every hidden state of the encoder. That is *attention*.
#
# ## Is a decoder the only way?
#
# The last hidden state knew everything; it had to say the same at each step. What if `Dense` had
# weights of its own for each step: 40 outputs, reshaped to `(4, 10)`? Guess before you run it.

# %%
keras.utils.set_random_seed(3)
sequence = keras.Input((n_timesteps_in, n_features), name="sequence")
last = keras.layers.LSTM(units)(sequence)  # (batch, units)
wide = keras.layers.Dense(n_timesteps_in * n_features)(last)
steps = keras.layers.Reshape((n_timesteps_in, n_features))(wide)
wide_model = keras.Model(sequence, keras.layers.Softmax()(steps))
train("mode 1, wide Dense", wide_model)
print(f"Parameters: {wide_model.count_params():,}; encoder-decoder {model.count_params():,}")

# %% [markdown]
# Also solved, with a smaller model. So mode 1 knew enough; what it lacked was a way to say it.
#
# What is a decoder for, then? The wide `Dense` says four numbers, never three or five, and its
# weights grow with the length. A decoder has the same weights at every step, however many steps
# there are. Where answers differ in length, as in translation, you need a decoder.
#
# ## What else could a decoder hear?
#
# - **Zeros**, as here. Enough where the states say it all: one right answer for each input.
# - **The last hidden state at every step**, `RepeatVector(n_timesteps_in)(h)`. It reminds the
#   decoder, at every step, of what was heard.
# - **The right answer of the step before**: `y`, one step late, while training. That is *teacher
#   forcing*. It is for tasks where several answers would do, and each word depends on the last.
#
# Teacher forcing has a price. In use there is no `y`. The model has to hear its own answers, in a
# loop, one step at a time. Our task does not need it, so we took the plainest.
#
# ## Something to change
#
# - Set `train_size` to 1000, then to 100, with 60 `epochs`. How much is learned, and how much of it
#   holds for the test? Which columns of the table suffer first?
# - Set `n_timesteps_in` to 5 or 6. Which steps does mode 2 know now? Does the decoder still do it?
#   If not, does a larger `train_size` help, and why is there more to draw from?
# - Replace `silence` by `keras.layers.RepeatVector(n_timesteps_in)(h)`. Faster, slower, the same?
# - In mode 2, wrap the LSTM into `Bidirectional` (lesson 07). Say first what that changes.
#
# ## What you have learned
#
# - Test sequences come from the same set as the training sequences, without overlap.
# - `return_sequences=True` answers at every step, from what was heard up to there.
# - The last hidden state, or `h` and `c`, know all, but are the same for every step.
# - `initial_state=[h, c]` starts a decoder where the encoder stopped: mode 3, then mode 2.
#
# **A question from the lesson before.** You stack two LSTMs. Which of them needs
# `return_sequences=True`, and why?
#
# <details><summary>Answer</summary>
#
# The first. The second expects `(batch, time, features)`, and without the flag the first gives
# `(batch, units)`. The second needs it if an answer is wanted at every step.
#
# </details>
#
# **Read on**
#
# - Murat Karakaya's lectures on sequence-to-sequence learning: from this model to attention.
# - The Keras guide *Working with RNNs*: its part on reusing the state of a layer.
# - Hochreiter and Schmidhuber, *Long Short-Term Memory* (1997): how long can a memory hold?
# - Lesson 09, *What goes wrong*: the errors on the way, and what they mean.
