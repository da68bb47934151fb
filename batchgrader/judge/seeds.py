"""A test that seeds random generators means the student's function too: seeding is passed on."""

import functools
import importlib
import sys

SEEDS = (("random", "seed"), ("numpy.random", "seed"), ("tensorflow.random", "set_seed"))


def watch(note):
    """Call note(module, seed) whenever code of this process seeds a generator with a number.

    keras.utils.set_random_seed seeds all of them (keras/src/utils/rng_utils.py).
    """
    for module, name in SEEDS:
        if module.split(".")[0] in sys.modules:
            home = importlib.import_module(module)
            setattr(home, name, _watched(getattr(home, name), module, note))


def sow(seeds):
    """Seed generators as noted: [[module, seed], ...]; others than SEEDS are left alone."""
    for module, seed in seeds:
        for known, name in SEEDS:
            if module == known and module.split(".")[0] in sys.modules:
                getattr(importlib.import_module(module), name)(int(seed))


def _watched(function, module, note):
    if hasattr(function, "__wrapped__"):  # watched already, for the hand-in before
        function = function.__wrapped__

    @functools.wraps(function)
    def watched(*args, **kwargs):
        values = [*args, *kwargs.values()]
        if len(values) == 1 and type(values[0]) is int:
            note(module, values[0])
        return function(*args, **kwargs)
    return watched
