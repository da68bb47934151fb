"""Compares the pictures of a cell with the stored ones; nbval compares all but these."""

import base64
import io

import numpy as np
from PIL import Image

TOLERANCE = 2.0  # mean difference of a pixel, of 255: fonts may be drawn a shade differently


def differences(stored, new):
    """Return a sentence on each picture that differs between two lists of outputs."""
    stored, new = _pictures(stored), _pictures(new)
    if len(stored) != len(new):
        return [f"{len(stored)} pictures are stored, but {len(new)} were drawn"]
    return [f"picture {number} {how}" for number, (one, other) in enumerate(zip(stored, new), 1)
            if (how := _difference(one, other))]


def _difference(one, other):
    if one.shape != other.shape:
        return f"is {other.shape[1]} by {other.shape[0]} pixels, not as stored"
    off = np.abs(one - other).mean()
    return f"differs by {off:.1f} of 255 a pixel" if off > TOLERANCE else None


def _pictures(outputs):
    pngs = [output["data"]["image/png"] for output in outputs
            if "image/png" in output.get("data", {})]
    return [np.asarray(Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB"), float)
            for png in pngs]
