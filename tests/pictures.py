"""Pictures for tests: noise, which no format compresses, and Code 39, which the app reads but never prints."""

from __future__ import annotations

import random

import numpy as np
import zxingcpp
from numpy.typing import NDArray

_QUIET = 10  # narrow bars, ISO/IEC 16388
_HEIGHT = 60  # narrow bars


def photo(side: int, chance: random.Random) -> bytes:
    """Return a gray PNG of `side` × `side` pixels and about as many bytes."""
    from eum_app.scanning.opencv import cv2

    noise = np.frombuffer(chance.randbytes(side * side), np.uint8).reshape(side, side)
    done, data = cv2.imencode(".png", noise)
    assert done
    return bytes(data)


def code_39(text: str, module_px: int = 3) -> NDArray[np.uint8]:
    """Return a Code 39 symbol, 0 black on 255 white, with narrow bars of `module_px` pixels and its quiet zone."""
    barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.Code39)
    bars = np.array(barcode.to_image(scale=1, add_quiet_zones=False))[:1] < 128
    inked = np.pad(np.repeat(bars, _HEIGHT, axis=0), _QUIET)
    return np.kron(np.where(inked, 0, 255), np.ones((module_px, module_px))).astype(np.uint8)
