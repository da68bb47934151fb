"""Beliefs about what the layers around an LSTM return, as in beliefs.py."""


def layer_beliefs(case, batch_size, timesteps, features, units):
    """Beliefs about the layer `case`, on (batch_size, timesteps, features) or on hidden states.

    Keys are wrong shapes, or tuples of them. The right one is never a key.
    """
    last, every = (batch_size, units), (batch_size, timesteps, units)
    wide, wide_every = (batch_size, 2 * units), (batch_size, timesteps, 2 * units)
    flat, scores = (batch_size, timesteps and timesteps * units), (batch_size, timesteps, features)
    no_merge = "Merging applies to the output. The states come back as each direction left them."
    right, wrong = {
        "stack": (last, {
            every: "The upper layer has no flag. What does it hand out then?",
            (last, last): "A stack returns what its last layer returns."}),
        "dense": (scores, {
            every: "Dense replaces the last axis by its own units.",
            (batch_size, features): "Dense does not pick a time step. It leaves time alone."}),
        "repeat": (every, {
            last: "The repeats need an axis of their own.",
            flat: "The repeats are not joined. They get an axis of their own.",
            (batch_size, units, timesteps): "The new axis is for time. Which place has time?"}),
        "flatten": (flat, {
            last: "No time step is dropped. All numbers of a sequence stay.",
            (batch_size and timesteps and batch_size * timesteps, units):
            "What belongs to one sequence stays together."}),
        "dropout": (every, {
            (batch_size, timesteps, units // 2): "Nothing is cut out. Numbers become zero."}),
        "gru": ((every, last), {
            (every, last, last): "That would be an LSTM. A GRU has no cell state.",
            every: "With return_state=True the state comes back too.",
            (last, last): "With return_sequences=True the first array has an axis for time."}),
        "bidirectional": (wide, {
            last: "There are two layers inside, and their outputs are joined.",
            (last, last): "The two outputs are joined into one array.",
            wide_every: "No return_sequences here: no axis for time."}),
        "bidirectional states": ((wide_every, last, last, last, last), {
            (wide_every, wide, wide): no_merge,
            (wide_every, wide, wide, wide, wide): no_merge,
            (wide_every, last, last): "There are two layers inside, with two states each.",
            (every, last, last, last, last): "The states are right. The output is joined."}),
    }[case]
    return {shape: sentence for shape, sentence in wrong.items() if shape != right}
