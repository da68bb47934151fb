"""create_dataset against a loop over samples: time and peak memory, as ratios of one run.

Each measurement is a process of its own, and the two take turns, so that a machine that gets
slower or faster while it runs does so for both.
"""

import resource
import subprocess
import sys
import time

SIZES = {"train_size": 99_000, "test_size": 1_000, "time_steps": 20, "vocabulary_size": 50}


def by_loop(train_size, test_size, time_steps, vocabulary_size, seed):
    """Make the same dataset one sample, one step after the other."""
    import random

    import numpy as np

    rng = random.Random(seed)
    X, y = [], []
    for _ in range(train_size + test_size):
        encoded = []
        for _ in range(time_steps):
            vector = [0.0] * vocabulary_size
            vector[rng.randrange(vocabulary_size)] = 1.0
            encoded.append(vector)
        X.append(np.array(encoded, dtype="float32"))
        y.append(np.array(encoded[::-1], dtype="float32"))
    X, y = np.array(X), np.array(y)
    return X[:train_size], y[:train_size], X[train_size:], y[train_size:]


def measure_here(way):
    """Print seconds and peak MiB of making the dataset `way`, imports not counted."""
    from lstm_outputs.dataset import create_dataset

    make = {"vectorized": create_dataset, "loop": by_loop}[way]
    start = time.perf_counter()
    X_train, _, X_test, _ = make(**SIZES, seed=0)
    seconds = time.perf_counter() - start
    assert (*X_train.shape, len(X_test)) == (99_000, 20, 50, 1_000)
    print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def measure(way):
    output = subprocess.check_output([sys.executable, __file__, way], text=True)
    return [float(figure) for figure in output.split()]


def main(repeats=5):
    """Print the table: minimum, median and maximum of each figure and of the ratios."""
    print("100,000 sequences of 20 steps over 50 symbols; minimum, median, maximum of "
          f"{repeats} turns")
    turns = [(measure("vectorized"), measure("loop")) for _ in range(repeats)]
    for number, (name, unit) in enumerate([("time", "s"), ("peak memory", "MiB")]):
        fast, slow = ([turn[way][number] for turn in turns] for way in (0, 1))
        for way, figures in (("vectorized", fast), ("loop", slow)):
            print(f"  {name:12} {way:11} {spread(figures)} {unit}")
        print(f"  {name:12} ratio       {spread([b / a for a, b in zip(fast, slow)])} times")


def spread(figures):
    ordered = sorted(figures)
    return " ".join(f"{ordered[i]:9.2f}" for i in (0, len(ordered) // 2, -1))


if __name__ == "__main__":
    measure_here(sys.argv[1]) if sys.argv[1:] else main()
