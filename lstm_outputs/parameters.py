"""Predictions about the weights of an LSTM: their shapes, and how many numbers they hold."""


def weight_beliefs(features, units):
    """Beliefs about the shapes of an LSTM's kernel, recurrent kernel and bias."""
    return {((features, units), (units, units), (units,)):
            "That is for one of the four parts. The others stand beside it."}


def parameter_beliefs(features, units):
    """Beliefs about the number of parameters of an LSTM; the keys are numbers."""
    kernel, recurrent_kernel, bias = features * units, units * units, units
    missing = "x has weights, h has weights, and there is a bias. One of the three is missing."
    return {kernel + recurrent_kernel + bias:
            "That is for one part. Three gates and the candidate have weights of their own.",
            4 * (kernel + recurrent_kernel): missing,
            4 * (recurrent_kernel + bias): missing,
            4 * (kernel + bias): missing}


def check_count(answer, beliefs):
    """Say kindly what a predicted number lacks, or which belief it shows. Never raises."""
    if answer is ...:
        print("Your prediction is still missing. Replace the three dots by a number.")
    elif type(answer) is not int:
        print(f"Your prediction is of type {type(answer).__name__}. A count is a whole number.")
    else:
        print(beliefs.get(answer, f"{answer} is well written. Now run the next cell."))
