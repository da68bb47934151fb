"""The signature picture: a layer rolled out over time, with what comes back marked."""

import matplotlib.pyplot as plt

from lstm_outputs.pictures.show import INK, MARK, PAPER


def draw_rollout(timesteps, units, return_sequences, return_state, batch_size=None,
                 states=("h", "c")):
    """Draw a recurrent layer, one box for each time step, and mark all that it returns.

    states: ("h", "c") for an LSTM, ("h",) for a GRU. Beyond 8 time steps the middle is left out.
    Returns the figure and its description.
    """
    steps = list(range(timesteps))
    if timesteps > 8:
        steps[5:-2] = [None]
    last = len(steps) - 1
    figure, axes = plt.subplots(figsize=(1.35 * len(steps) + 3.2, 3))
    axes.set(xlim=(-0.2, 1.5 * len(steps) + 2.6), ylim=(-1.3, 2.5))
    axes.axis("off")

    def arrow(start, end, marked):
        axes.annotate("", end, start, arrowprops={
            "arrowstyle": "-|>", "color": INK, "linewidth": 2.6 if marked else 1.2,
            "linestyle": "-" if marked else (0, (4, 3)), "shrinkA": 0, "shrinkB": 0})

    def circle(x, y, text, marked):
        axes.text(x, y, text, ha="center", va="center", color=INK, fontsize=11, bbox={
            "boxstyle": "circle,pad=0.25", "edgecolor": INK, "linewidth": 2 if marked else 0.8,
            "linestyle": "-" if marked else ":", "facecolor": MARK if marked else "white"})

    def text(x, y, words, **how):
        axes.text(x, y, words, **{"ha": "center", "va": "center", "color": INK, **how})

    for place, step in enumerate(steps):
        x = place * 1.5
        if step is None:
            text(x + 0.5, 0.5, "…", fontsize=20)
            continue
        axes.add_patch(plt.Rectangle((x, 0), 1, 1, facecolor=PAPER, edgecolor=INK, linewidth=1.2))
        text(x + 0.5, 0.5, f"step {step}")
        text(x + 0.5, -0.75, f"$x_{{{step}}}$")
        arrow((x + 0.5, -0.55), (x + 0.5, 0), False)
        returned = return_sequences or place == last
        arrow((x + 0.5, 1), (x + 0.5, 1.45), returned)
        circle(x + 0.5, 1.7, f"$h_{{{step}}}$", returned)
        for number, state in enumerate(states):
            y = 0.74 - 0.48 * number if len(states) > 1 else 0.5
            if place < last:
                arrow((x + 1, y), (x + 1.5, y), False)
                text(x + 1.2, y + 0.14, f"${state}$", fontsize=9)
            else:
                arrow((x + 1, y), (x + 1.6, y), return_state)
                circle(x + 1.85, y, f"${state}_{{{step}}}$", return_state)
    shapes = {"output": (batch_size, timesteps, units) if return_sequences else (batch_size, units)}
    text(0.75 * last + 0.5 if return_sequences else 1.5 * last + 0.5, 2.3,
         f"output {shapes['output']}", weight="bold")
    for number, state in enumerate(states if return_state else ()):
        shapes[f"state_{state}"] = (batch_size, units)
        text(1.5 * last + 2.2, 0.74 - 0.48 * number if len(states) > 1 else 0.5,
             f"state_{state} {batch_size, units}", ha="left", weight="bold")
    text(-0.1, -1.2, "filled circle, thick arrow: comes back      "
         "dotted circle, thin arrow: stays inside", ha="left", fontsize=9)

    what = "every time step" if return_sequences else f"the last time step, {timesteps - 1}"
    if return_state:
        what += ", and to the right of the last time step its " + " and its ".join(states)
    listed = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
    return figure, (f"A layer rolled out over {timesteps} time steps. Marked as coming back: h of "
                    f"{what}. Shapes: {listed}.")
