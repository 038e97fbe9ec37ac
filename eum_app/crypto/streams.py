"""Long content in authenticated chunks: the STREAM construction, and the content objects built on it.

STREAM (Hoang, Reyhanitabar, Rogaway, Vizár: "Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance",
2015) cuts the plaintext into chunks of one fixed size. Only the last may be shorter, and it is empty only if the whole
plaintext is. Each is AES-256-GCM with

    nonce = prefix (7 bytes) ‖ chunk number from 0 (u32, big-endian) ‖ 1 for the last chunk, else 0
    aad   = a 48-byte digest from the caller (the context of the content)

so that removed, exchanged, repeated or added chunks are detected. HKDF-SHA384 (no salt, info ``eum/stream/1``) derives
71 bytes from the 32-byte content key: payload key (32) ‖ nonce prefix (7) ‖ key commitment (32). The commitment is
written before the chunks, because AES-GCM alone lets one ciphertext open under two keys. A content key is random and
used for one content only, so a nonce is never used twice.

A **content object** (a photo, a signature, a note) is a separate file::

    magic "EUMOBJ1\\n" (8) ‖ chunk size (u32, big-endian) ‖ key commitment (32) ‖ chunks without framing
    aad = SHA-384 of these 44 bytes

Its name, `object_id`, is the hex SHA-384 of the whole file, so anyone can check it without the key. A fact does not
hold the content but a commitment to it: SHA-384(salt ‖ plaintext) with 32 random bytes of salt. It neither reveals the
content nor allows an exchange. Once key and salt are destroyed, the content cannot be guessed from it.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Iterator
from typing import NamedTuple, Protocol

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from eum_app.domain.errors import Refusal

KEY_SIZE = 32
SALT_SIZE = 32
TAG_SIZE = 16
CHUNK_SIZE = 1 << 20
MIN_CHUNK_SIZE = 64
MAX_CHUNK_SIZE = 1 << 20
COMMITMENT_SIZE = 32

_PREFIX_SIZE = 7  # with 4 bytes of counter and 1 byte for the end: the 12 bytes of a GCM nonce
_MAX_CHUNKS = 1 << 32
_OBJECT_MAGIC = b"EUMOBJ1\n"
_OBJECT_HEADER_SIZE = len(_OBJECT_MAGIC) + 4 + COMMITMENT_SIZE


class Reader(Protocol):
    """A source of content: any binary file."""

    def read(self, size: int, /) -> bytes: ...


class Writer(Protocol):
    """A destination for content: any binary file."""

    def write(self, data: bytes, /) -> object: ...


class StreamKeys(NamedTuple):
    """The values derived from a content key."""

    payload: bytes
    prefix: bytes
    commitment: bytes

    def __repr__(self) -> str:
        return "StreamKeys()"

    @classmethod
    def derive(cls, content_key: bytes) -> StreamKeys:
        """Derive the three values from the 32-byte content key. Raises Refusal("key.invalid")."""
        if len(content_key) != KEY_SIZE:
            raise Refusal("key.invalid", size=len(content_key))
        length = KEY_SIZE + _PREFIX_SIZE + COMMITMENT_SIZE
        derived = HKDF(hashes.SHA384(), length, salt=None, info=b"eum/stream/1").derive(content_key)
        return cls(derived[:KEY_SIZE], derived[KEY_SIZE:-COMMITMENT_SIZE], derived[-COMMITMENT_SIZE:])

    def check(self, commitment: bytes) -> None:
        """Raise Refusal("stream.wrong_key") unless the content was sealed under this key."""
        # Constant time, so that the comparison does not reveal how much of a guess is right.
        if not hmac.compare_digest(self.commitment, commitment):
            raise Refusal("stream.wrong_key")


class _Stream:
    def __init__(self, keys: StreamKeys, aad: bytes) -> None:
        self._cipher = AESGCM(keys.payload)
        self._prefix = keys.prefix
        self._aad = aad

    def _nonce(self, index: int, last: bool) -> bytes:
        # The counter has 32 bits; a wrapped counter would reuse a nonce.
        if index >= _MAX_CHUNKS:
            raise Refusal("stream.too_long")
        return self._prefix + index.to_bytes(4, "big") + (b"\x01" if last else b"\x00")


class StreamSealer(_Stream):
    """Encrypts chunks in order; the caller cuts them."""

    _next = 0
    _ended = False

    def seal(self, chunk: bytes | memoryview | bytearray, *, last: bool) -> bytes:
        """Encrypt the next chunk.

        Raises ValueError after the last one, Refusal("stream.too_long") beyond 2^32 chunks.
        """
        if self._ended:
            raise ValueError("the last chunk is already sealed")
        sealed = self._cipher.encrypt(self._nonce(self._next, last), chunk, self._aad)
        self._next += 1
        self._ended = last
        return sealed


class StreamOpener(_Stream):
    """Decrypts single chunks by number. The caller must request each one, in order, up to the last."""

    def open(self, index: int, sealed: bytes | memoryview, *, last: bool) -> bytes:
        """Decrypt chunk `index`. Raises Refusal("stream.altered") unless it is exactly what was sealed there.

        Raises Refusal("stream.too_long") beyond 2^32 chunks.
        """
        try:
            return self._cipher.decrypt(self._nonce(index, last), sealed, self._aad)
        except (InvalidTag, ValueError) as error:
            raise Refusal("stream.altered", chunk=index) from error


def seal_chunks(keys: StreamKeys, aad: bytes, reader: Reader, *, chunk_size: int = CHUNK_SIZE) -> Iterator[bytes]:
    """Read plaintext to its end and yield sealed chunks, one even for an empty plaintext.

    At most two chunks are in memory. Raises Refusal("stream.too_long") beyond 2^32 chunks.
    """
    sealer = StreamSealer(keys, aad)
    chunk = read_fully(reader, chunk_size)
    while True:
        # Read one chunk ahead: the last one is encrypted with another nonce flag.
        following = read_fully(reader, chunk_size) if len(chunk) == chunk_size else b""
        yield sealer.seal(chunk, last=not following)
        if not following:
            return
        chunk = following


def open_chunks(keys: StreamKeys, aad: bytes, reader: Reader, *, chunk_size: int = CHUNK_SIZE) -> Iterator[bytes]:
    """Read sealed chunks to the end and yield plaintext.

    Raises Refusal("stream.altered") at the first bad chunk, and for an empty file; "stream.too_long" beyond 2^32
    chunks. The content is complete only if the iterator ends without raising; after a refusal, discard what it yielded.
    """
    opener = StreamOpener(keys, aad)
    sealed_size = chunk_size + TAG_SIZE
    sealed = read_fully(reader, sealed_size)
    index = 0
    while True:
        following = read_fully(reader, sealed_size) if len(sealed) == sealed_size else b""
        if index and len(sealed) == TAG_SIZE:
            raise Refusal("stream.altered", chunk=index)  # an empty chunk after others is never written
        yield opener.open(index, sealed, last=not following)
        if not following:
            return
        sealed = following
        index += 1


def read_fully(reader: Reader, size: int) -> bytes:
    """Read exactly `size` bytes, or fewer only at the end. One read of a raw file or pipe may return less."""
    data = reader.read(size)
    if len(data) == size or not data:
        return data
    parts = [data]
    missing = size - len(data)
    while missing and (data := reader.read(missing)):
        parts.append(data)
        missing -= len(data)
    return b"".join(parts)


# Content objects


class ObjectSeal(msgspec.Struct, frozen=True):
    """Result of sealing an object. `key` and `salt` are secret and belong in the encrypted store.

    `size` is the sealed file's size, `plaintext_size` the content's, both in bytes; `commitment` is SHA-384(salt ‖
    plaintext).
    """

    object_id: str
    size: int
    plaintext_size: int
    key: bytes
    salt: bytes
    commitment: bytes

    def __repr__(self) -> str:
        return f"ObjectSeal({self.object_id[:12]}…, {self.size} bytes)"


def commit(salt: bytes, *parts: bytes) -> bytes:
    """Return a commitment to content that does not reveal it: SHA-384(salt ‖ parts…), 48 bytes.

    `salt` is 32 random bytes.
    """
    digest = hashlib.sha384(salt)
    for part in parts:
        digest.update(part)
    return digest.digest()


def seal_object(plaintext: Reader, out: Writer, *, chunk_size: int = CHUNK_SIZE) -> ObjectSeal:
    """Encrypt content under a fresh random key into `out`, in one pass and bounded memory.

    `plaintext` is read to its end. The caller must flush the file and rename it to `object_id` before a fact names it.
    `read_object` opens it only if `chunk_size` is from 64 bytes to 1 MiB.
    """
    key, salt = os.urandom(KEY_SIZE), os.urandom(SALT_SIZE)
    keys = StreamKeys.derive(key)
    header = _OBJECT_MAGIC + chunk_size.to_bytes(4, "big") + keys.commitment
    watched = _Watched(plaintext, salt)
    # Hash while writing: the name of the file is known without reading it again.
    name, size = hashlib.sha384(header), len(header)
    out.write(header)
    for sealed in seal_chunks(keys, hashlib.sha384(header).digest(), watched, chunk_size=chunk_size):
        name.update(sealed)
        size += len(sealed)
        out.write(sealed)
    return ObjectSeal(name.hexdigest(), size, watched.size, key, salt, watched.digest.digest())


def read_object(sealed: Reader, key: bytes) -> Iterator[bytes]:
    """Yield an object's content chunk by chunk.

    Raises Refusal: "object.not_an_object", "object.wrong_key", "object.altered", or "key.invalid" (`key` is not 32
    bytes). The content is complete only if the iterator ends without raising; after a refusal, discard what it yielded.
    """
    header = read_fully(sealed, _OBJECT_HEADER_SIZE)
    chunk_size = int.from_bytes(header[8:12], "big")
    if (
        len(header) != _OBJECT_HEADER_SIZE
        or not header.startswith(_OBJECT_MAGIC)
        or not MIN_CHUNK_SIZE <= chunk_size <= MAX_CHUNK_SIZE
    ):
        raise Refusal("object.not_an_object")
    keys = StreamKeys.derive(key)
    try:
        keys.check(header[12:])
    except Refusal as error:
        raise Refusal("object.wrong_key") from error
    try:
        yield from open_chunks(keys, hashlib.sha384(header).digest(), sealed, chunk_size=chunk_size)
    except Refusal as error:
        raise Refusal("object.altered", **error.values) from error


def open_object(
    sealed: Reader, key: bytes, out: Writer, *, salt: bytes | None = None, commitment: bytes | None = None
) -> int:
    """Write an object's content to `out` and return its size in bytes.

    With `salt` and `commitment` (from the fact) the content is also compared with the commitment. Raises as
    `read_object` does, and Refusal("object.not_as_committed"); then discard `out`.
    """
    digest, size = hashlib.sha384(salt or b""), 0
    for chunk in read_object(sealed, key):
        digest.update(chunk)
        size += len(chunk)
        out.write(chunk)
    if commitment is not None and not hmac.compare_digest(digest.digest(), commitment):
        raise Refusal("object.not_as_committed")
    return size


def hash_object(sealed: Reader) -> str:
    """Return the object's name: hex SHA-384 of the sealed file from its current position to its end."""
    digest = hashlib.sha384()
    while data := sealed.read(CHUNK_SIZE):
        digest.update(data)
    return digest.hexdigest()


class _Watched:
    """Counts and hashes the bytes that are read through it."""

    def __init__(self, reader: Reader, salt: bytes) -> None:
        self._reader = reader
        self.digest = hashlib.sha384(salt)
        self.size = 0

    def read(self, size: int, /) -> bytes:
        data = self._reader.read(size)
        self.digest.update(data)
        self.size += len(data)
        return data
