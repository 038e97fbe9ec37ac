"""The journal's chain: its entries, their hashes, and the test whether a slice may be appended.

An origin is one writer (a field device, an HQ workstation, an intake process). Each (origin, epoch) is one chain of
entries with seq 1, 2, 3 … without gaps. Envelope and hash are frozen: docs/bundle-format.md specifies them for other
implementations.
"""

from __future__ import annotations

import hashlib
import struct
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import msgspec

from eum_app.domain.errors import Refusal
from eum_app.domain.unreadable import UNREADABLE

HASH_BYTES = 48  # SHA-384
MAX_PAYLOAD_BYTES = 4 * 1024 * 1024
MAX_NAME_BYTES = 200
MAX_EPOCH = 999_999
"""Highest epoch: a device gets one for each new identity. Keys in stores hold it in 6 digits (`order_key`)."""
# Labels keep hashes of entries apart from hashes of anything else; the number is the envelope's version.
_DOMAIN = b"EUM journal entry 1"
_GENESIS_DOMAIN = b"EUM journal genesis 1"


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One entry of a journal.

    `recorded_at` is UTC text (see `clock.utc_text`). `elapsed_ms` is monotonic time since the session was unlocked.
    `payload` holds the fact's exact bytes as they arrived, unknown fields included.
    """

    origin: str
    epoch: int
    seq: int
    prev_hash: bytes
    hash: bytes
    recorded_at: str
    session_id: str
    elapsed_ms: int
    actor: str
    kind: str
    kind_version: int
    payload: bytes


@dataclass(frozen=True)
class Head:
    """The newest entry of one chain. An empty chain has seq 0 and the genesis hash."""

    origin: str
    epoch: int
    seq: int
    hash: bytes


@dataclass(frozen=True)
class Author:
    """The writer of entries and its chain. `elapsed_ms` is called once for each entry; below 0 counts as 0."""

    origin: str
    epoch: int
    actor: str
    session_id: str
    elapsed_ms: Callable[[], int]


def genesis(origin: str, epoch: int) -> Head:
    """Return the head before the first entry. Its hash binds the chain to its origin and epoch."""
    name = origin.encode()
    digest = hashlib.sha384(_GENESIS_DOMAIN + struct.pack(">I", len(name)) + name + struct.pack(">Q", epoch)).digest()
    return Head(origin, epoch, 0, digest)


def entry_hash(entry: Entry) -> bytes:
    """Return SHA-384 (48 bytes) over `prev_hash` and all other fields except `hash`.

    Texts and payload are preceded by their length, big-endian (docs/bundle-format.md, section 7).
    """
    recorded_at = entry.recorded_at.encode()
    return hashlib.sha384(
        b"".join(
            (
                _DOMAIN,
                entry.prev_hash,
                _named(entry.origin),
                _NUMBERS.pack(entry.epoch, entry.seq, len(recorded_at)),
                recorded_at,
                _named(entry.session_id),
                _ELAPSED.pack(entry.elapsed_ms),
                _named(entry.actor),
                _named(entry.kind),
                _PAYLOAD.pack(entry.kind_version, len(entry.payload)),
                entry.payload,
            )
        )
    ).digest()


_NUMBERS = struct.Struct(">QQI")
_ELAPSED = struct.Struct(">Q")
_PAYLOAD = struct.Struct(">IQ")


@lru_cache(maxsize=1024)  # a chain repeats the same few names in every entry
def _named(text: str) -> bytes:
    """Return the length of the UTF-8 text in 4 bytes, then the text."""
    name = text.encode()
    return struct.pack(">I", len(name)) + name


def next_entry(head: Head, author: Author, *, recorded_at: str, kind: str, kind_version: int, payload: bytes) -> Entry:
    """Return the entry that follows `head`, in the chain of `head`. The author's origin and epoch are not used.

    Raises Refusal `fact.too_large` for a payload over 4 MiB.
    """
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise Refusal("fact.too_large", kind=kind, size=len(payload))
    draft = Entry(
        origin=head.origin,
        epoch=head.epoch,
        seq=head.seq + 1,
        prev_hash=head.hash,
        hash=b"",
        recorded_at=recorded_at,
        session_id=author.session_id,
        elapsed_ms=max(0, author.elapsed_ms()),
        actor=author.actor,
        kind=kind,
        kind_version=kind_version,
        payload=payload,
    )
    return msgspec.structs.replace(draft, hash=entry_hash(draft))


def head_of(entry: Entry) -> Head:
    """Return the head of a chain whose newest entry is `entry`."""
    return Head(entry.origin, entry.epoch, entry.seq, entry.hash)


def verify_chain(entries: Iterable[Entry], head: Head) -> Head:
    """Verify that `entries` follow `head`, and return the new head (`head` without entries). Raises like `followed`."""
    newest = deque(followed(entries, head), maxlen=1)
    return head_of(newest.pop()) if newest else head


def followed(entries: Iterable[Entry], head: Head) -> Iterator[Entry]:
    """Yield each entry after verifying that it follows its predecessor; the first must follow `head`.

    Entries before a fault are yielded. Raises Refusal `chain.gap` (a number is missing or repeated), `chain.broken`
    (`prev_hash` does not match the entry before), `chain.altered` (the entry's hash is wrong), `chain.foreign` (another
    origin or epoch).
    """
    seq, newest = head.seq, head.hash
    for entry in entries:
        if entry.origin != head.origin or entry.epoch != head.epoch:
            raise Refusal("chain.foreign", origin=entry.origin, epoch=entry.epoch, seq=entry.seq)
        if entry.seq != seq + 1:
            raise Refusal("chain.gap", origin=entry.origin, epoch=entry.epoch, expected=seq + 1, found=entry.seq)
        if entry.prev_hash != newest:
            raise Refusal("chain.broken", origin=entry.origin, epoch=entry.epoch, seq=entry.seq)
        if entry_hash(entry) != entry.hash:
            raise Refusal("chain.altered", origin=entry.origin, epoch=entry.epoch, seq=entry.seq)
        seq, newest = entry.seq, entry.hash
        yield entry


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Entry)


def encode_entry(entry: Entry) -> bytes:
    """Encode one entry as JSON with binary fields in base64, the form used in bundles."""
    return _encoder.encode(entry)


def decode_entry(data: bytes | memoryview) -> Entry:
    """Decode one entry. Its hash is not verified (`followed`).

    Raises Refusal `entry.unreadable` for malformed JSON and for fields outside their limits.
    """
    try:
        entry = _decoder.decode(data)
    except UNREADABLE as error:
        raise Refusal("entry.unreadable", reason=str(error)[:200]) from error
    if (
        _is_long(entry.origin)
        or _is_long(entry.recorded_at)
        or _is_long(entry.session_id)
        or _is_long(entry.actor)
        or _is_long(entry.kind)
        or len(entry.payload) > MAX_PAYLOAD_BYTES
        or len(entry.hash) != HASH_BYTES
        or len(entry.prev_hash) != HASH_BYTES
        or not 1 <= entry.epoch <= MAX_EPOCH
        or not 1 <= entry.seq < 2**53
        or not 0 <= entry.elapsed_ms < 2**53
        or not 1 <= entry.kind_version < 2**31
    ):
        raise Refusal("entry.unreadable", reason="a field is outside its limits")
    return entry


def _is_long(name: str) -> bool:
    return len(name) * 4 > MAX_NAME_BYTES and len(name.encode()) > MAX_NAME_BYTES


def order_key(observed_at: str, entry: Entry) -> str:
    """Return the text by which facts are ordered: observed_at, origin, epoch, seq. Order of arrival plays no role."""
    return f"{observed_at}|{entry.origin}|{entry.epoch:06d}|{entry.seq:012d}"


def outgoing_origin(hq: str, device: str) -> str:
    """Return the origin of HQ's outgoing chain for one device.

    A separate chain per device lets HQ send only what that device needs without leaving gaps.
    """
    return f"{hq}→{device}"
