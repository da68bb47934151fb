"""A layer rolled out over time, as one row of boxes with what comes back marked."""

from lstm_outputs.pictures.show import INK, MARK, PAPER


def shown_steps(timesteps):
    """Return the time steps that get a box; beyond 6, one box stands for those in the middle."""
    return [*range(timesteps)] if timesteps <= 6 else [0, 1, 2, "…", timesteps - 2, timesteps - 1]


def draw_row(figure, limits, steps, states, every, labels, title, reading=""):
    """Draw `steps` in the order of reading: x below a box, h above it, the states to the right.

    limits: of x and of y; both from high to low turn the row by half a turn. states: their letters.
    every: whether every h comes back, not the last one alone. labels: what is written beside each
    state, nothing if it stays inside. title: above the h that come back. reading: before the row.
    """
    axes = figure.add_axes((0, 0, 1, 1), xlim=limits[0], ylim=limits[1])
    axes.axis("off")
    last, turned = len(steps) - 1, axes.yaxis_inverted()

    def text(x, y, words, **how):
        axes.text(x, y, words, **{"ha": "center", "va": "center", "color": INK, **how})

    def arrow(x, y, right, up, words="", marked=False):
        axes.annotate("", (x + right, y + up), (x, y), arrowprops={
            "arrowstyle": "-|>", "color": INK, "linewidth": 2.6 if marked else 1.2, "shrinkA": 0,
            "linestyle": "-" if marked else (0, (4, 3)), "shrinkB": 11 if words else 0})
        if words:
            text(x + right, y + up, words, fontsize=11, bbox={
                "boxstyle": "circle,pad=0.25", "edgecolor": INK, "linewidth": 2 if marked else 0.8,
                "linestyle": "-" if marked else ":", "facecolor": MARK if marked else "white"})

    for place, step in enumerate(steps):
        x = 1.5 * place + 0.5
        axes.bar(x, 1, 1, 0.75, color=PAPER, edgecolor=INK, linewidth=1.2)
        text(x, 1.25, f"step {step}")
        text(x, 0, "" if turned else f"$x_{{{step}}}$")  # a turned row reads what stands there
        arrow(x, 0.2, 0, 0.55)
        arrow(x, 1.75, 0, 0.7, f"$h_{{{step}}}$", every or place == last)
        for y, state, label in zip((1.52, 0.98), states, labels):
            if place < last:
                arrow(x + 0.5, y, 0.5, 0)
                text(x + 0.7, y + 0.13, f"${state}$", fontsize=9)
            else:
                arrow(x + 0.5, y, 0.85, 0, f"${state}_{{{step}}}$", bool(label))
                text(x + 1.7, y, label, weight="bold", ha="right" if turned else "left")
    text(0.75 * last + 0.5 if every else x, 3.05, "" if turned else title, weight="bold")
    text(-0.2, 1.25, reading, style="italic", ha="left" if turned else "right")
    figure.supxlabel("filled, thick arrow: comes back      dotted, thin arrow: stays inside",
                     x=0.01, ha="left", fontsize=9, color=INK)
