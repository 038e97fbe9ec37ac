"""Write a bundle in one pass over the file: the manifest, packed entries, then sealed objects."""

from __future__ import annotations

import hashlib
import os
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import zstandard

from eum_app import __version__
from eum_app.crypto.certificates import Certificate, Identity
from eum_app.crypto.streams import CHUNK_SIZE, KEY_SIZE, StreamKeys, StreamSealer
from eum_app.domain.errors import Refusal
from sync.bundle_format import (
    MAGIC,
    MANIFEST_PURPOSE,
    MAX_BLOCK_SIZE,
    MAX_ENTRIES,
    MAX_ENTRIES_SIZE,
    MAX_ENTRY_SIZE,
    MAX_FRAMES,
    MAX_HEAD_SIGNATURES,
    MAX_HEADER_SIZE,
    MAX_OBJECT_SIZE,
    MAX_OBJECTS,
    MAX_RECIPIENTS,
    OUTER_PURPOSE,
    VERSION,
    Header,
    HeadSignature,
    Manifest,
    ObjectRef,
    RevokedCertificate,
    canonical,
    encode_manifest,
    key_info,
    parse_header,
)
from sync.files import written_whole
from sync.trust import KINDS_BY_ROLE

ZSTD_LEVEL = 1  # measured on journal entries: output as small as at level 3, twice as fast
_BATCH = 256 * 1024


@dataclass(frozen=True)
class BundleObject:
    """A content object to include: the values of `crypto.streams.seal_object`, and a function that opens its sealed
    file.
    """

    object_id: str
    size: int
    media_type: str
    key: bytes
    salt: bytes
    open: Callable[[], BinaryIO]

    def __repr__(self) -> str:
        return f"BundleObject({self.object_id[:12]}…, {self.size} bytes)"


@dataclass(frozen=True)
class SealedBundle:
    """The written bundle; `size` is in bytes."""

    bundle_id: str
    path: Path
    size: int
    header: Header


def write_bundle(
    path: Path,
    *,
    sender: Identity,
    recipients: Sequence[Certificate],
    kind: str,
    origin: str,
    epoch: int,
    first_seq: int,
    prev_hash: bytes,
    last_hash: bytes,
    entries: Callable[[], Iterable[bytes]],
    objects: Sequence[BundleObject] = (),
    head_signatures: Sequence[HeadSignature] = (),
    revoked: Sequence[RevokedCertificate] = (),
    created_at: datetime,
    chunk_size: int = CHUNK_SIZE,
) -> SealedBundle:
    """Write entries and objects, sealed for `recipients`, to the file `path`, completely or not at all.

    A file at `path` is replaced. Recipients with the same key are listed once.
    `entries` is called twice and must yield the same byte strings both times: once to count and hash them, because the
    manifest comes first, and once to write them. So memory stays bounded without an unencrypted copy on the disk.
    `created_at` must be aware; fractions of a second are dropped. After an interruption, start again: a new content key
    is used.

    Raises Refusal "bundle.no_recipient", "bundle.wrong_role" (this sender may not send this kind),
    "certificate.suite_mismatch", "certificate.no_kem" (a recipient is an authority), "bundle.too_large",
    "bundle.inconsistent" (numbers and hashes do not fit the entries, or an object is listed twice), "bundle.altered"
    (`chunk_size` is out of bounds), "bundle.object_altered" (an object does not match its name),
    "bundle.entries_changed"; Trouble as `written_whole`, also if the file of an object cannot be opened or read.
    """
    _check_parties(sender, recipients, kind)
    if len(objects) > MAX_OBJECTS or len(head_signatures) > MAX_HEAD_SIGNATURES:
        raise Refusal("bundle.too_large", part="objects", count=len(objects), limit=MAX_OBJECTS)
    count, size, digest = _measure(entries)
    content_key = os.urandom(KEY_SIZE)
    keys = StreamKeys.derive(content_key)
    header = _make_header(sender, recipients, kind, created_at, chunk_size, content_key, keys)
    manifest = Manifest(
        bundle_id=header.bundle_id,
        kind=kind,
        created_at=header.created_at,
        app_version=__version__,
        sender=sender.certificate.fingerprint,
        recipients=header.kids,
        origin=origin,
        epoch=epoch,
        first_seq=first_seq,
        last_seq=first_seq + count - 1,
        prev_hash=prev_hash,
        last_hash=last_hash,
        entry_count=count,
        entries_size=size,
        entries_sha384=digest,
        objects=[_ref(item) for item in objects],
        head_signatures=list(head_signatures),
        revoked=list(revoked),
    )
    if not manifest.is_consistent():
        raise Refusal("bundle.inconsistent", first_seq=first_seq, count=count)
    inner = encode_manifest(manifest)
    with written_whole(path) as out:
        out.write(MAGIC + len(header.raw).to_bytes(4, "big") + header.raw)
        frames = _Frames(out, StreamSealer(keys, header.digest), chunk_size)
        frames.write(_prefixed(inner) + _prefixed(sender.signing.sign(MANIFEST_PURPOSE, inner)))
        _write_entries(frames, entries, digest)
        for item in objects:
            _write_object(frames, item)
        frames.close()
        statement = header.digest + frames.digest.digest() + frames.count.to_bytes(8, "big")
        out.write(bytes(4) + _prefixed(sender.signing.sign(OUTER_PURPOSE, statement)))
        total = out.tell()
    return SealedBundle(header.bundle_id, path, total, header)


def _check_parties(sender: Identity, recipients: Sequence[Certificate], kind: str) -> None:
    if not recipients:
        raise Refusal("bundle.no_recipient")
    if len(recipients) > MAX_RECIPIENTS:
        raise Refusal("bundle.too_large", part="recipients", count=len(recipients), limit=MAX_RECIPIENTS)
    if kind not in KINDS_BY_ROLE[sender.role]:
        raise Refusal("bundle.wrong_role", kind=kind, role=sender.role.value, origin=sender.origin)
    for recipient in recipients:
        if recipient.suite is not sender.suite:
            raise Refusal("certificate.suite_mismatch", suite=recipient.suite.value, expected=sender.suite.value)


def _make_header(
    sender: Identity,
    recipients: Sequence[Certificate],
    kind: str,
    created_at: datetime,
    chunk_size: int,
    content_key: bytes,
    keys: StreamKeys,
) -> Header:
    # List each key once, even if it has several certificates.
    unique = {recipient.kid: recipient.kem_key for recipient in recipients}
    fields: dict[str, Any] = {
        "format": "eum-bundle",
        "version": VERSION,
        "suite": sender.suite.value,
        "bundle_id": os.urandom(16).hex(),
        "kind": kind,
        "created_at": created_at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "chunk_size": chunk_size,
        "commitment": _text(keys.commitment),
        # Without the root: recipients hold it already and must not take it from a file.
        "sender": [_text(certificate.der) for certificate in sender.chain[:-1]],
        "recipients": [{"kid": kid} for kid in unique],
    }
    info = key_info(fields)
    fields["recipients"] = [{"kid": kid, "enc": _text(kem.seal(content_key, info))} for kid, kem in unique.items()]
    raw = canonical(fields)
    if len(raw) > MAX_HEADER_SIZE:
        raise Refusal("bundle.too_large", part="header", size=len(raw), limit=MAX_HEADER_SIZE)
    # Parse our own header, so that the writer can never produce one that readers refuse.
    return parse_header(raw)


def _text(data: bytes) -> str:
    return b64encode(data).decode()


def _prefixed(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


def _ref(item: BundleObject) -> ObjectRef:
    if item.size > MAX_OBJECT_SIZE:
        raise Refusal("bundle.too_large", part="object", size=item.size, limit=MAX_OBJECT_SIZE)
    return ObjectRef(object_id=item.object_id, size=item.size, media_type=item.media_type, key=item.key, salt=item.salt)


def _batches(entries: Callable[[], Iterable[bytes]]) -> Iterator[tuple[int, bytes]]:
    """Yield length-prefixed entries in batches of about 256 KiB, each with the number of its entries."""
    parts: list[bytes] = []
    size = 0
    for entry in entries():
        if len(entry) > MAX_ENTRY_SIZE:
            raise Refusal("bundle.too_large", part="entry", size=len(entry), limit=MAX_ENTRY_SIZE)
        parts += (len(entry).to_bytes(4, "big"), entry)
        size += len(entry)
        if size >= _BATCH:
            yield len(parts) // 2, b"".join(parts)
            parts, size = [], 0
    if parts:
        yield len(parts) // 2, b"".join(parts)


def _measure(entries: Callable[[], Iterable[bytes]]) -> tuple[int, int, bytes]:
    count = size = 0
    digest = hashlib.sha384()
    for number, batch in _batches(entries):
        count += number
        size += len(batch)
        if count > MAX_ENTRIES or size > MAX_ENTRIES_SIZE:
            raise Refusal("bundle.too_large", part="entries", size=size, limit=MAX_ENTRIES_SIZE)
        digest.update(batch)
    return count, size, digest.digest()


def _write_entries(frames: _Frames, entries: Callable[[], Iterable[bytes]], expected: bytes) -> None:
    chunker = zstandard.ZstdCompressor(level=ZSTD_LEVEL).chunker(chunk_size=_BATCH)
    digest = hashlib.sha384()
    for _, batch in _batches(entries):
        digest.update(batch)
        for packed in chunker.compress(batch):
            frames.write(_prefixed(packed))
    for packed in chunker.finish():  # type: ignore[no-untyped-call]
        frames.write(_prefixed(packed))
    frames.write(bytes(4))
    # The second call of `entries` returned other bytes than the first, which the manifest describes.
    if digest.digest() != expected:
        raise Refusal("bundle.entries_changed")


def _write_object(frames: _Frames, item: BundleObject) -> None:
    digest, missing = hashlib.sha384(), item.size
    with item.open() as stored:
        while missing and (data := stored.read(min(missing, MAX_BLOCK_SIZE))):
            digest.update(data)
            frames.write(data)
            missing -= len(data)
        if missing or stored.read(1) or digest.hexdigest() != item.object_id:
            raise Refusal("bundle.object_altered", object_id=item.object_id)


class _Frames:
    """Cuts written data into chunks of one size, encrypts them, and writes `length ‖ sealed chunk`."""

    def __init__(self, out: BinaryIO, sealer: StreamSealer, chunk_size: int) -> None:
        self._out = out
        self._sealer = sealer
        self._chunk_size = chunk_size
        self._held = bytearray()
        self.digest = hashlib.sha384()
        self.count = 0

    def write(self, data: bytes) -> None:
        view = memoryview(data)
        while len(self._held) + len(view) > self._chunk_size:  # the current chunk is not the last
            taken = self._chunk_size - len(self._held)
            self._held += view[:taken]
            view = view[taken:]
            self._seal(last=False)
        self._held += view

    def close(self) -> None:
        self._seal(last=True)

    def _seal(self, *, last: bool) -> None:
        if self.count >= MAX_FRAMES:
            raise Refusal("bundle.too_large", part="frames", count=self.count, limit=MAX_FRAMES)
        frame = _prefixed(self._sealer.seal(self._held, last=last))
        self._held.clear()
        self.digest.update(frame)
        self._out.write(frame)
        self.count += 1
