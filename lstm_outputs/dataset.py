"""The reversed-sequence dataset: random integers in, the same integers backwards out."""

import numpy as np


def positive_integer(name, value):
    """Return `value` as an int of 1 or more, or raise a ValueError that names it."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
        raise ValueError(f"{name} must be a whole number, but it is {value!r}.")
    if value < 1:
        raise ValueError(f"{name} must be 1 or more, but it is {value!r}.")
    return int(value)


def generate_sequence(length, n_unique, seed=None):
    """Draw `length` integers from 0 to `n_unique - 1`. Shape: (length,).

    The same `seed` (a number or a NumPy Generator) draws the same integers.
    """
    length = positive_integer("length", length)
    n_unique = positive_integer("n_unique", n_unique)
    return np.random.default_rng(seed).integers(n_unique, size=length)


def one_hot_encode(sequence, n_unique):
    """Turn integers into one-hot vectors: (..., timesteps) => (..., timesteps, n_unique)."""
    n_unique = positive_integer("n_unique", n_unique)
    sequence = np.asarray(sequence)
    if sequence.size == 0 or not np.issubdtype(sequence.dtype, np.integer):
        raise ValueError("sequence must hold integers, one or more.")
    if sequence.min() < 0 or sequence.max() >= n_unique:
        raise ValueError(f"sequence must hold integers from 0 to {n_unique - 1}.")
    return np.eye(n_unique, dtype="float32")[sequence]


def one_hot_decode(encoded):
    """Turn one-hot vectors back into integers: (..., timesteps, n_unique) => (..., timesteps)."""
    encoded = np.asarray(encoded)
    if encoded.ndim < 1 or encoded.shape[-1] == 0:
        raise ValueError("encoded must end in an axis of features, one or more.")
    return encoded.argmax(axis=-1)


def get_reversed_pairs(time_steps, vocabulary_size, verbose=False, seed=None):
    """Make one pair X, y; y is X backwards in time. Both: (1, time_steps, vocabulary_size)."""
    time_steps = positive_integer("time_steps", time_steps)
    vocabulary_size = positive_integer("vocabulary_size", vocabulary_size)
    sequence = generate_sequence(time_steps, vocabulary_size, seed)
    X = one_hot_encode(sequence[np.newaxis], vocabulary_size)
    y = X[:, ::-1].copy()
    if verbose:
        print("X decoded:", one_hot_decode(X)[0], " shape:", X.shape)
        print("y decoded:", one_hot_decode(y)[0], " shape:", y.shape)
    return X, y


def create_dataset(train_size, test_size, time_steps, vocabulary_size, seed=None):
    """Make X_train, y_train, X_test, y_test; each (size, time_steps, vocabulary_size)."""
    train_size = positive_integer("train_size", train_size)
    size = train_size + positive_integer("test_size", test_size)
    time_steps = positive_integer("time_steps", time_steps)
    vocabulary_size = positive_integer("vocabulary_size", vocabulary_size)
    sequences = generate_sequence(size * time_steps, vocabulary_size, seed)
    X = one_hot_encode(sequences.reshape(size, time_steps), vocabulary_size)
    y = X[:, ::-1].copy()
    return X[:train_size], y[:train_size], X[train_size:], y[train_size:]
