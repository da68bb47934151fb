"""Sizes for hidden tests: drawn from a seed, so that every student meets the same ones."""

import random


def draw_sizes(names, cases, seed):
    """Return `cases` dicts from each of `names` to a size from 2 to 40.

    Within a case all sizes differ and no product of two of them is a third, so that a
    wrong shape names its cause.
    """
    rng = random.Random(seed)
    drawn = []
    while len(drawn) < cases:
        sizes = rng.sample(range(2, 41), len(names))
        products = {a * b for a in sizes for b in sizes if a != b}
        if products.isdisjoint(sizes):
            drawn.append(dict(zip(names, sizes)))
    return drawn
