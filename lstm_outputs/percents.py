"""A prediction of how often a model will be right at each time step."""


def check_percents(answer, timesteps, beliefs):
    """Say kindly what a prediction lacks, or which belief it shows. Never raises.

    answer: a percentage, 0 to 100, for each of the `timesteps`. beliefs: a dict from which of
    them lie above 50, a tuple of bool, to the sentence on the belief behind it.
    """
    form = f"Write one percentage, 0 to 100, for each of the {timesteps} time steps, in a tuple."
    if answer is ...:
        print(f"Your prediction is still missing. {form}")
    elif type(answer) not in (tuple, list) or len(answer) != timesteps:
        print(f"That is not one percentage for each time step. {form}")
    elif not all(type(each) in (int, float) and 0 <= each <= 100 for each in answer):
        print(f"Something in it is not a number from 0 to 100. {form}")
    else:
        well = f"{tuple(answer)} is well written. Now run the next cell."
        print(beliefs.get(tuple(each > 50 for each in answer), well))
