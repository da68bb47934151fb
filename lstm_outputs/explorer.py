"""The explorer: sizes and flags go in; shapes, parameters and the marked picture come out."""

import sys
from importlib.util import find_spec

import keras
from IPython import get_ipython
from IPython.display import display

from lstm_outputs.pictures.both_ways import draw_both_ways
from lstm_outputs.pictures.rollout import draw_rollout
from lstm_outputs.pictures.show import show

# What each layer returns with return_state=True, in this order.
RETURNED = {
    "LSTM": ["output", "state_h", "state_c"],
    "LSTM, go_backwards": ["output", "state_h", "state_c"], "GRU": ["output", "state_h"],
    "Bidirectional LSTM": ["output", "forward_h", "forward_c", "backward_h", "backward_c"]}


def explain_layer(batch_size=4, timesteps=6, features=10, units=5, return_sequences=False,
                  return_state=False, layer="LSTM"):
    """Print what a layer returns, and show it rolled out over time with that marked.

    layer: a key of RETURNED; another raises a ValueError.
    """
    if layer not in RETURNED:
        raise ValueError(f"layer must be one of {list(RETURNED)}, but it is {layer!r}.")
    flags, both = {"return_sequences": return_sequences, "return_state": return_state}, False
    if layer == "LSTM, go_backwards":
        flags["go_backwards"] = True
    made = (keras.layers.GRU if layer == "GRU" else keras.layers.LSTM)(units, **flags)
    call = f"{type(made).__name__}({units}, {', '.join(f'{k}={v}' for k, v in flags.items())})"
    if layer == "Bidirectional LSTM":
        made, call, both = keras.layers.Bidirectional(made), f"Bidirectional({call})", True
    data = keras.Input((timesteps, features))
    shapes = [tuple(array.shape) for array in keras.tree.flatten([data, made(data)])]
    print(f"{call}: {made.count_params():,} parameters\n{'':12}before data arrives   on the data")
    for name, shape in zip(["input", *RETURNED[layer]], shapes):
        print(f"{name:12}{shape!s:22}{(batch_size, *shape[1:])}")
    show(*(draw_both_ways if both else draw_rollout)(
        timesteps, units, **flags, batch_size=batch_size, states="h" if layer == "GRU" else "hc"))


def explore():
    """Show sliders and boxes for explain_layer, or call it once where they cannot be shown."""
    if not find_spec("ipywidgets") or not someone_runs_this():
        print("Run this cell yourself for sliders; they need ipywidgets. One of their settings:\n")
        return explain_layer()
    import ipywidgets

    controls = make_controls(ipywidgets)
    shown = ipywidgets.interactive_output(explain_layer, controls)
    display(ipywidgets.HBox(list(controls.values()), layout={"flex_flow": "row wrap"}), shown)


def someone_runs_this():
    """Return whether a person can answer here: whoever runs a notebook in a batch cannot.

    The front end says so in each request to run a cell (allow_stdin, in Jupyter's messaging).
    Sliders in a batch would only leave random ids in the notebook.
    """
    kernel = getattr(get_ipython(), "kernel", None)
    parent = kernel.get_parent() if kernel else {}
    return "google.colab" in sys.modules or parent.get("content", {}).get("allow_stdin", False)


def make_controls(widgets):
    """Return a widget for each argument of explain_layer; `widgets` is the module ipywidgets."""
    sizes = {"batch_size": (4, 32), "timesteps": (6, 12), "features": (10, 32), "units": (5, 32)}
    controls = {name: widgets.IntSlider(value=value, min=1, max=most, description=name,
                                        continuous_update=False)
                for name, (value, most) in sizes.items()}
    flags = {name: widgets.Checkbox(description=name)
             for name in ("return_sequences", "return_state")}
    layer = widgets.Dropdown(options=list(RETURNED), description="layer")
    return {**controls, "layer": layer, **flags}
