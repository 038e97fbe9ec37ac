"""Photos as evidence: pictures and nothing else."""

from __future__ import annotations

from typing import Final

from eum_app.domain.errors import Refusal
from eum_app.scanning.images import load_grey

MAX_PHOTO_BYTES: Final = 40_000_000
_SIGNATURES: Final = ((b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"))


def check_photo(photo: bytes) -> str:
    """The media type of a photo that decodes whole.

    Raises Refusal `photo.kind` (neither JPEG nor PNG), `photo.too_large`, and `image.…` for one that is damaged or has
    too many pixels.
    """
    if len(photo) > MAX_PHOTO_BYTES:
        raise Refusal("photo.too_large", megabytes=MAX_PHOTO_BYTES // 1_000_000)
    media_type = next((kind for signature, kind in _SIGNATURES if photo.startswith(signature)), None)
    if media_type is None:
        raise Refusal("photo.kind")
    load_grey(photo)
    return media_type
