"""The signature picture: a layer rolled out over time, with what comes back marked."""

import matplotlib.pyplot as plt

from lstm_outputs.pictures.row import draw_row, shown_steps


def draw_rollout(timesteps, units, return_sequences, return_state, batch_size=None,
                 states=("h", "c"), go_backwards=False):
    """Draw a recurrent layer, one box for each time step, and mark all that it returns.

    states: ("h", "c") for an LSTM, ("h",) for a GRU. The boxes stand in the order of reading;
    beyond 6 time steps the middle ones share a box. Returns the figure and its description.
    """
    steps = shown_steps(timesteps)[::-1 if go_backwards else 1]
    output = (batch_size, timesteps, units) if return_sequences else (batch_size, units)
    labels = [f"state_{state} {batch_size, units}" * return_state for state in states]
    left, right = -2 if go_backwards else -0.6, max(1.5 * len(steps) + 2.9, 6.4)
    figure = plt.figure(figsize=(0.76 * (right - left), 2.5))
    draw_row(figure, ((left, right), (-0.6, 3.3)), steps, states, return_sequences, labels,
             f"output {output}", "read backward" * go_backwards)
    what = "every time step" if return_sequences else f"time step {steps[-1]}, read last"
    what += f", and beyond time step {steps[-1]} its {' and its '.join(states)}" * return_state
    shapes = ", ".join(filter(None, [f"output {output}", *labels]))
    return figure, (f"A layer rolled out over {timesteps} time step{'s' * (timesteps > 1)}"
                    f"{', read from the last to the first' * go_backwards}. "
                    f"From step to step: {' and '.join(states)}. "
                    f"Marked as coming back: h of {what}. Shapes: {shapes}.")
