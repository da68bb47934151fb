"""What a wrong shape tells about the belief behind it, so that a hint can speak to it.

Each function returns a dict from a wrong shape to one sentence. The right shape is never
a key, nor in a sentence. Where sizes coincide, the later belief of the list wins. What is
computed from a size that is not known, None, is None too.
"""


def sequence_beliefs(timesteps, features):
    """Beliefs about one one-hot sequence; its shape is (timesteps, features)."""
    beliefs = {
        (1, timesteps, features): "That is a batch of one sequence. Here there is no batch.",
        (timesteps,): "Each integer becomes a vector, so there is one more axis.",
        (timesteps, 1): "Each integer becomes a vector as long as the vocabulary.",
        (timesteps, timesteps): "A vector is as long as the vocabulary, not as the sequence.",
        (features, features): "There is a vector for each time step, not for each feature.",
        (features,): "That is one vector. There is one at every time step.",
        (timesteps and timesteps * features,): "The vectors are not joined into one long row.",
        (features, timesteps): "The right sizes in another order: time comes first.",
    }
    beliefs.pop((timesteps, features), None)
    return beliefs


def dataset_beliefs(samples, timesteps, features):
    """Beliefs about one-hot sequences; their shape is (samples, timesteps, features)."""
    beliefs = {
        (samples, timesteps, timesteps): "A one-hot vector is as long as the vocabulary, "
                                         "not as the sequence.",
        (samples, timesteps, 1): "A one-hot vector is as long as the vocabulary.",
        (samples, timesteps): "Each integer became a one-hot vector: one more axis.",
        (samples, features): "A one-hot vector stands at every time step. Where is time?",
        (samples, timesteps and timesteps * features): "The array is not flattened: time and "
                                                       "features keep an axis each.",
        (1, timesteps, features): "That is one sequence. How many are there in this array?",
        (timesteps, features): "That is one sequence alone: the axis that counts the "
                                "sequences is missing.",
        (features, timesteps, samples): "The axes are in another order: sequences come first.",
        (timesteps, samples, features): "Time is not the first axis here: the sequences are.",
        (samples, features, timesteps): "Time and features have changed places.",
    }
    beliefs.pop((samples, timesteps, features), None)
    return beliefs


def output_beliefs(batch_size, timesteps, features, units, return_sequences=False):
    """Beliefs about the first array that an LSTM returns for (batch_size, timesteps, features)."""
    last, every = (batch_size, units), (batch_size, timesteps, units)
    all_steps = "Without return_sequences=True the layer keeps one time step, not all of them."
    beliefs = {
        (units, units): "The first axis is the batch: how many sequences went in?",
        (1, units): "The layer returns a row for each sequence of the batch.",
        (batch_size, 1, units): "With return_sequences=True every time step comes back, not one."
                                if return_sequences else
                                "One time step comes back without an axis for time.",
        (batch_size, timesteps): "Units are not time steps: they are the length of the hidden "
                                 "state.",
        (batch_size, timesteps, timesteps): "Units are not time steps: they are the length of "
                                            "the hidden state.",
        (timesteps, units): "That is for one sequence. The batch has an axis too, the first one.",
        (units,): "That is for one sequence. The batch has an axis too, the first one.",
        (units, batch_size): "The batch is the first axis, and units are the last.",
        (timesteps, batch_size): "The batch is the first axis, and units are the last.",
        (timesteps, batch_size, units): "The batch is the first axis, time the second."
                                        if return_sequences else all_steps,
        (batch_size, units, timesteps): "Time and units have changed places. Time comes first."
                                        if return_sequences else all_steps,
        (batch_size, timesteps and timesteps * units): "The time steps are not joined into one "
                                                       "long row.",
        (batch_size, features): "What comes back is as long as the units, not as the features.",
        (batch_size, timesteps, features): "The layer replaces the features: what it returns "
                                           "at a time step is as long as its units.",
        last: "With return_sequences=True every time step comes back. Where is time?",
        every: all_steps,
    }
    beliefs.pop(every if return_sequences else last, None)
    return beliefs


def state_beliefs(batch_size, timesteps, features, units, return_sequences=False):
    """Beliefs about all that an LSTM with return_state=True returns: tuples of shapes."""
    last, every = (batch_size, units), (batch_size, timesteps, units)
    output, other = (every, last) if return_sequences else (last, every)
    one = "With return_state=True the states come back too, as arrays of their own."
    beliefs = {
        (shape, last, last): f"The first array: {sentence}" for shape, sentence in
        output_beliefs(batch_size, timesteps, features, units, return_sequences).items()
    } | {
        output: one,
        (output,): one,
        (output, last, last, last): "That is one array too many: the output, and two states.",
        (output, every, every): "A state is what the layer holds after the last time step. "
                                "It has no time axis.",
        (every, every, every): "A state is what the layer holds after the last time step. "
                               "It has no time axis.",
        (last, last): "That is two arrays. The output comes back, and then two states.",
        (output, last): "That would be a GRU, which has one state. An LSTM has two, h and c.",
        (last, last, output): "The output comes first, then the states.",
        (other, last, last): "The first array: return_sequences decides whether it keeps every "
                             "time step or the last one. Look at the flag again.",
    }
    beliefs.pop((output, last, last), None)
    return beliefs


def batch_beliefs(batch_size, shape):
    """Beliefs about the batch axis of `shape`; `batch_size` is a number that the data could have.

    Before any data arrives the size of the batch is None; on data it is a number.
    """
    if shape[0] is None:
        return {(batch_size, *shape[1:]): "Before data arrives the layer does not know how many "
                                          "sequences there will be. How does Keras write that?"}
    return {(None, *shape[1:]): "None stands for a size that is not known yet. Here data has "
                                "arrived, so the size of the batch is known."}


def lstm_beliefs(batch_size, timesteps, features, units, return_sequences=False,
                 return_state=False, symbolic=False):
    """Beliefs about what an LSTM returns: shapes, or tuples of shapes with return_state=True.

    symbolic: no data has arrived yet, so to write `batch_size` for None is a belief too.
    """
    size = None if symbolic else batch_size
    last, every = (size, units), (size, timesteps, units)
    output = every if return_sequences else last
    find = state_beliefs if return_state else output_beliefs
    beliefs = find(size, timesteps, features, units, return_sequences)
    for (wrong, *_), sentence in batch_beliefs(batch_size, output).items():
        swapped = tuple((wrong, *shape[1:]) for shape in (output, last, last))
        beliefs[swapped if return_state else swapped[0]] = sentence
    return beliefs
