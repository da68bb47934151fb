"""Hidden states over time as a heat map."""

import matplotlib.pyplot as plt


def draw_heat_map(**arrays):
    """Draw arrays of shape (timesteps, units) side by side; values from -1 to 1.

    Returns the figure and its description. A row is a time step, a column a unit.
    """
    figure, panels = plt.subplots(1, len(arrays), squeeze=False, layout="constrained",
                                  figsize=(1.6 + 3.4 * len(arrays), 2.6))
    described = []
    for axes, (name, values) in zip(panels[0], arrays.items()):
        timesteps, units = values.shape
        image = axes.pcolormesh(values, cmap="PuOr", vmin=-1, vmax=1, edgecolors="white")
        axes.set(title=name, xlabel="unit", ylabel="time step",
                 xticks=[i + 0.5 for i in range(units)], xticklabels=range(units),
                 yticks=[i + 0.5 for i in range(timesteps)], yticklabels=range(timesteps))
        axes.invert_yaxis()
        axes.tick_params(length=0, labelsize=8)
        step, unit = divmod(int(abs(values).argmax()), units)
        described.append(f"{name}: {timesteps} rows (time steps) by {units} columns (units), from "
                         f"{values.min():.2f} to {values.max():.2f}; the strongest value is "
                         f"{values[step, unit]:.2f}, at time step {step} in unit {unit}.")
    figure.colorbar(image, ax=panels, label="value")
    return figure, "Heat map. " + " ".join(described)
