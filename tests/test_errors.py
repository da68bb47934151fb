"""An error is shown with its type, and a missing one is shown too."""

import pytest

from lstm_outputs.errors import show_error

WRAPPED = ("Exception encountered when calling LSTM.call().\n\n\x1b[1mwhat went wrong\nmore\x1b[0m"
           "\n\nArguments received by LSTM.call():\n  • mask=None")


@pytest.mark.parametrize("error, shown", [
    (TypeError("cannot unpack"), "TypeError: cannot unpack\n"),
    (ValueError("first line\nsecond line"), "ValueError: first line\n"),
    (ValueError(WRAPPED), "ValueError: what went wrong\n"),
    (ValueError(), "ValueError: \n"),
    (None, "No error.\n"),
])
def test_shown(error, shown, capsys):
    with show_error():
        if error:
            raise error
    assert capsys.readouterr().out == shown


def test_an_interrupt_is_no_error():
    with pytest.raises(KeyboardInterrupt), show_error():
        raise KeyboardInterrupt
