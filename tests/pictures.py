"""Pictures for tests: noise, which no format makes smaller."""

from __future__ import annotations

import random

import numpy as np


def photo(side: int, chance: random.Random) -> bytes:
    """A grey PNG of `side` × `side` pixels and about as many bytes."""
    from eum_app.scanning.opencv import cv2

    noise = np.frombuffer(chance.randbytes(side * side), np.uint8).reshape(side, side)
    done, data = cv2.imencode(".png", noise)
    assert done
    return bytes(data)
