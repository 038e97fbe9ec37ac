"""The outside of a bundle, which needs no key to open it: the frames' lengths and the signature over all of them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import BinaryIO

from eum_app.crypto.signing import MAX_SIGNATURE_SIZE
from eum_app.crypto.streams import TAG_SIZE
from eum_app.crypto.timestamps import time_statement
from eum_app.domain.errors import Refusal
from sync.bundle_format import MAX_FRAMES, OUTER_PURPOSE, Header, exactly


@dataclass(frozen=True)
class Scan:
    """Frames of a file: where they begin, how many, the size of their plaintext, their hash, and the signature."""

    start: int
    count: int
    plain_size: int
    digest: bytes
    signature: bytes


def scan(file: BinaryIO, header: Header) -> Scan:
    """Read every frame and the trailer without decrypting; only the last frame may be shorter than full."""
    start = file.tell()
    full = header.chunk_size + TAG_SIZE
    digest = hashlib.sha384()
    count = sealed_size = 0
    was_full = True
    while size := int.from_bytes(prefix := exactly(file, 4), "big"):
        # Only an empty plaintext may have an empty chunk, so that each content has one encoding.
        smallest = TAG_SIZE if count == 0 else TAG_SIZE + 1
        if not (was_full and smallest <= size <= full):
            raise Refusal("bundle.altered", part="frames", frame=count)
        if count >= MAX_FRAMES:
            raise Refusal("bundle.too_large", part="frames", count=count, limit=MAX_FRAMES)
        digest.update(prefix)
        digest.update(exactly(file, size))
        was_full = size == full
        sealed_size += size
        count += 1
    if count == 0:
        raise Refusal("bundle.altered", part="frames", frame=0)
    signature_size = int.from_bytes(exactly(file, 4), "big")
    if signature_size > MAX_SIGNATURE_SIZE:
        raise Refusal("bundle.altered", part="signature")
    signature = exactly(file, signature_size)
    # Bytes after the signature would be unsigned, yet part of the file that people exchange.
    if file.read(1):
        raise Refusal("bundle.altered", part="end")
    return Scan(start, count, sealed_size - TAG_SIZE * count, digest.digest(), signature)


def verify_outer(header: Header, frames: Scan) -> None:
    """Verify the outer signature with the certificate in the header. Raises Refusal("bundle.altered")."""
    try:
        header.sender.verify_key.verify(OUTER_PURPOSE, _statement(header, frames), frames.signature, low_s=header.low_s)
    except Refusal as error:
        raise Refusal("bundle.altered", part="signature") from error


def _statement(header: Header, frames: Scan) -> bytes:
    # The number of frames is signed too: removed frames are detected without a key.
    return header.digest + frames.digest + frames.count.to_bytes(8, "big")


def outer_time_statement(header: Header, frames: Scan) -> bytes:
    """Return the bytes by which the time of the outer signature is proved (`crypto.timestamps`)."""
    return time_statement(OUTER_PURPOSE, header.sender.der, _statement(header, frames), frames.signature)
