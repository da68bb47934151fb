"""What several tests need to talk about shapes."""

import re

from hypothesis import strategies as st


def distinct_sizes(count, smallest=2):
    """A strategy: lists of `count` sizes that all differ, as in the lessons."""
    return st.lists(st.integers(smallest, 60), min_size=count, max_size=count, unique=True)


def tells(text, shape):
    """Return whether `text` holds `shape`, in whatever brackets and with whatever between."""
    sizes = r"\D{1,5}".join(str(size) for size in shape)
    if len(shape) < 3:
        sizes = rf"[(\[]{sizes},?[)\]]"
    return re.search(rf"(?<!\d){sizes}(?!\d)", text) is not None
