"""Shows a figure together with its description."""

import base64
import io

import matplotlib.pyplot as plt
from IPython.display import display

# Dark, light, and an orange that differs from both in lightness too: safe without color.
INK, PAPER, MARK = "#12355b", "#eef2f6", "#f28e2b"


def show(figure, description):
    """Display `figure` as a PNG that carries `description` as its alt text and plain text."""
    png = io.BytesIO()
    figure.savefig(png, format="png", dpi=150, bbox_inches="tight", metadata={"Software": None})
    plt.close(figure)
    width = round(figure.get_figwidth() * 100)
    data = {"image/png": base64.b64encode(png.getvalue()).decode(), "text/plain": description}
    display(data, raw=True, metadata={"image/png": {"alt": description, "width": width}})
