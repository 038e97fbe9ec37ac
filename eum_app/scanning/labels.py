"""Draw symbols for labels, the demonstration and tests: gray pictures, 0 black on 255 white, quiet zone included."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import qrcode
import zxingcpp
from qrcode.constants import ERROR_CORRECT_L, ERROR_CORRECT_M
from qrcode.util import MODE_8BIT_BYTE, QRData

from eum_app.domain.errors import Refusal
from eum_app.domain.mark_syntax import EOT, GS, HEADER, RS

if TYPE_CHECKING:
    from numpy.typing import NDArray

_QUIET_MODULES = {"Data Matrix": 2, "QR": 4}  # ISO/IEC 16022 asks for 1, 18004 for 4


def iuid_message(cage: str, part: str, serial: str) -> bytes:
    """Return the ISO/IEC 15434 message of a construct 2 mark: CAGE, original part number, serial number (format 06).

    The values are not checked. Raises UnicodeEncodeError for text beyond ASCII.
    """
    return f"{HEADER}{RS}06{GS}17V{cage}{GS}1P{part}{GS}S{serial}{RS}{EOT}".encode("ascii")


def data_matrix(message: bytes, module_px: int = 8) -> NDArray[np.uint8]:
    """Draw a square Data Matrix symbol (IUID requires square ones).

    Raises Refusal `label.too_long` for a message that no symbol holds, also for an empty one.
    """
    try:
        barcode = zxingcpp.create_barcode(
            message.decode("iso-8859-1"), zxingcpp.BarcodeFormat.DataMatrix, force_square=True
        )
    except ValueError:
        raise Refusal("label.too_long", length=len(message)) from None
    return _picture(np.array(barcode.to_image(scale=1, add_quiet_zones=False)) < 128, module_px, "Data Matrix")


def qr(text: str, module_px: int = 8) -> NDArray[np.uint8]:
    """Draw a QR symbol with error correction level M; an empty text gives one too. Raises Refusal `label.too_long`."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(text)
    try:
        code.make(fit=True)
    except ValueError:
        raise Refusal("label.too_long", length=len(text)) from None
    return _picture(np.array(code.get_matrix(), dtype=bool), module_px, "QR")


def qr_of_bytes(data: bytes, module_px: int = 4) -> NDArray[np.uint8]:
    """Draw a QR symbol of bytes with error correction level L, which keeps its modules large.

    Raises Refusal `label.too_long`.
    """
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_L, border=0)
    code.add_data(QRData(data, mode=MODE_8BIT_BYTE), optimize=0)
    try:
        code.make(fit=True)
    except ValueError:
        raise Refusal("label.too_long", length=len(data)) from None
    return _picture(np.array(code.get_matrix(), dtype=bool), module_px, "QR")


def png(grey: NDArray[np.uint8]) -> bytes:
    """Return the picture as the bytes of a PNG file."""
    from eum_app.scanning.opencv import cv2

    _, data = cv2.imencode(".png", grey)
    return data.tobytes()


def _picture(inked: NDArray[np.bool_], module_px: int, symbology: str) -> NDArray[np.uint8]:
    return _scaled(np.pad(inked, _QUIET_MODULES[symbology]), module_px)


def _scaled(inked: NDArray[np.bool_], module_px: int) -> NDArray[np.uint8]:
    return np.kron(np.where(inked, 0, 255), np.ones((module_px, module_px))).astype(np.uint8)
