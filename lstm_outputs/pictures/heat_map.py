"""Numbers as a heat map: hidden states over time, or over sequences."""

import matplotlib.pyplot as plt


def draw_heat_map(rows="time step", **arrays):
    """Draw arrays of shape (timesteps, units) side by side, on one scale around 0.

    rows: what a row is. Returns the figure and its description. A column is a unit.
    """
    figure, panels = plt.subplots(1, len(arrays), squeeze=False, layout="constrained",
                                  figsize=(1.8 + 3.2 * len(arrays), 2.6))
    most = max(abs(values).max() for values in arrays.values())
    described = []
    for axes, (name, values) in zip(panels[0], arrays.items()):
        height, units = values.shape
        image = axes.pcolormesh(values, cmap="PuOr", vmin=-most, vmax=most, edgecolors="white")
        axes.set(title=name, xlabel="unit", ylabel=rows,
                 xticks=[i + 0.5 for i in range(units)], xticklabels=range(units),
                 yticks=[i + 0.5 for i in range(height)], yticklabels=range(height))
        axes.invert_yaxis()
        axes.tick_params(length=0, labelsize=8)
        row, unit = divmod(int(abs(values).argmax()), units)
        described.append(f"{name}: {height} rows ({rows}s) by {units} columns (units), values from "
                         f"{values.min():.2f} to {values.max():.2f}; the strongest is "
                         f"{values[row, unit]:.2f}, in row {row}, column {unit}.")
    figure.colorbar(image, ax=panels, label="value")
    return figure, "Heat map. " + " ".join(described)
