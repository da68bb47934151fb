"""One-hot sequences as a grid."""

import matplotlib.pyplot as plt

from lstm_outputs.pictures.show import INK, PAPER


def draw_one_hot(**sequences):
    """Draw one-hot sequences side by side; each has shape (timesteps, features).

    Returns the figure and its description. A row is a time step, a column a feature.
    """
    figure, panels = plt.subplots(1, len(sequences), squeeze=False, layout="constrained",
                                  figsize=(1 + 3.6 * len(sequences), 2.6))
    described = []
    for axes, (name, encoded) in zip(panels[0], sequences.items()):
        timesteps, features = encoded.shape
        axes.pcolormesh(encoded, cmap=plt.matplotlib.colors.ListedColormap([PAPER, INK]),
                        vmin=0, vmax=1, edgecolors="white", linewidth=1.5)
        for step, place in enumerate(encoded.argmax(axis=-1)):
            axes.text(place + 0.5, step + 0.5, "1", color="white", ha="center", va="center")
        axes.set(title=name, xlabel="feature", ylabel="time step", aspect="equal",
                 xticks=[i + 0.5 for i in range(features)], xticklabels=range(features),
                 yticks=[i + 0.5 for i in range(timesteps)], yticklabels=range(timesteps))
        axes.invert_yaxis()
        axes.tick_params(length=0)
        ones = ", ".join(str(place) for place in encoded.argmax(axis=-1))
        described.append(f"{name}: {timesteps} rows (time steps) by {features} columns (features); "
                         f"from the top row down, the 1 stands in column {ones}.")
    return figure, "One-hot vectors as a grid. " + " ".join(described)
