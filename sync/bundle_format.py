"""Content of a bundle: header, manifest and limits. docs/bundle-format.md specifies the same for other implementations.

The header is canonical JSON: sorted keys, no blanks, unescaped UTF-8, integers only, no duplicate keys. A header that
changes when it is written again is refused. The manifest is plain JSON whose exact bytes are signed.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, BinaryIO, Final

import msgspec
from msgspec import Meta

from eum_app.crypto.certificates import Certificate
from eum_app.crypto.chain import MAX_CHAIN_LENGTH
from eum_app.crypto.streams import MAX_CHUNK_SIZE, MIN_CHUNK_SIZE, read_fully
from eum_app.crypto.suites import Suite
from eum_app.domain.errors import Refusal
from eum_app.domain.journal import MAX_EPOCH
from eum_app.domain.unreadable import UNREADABLE
from sync.trust import KINDS

MAGIC = b"EUMB\r\n\x1a\n"
"""First bytes of a bundle. Its line ends reveal a transfer in text mode."""
_ARCHIVES = (b"PK\x03\x04", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"BZh", b"\xfd7zXZ", b"MSCF")
"""First bytes of zip, gzip, 7-Zip, RAR, bzip2, xz and cabinet files."""
_BASE64_MAGIC = b"RVVNQg0K"
"""The first 8 bytes of a bundle that was sent as base64 text."""
VERSION = 2
"""Version that is written. Since 2, ECDSA signatures have a low s (`signing.is_low_s`)."""
KNOWN_VERSIONS = (1, VERSION)
OUTER_PURPOSE = "eum/bundle/1"
"""Purpose of the signature over header and ciphertext."""
MANIFEST_PURPOSE = "eum/bundle-manifest/1"
"""Purpose of the signature over the manifest."""
_KEY_INFO = b"eum/bundle-key/1\x00"

# Hard limits (bytes or counts). A reader checks each before it allocates memory, a writer before it writes.
MAX_HEADER_SIZE = 256 * 1024
MAX_RECIPIENTS = 64
MAX_FRAMES = 1 << 20
MAX_MANIFEST_SIZE = 8 * 1024 * 1024
MAX_OBJECTS = 16_384
MAX_OBJECT_SIZE = 4 << 30
MAX_HEAD_SIGNATURES = 256
MAX_REVOKED = 32_768
MAX_ENTRY_SIZE = 8 * 1024 * 1024
MAX_ENTRIES = 4_000_000
MAX_ENTRIES_SIZE = 4 << 30
MAX_BLOCK_SIZE = 1 << 20
MAX_ZSTD_WINDOW = 8 * 1024 * 1024

# `$` would also match before a line end.
Hex384 = Annotated[str, Meta(pattern=r"\A[0-9a-f]{96}\Z")]
BundleId = Annotated[str, Meta(pattern=r"\A[0-9a-f]{32}\Z")]
Name = Annotated[str, Meta(min_length=1, max_length=200)]
Hash = Annotated[bytes, Meta(min_length=48, max_length=48)]
Key = Annotated[bytes, Meta(min_length=32, max_length=32)]
Number = Annotated[int, Meta(ge=0, le=(1 << 53) - 1)]  # exact in every reader (I-JSON, RFC 7493)
UtcTime = Annotated[datetime, Meta(tz=True)]
_UTC: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?Z")


# Header


class Recipient(msgspec.Struct, frozen=True, kw_only=True):
    """A party that can open the bundle: the name of its key (`KemPublic.kid`) and the content key sealed to it."""

    kid: Hex384
    enc: Annotated[bytes, Meta(max_length=4096)]


class _Header(msgspec.Struct, frozen=True, kw_only=True):
    bundle_id: BundleId
    kind: str
    created_at: UtcTime
    chunk_size: Annotated[int, Meta(ge=MIN_CHUNK_SIZE, le=MAX_CHUNK_SIZE)]
    commitment: Key
    sender: Annotated[list[bytes], Meta(min_length=1, max_length=MAX_CHAIN_LENGTH)]
    recipients: Annotated[list[Recipient], Meta(min_length=1, max_length=MAX_RECIPIENTS)]


@dataclass(frozen=True)
class Header:
    """A parsed header; `raw` is its exact bytes. `chain` begins with the sender's certificate.

    Our writer omits the root from `chain`; another writer may include it. Nothing in a header is trusted before
    `sync.trust` has judged it. `created_at` is aware.
    """

    version: int
    suite: Suite
    bundle_id: str
    kind: str
    created_at: datetime
    chunk_size: int
    commitment: bytes
    chain: tuple[Certificate, ...]
    recipients: tuple[Recipient, ...]
    raw: bytes

    @property
    def sender(self) -> Certificate:
        """The certificate of the claimed sender."""
        return self.chain[0]

    @property
    def low_s(self) -> bool:
        """Whether this version allows only one spelling of an ECDSA signature."""
        return self.version > 1

    @property
    def digest(self) -> bytes:
        """SHA-384 of the header's bytes: the AAD of each chunk, and part of the sender's outer signature."""
        return hashlib.sha384(self.raw).digest()

    @property
    def kids(self) -> list[str]:
        """The names of the recipients' keys, in the header's order."""
        return [recipient.kid for recipient in self.recipients]

    @property
    def info(self) -> bytes:
        """The context to which each sealed content key is bound (`key_info`)."""
        return key_info(json.loads(self.raw))


def canonical(fields: dict[str, Any]) -> bytes:
    """Return canonical JSON: sorted keys, no blanks, UTF-8. Raises ValueError for NaN, infinity and lone surrogates."""
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def key_info(fields: dict[str, Any]) -> bytes:
    """Return HPKE's `info`: a label, then SHA-384 of the canonical header without the recipients' `enc`.

    So a sealed content key opens only in a header with the same version, suite, id, kind, time, sender, key commitment
    and list of recipients.
    """
    # `enc` is left out because it is the result of sealing under this very `info`.
    bare = fields | {"recipients": [{k: v for k, v in r.items() if k != "enc"} for r in fields["recipients"]]}
    return _KEY_INFO + hashlib.sha384(canonical(bare)).digest()


def read_header(file: BinaryIO) -> Header:
    """Read magic and header; the file position is then at the first frame.

    Raises Refusal: "bundle.not_a_bundle", "bundle.sent_as_text", "bundle.zipped",
    "bundle.truncated", "bundle.too_large", "bundle.version", "suite.unknown",
    "bundle.kind", "bundle.altered".
    """
    magic = read_fully(file, len(MAGIC))
    if magic != MAGIC:
        raise Refusal(_why_not(magic))
    size = int.from_bytes(exactly(file, 4), "big")
    if size > MAX_HEADER_SIZE:
        raise Refusal("bundle.too_large", part="header", size=size, limit=MAX_HEADER_SIZE)
    return parse_header(exactly(file, size))


def _why_not(magic: bytes) -> str:
    """Return the code of the refusal for a file that begins with these bytes."""
    if magic and MAGIC.startswith(magic):
        return "bundle.truncated"
    if magic.startswith(MAGIC[:4]) or magic == _BASE64_MAGIC:  # line ends of another system, or letters for bytes
        return "bundle.sent_as_text"
    return "bundle.zipped" if magic.startswith(_ARCHIVES) else "bundle.not_a_bundle"


def parse_header(raw: bytes) -> Header:
    """Parse a header's bytes. Raises as `read_header` does."""
    try:
        fields = json.loads(raw)
        # Duplicate keys and other spellings do not survive this round trip: every reader sees one header.
        is_canonical = isinstance(fields, dict) and canonical(fields) == raw
    except (ValueError, RecursionError) as error:
        raise Refusal("bundle.altered", part="header") from error
    if not is_canonical or fields.get("format") != "eum-bundle":
        raise Refusal("bundle.altered", part="header")
    if not _is_version(fields.get("version")):
        raise Refusal("bundle.version", version=str(fields.get("version"))[:20], known=VERSION)
    suite = Suite.parse(fields.get("suite"))
    try:
        header = msgspec.convert(fields, _Header)
        chain = tuple(Certificate.from_der(der) for der in header.sender)
    except (msgspec.ValidationError, Refusal) as error:
        raise Refusal("bundle.altered", part="header") from error
    if not _UTC.fullmatch(fields["created_at"]):
        raise Refusal("bundle.altered", part="header")
    if header.kind not in KINDS:
        raise Refusal("bundle.kind", kind=header.kind[:40])
    # `key_info` binds all fields of a recipient except `enc`; unknown ones would be ambiguous.
    if any(set(recipient) != {"kid", "enc"} for recipient in fields["recipients"]):
        raise Refusal("bundle.altered", part="recipients")
    return Header(
        version=fields["version"],
        suite=suite,
        bundle_id=header.bundle_id,
        kind=header.kind,
        created_at=header.created_at,
        chunk_size=header.chunk_size,
        commitment=header.commitment,
        chain=chain,
        recipients=tuple(header.recipients),
        raw=raw,
    )


def _is_version(found: object) -> bool:
    """Whether a value is a known version as a JSON integer; in Python `true` and `1.0` equal 1 too."""
    return type(found) is int and found in KNOWN_VERSIONS


def exactly(file: BinaryIO, size: int) -> bytes:
    """Read `size` bytes. Raises Refusal("bundle.truncated") if the file ends earlier."""
    data = read_fully(file, size)
    if len(data) != size:
        raise Refusal("bundle.truncated")
    return data


# Manifest


class ObjectRef(msgspec.Struct, frozen=True, kw_only=True):
    """One content object in the bundle: name, sealed size in bytes, media type, and the secrets that open it."""

    object_id: Hex384
    size: Annotated[int, Meta(ge=0, le=MAX_OBJECT_SIZE)]
    media_type: Annotated[str, Meta(max_length=200)]
    key: Key
    salt: Key

    def __repr__(self) -> str:
        return f"ObjectRef({self.object_id[:12]}…, {self.size} bytes)"


class HeadSignature(msgspec.Struct, frozen=True, kw_only=True):
    """An account's signature over a journal head.

    `hash` is the head's; `usecases.exchange` defines the signed message.
    """

    account: Name
    seq: Number
    hash: Hash
    signature: Annotated[bytes, Meta(max_length=8192)]


class RevokedCertificate(msgspec.Struct, frozen=True, kw_only=True):
    """A certificate that HQ revoked, by serial (lower-case hex). `holder` is for people; `revoked_at` is aware."""

    serial: Annotated[str, Meta(pattern=r"\A[0-9a-f]{1,40}\Z")]
    holder: Name
    revoked_at: UtcTime


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """The inner, signed statement of the bundle's content.

    `sender` is the fingerprint of the sender's certificate and `recipients` the header's kids, in order. The entries
    are `first_seq` to `last_seq` of the journal (origin, epoch); with none, `last_seq` is `first_seq` - 1 and
    `last_hash` is `prev_hash`. `entries_size` (bytes) and `entries_sha384` cover the unpacked, length-prefixed entries.
    `revoked` is HQ's whole revocation list; earlier versions wrote none, and devices write none.
    """

    bundle_id: BundleId
    kind: str
    created_at: UtcTime
    app_version: Annotated[str, Meta(max_length=100)]
    sender: Hex384
    recipients: Annotated[list[Hex384], Meta(min_length=1, max_length=MAX_RECIPIENTS)]
    origin: Name
    epoch: Annotated[int, Meta(ge=0, le=MAX_EPOCH)]
    first_seq: Number
    last_seq: int
    prev_hash: Hash
    last_hash: Hash
    entry_count: Annotated[int, Meta(ge=0, le=MAX_ENTRIES)]
    entries_size: Annotated[int, Meta(ge=0, le=MAX_ENTRIES_SIZE)]
    entries_sha384: Hash
    objects: Annotated[list[ObjectRef], Meta(max_length=MAX_OBJECTS)]
    head_signatures: Annotated[list[HeadSignature], Meta(max_length=MAX_HEAD_SIGNATURES)]
    revoked: Annotated[list[RevokedCertificate], Meta(max_length=MAX_REVOKED)] = []

    def is_consistent(self) -> bool:
        """Whether counts, numbers and sizes agree with each other, and no object is listed twice."""
        return (
            self.last_seq - self.first_seq + 1 == self.entry_count
            and 4 * self.entry_count <= self.entries_size <= self.entry_count * (4 + MAX_ENTRY_SIZE)
            and (self.entry_count > 0 or self.last_hash == self.prev_hash)
            and len({ref.object_id for ref in self.objects}) == len(self.objects)
        )


def encode_manifest(manifest: Manifest) -> bytes:
    """Return the manifest's bytes, with format and this version. Raises Refusal("bundle.too_large")."""
    fields = msgspec.to_builtins(manifest)
    if not manifest.revoked:
        del fields["revoked"]  # so that a bundle without a list has the bytes that it always had
    raw = canonical({"format": "eum-manifest", "version": VERSION} | fields)
    if len(raw) > MAX_MANIFEST_SIZE:
        raise Refusal("bundle.too_large", part="manifest", size=len(raw), limit=MAX_MANIFEST_SIZE)
    return raw


def decode_manifest(raw: bytes, version: int) -> tuple[Manifest, dict[str, Any]]:
    """Decode a manifest whose signature was verified. Also return the top-level fields that this version does not know.

    `version` is the header's. Raises Refusal("bundle.version"), and Refusal("bundle.altered") if it cannot be parsed,
    is not consistent, or has another version than the header.
    """
    try:
        fields = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
        named = {
            name: msgspec.json.decode(fields[name]) for name in ("format", "version", "created_at") if name in fields
        }
        if named.get("format") == "eum-manifest" and not _is_version(named.get("version")):
            raise Refusal("bundle.version", version=str(named.get("version"))[:20], known=VERSION)
        manifest = msgspec.json.decode(raw, type=Manifest)
        known = {*Manifest.__struct_fields__, "format", "version"}
        extra = {name: msgspec.json.decode(value) for name, value in fields.items() if name not in known}
    except UNREADABLE as error:
        raise Refusal("bundle.altered", part="manifest") from error
    is_utc = _UTC.fullmatch(named["created_at"])
    is_same = named.get("version") == version
    if named.get("format") != "eum-manifest" or not is_same or not is_utc or not manifest.is_consistent():
        raise Refusal("bundle.altered", part="manifest")
    return manifest, extra
