"""An encoder whose final states start a decoder."""

import matplotlib.pyplot as plt

from lstm_outputs.pictures.show import INK, MARK, PAPER


def draw_encoder_decoder(heard, said):
    """Draw an encoder that reads `heard`, and a decoder that says `said`: integers, one a step.

    Returns the figure and its description.
    """
    steps, gap = len(heard), 1.9
    figure, axes = plt.subplots(figsize=(2.2 * steps + 2, 3.4))
    axes.set(xlim=(-0.2, 2.6 * steps + gap), ylim=(-1.6, 2.9))
    axes.axis("off")

    def text(x, y, words, **how):
        axes.text(x, y, words, **{"ha": "center", "va": "center", "color": INK, **how})

    def arrow(start, end, width=1.2):
        axes.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": INK,
                                                  "linewidth": width, "shrinkA": 0, "shrinkB": 0})

    for place in range(2 * steps):
        decodes, step = divmod(place, steps)
        x = 1.3 * place + decodes * (gap - 0.3)
        axes.add_patch(plt.Rectangle((x, 0), 1, 1, facecolor="white" if decodes else PAPER,
                                     edgecolor=INK, linewidth=1.2))
        text(x + 0.5, 0.5, f"step {step}", fontsize=9)
        text(x + 0.5, -0.75, "silence" if decodes else heard[step], fontsize=9 if decodes else 12)
        arrow((x + 0.5, -0.5), (x + 0.5, 0))
        if step < steps - 1:
            arrow((x + 1, 0.5), (x + 1.3, 0.5))
        if decodes:
            arrow((x + 0.5, 1), (x + 0.5, 1.3))
            text(x + 0.5, 1.5, "Dense", fontsize=9)
            arrow((x + 0.5, 1.7), (x + 0.5, 2))
            text(x + 0.5, 2.25, said[step], fontsize=12, weight="bold")
    end, start = 1.3 * steps - 0.3, 1.3 * steps - 0.3 + gap
    for y, state in ((0.8, "h"), (0.2, "c")):
        arrow((end, y), (start, y), 2.6)
        text((end + start) / 2, y, state, bbox={"boxstyle": "circle,pad=0.25", "facecolor": MARK,
                                                "edgecolor": INK, "linewidth": 2})
    text((end + start) / 2, 1.45, "initial_state", weight="bold")
    text(end / 2, -1.35, "encoder: return_state=True", weight="bold")
    text(start + end / 2, -1.35, "decoder: return_sequences=True", weight="bold")
    return figure, (
        f"An encoder of {steps} time steps reads {', '.join(map(str, heard))}. Nothing comes back "
        "from it but its last h and c; two thick arrows lead from there to the first step of a "
        f"decoder. The decoder is given silence at each of its {steps} steps. Above each step a "
        f"Dense layer turns its h into a number: {', '.join(map(str, said))}.")
