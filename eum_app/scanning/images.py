"""Load stills from files: any common picture becomes 8-bit gray; files that are not complete pictures are refused."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from db.files import is_file, is_there
from eum_app.domain.errors import Refusal

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_FILE_BYTES = 200_000_000
IMAGE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff", ".gif", ".pgm", ".ppm"})


def load_grey(source: Path | str | bytes) -> NDArray[np.uint8]:
    """Return the picture in a file (or in its bytes) as gray values, height × width, 0 black to 255 white.

    Transparent pixels become white. Deeper pictures are scaled to 8 bits, so that the brightest value is white. A
    picture of 8 bits without transparency is turned as the file says (EXIF); others stay as stored. Of
    several pictures in a file, the first is read. Raises Refusal `image.missing` (also a folder, a pipe, a device, or a
    name that no file can have), `image.unreadable` (no permission, a fault of the disk, empty, not a picture, damaged
    or truncated), `image.too_large`, `image.file_too_large`.
    """
    from eum_app.scanning.opencv import MAX_PIXELS, cv2

    data = np.frombuffer(_read(source), np.uint8)
    try:
        picture = cv2.imdecode(data, cv2.IMREAD_UNCHANGED) if data.size else None
        if picture is not None and picture.dtype == np.uint8 and (picture.ndim == 2 or picture.shape[2] == 3):
            picture = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE)  # the same pixels, turned as EXIF says
    except cv2.error as error:
        if "CV_IO_MAX_IMAGE_PIXELS" in str(error):
            raise Refusal("image.too_large", megapixels=MAX_PIXELS // 1_000_000) from None
        raise Refusal("image.unreadable") from None
    if picture is None or picture.size == 0:
        raise Refusal("image.unreadable")
    return _grey(np.asarray(picture))


def _read(source: Path | str | bytes) -> bytes:
    if isinstance(source, bytes):
        return source
    path = Path(source)
    if is_there(path) and not is_file(path):  # a pipe or a device would never end
        raise Refusal("image.missing", path=str(path))
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise Refusal("image.file_too_large", megabytes=MAX_FILE_BYTES // 1_000_000)
        return path.read_bytes()
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError, ValueError):  # ValueError: a NUL in the name
        raise Refusal("image.missing", path=str(path)) from None
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            raise Refusal("image.missing", path=str(path)) from None
        raise Refusal("image.unreadable") from None


def _grey(picture: NDArray[np.integer[Any] | np.floating[Any]]) -> NDArray[np.uint8]:
    from eum_app.scanning.opencv import cv2

    if picture.dtype != np.uint8:
        top = max(float(np.nanmax(picture)), 1e-9)  # 10 and 12 bits come in 16: the brightest value is white
        picture = np.clip(np.nan_to_num(picture.astype(np.float32)) * (255 / top), 0, 255).astype(np.uint8)
    if picture.ndim == 2:
        return np.ascontiguousarray(picture, np.uint8)
    channels = picture.shape[2]
    if channels == 4:
        ink = cv2.cvtColor(picture, cv2.COLOR_BGRA2GRAY).astype(np.uint16)
        cover = picture[:, :, 3].astype(np.uint16)
        return ((ink * cover + 255 * (255 - cover) + 127) // 255).astype(np.uint8)
    if channels == 3:
        return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), np.uint8)
    return np.ascontiguousarray(picture[:, :, 0], np.uint8)


def grey_of(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a frame (gray, or blue-green-red) as gray values, for the decoder. A gray frame is returned itself."""
    if picture.ndim == 2:
        return picture
    from eum_app.scanning.opencv import cv2

    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), np.uint8)


def zoomed(picture: NDArray[np.uint8], zoom: float) -> NDArray[np.uint8]:
    """Return the middle of a frame: a zoom of 2.0 gives half its width and height.

    It is cropped, not enlarged, since no detail would be gained. A zoom of 1 or less returns the frame itself.
    """
    if zoom <= 1:
        return picture
    height, width = picture.shape[:2]
    tall, wide = max(1, round(height / zoom)), max(1, round(width / zoom))
    top, left = (height - tall) // 2, (width - wide) // 2
    return np.ascontiguousarray(picture[top : top + tall, left : left + wide])
