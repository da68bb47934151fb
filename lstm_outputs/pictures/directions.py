"""A recurrent layer rolled out over time in one direction or in both, as the explorer needs it."""

import matplotlib.pyplot as plt

from lstm_outputs.pictures.show import INK, MARK, PAPER


def draw_directions(timesteps, units, return_sequences, return_state, batch_size=None,
                    states=("h", "c"), both=False):
    """Draw a layer, one row of boxes for each direction, and mark all that it returns.

    states: ("h", "c") for an LSTM, ("h",) for a GRU. both: a Bidirectional layer that joins its
    outputs. Beyond 6 time steps the middle is left out. Returns the figure and its description.
    """
    steps = list(range(timesteps))
    if timesteps > 6:
        steps[3:-2] = [None]
    last, left, low = len(steps) - 1, -4.4 if both else -0.6, -4 if both else -1
    right = max(1.5 * last + 5, 8)
    figure = plt.figure(figsize=(0.62 * (right - left), 0.6 * (4.2 - low)))
    axes = figure.add_axes((0, 0, 1, 1), xlim=(left, right), ylim=(low, 4.2))
    axes.axis("off")

    def text(x, y, words, **how):
        axes.text(x, y, words, **{"ha": "center", "va": "center", "color": INK, **how})

    def arrow(start, end, marked=False):
        axes.annotate("", end, start, arrowprops={
            "arrowstyle": "-|>", "color": INK, "linewidth": 2.6 if marked else 1.2,
            "linestyle": "-" if marked else (0, (4, 3)), "shrinkA": 0, "shrinkB": 0})

    def circle(x, y, words, marked):
        text(x, y, words, fontsize=11, bbox={
            "boxstyle": "circle,pad=0.25", "edgecolor": INK, "linewidth": 2 if marked else 0.8,
            "linestyle": "-" if marked else ":", "facecolor": MARK if marked else "white"})

    length = units * (1 + both)
    shape = (batch_size, timesteps, length) if return_sequences else (batch_size, length)
    shapes = {"output": shape}
    # up: the side on which h leaves; end: the place that is read last; ahead: the way there
    for way, up, end, ahead in [("forward", 1, last, 1), ("backward", -1, 0, -1)][:1 + both]:
        if both:
            text(1.5 * (last - end) + 0.5 - 0.65 * ahead, 1.6 * up, f"read {way}",
                 style="italic", ha="right" if ahead > 0 else "left")
        for place, step in enumerate(steps):
            x = 1.5 * place + 0.5
            if step is None:
                text(x, 1.6 * up, "…", fontsize=20)
                continue
            axes.add_patch(plt.Rectangle((x - 0.5, 1.6 * up - 0.7), 1, 1.4, facecolor=PAPER,
                                         edgecolor=INK, linewidth=1.2))
            text(x, 1.6 * up, f"step {step}")
            text(x, 0, f"$x_{{{step}}}$" if up > 0 else "")
            arrow((x, 0.3 * up), (x, 0.9 * up))
            returned = return_sequences or place == end
            arrow((x, 2.3 * up), (x, 2.75 * up), returned)
            circle(x, 3.08 * up, f"$h_{{{step}}}$", returned)
            for name, y in zip(states, (2, 1.2) if len(states) > 1 else (1.6,)):
                arrow((x + 0.5 * ahead, y * up), (x + ahead, y * up),
                      return_state and place == end)
                if place == end:
                    circle(x + 1.33 * ahead, y * up, f"${name}_{{{step}}}$", return_state)
                if place == end and return_state:
                    called = f"{way if both else 'state'}_{name}"
                    shapes[called] = (batch_size, units)
                    text(x + 1.75 * ahead, y * up, f"{called} {shapes[called]}", weight="bold",
                         fontsize=9, ha="left" if ahead > 0 else "right")
    text(left + 0.1, 3.95, f"output {shape}{', both h joined' * both}", ha="left", weight="bold")
    text(left + 0.1, low + 0.25, "filled circle, thick arrow: comes back      "
         "dotted circle, thin arrow: stays inside", ha="left", fontsize=9)

    ends = f"time step {timesteps - 1}{' forward and time step 0 backward' * both}"
    what = "every time step" if return_sequences else ends
    if return_state:
        what += f", and as states the {' and the '.join(states)} of {ends}"
    rows = "The upper boxes are read from left to right, the lower ones from right to left. "
    told = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
    return figure, (f"A layer rolled out over time, number of steps: {timesteps}. {rows * both}"
                    f"From step to step: {' and '.join(states)}. "
                    f"Marked as coming back: h of {what}. Shapes: {told}.")
