"""A bidirectional layer with both flags on: where each direction starts and where it ends."""

import matplotlib.pyplot as plt

from lstm_outputs.pictures.show import INK, MARK, PAPER


def draw_both_ways(timesteps, units):
    """Draw Bidirectional(LSTM(units)) with both flags on: above read forward, below backward.

    Beyond 8 time steps the middle is left out. Returns the figure and its description.
    """
    steps = list(range(timesteps))
    if timesteps > 8:
        steps[5:-2] = [None]
    last = len(steps) - 1
    figure, axes = plt.subplots(figsize=(1.2 * len(steps) + 4.6, 4.4))
    axes.set(xlim=(-4.4, 1.5 * last + 5.4), ylim=(-3.5, 3.7))
    axes.axis("off")

    def text(x, y, words, **how):
        axes.text(x, y, words, **{"ha": "center", "va": "center", "color": INK, **how})

    def arrow(start, end, width=1.2):
        axes.annotate("", end, start, arrowprops={
            "arrowstyle": "-|>", "color": INK, "linewidth": width, "shrinkA": 0, "shrinkB": 0})

    round_mark = {"boxstyle": "circle,pad=0.25", "edgecolor": INK, "facecolor": MARK}
    for name, up, end in (("forward", 1, last), ("backward", -1, 0)):
        for place, step in enumerate(steps):
            x = 1.5 * place + 0.5
            if step is None:
                text(x, 1.5 * up, "…", fontsize=20)
                continue
            text(x, 0, f"$x_{{{step}}}$")
            axes.add_patch(plt.Rectangle((x - 0.5, 1.5 * up - 0.5), 1, 1, facecolor=PAPER,
                                         edgecolor=INK, linewidth=1.2))
            text(x, 1.5 * up, f"step {step}", fontsize=9)
            arrow((x, 0.3 * up), (x, up))
            arrow((x, 2 * up), (x, 2.45 * up), 2.6)
            text(x, 2.8 * up, f"$h_{{{step}}}$", bbox=round_mark)
            arrow((x + 0.5 * up, 1.5 * up), (x + up, 1.5 * up), 2.6 if place == end else 1.2)
        x, side = 1.5 * end + 0.5, "left" if up > 0 else "right"
        for state, y in (("h", 1.5 * up + 0.35), ("c", 1.5 * up - 0.35)):
            text(x + 1.3 * up, y, f"${state}_{{{steps[end]}}}$", bbox=round_mark, fontsize=9)
            text(x + 1.65 * up, y, f"{name}_{state} {None, units}", ha=side, weight="bold")
        text(1.5 * (last - end) + 0.5 - 0.8 * up, 1.5 * up, f"read {name}", style="italic",
             ha="right" if up > 0 else "left")
    text(-4.3, 3.5, f"output {None, timesteps, 2 * units}: at each step, h from above and h from "
         "below, side by side", ha="left", weight="bold")
    text(-4.3, -3.4, "filled circle, thick arrow: comes back", ha="left", fontsize=9)
    return figure, (
        f"A bidirectional layer rolled out over time, in two rows of boxes; steps: {timesteps}. "
        f"The upper row is read forward and ends at step {timesteps - 1}; there its states come "
        "out, forward_h and forward_c. The lower row is read backward and ends at step 0; there "
        f"its states come out, backward_h and backward_c. Each state is {None, units}. The output "
        f"{None, timesteps, 2 * units} joins the h of both rows at every step.")
