"""The roll-out of a Bidirectional layer: a row for each direction of reading."""

import matplotlib.pyplot as plt

from lstm_outputs.pictures.row import draw_row, shown_steps


def draw_both_ways(timesteps, units, return_sequences, return_state, batch_size=None,
                   states=("h", "c")):
    """Draw a Bidirectional layer that joins its outputs: above read forward, below backward.

    The arguments are those of draw_rollout. Returns the figure and its description.
    """
    steps = shown_steps(timesteps)
    output = f"output {(batch_size, *[timesteps] * return_sequences, 2 * units)}"
    shapes, right = [output], 1.5 * len(steps) + 3.9
    figure = plt.figure(figsize=(0.68 * (right + 4.4), 4.5))
    for name, way in (("forward", 1), ("backward", -1)):
        labels = [f"{name}_{state} {batch_size, units}" * return_state for state in states]
        draw_row(figure, ((-4.4, right)[::way], (-3.4, 3.4)[::way]), steps[::way], states,
                 return_sequences, labels, f"{output}: h of both rows joined", f"read {name}")
        shapes += filter(None, labels)
    what = "every time step" if return_sequences else "the time step read last"
    what += f", and beyond the time step read last its {' and its '.join(states)}" * return_state
    return figure, (
        f"A bidirectional layer rolled out over time, in two rows of boxes; steps: {timesteps}. "
        f"The upper row is read forward, up to time step {timesteps - 1}, the lower row backward, "
        f"down to time step 0. Marked as coming back, in each row: h of {what}. "
        f"Shapes: {', '.join(shapes)}.")
