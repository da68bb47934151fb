"""The form of an answer: is it written as a shape? Whether it is right is not asked here."""

import numpy as np


class NotYet(Exception):
    """An answer that does not pass yet: a notebook shows its sentence, not a traceback."""

    def _render_traceback_(self):  # IPython's hook for exceptions that show themselves
        return [f"Not yet: {self}"]


def as_shape(answer, name="Your answer"):
    """Read `answer` as a shape and return it as a tuple of int and None.

    Taken: a tuple, a list, or a TensorShape, of int, NumPy integers, and None (a size
    that is not known yet). Anything else raises NotYet with what to write instead.
    """
    if answer is ...:
        raise NotYet(f"{name} is still missing. Replace the three dots by a shape, like (2, 3).")
    if answer is None:
        raise NotYet(f"{name} is None. Was a return forgotten? A shape is a tuple, like (2, 3).")
    if type(answer).__name__ == "TensorShape" and answer.rank is not None:
        answer = answer.as_list()
    if type(answer) not in (tuple, list):
        kind = "an array" if getattr(answer, "shape", ()) else f"of type {type(answer).__name__}"
        raise NotYet(f"{name} is {kind}. A shape is a tuple without quotation marks: "
                     "like (2, 3), or (2,) for one axis.")
    return tuple(as_size(size, name) for size in answer)


def as_size(size, name="Your answer"):
    """Read one entry of a shape: an int of 1 or more, or None. Anything else raises NotYet."""
    if size is None:
        return None
    if size is ...:
        raise NotYet(f"{name} still holds three dots. Replace them by a size.")
    if type(size) is not int and not isinstance(size, np.integer):
        raise NotYet(f"{name} holds {size!r:.20}, of type {type(size).__name__}. "
                     "Sizes are whole numbers, like 2, or None.")
    if size < 1:
        raise NotYet(f"{name} holds {size}. Every axis has a size of 1 or more.")
    return int(size)


def as_shapes(answer, count, name="Your answer"):
    """Read `answer` as a tuple or list of `count` shapes; each as in as_shape."""
    if type(answer) not in (tuple, list) or len(answer) != count:
        raise NotYet(f"{name} is not {count} shapes, like ((2, 3), (4,)). Was a return forgotten?")
    return tuple(as_shape(shape, f"Shape {i} of {name}") for i, shape in enumerate(answer, 1))


def check_form(answer, name):
    """Say that `answer` is written as a shape; raise NotYet if it is not."""
    print(f"{name} = {as_shape(answer, name)} is written as a shape. "
          "Whether it is the right one, grading will tell.")


def check_forms(answer, name):
    """Say that `answer` is written as one or several shapes; raise NotYet if it is not."""
    shapes = as_prediction(answer, name)
    count = len(shapes) if isinstance(shapes[0], tuple) else 1
    print(f"{name} = {shapes} is written as {count} shape{'s' if count > 1 else ''}. "
          "Whether they are the right ones, grading will tell.")


def as_prediction(answer, name="Your prediction"):
    """Read `answer` as one shape, or as a tuple of shapes if it holds several."""
    if type(answer) in (tuple, list) and any(
            type(entry).__name__ in ("tuple", "list", "TensorShape") for entry in answer):
        return as_shapes(answer, len(answer), name)
    return as_shape(answer, name)


def check_prediction(answer, beliefs):
    """Say kindly what a prediction lacks, or which belief it shows. Never raises.

    beliefs: a dict from a wrong prediction, a shape or a tuple of shapes, to the sentence on
    the belief behind it.
    """
    try:
        prediction = as_prediction(answer)
    except NotYet as message:
        print(message)
    else:
        print(beliefs.get(prediction, f"{prediction} is well written. Now run the next cell."))
