"""The explorer tells what Keras returns, by sliders or by a plain call."""

import itertools
import time
from types import SimpleNamespace

import ipywidgets
import jupyter_client
import keras
import matplotlib.pyplot as plt
import numpy as np
import pytest

from lstm_outputs import explorer
from lstm_outputs.explorer import RETURNED, explain_layer, explore, make_controls

SIZES = [(1, 1, 1, 1), (4, 6, 10, 5), (100, 4, 10, 16), (3, 12, 2, 32)]  # as the arguments
CASES = [(layer, *sizes, *flags) for layer in RETURNED for sizes in SIZES
         for flags in itertools.product([False, True], repeat=2)]


@pytest.fixture
def pictures(monkeypatch):
    """The descriptions of the pictures that were shown."""
    shown = []
    monkeypatch.setattr(explorer, "show", lambda figure, description: shown.append(description))
    yield shown
    plt.close("all")


def really_returned(layer, batch_size, timesteps, features, units, return_sequences, return_state):
    """Return the layer itself and the shapes that it returns on data."""
    kind = keras.layers.GRU if layer == "GRU" else keras.layers.LSTM
    made = kind(units, return_sequences=return_sequences, return_state=return_state,
                go_backwards="backwards" in layer)
    if layer == "Bidirectional LSTM":
        made = keras.layers.Bidirectional(made)
    outputs = made(np.zeros((batch_size, timesteps, features), dtype="float32"))
    return made, [tuple(array.shape) for array in keras.tree.flatten(outputs)]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_tells_what_keras_returns_on_data(case, capsys, pictures):
    layer, batch_size, timesteps, features, units, return_sequences, return_state = case
    explain_layer(batch_size, timesteps, features, units, return_sequences, return_state, layer)
    first, _, *lines = capsys.readouterr().out.splitlines()
    made, shapes = really_returned(*case)
    assert first.endswith(f": {made.count_params():,} parameters")
    shapes = [(batch_size, timesteps, features), *shapes]
    names = ["input", *RETURNED[layer]][:len(shapes)]
    assert len(lines) == len(shapes) and (len(shapes) == 2) == (not return_state)
    for line, name, shape in zip(lines, names, shapes):
        assert line.split(maxsplit=1)[0] == name
        assert line.endswith(f" {shape}") and str((None, *shape[1:])) in line
    (picture,) = pictures
    for name, shape in zip(names[1:], shapes[1:]):
        assert f"{name} {shape}" in picture


@pytest.mark.parametrize("layer", RETURNED)
def test_the_call_that_is_printed_makes_that_layer(layer, capsys, pictures):
    explain_layer(units=7, return_state=True, layer=layer)
    made = eval(capsys.readouterr().out.split(": ")[0], vars(keras.layers) | {})
    assert type(made).__name__ == layer.split()[0].rstrip(",")
    inner = getattr(made, "forward_layer", made)
    assert inner.units == 7 and inner.return_state and not inner.return_sequences
    assert inner.go_backwards == ("backwards" in layer)


def test_a_layer_that_it_does_not_know(pictures):
    with pytest.raises(ValueError, match=r"'GRU', 'Bidirectional LSTM'.*but it is 'Dense'"):
        explain_layer(layer="Dense")


@pytest.mark.parametrize("name, value, told", [
    ("units", 7, "output      (None, 7)             (4, 7)"),
    ("batch_size", 3, "output      (None, 5)             (3, 5)"),
    ("timesteps", 9, "input       (None, 9, 10)         (4, 9, 10)"),
    ("features", 2, "input       (None, 6, 2)          (4, 6, 2)"),
    ("return_sequences", True, "output      (None, 6, 5)          (4, 6, 5)"),
    ("return_state", True, "state_c     (None, 5)             (4, 5)"),
    ("layer", "GRU", "GRU(5, "),
    ("layer", "LSTM, go_backwards", "go_backwards=True"),
    ("layer", "Bidirectional LSTM", "output      (None, 10)            (4, 10)"),
])
def test_a_changed_widget_changes_the_text(name, value, told, capsys, pictures):
    controls = make_controls(ipywidgets)
    ipywidgets.interactive_output(explain_layer, controls)
    assert told not in capsys.readouterr().out
    controls[name].value = value
    assert told in capsys.readouterr().out
    assert len(pictures) == 2
    assert (pictures[0] == pictures[1]) == (name == "features")  # which the picture does not show


def test_the_widgets_start_where_the_call_starts(capsys, pictures):
    explain_layer()
    explain_layer(**{name: control.value for name, control in make_controls(ipywidgets).items()})
    text = capsys.readouterr().out
    assert text[:len(text) // 2] == text[len(text) // 2:] and pictures[0] == pictures[1]


def test_without_a_front_end_there_is_the_plain_call(capsys, pictures):
    explore()
    assert "LSTM(5, " in capsys.readouterr().out and len(pictures) == 1


def test_without_ipywidgets_there_is_the_plain_call(monkeypatch, capsys, pictures):
    monkeypatch.setattr(explorer, "someone_runs_this", lambda: True)
    monkeypatch.setattr(explorer, "find_spec", lambda name: None)
    explore()
    text = capsys.readouterr().out
    assert "ipywidgets" in text and "LSTM(5, " in text and len(pictures) == 1


@pytest.mark.parametrize("parent, someone", [
    ({"content": {"allow_stdin": True}}, True), ({"content": {"allow_stdin": False}}, False),
    ({"content": {}}, False), ({}, False)])
def test_who_can_answer_gets_sliders(monkeypatch, parent, someone):
    kernel = SimpleNamespace(get_parent=lambda: parent)
    monkeypatch.setattr(explorer, "get_ipython", lambda: SimpleNamespace(kernel=kernel))
    assert explorer.someone_runs_this() is someone
    monkeypatch.setitem(explorer.sys.modules, "google.colab", None)
    assert explorer.someone_runs_this() is True


@pytest.mark.slow
@pytest.mark.parametrize("allow_stdin", [True, False])
def test_in_a_kernel_sliders_appear_only_for_someone(allow_stdin):
    """As JupyterLab asks a kernel, and as nbconvert and nbval do."""
    shown = []

    def note(message):
        if message["msg_type"] == "display_data":
            shown.append(set(message["content"]["data"]))

    code = f"import sys\nsys.path.insert(0, {str(explorer.__file__).rsplit('/', 2)[0]!r})\n"
    manager, client = jupyter_client.manager.start_new_kernel(kernel_name="python3")
    try:
        client.execute_interactive(
            code + "from lstm_outputs.explorer import explore\nexplore()", timeout=120,
            allow_stdin=allow_stdin, output_hook=note, stdin_hook=time.sleep)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    assert any("application/vnd.jupyter.widget-view+json" in data for data in shown) == allow_stdin
    assert {"image/png", "text/plain"} in shown
