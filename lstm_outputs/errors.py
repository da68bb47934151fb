"""Shows an error as a part of the lesson, and goes on."""

import contextlib
import re


@contextlib.contextmanager
def show_error():
    """Run the lines under it; print the type and first line of the error that they stop with.

    Where no error comes, that is printed. Keras wraps a message between the words "Exception
    encountered" and the arguments, in bold; what it wraps is what is printed.
    """
    try:
        yield
    except Exception as error:
        wrapped = re.search(r"\x1b\[1m(.*?)\x1b\[0m", str(error), re.DOTALL)
        message = wrapped[1] if wrapped else str(error)
        print(f"{type(error).__name__}:", message.strip().partition("\n")[0])
    else:
        print("No error.")
