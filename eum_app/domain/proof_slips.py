"""Proof slips: one entry of a journal with the proof that it is in HQ's log (docs/proof-slips.md).

Each leaf of the log is hashed with a separate salt, so that the hashes beside it in a proof reveal nothing about the
other entries. A leaf leaves out `prev_hash`, from which a reader could test guesses about the entry before.
"""

from __future__ import annotations

import hashlib
import hmac
import struct
import zlib
from dataclasses import dataclass
from typing import Final

from eum_app.domain.byte_reader import ByteReader, with_length
from eum_app.domain.errors import Refusal
from eum_app.domain.journal import Entry
from eum_app.domain.merkle import HASH_BYTES, MAX_PATH, leaf_hash, root_from_inclusion
from eum_app.domain.tree_heads import MAX_FILE_BYTES, SignedHead, decode_head, encode_head

SLIP_SUFFIX: Final = ".eumslip"
SALT_BYTES: Final = 32
MAX_QR_BYTES: Final = 2_000
"""Most bytes in a QR symbol; more modules could not be read reliably from paper."""
MAX_RECORD_BYTES: Final = 8_000_000
_MAGIC: Final = b"EUMSLIP1"
_CHECK_BYTES: Final = 16
_NUMBERS: Final = struct.Struct(">QQ")
_SALT_LABEL: Final = b"EUM log salt 1"


@dataclass(frozen=True)
class Slip:
    """One entry as `record_of` wrote it, its salt, its place in the log, and the proof for the first `size` entries.

    `signed` is the head of that size; None on a short slip, whose reader holds the head already.
    """

    record: bytes
    salt: bytes
    size: int
    index: int
    path: tuple[bytes, ...]
    signed: SignedHead | None = None

    @property
    def root(self) -> bytes:
        """The root that the proof leads to. Raises Refusal `proof.invalid` for a proof of an impossible shape."""
        return root_from_inclusion(self.index, self.size, leaf_of(self.record, self.salt), self.path)

    @property
    def entry(self) -> Entry:
        """The entry; its `prev_hash` and `hash` are empty. Raises Refusal `proof.unreadable`."""
        return entry_of(self.record)


def record_of(entry: Entry) -> bytes:
    """Return an entry's fields as they are hashed in its chain, without `prev_hash` and `hash`."""
    named = [with_length(text.encode()) for text in (entry.recorded_at, entry.session_id, entry.actor, entry.kind)]
    return b"".join(
        (
            with_length(entry.origin.encode()),
            _NUMBERS.pack(entry.epoch, entry.seq),
            named[0],
            named[1],
            struct.pack(">Q", entry.elapsed_ms),
            named[2],
            named[3],
            struct.pack(">IQ", entry.kind_version, len(entry.payload)),
            entry.payload,
        )
    )


def entry_of(record: bytes) -> Entry:
    """Return the entry that `record_of` wrote, with empty hashes. Raises Refusal `proof.unreadable`."""
    reader = ByteReader(record)
    origin, epoch, seq = reader.text(), reader.number(8), reader.number(8)
    recorded_at, session_id, elapsed_ms = reader.text(), reader.text(), reader.number(8)
    actor, kind, version = reader.text(), reader.text(), reader.number(4)
    payload = reader.take(reader.number(8))
    reader.end()
    return Entry(
        origin=origin,
        epoch=epoch,
        seq=seq,
        prev_hash=b"",
        hash=b"",
        recorded_at=recorded_at,
        session_id=session_id,
        elapsed_ms=elapsed_ms,
        actor=actor,
        kind=kind,
        kind_version=version,
        payload=payload,
    )


def salt_of(secret: bytes, entry: Entry) -> bytes:
    """Return the salt of an entry, derived from the log's secret: HMAC-SHA-384 over the entry's place, cut to 32 bytes.

    It need not be stored, and the salt of one entry says nothing about the others.
    """
    place = with_length(entry.origin.encode()) + _NUMBERS.pack(entry.epoch, entry.seq)
    return hmac.digest(secret, _SALT_LABEL + place, "sha384")[:SALT_BYTES]


def leaf_of(record: bytes, salt: bytes) -> bytes:
    """Return the hash of a leaf of the log."""
    return leaf_hash(salt + record)


def encode_slip(slip: Slip) -> bytes:
    """Return the bytes of a slip: the same in a file and in a QR symbol."""
    body = b"".join(
        (
            _MAGIC,
            with_length(zlib.compress(slip.record, 9)),
            slip.salt,
            _NUMBERS.pack(slip.size, slip.index),
            len(slip.path).to_bytes(1, "big"),
            *slip.path,
            with_length(encode_head(slip.signed) if slip.signed else b""),
        )
    )
    return body + _check_of(body)


def decode_slip(data: bytes) -> Slip:
    """Return the slip in `data`. Its proof and signatures are not verified. Raises Refusal `proof.unreadable`."""
    body, check = data[:-_CHECK_BYTES], data[-_CHECK_BYTES:]
    reader = ByteReader(body)
    # The check covers bits that mean nothing, such as the last ones of a compressed stream.
    if len(data) > MAX_FILE_BYTES or reader.take(len(_MAGIC)) != _MAGIC or check != _check_of(body):
        raise Refusal("proof.unreadable")
    record, salt = _inflated(reader.part()), reader.take(SALT_BYTES)
    size, index, path = reader.number(8), reader.number(8), reader.hashes(HASH_BYTES)
    head = reader.part()
    reader.end()
    if len(path) > MAX_PATH:
        raise Refusal("proof.unreadable")
    entry_of(record)  # refuses a record that is none
    return Slip(record, salt, size, index, path, decode_head(head) if head else None)


def is_slip(data: bytes) -> bool:
    """Whether the bytes begin as a slip does."""
    return data.startswith(_MAGIC)


def _inflated(data: bytes) -> bytes:
    inflater = zlib.decompressobj()
    try:
        record = inflater.decompress(data, MAX_RECORD_BYTES)
    except zlib.error as error:
        raise Refusal("proof.unreadable") from error
    if not inflater.eof or inflater.unused_data:
        raise Refusal("proof.unreadable")
    return record


def _check_of(body: bytes) -> bytes:
    return hashlib.sha384(body).digest()[:_CHECK_BYTES]
