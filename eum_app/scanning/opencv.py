"""The one place that imports OpenCV. Import this module inside functions: it takes 0.15 to 0.5 s.

`opencv-python` points two Qt variables at its own Qt 5 plugins on import, and the library path at its own directory;
they are put back, for this process's Qt 6 and for its children. `cv2.imshow` and its like must never be called: they
abort a Qt program.
"""

from __future__ import annotations

import os

MAX_PIXELS = 100_000_000

_CHANGED_BY_OPENCV = ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR", "LD_LIBRARY_PATH")
# OpenCV reads its limit once, on import, and holds it against the header of an image before it decodes.
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

cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)  # what fails is told by a Refusal, not on stderr

__all__ = ["MAX_PIXELS", "cv2"]
