"""The inside of an LSTM cell: three gates, a candidate, and two states."""

import matplotlib.pyplot as plt

from lstm_outputs.pictures.show import INK, MARK, PAPER


def draw_cell():
    """Draw what an LSTM cell does at one time step. Returns the figure and its description."""
    figure, axes = plt.subplots(figsize=(8.6, 5.4))
    axes.set(xlim=(-0.2, 12.9), ylim=(-1.3, 6.9))
    axes.axis("off")
    axes.add_patch(plt.Rectangle((1.4, 0.8), 10.2, 5.7, facecolor=PAPER, edgecolor=INK))

    def put(x, y, words, outline=None, fill="white", **how):
        box = outline and {"boxstyle": outline, "facecolor": fill, "edgecolor": INK}
        axes.text(x, y, words, bbox=box, zorder=3, color=INK, va="center", **how)

    def arrow(*points, width=1.3):
        axes.plot(*zip(*points[:-1]), color=INK, linewidth=width, zorder=1)
        axes.annotate("", points[-1], points[-2], zorder=2, arrowprops={
            "arrowstyle": "-|>", "color": INK, "linewidth": width, "shrinkA": 0, "shrinkB": 0})

    for x, name, symbol, values, outline in (
            (2.7, "forget gate", "f", "0 to 1", "sawtooth,pad=0.5"),
            (4.8, "input gate", "i", "0 to 1", "round,pad=0.5,rounding_size=1.6"),
            (6.9, "candidate", "g", "$-1$ to 1", "square,pad=0.5"),
            (8.8, "output gate", "o", "0 to 1", "rarrow,pad=0.2")):
        put(x, 2.8, f"{name}\n${symbol}_t$\n{values}", outline, ha="center")
        arrow((x, 1.4), (x, 2.15))
    axes.plot([0.4, 2, 2, 2, 8.8], [1.4, 1.4, -0.1, 1.4, 1.4], color=INK, linewidth=1.3, zorder=1)
    for end in (2.43, 5.58, 11.9):
        arrow((0.4, 5.6), (end, 5.6), width=3)  # the cell state, along the top
    for points in (
            # forget gate; input gate times candidate; output gate
            ((2.7, 2.8), (2.7, 5.3)),
            ((4.8, 2.8), (4.8, 4.5), (5.58, 4.5)), ((6.9, 2.8), (6.9, 4.5), (6.12, 4.5)),
            ((5.85, 4.5), (5.85, 5.3)), ((10.9, 5.6), (10.9, 4.65)), ((10.9, 4.4), (10.9, 3.1)),
            ((8.8, 2.8), (10.62, 2.8)), ((10.9, 2.8), (10.9, 1.4), (11.9, 1.4))):
        arrow(*points)
    times = r"$\times$"
    for x, word in ((2.7, "keep"), (5.85, "add"), (10.9, "show")):
        put(x, 6.15, word, ha="center", style="italic")
    for x, y, sign in ((2.7, 5.6, times), (5.85, 5.6, "+"), (5.85, 4.5, times), (10.9, 2.8, times)):
        put(x, y, sign, "circle,pad=0.15", ha="center", size=12)
    put(10.9, 4.4, "tanh", "round", ha="center")
    for x, y, symbol in ((0.3, 5.6, "c_{t-1}"), (0.3, 1.4, "h_{t-1}"), (2, -0.1, "x_t"),
                         (12.3, 5.6, "c_t"), (12.3, 1.4, "h_t")):
        put(x, y, f"${symbol}$", "circle", MARK if x > 12 else "white", ha="center", size=13)
    put(2.9, -0.1, "white circle: comes in      filled circle: goes on to the next time step")
    put(-0.1, -1.1, f"{times} multiplies and + adds, entry by entry. Thick arrow: the cell state.")
    return figure, (
        "An LSTM cell at time step t. In: x_t from below, h_(t-1) and c_(t-1) from the left. x_t "
        "and h_(t-1) go to four parts: forget gate f_t (jagged outline), input gate i_t (round), "
        "candidate g_t (square), output gate o_t (arrow). The cell state runs along the top: times "
        "forget gate, plus input gate times candidate, is c_t, and goes out. A branch of c_t, "
        "through tanh and times output gate, is h_t, and goes out too.")
