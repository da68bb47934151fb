"""Makes samples/ps1/STUDENT/*.ipynb: what a class hands in for ps1, from right to hopeless.

python samples/make_class.py

The hand-ins are made from release/ps1/ps1.ipynb, the file that students get. The points that
each of them should be given are in tests/sample_class.csv.
"""

import copy
import hashlib
import shutil
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

ROOT = Path(__file__).resolve().parent.parent
RELEASE = ROOT / "release/ps1/ps1.ipynb"
CLASS = ROOT / "samples/ps1"

# What stands in place of the three dots of a cell, by its grade_id.
RIGHT = {
    "ps1_dataset_train": "(50, 6, 12)",
    "ps1_dataset_test_targets": "(8, 6, 12)",
    "ps1_dataset_pair": "(1, 6, 12)",
    "ps1_dataset_decoded": "(50, 6)",
    "ps1_output_symbolic": "(None, 7)",
    "ps1_output_on_data": "(3, 7)",
    "ps1_any_sizes": "return (test_size, time_steps, vocabulary_size), (test_size, units)",
    "ps1_choose": "keras.layers.LSTM(4)",
    "ps1_read": "(1, 3, 0)",
}
HALF_RIGHT = RIGHT | {
    "ps1_dataset_test_targets": "(50, 6, 12)",
    "ps1_dataset_decoded": "(50, 6, 1)",
    "ps1_output_on_data": "(None, 7)",
    "ps1_any_sizes": "return (20, 4, 10), (20, 16)    # as the check says",
}
MISCONCEPTIONS = {
    "ps1_dataset_train": "(50, 6)",                 # integers are not one-hot vectors yet
    "ps1_dataset_test_targets": "(8, 12, 6)",       # axes in another order
    "ps1_dataset_pair": "(6, 12)",                  # one pair has no axis for the samples
    "ps1_dataset_decoded": "(50, 6, 12)",           # decoding keeps the features
    "ps1_output_symbolic": "(None, 5, 7)",          # every time step comes back
    "ps1_output_on_data": "(3, 5)",                 # units are time steps
    "ps1_any_sizes": "return (test_size, time_steps, units), (test_size, vocabulary_size)",
    "ps1_choose": "keras.layers.LSTM(4, return_sequences=True)",
    "ps1_read": "(1, 0, 3)",                        # features before time
}
BATCH_FORGOTTEN = {
    "ps1_dataset_train": "(6, 12)",
    "ps1_dataset_test_targets": "(1, 6, 12)",
    "ps1_dataset_pair": "(12,)",
    "ps1_dataset_decoded": "(6,)",
    "ps1_output_symbolic": "(1, 7)",
    "ps1_output_on_data": "(7,)",
    "ps1_any_sizes": "return (time_steps, vocabulary_size), (units,)",
    "ps1_choose": "keras.layers.LSTM(4, return_state=True)",
    "ps1_read": "(3, 0)",
}
WRONG_FORM = {
    "ps1_dataset_train": '"(50, 6, 12)"',
    "ps1_dataset_test_targets": "8, 6.0, 12",
    "ps1_dataset_pair": "(True, 6, 12)",
    "ps1_dataset_decoded": "50 * 6",
    "ps1_output_symbolic": "('None', 7)",
    "ps1_output_on_data": "np.zeros((3, 7))",
    "ps1_any_sizes": "print((test_size, time_steps, vocabulary_size), (test_size, units))",
    "ps1_choose": "keras.layers.LSTM(4)(np.zeros((3, 5, 9)))",
    "ps1_read": "X[1, 3, 0]",
}

# A whole cell instead.
OTHER_WAYS = {
    "ps1_dataset_train": "X_train_shape = [50, 6, 12]",
    "ps1_dataset_test_targets": "y_test_shape = tuple(np.array([8, 6, 12]))  # NumPy integers",
    "ps1_dataset_pair": "pair_shape = one_hot(np.arange(6)[None], 12).shape",
    "ps1_dataset_decoded": "# I tried it\nX = one_hot(np.zeros((50, 6), int), 12)\n"
                           "decoded_shape = np.argmax(X, axis=-1).shape",
    "ps1_output_symbolic": "symbolic_shape = tf.TensorShape([None, 7])",
    "ps1_output_on_data": "out = keras.layers.LSTM(7)(np.zeros((3, 5, 9)))\n"
                          "print(out.shape)\ndata_shape = out.shape",
    "ps1_any_sizes": '''def dataset_shape(size, time_steps, vocabulary_size):
    return [size, time_steps, vocabulary_size]

def shapes(train_size, test_size, time_steps, vocabulary_size, units):
    """Both shapes, in a list."""
    data = dataset_shape(test_size, time_steps, vocabulary_size)
    return [data, (data[0], np.int64(units))]''',
    "ps1_choose": "from tensorflow.keras.layers import LSTM\n\n"
                  "layer = LSTM(units=4, return_sequences=False, name='mine')\nlayer",
    "ps1_read": "place = [-1, -1, np.int64(0)]  # counted from behind",
}
CHATTER = {
    "ps1_any_sizes": '''import logging
import os
import sys
import warnings

def shapes(train_size, test_size, time_steps, vocabulary_size, units):
    warnings.warn("train_size is not used")
    logging.warning("train_size is %s", train_size)
    print("on standard error", file=sys.stderr)
    print("on the first standard error", file=sys.__stderr__)
    os.write(2, b"on file descriptor 2\\n")
    return (test_size, time_steps, vocabulary_size), (test_size, units)''',
    "ps1_choose": '''os.system("echo from a child process >&2")
layer = keras.layers.LSTM(4)''',
}

NO = "No. 16 is the length of the hidden state; I can choose it, however long the sequences are."
YES = "Yes, there has to be one unit for each time step, or the rest of the sequence is lost."


def other_order(cells):
    """Question 2 first, cells of the student's own, and one of them stops with an error."""
    first = where(cells, "ps1_dataset_train") - 1
    second = where(cells, "ps1_output_symbolic") - 1
    third = where(cells, "ps1_any_sizes") - 1
    cells[first:third] = cells[second:third] + cells[first:second]
    cells.insert(first, code("def one_hot(integers, n):\n    return np.eye(n)[integers]"))
    cells.insert(first + 1, new_markdown_cell("I did question 2 first.", id="my-note"))
    cells.append(code("keras.layers.LSTM(16)(no_such_data)"))


def no_stub_comments(cells):
    for cell in cells:
        lines = cell.source.split("\n")
        cell.source = "\n".join(s for s in lines if "# Write your answer" not in s)


def two_deleted_tests(cells):
    del cells[where(cells, "ps1_dataset_train_test")]
    del cells[where(cells, "ps1_output_on_data_test")]


def edited_tests(cells):
    cells[where(cells, "ps1_dataset_train_test")].source = "print('Right!')"
    test = cells[where(cells, "ps1_any_sizes_output_test")]
    test.source = test.source.replace("(20, 16)", "(20, 4, 16)")


def lost_metadata(cells):
    for grade_id in ("ps1_output_symbolic_test", "ps1_choose_test"):
        cells[where(cells, grade_id)].metadata = nbformat.NotebookNode()


def saved_by_colab(cells):
    """Colab's metadata, with a made-up person; the cells lose their ids when they are written."""
    cells.insert(2, code("try:\n    from google.colab import drive\n\n"
                         "    drive.mount('/content/drive')\n"
                         "except ImportError:\n    !echo this is not Colab"))
    for number, cell in enumerate(cells):
        name = hashlib.sha256(cell.id.encode()).hexdigest()[:12]
        cell.metadata.id = name
        if cell.cell_type == "code":
            cell.metadata.update({
                "outputId": f"{name[:8]}-0000-4000-8000-{name}",
                "colab": {"base_uri": "https://localhost:8080/", "height": 35},
                "executionInfo": {
                    "status": "ok", "elapsed": 12, "timestamp": 1755600000000 + number,
                    "user": {"displayName": "Sam Example", "userId": "0" * 20}, "user_tz": -120},
            })
            cell.execution_count = number
            cell.outputs = [new_output("stream", name="stdout", text="As it was in Colab.\n")]


# Each student: what stands for the dots, whole cells, the explanation, what else happened.
STUDENTS = {
    "all_right": dict(dots=RIGHT, explain=NO),
    "other_ways": dict(cells=OTHER_WAYS, change=other_order, explain=(
        "Not at all, time steps and units have nothing to do with each other.\n\n"
        "`LSTM(16)`: **16 numbers** come back for a time step.")),
    "half_right": dict(dots=HALF_RIGHT, change=no_stub_comments, explain=(
        "No, you can take any number.")),
    "misconceptions": dict(dots=MISCONCEPTIONS, explain=YES),
    "batch_forgotten": dict(dots=BATCH_FORGOTTEN, explain=YES),
    "wrong_form": dict(dots=WRONG_FORM, change=no_stub_comments),
    "blank": dict(),
    "colab": dict(dots=RIGHT, explain=NO, change=saved_by_colab, file="Copy of ps1.ipynb"),
    "syntax_error": dict(dots=RIGHT | {"ps1_output_symbolic": "(None, 7"}, explain=NO),
    "endless_loop": dict(dots=RIGHT, explain=NO, cells={
        "ps1_dataset_decoded": "while True:\n    pass\ndecoded_shape = (50, 6)"}),
    "deleted_test": dict(dots=RIGHT, explain=NO, change=two_deleted_tests),
    "edited_test": dict(explain=YES, change=edited_tests, dots=RIGHT | {
        "ps1_dataset_train": "(50, 12)",
        "ps1_any_sizes": "return (test_size, time_steps, vocabulary_size), "
                         "(test_size, time_steps, units)"}),
    "lost_metadata": dict(dots=RIGHT, explain=NO, change=lost_metadata),
    "stderr_chatter": dict(dots=RIGHT, cells=CHATTER, explain=NO, file="ps1 (1).ipynb"),
}


def hand_in(release, dots=(), cells=(), explain=None, change=None, file="ps1.ipynb"):
    """Return the name and the text of a hand-in: the notebook `release` with these answers."""
    notebook = copy.deepcopy(release)
    for grade_id, answer in dict(dots).items():
        cell = notebook.cells[where(notebook.cells, grade_id)]
        cell.source = cell.source.replace("...", answer)
    for grade_id, source in dict(cells).items():
        notebook.cells[where(notebook.cells, grade_id)].source = source
    if explain:
        notebook.cells[where(notebook.cells, "ps1_explain")].source = explain
    if change:
        change(notebook.cells)
    if change is saved_by_colab:
        notebook.metadata |= {"accelerator": "GPU", "colab": {
            "name": file, "provenance": [], "gpuType": "T4", "toc_visible": True}}
        notebook.nbformat_minor = 0
        for cell in notebook.cells:
            del cell["id"]
    nbformat.validate(notebook)
    return file, nbformat.writes(notebook) + "\n"


def where(cells, grade_id):
    """Return the place of the cell with this grade_id."""
    marks = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in cells]
    return marks.index(grade_id)


def code(source):
    """Make a code cell of the student's own, with the same id in every run."""
    return new_code_cell(source, id="my-" + hashlib.sha256(source.encode()).hexdigest()[:8])


def make_class(folder):
    """Write the hand-in of every student to `folder`/STUDENT/, which is emptied first."""
    release = nbformat.read(RELEASE, as_version=4)
    shutil.rmtree(folder, ignore_errors=True)
    for student, made_of in STUDENTS.items():
        file, text = hand_in(release, **made_of)
        (folder / student).mkdir(parents=True)
        (folder / student / file).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    make_class(CLASS)
    print(f"samples/ps1: {len(STUDENTS)} hand-ins")
