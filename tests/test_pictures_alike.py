"""A picture that is no longer the stored one is found, by itself and in a run of nbval."""

import base64
import io

import matplotlib.pyplot as plt
import nbformat
import pytest
from pictures_alike import differences
from test_nbval import notebook_of, run_nbval

from lstm_outputs.pictures.rollout import draw_rollout

DRAW = """import base64, io
import matplotlib.pyplot as plt
from IPython.display import display
from lstm_outputs.pictures.rollout import draw_rollout
figure, description = draw_rollout(4, 16, False, False)
png = io.BytesIO()
figure.savefig(png, format="png", dpi=100)
plt.close(figure)
data = {"image/png": base64.b64encode(png.getvalue()).decode(), "text/plain": description}
display(data, raw=True)"""


def drawn(*mode, **looks):
    """Return the output of a cell that draws a layer in `mode`."""
    figure, description = draw_rollout(4, 16, *mode)
    png = io.BytesIO()
    figure.savefig(png, **{"format": "png", "dpi": 100, **looks})
    plt.close(figure)
    data = {"image/png": base64.b64encode(png.getvalue()).decode(), "text/plain": description}
    return nbformat.v4.new_output("display_data", data=data)


def test_the_same_picture_is_alike_and_a_shade_does_not_matter():
    assert differences([drawn(False, False)], [drawn(False, False)]) == []
    assert differences([drawn(False, False)], [drawn(False, False, facecolor="#fefefe")]) == []


def test_another_mark_another_size_or_no_picture_is_found():
    stored = [drawn(False, False)]
    assert "differs by" in differences(stored, [drawn(True, True)])[0]
    assert "pixels, not as stored" in differences(stored, [drawn(False, False, dpi=50)])[0]
    assert differences(stored, []) == ["1 pictures are stored, but 0 were drawn"]


@pytest.mark.slow
def test_nbval_goes_red_on_another_picture(tmp_path):
    right, wrong = drawn(False, False), drawn(False, False)
    wrong["data"]["image/png"] = drawn(True, True)["data"]["image/png"]
    nbformat.write(notebook_of((DRAW, [right])), tmp_path / "right.ipynb")
    nbformat.write(notebook_of((DRAW, [wrong])), tmp_path / "wrong.ipynb")
    assert run_nbval(tmp_path, "--nbval-current-env") == {"right": set(), "wrong": {0}}
