"""The only module that imports OpenCV. Import it inside functions: it takes 0.15 to 0.5 s.

On import, `opencv-python` points two Qt variables at its own Qt 5 plugins, and the library path at its own directory.
They are restored for this process's Qt 6 and for child processes. Never call `cv2.imshow` and similar functions: they
abort a Qt program.
"""

from __future__ import annotations

import os

MAX_PIXELS = 100_000_000  # a small file may decode to any size

_CHANGED_BY_OPENCV = ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR", "LD_LIBRARY_PATH")
# OpenCV reads its limit once, on import, and compares it with an image's header before decoding.
_LIMIT = "OPENCV_IO_MAX_IMAGE_PIXELS"

_before = {name: os.environ.get(name) for name in (*_CHANGED_BY_OPENCV, _LIMIT)}
os.environ[_LIMIT] = str(MAX_PIXELS)
try:
    import cv2
finally:
    for _name, _value in _before.items():
        if _value is None:
            os.environ.pop(_name, None)
        else:
            os.environ[_name] = _value

cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)  # failures become a Refusal instead of text on stderr

__all__ = ["MAX_PIXELS", "cv2"]
