"""What a wrong shape tells about the belief behind it, so that a hint can speak to it.

Each function returns a dict from a wrong shape to one sentence. The right shape is never
a key, nor in a sentence. Where sizes coincide, the first belief in the list wins.
"""


def dataset_beliefs(samples, timesteps, features):
    """Beliefs about an array of one-hot sequences; its shape is (samples, timesteps, features)."""
    return _by_shape((samples, timesteps, features), [
        ((samples, timesteps), "Each integer became a one-hot vector: one more axis."),
        ((timesteps, features), "That is one sequence. Where is the axis for all of them?"),
        ((1, timesteps, features), "That is one sequence. How many are there in this array?"),
        ((samples, features, timesteps), "Time and features have changed places."),
        ((timesteps, samples, features), "Time is not the first axis here: the sequences are."),
        ((features, timesteps, samples), "The axes are in another order: sequences come first."),
        ((samples, timesteps * features), "The array is not flattened: time and features keep "
                                          "an axis each."),
        ((samples, features), "A one-hot vector stands at every time step. Where is time?"),
        ((samples, timesteps, 1), "A one-hot vector is as long as the vocabulary."),
        ((samples, timesteps, timesteps), "A one-hot vector is as long as the vocabulary, "
                                          "not as the sequence."),
    ])


def output_beliefs(batch_size, timesteps, features, units, return_sequences=False):
    """Beliefs about the first array that an LSTM returns for (batch_size, timesteps, features)."""
    last, every = (batch_size, units), (batch_size, timesteps, units)
    known = "known: data has arrived" if batch_size else "unknown until data arrives"
    return _by_shape(every if return_sequences else last, [
        (every, "Without return_sequences=True the layer keeps one time step, not all of them."),
        (last, "With return_sequences=True every time step comes back. Where is time?"),
        ((batch_size, timesteps, features), "The layer replaces the features: what it returns "
                                            "at a time step is as long as its units."),
        ((batch_size, features), "What comes back is as long as the units, not as the features."),
        ((batch_size, timesteps * units), "The time steps are not joined into one long row."),
        ((batch_size, units, timesteps), "Time and units have changed places. Time comes first."),
        ((timesteps, batch_size, units), "The batch is the first axis, time the second."),
        ((timesteps, batch_size), "The batch is the first axis, and units are the last."),
        ((units, batch_size), "The batch is the first axis, and units are the last."),
        ((units,), "That is for one sequence. The batch has an axis too, the first one."),
        ((timesteps, units), "That is for one sequence. The batch has an axis too, the first one."),
        ((batch_size, timesteps, timesteps), "Units are not time steps: they are the length "
                                             "of the hidden state."),
        ((batch_size, timesteps), "Units are not time steps: they are the length of the hidden "
                                  "state."),
        ((batch_size, 1, units), "One time step comes back without an axis for time."),
        ((1, units), "The layer returns a row for each sequence of the batch."),
        ((units, units), f"The first axis is the batch. Its size is {known}."),
    ])


def batch_beliefs(batch_size, shape):
    """Beliefs about the batch axis of `shape`; `batch_size` is a number that the data could have.

    Before any data arrives the size of the batch is None; on data it is a number.
    """
    if shape[0] is None:
        return {(batch_size, *shape[1:]): "Before data arrives the layer does not know how many "
                                          "sequences there will be. How does Keras write that?"}
    return {(None, *shape[1:]): "None stands for a size that is not known yet. Here data has "
                                "arrived, so the size of the batch is known."}


def _by_shape(right, beliefs):
    """Make a dict of (shape, sentence) pairs: the first sentence wins, `right` is left out."""
    table = {}
    for shape, sentence in beliefs:
        if shape != right:
            table.setdefault(shape, sentence)
    return table
