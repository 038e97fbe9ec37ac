"""Pages of PDF files as gray pictures, rendered by a program other than their writer (PDFium)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pypdfium2
from numpy.typing import NDArray


def rastered(pdf: Path, page: int, dpi: int) -> NDArray[np.uint8]:
    """Return one page (from 0), 0 black to 255 white."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        drawn = document[page].render(scale=dpi / 72, grayscale=True)
        return np.ascontiguousarray(drawn.to_numpy().reshape(drawn.height, -1)[:, : drawn.width])
    finally:
        document.close()
