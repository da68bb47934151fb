"""How often models are right: at each time step, and epoch by epoch."""

import matplotlib.pyplot as plt

from lstm_outputs.pictures.show import INK, MARK, PAPER


def draw_accuracy(results, chance):
    """Draw a panel of bars for each model: right at each time step, and in the whole sequence.

    results: a dict from a name to percentages, the whole sequence last. chance: the percentage
    that guessing gets right. Returns the figure and its description.
    """
    figure, panels = plt.subplots(1, len(results), squeeze=False, sharey=True,
                                  layout="constrained", figsize=(2 * len(results), 2.9))
    described = []
    for axes, (name, percents) in zip(panels[0], results.items()):
        places = range(len(percents))
        bars = axes.bar(places, percents, color=PAPER, edgecolor=INK, linewidth=1.2)
        bars[-1].set(facecolor=MARK, hatch="//")
        axes.axhline(chance, color=INK, linestyle=":")
        for place, percent in zip(places, percents):
            axes.text(place, percent + 5, percent, ha="center", color=INK, fontsize=9,
                      bbox={"color": "white", "pad": 0.5})
        axes.set(ylim=(0, 118), yticks=range(0, 101, 20),
                 xticks=places, xticklabels=[*places][:-1] + ["all"])
        axes.set_title(name.replace(": ", ":\n"), fontsize=10)
        axes.spines[["top", "right"]].set_visible(False)
        described.append(f"{name}: {', '.join(map(str, percents[:-1]))}; all {percents[-1]}.")
    panels[0, 0].set_ylabel("percent right")
    figure.supxlabel("time step of the answer      "
                     "hatched: all steps right      dotted: guessing", fontsize=10)
    return figure, ("Bars: percent right at each time step, then in the whole sequence. "
                    f"A dotted line at {chance:g} marks guessing. " + " ".join(described))


def draw_learning_curve(percents, aim):
    """Draw `percents`, one for each epoch, and a line at `aim`. Returns figure and description."""
    epochs = range(1, len(percents) + 1)
    figure, axes = plt.subplots(figsize=(7, 2.8), layout="constrained")
    axes.plot(epochs, percents, color=INK, marker="o", label="held-out sequences, whole")
    axes.axhline(aim, color=INK, linestyle=":", label=f"{aim} percent")
    axes.set(xlabel="epoch", ylabel="percent right", ylim=(0, 105))
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(loc="lower right")
    reached = next((epoch for epoch, each in zip(epochs, percents) if each >= aim), None)
    return figure, (f"Learning curve over {len(percents)} epochs: from {percents[0]} to "
                    f"{percents[-1]} percent of whole held-out sequences right. " +
                    (f"It reaches {aim} in epoch {reached}." if reached else
                     f"It does not reach {aim}."))
