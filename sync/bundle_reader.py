"""Read a bundle: verify everything first, then return its content.

`open_bundle` checks the file in this order; no decision uses unverified data:

1. magic, header (sizes, canonical JSON)                    5. the content key opens for us, under this very header
2. the sender, by the trust rules (`sync.trust`)            6. the manifest: its own signature, then its fields, which
3. the recipient: is it for us                                 must agree with the header; who writes this journal
4. each frame's length, the end, the outer signature        7. each entry's length, their number, size and hash; all
   over header and ciphertext                                  lengths add up to the last byte

Only then do `entries()` and `objects()` read the file a second time. A change on the disk in between is refused while
streaming (chunk tags, entries' hash, objects' names). The caller must then roll back what it read before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

import zstandard

from eum_app.crypto.certificates import Certificate, Identity
from eum_app.crypto.signing import MAX_SIGNATURE_SIZE
from eum_app.crypto.streams import TAG_SIZE, Reader, StreamKeys, StreamOpener, read_fully
from eum_app.crypto.timestamps import imprint_of
from eum_app.domain.errors import Refusal
from sync.bundle_format import (
    MANIFEST_PURPOSE,
    MAX_BLOCK_SIZE,
    MAX_ENTRY_SIZE,
    MAX_MANIFEST_SIZE,
    MAX_ZSTD_WINDOW,
    Header,
    Manifest,
    ObjectRef,
    decode_manifest,
    exactly,
    read_header,
)
from sync.bundle_outside import Scan, outer_time_statement, scan, verify_outer
from sync.files import opened_for_reading
from sync.trust import TrustList, judge_origin, judge_recipient, judge_sender

_READ = 256 * 1024
Prove = Callable[[Header, str], datetime | None]
"""Returns the time that is proved for the signature with this imprint; None to judge the sender as of now."""


@dataclass(frozen=True)
class Verdict:
    """The judgment of a bundle that is possible with the authority's certificate, without a key to open it.

    `is_complete`: nothing was cut off or added. `is_unaltered`: the signature verifies with the certificate *in the
    file*. That proves nothing unless `sender_refusal` is None, that is, unless the trust rules accept the certificate.
    `file_refusal` is the first fault of frames or signature, None if there is none.
    """

    header: Header
    is_complete: bool
    is_unaltered: bool
    file_refusal: Refusal | None
    sender_refusal: Refusal | None
    imprint: str = ""
    """Name of the outer signature for proofs of time (`crypto.timestamps`); empty for an incomplete file."""

    @property
    def holds(self) -> bool:
        """Whether the bundle is complete, unaltered, and from a trusted sender."""
        return self.is_complete and self.is_unaltered and self.sender_refusal is None


def inspect_bundle(path: Path) -> Header:
    """Return the header without trusting anything in it.

    Raises Refusal and Trouble as `read_header` and `opened_for_reading` do.
    """
    with opened_for_reading(path) as file:
        return read_header(file)


def time_statement_of(path: Path) -> tuple[Header, bytes]:
    """Return a bundle's header, and what proves the time of its outer signature (`crypto.timestamps.time_statement`).

    The signature is verified with the certificate in the file; the sender is not judged. Raises as `open_bundle` does
    for a file that is not whole.
    """
    with opened_for_reading(path) as file:
        header = read_header(file)
        frames = scan(file, header)
        verify_outer(header, frames)
        return header, outer_time_statement(header, frames)


def verify_bundle(path: Path, trust: TrustList, at: datetime, prove: Prove | None = None) -> Verdict:
    """Judge sender and completeness without a key to open the bundle. `at` is now (aware).

    `prove` is asked about a file that is whole, and its outer signature verified.

    Raises as `inspect_bundle` does if the header cannot be read, and Trouble("disk.failed") if the disk fails; other
    refusals are in the verdict.
    """
    with opened_for_reading(path) as file:
        header = read_header(file)
        file_refusal = sender_refusal = None
        is_complete = False
        imprint = ""
        try:
            frames = scan(file, header)
            is_complete = True
            verify_outer(header, frames)
            imprint = imprint_of(outer_time_statement(header, frames))
        except Refusal as refusal:
            file_refusal = refusal
        try:
            _judge(header, trust, at, prove(header, imprint) if prove and imprint else None)
        except Refusal as refusal:
            sender_refusal = refusal
    return Verdict(header, is_complete, file_refusal is None, file_refusal, sender_refusal, imprint)


@contextmanager
def open_bundle(
    path: Path,
    identity: Identity,
    trust: TrustList,
    at: datetime,
    *,
    proved_at: datetime | None = None,
    earlier: Sequence[Identity] = (),
) -> Iterator[OpenedBundle]:
    """Verify the whole bundle, then provide its content until the context ends. `at` is now (aware).

    `earlier` are identities that this party used before: what was sealed to their keys opens too. With `proved_at`, a
    time that is proved for its outer signature, the sender is judged as of that time.

    Raises Refusal: those of `sync.trust`, `read_header` and `opened_for_reading`; "bundle.truncated", "bundle.altered"
    (with the part), "bundle.too_large", "bundle.version" (of the manifest); "bundle.readdressed" (outside and inside
    were signed by different keys, or for different recipients); "key.invalid" (the sealed content key is not 32 bytes);
    "identity.no_kem" (`identity` is an authority). Trouble as `opened_for_reading`.
    """
    with opened_for_reading(path) as file:
        header = read_header(file)
        sender = _judge(header, trust, at, proved_at)
        identity = next((one for one in earlier if one.kem.public.kid in header.kids), identity)
        place = judge_recipient(header.kids, identity.kem.public.kid)
        frames = scan(file, header)
        verify_outer(header, frames)
        try:
            content_key = identity.kem.open(header.recipients[place].enc, header.info)
        except Refusal as error:
            raise Refusal("bundle.readdressed", part="key") from error
        yield OpenedBundle(file, header, frames, sender, content_key, trust, proved_at)


def _judge(header: Header, trust: TrustList, at: datetime, proved_at: datetime | None) -> Certificate:
    return judge_sender(
        header.chain,
        suite=header.suite,
        kind=header.kind,
        created_at=header.created_at,
        trust=trust,
        at=at,
        proved_at=proved_at,
    )


# Inside


class OpenedBundle:
    """A verified bundle, open for reading.

    `ended`: the sender's identity ended before, and the bundle was opened only to see which facts it holds.
    `manifest_raw` are the signed bytes, `extra` its fields that this version does not know. `entries()` and `objects()`
    can be called repeatedly, but not by two threads at the same time.
    """

    def __init__(
        self,
        file: BinaryIO,
        header: Header,
        frames: Scan,
        sender: Certificate,
        content_key: bytes,
        trust: TrustList,
        proved_at: datetime | None,
    ) -> None:
        keys = StreamKeys.derive(content_key)
        try:
            keys.check(header.commitment)
        except Refusal as error:
            raise Refusal("bundle.readdressed", part="commitment") from error
        self.header = header
        self.sender = sender
        self.ended = trust.ended_of(sender, proved_at)
        self.imprint = imprint_of(outer_time_statement(header, frames))
        self._file = file
        self._frames = frames
        self._opener = StreamOpener(keys, header.digest)
        plain = self._plain(0)
        self.manifest_raw = _section(plain, MAX_MANIFEST_SIZE, "manifest")
        signature = _section(plain, MAX_SIGNATURE_SIZE, "manifest_signature")
        try:
            sender.verify_key.verify(MANIFEST_PURPOSE, self.manifest_raw, signature, low_s=header.low_s)
        except Refusal as error:
            # Different keys signed the inside and the outside: the sender put its name on another party's bundle.
            raise Refusal("bundle.readdressed", part="manifest") from error
        self.manifest: Manifest
        self.extra: dict[str, Any]
        self.manifest, self.extra = decode_manifest(self.manifest_raw, header.version)
        _agree(self.manifest, header, sender)
        judge_origin(sender, self.manifest.origin, self.manifest.epoch, trust)
        self._entries_at = plain.position
        # Unpack all entries now and discard them: their hash must be verified before the first is used.
        for _ in _unpack(plain, self.manifest):
            pass
        self._objects_at = plain.position
        if self._objects_at + sum(ref.size for ref in self.manifest.objects) != frames.plain_size:
            raise Refusal("bundle.altered", part="objects")

    def entries(self) -> Iterator[bytes]:
        """Yield the entries in order, as they were given to `write_bundle`.

        Raises Refusal "bundle.altered" or "bundle.truncated" if the file has changed since it was verified.
        """
        return _unpack(self._plain(self._entries_at), self.manifest)

    def objects(self) -> Iterator[tuple[ObjectRef, Reader]]:
        """Yield each object with a reader of its sealed bytes, in the manifest's order.

        A reader is valid until the next object is requested. If the object does not match its name, the `read` that
        would return its last bytes raises Refusal("bundle.altered"); requesting the next object checks unread bytes in
        the same way. Copy the bytes to a temporary file, and keep it only if nothing was raised. Also raises as
        `entries` does.
        """
        plain = self._plain(self._objects_at)
        for ref in self.manifest.objects:
            reader = _ObjectReader(plain, ref)
            yield ref, reader
            while reader.read(_READ):
                pass

    def _plain(self, position: int) -> _Plain:
        return _Plain(self._file, self._frames, self.header.chunk_size, self._opener, position)


def _agree(manifest: Manifest, header: Header, sender: Certificate) -> None:
    if (manifest.sender, manifest.recipients) != (sender.fingerprint, header.kids):
        raise Refusal("bundle.readdressed", part="parties")
    if (manifest.bundle_id, manifest.kind, manifest.created_at) != (header.bundle_id, header.kind, header.created_at):
        raise Refusal("bundle.readdressed", part="header")


def _section(plain: _Plain, limit: int, part: str) -> bytes:
    size = int.from_bytes(_exactly(plain, 4, part), "big")
    if size > limit:
        raise Refusal("bundle.too_large", part=part, size=size, limit=limit)
    return _exactly(plain, size, part)


def _exactly(plain: _Plain, size: int, part: str) -> bytes:
    data = read_fully(plain, size)
    if len(data) != size:
        raise Refusal("bundle.altered", part=part)
    return data


class _Plain:
    """The decrypted chunks as one sequence of bytes from `position` on. One chunk is kept in memory."""

    def __init__(self, file: BinaryIO, frames: Scan, chunk_size: int, opener: StreamOpener, position: int) -> None:
        self._file = file
        self._frames = frames
        self._chunk_size = chunk_size
        self._opener = opener
        self._held: tuple[int, memoryview] = (-1, memoryview(b""))
        self.position = position

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes (fewer at the end of a chunk), none at the end."""
        index, offset = divmod(self.position, self._chunk_size)
        if self.position >= self._frames.plain_size:
            return b""
        if self._held[0] != index:
            self._held = (index, memoryview(self._open(index)))
        data = bytes(self._held[1][offset : offset + size])
        self.position += len(data)
        return data

    def _open(self, index: int) -> bytes:
        self._file.seek(self._frames.start + index * (4 + self._chunk_size + TAG_SIZE))
        size = int.from_bytes(exactly(self._file, 4), "big")
        if size > self._chunk_size + TAG_SIZE:
            raise Refusal("bundle.altered", part="frames", frame=index)
        try:
            return self._opener.open(index, exactly(self._file, size), last=index == self._frames.count - 1)
        except Refusal as error:
            raise Refusal("bundle.altered", part="frames", frame=index) from error


class _Blocks:
    """The packed entries: blocks of `length ‖ bytes`, ended by an empty one."""

    def __init__(self, plain: _Plain) -> None:
        self._plain = plain
        self._left = 0
        self._ended = False

    def read(self, size: int = _READ, /) -> bytes:
        if self._left == 0 and not self._ended:
            self._left = int.from_bytes(_exactly(self._plain, 4, "entries"), "big")
            if self._left > MAX_BLOCK_SIZE:
                raise Refusal("bundle.too_large", part="block", size=self._left, limit=MAX_BLOCK_SIZE)
            self._ended = self._left == 0
        if self._ended:
            return b""
        data = self._plain.read(min(size, self._left))
        if not data:
            raise Refusal("bundle.altered", part="entries")
        self._left -= len(data)
        return data


def _unpack(plain: _Plain, manifest: Manifest) -> Iterator[bytes]:
    """Yield the entries, unpacking at most the size in the manifest. Check number, size and hash at the end."""
    blocks = _Blocks(plain)
    digest = hashlib.sha384()
    held = bytearray()
    left, count = manifest.entries_size, 0
    unpacker = zstandard.ZstdDecompressor(max_window_size=MAX_ZSTD_WINDOW)
    try:
        with unpacker.stream_reader(cast(BinaryIO, blocks), read_size=_READ, read_across_frames=True) as unpacked:
            while left and (data := unpacked.read(min(left, _READ))):
                left -= len(data)
                digest.update(data)
                held += data
                start = 0
                while start + 4 <= len(held):
                    size = int.from_bytes(held[start : start + 4], "big")
                    if size > MAX_ENTRY_SIZE:
                        raise Refusal("bundle.too_large", part="entry", size=size, limit=MAX_ENTRY_SIZE)
                    if start + 4 + size > len(held):
                        break
                    if count == manifest.entry_count:  # a billion empty entries would be a bomb too
                        raise Refusal("bundle.altered", part="entries")
                    yield bytes(held[start + 4 : start + 4 + size])
                    start += 4 + size
                    count += 1
                del held[:start]
            ended = not unpacked.read(1) and not blocks.read()
    except zstandard.ZstdError as error:
        raise Refusal("bundle.altered", part="entries") from error
    if left or held or not ended or count != manifest.entry_count or digest.digest() != manifest.entries_sha384:
        raise Refusal("bundle.altered", part="entries")


class _ObjectReader:
    """Reader of one object's sealed bytes; it returns the last of them only if all together match the object's name."""

    def __init__(self, plain: _Plain, ref: ObjectRef) -> None:
        self._plain = plain
        self._ref = ref
        self._left = ref.size
        self._digest = hashlib.sha384()
        self._check()

    def read(self, size: int = _READ, /) -> bytes:
        if self._left == 0:
            return b""
        data = self._plain.read(self._left if size < 0 else min(size, self._left))
        if not data:
            raise Refusal("bundle.altered", part="objects", object_id=self._ref.object_id)
        self._digest.update(data)
        self._left -= len(data)
        self._check()
        return data

    def _check(self) -> None:
        if self._left == 0 and self._digest.hexdigest() != self._ref.object_id:
            raise Refusal("bundle.altered", part="objects", object_id=self._ref.object_id)
