"""Signed heads of HQ's log, cosignatures of witnesses, and the files that hold them (docs/proof-slips.md).

The log is one Merkle tree over every entry that an HQ holds, in the order in which its heads took them in. A head names
the tree's size and root. These are values and encodings only: `eum_app.usecases.proofs` decides what is believed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeVar

import msgspec

from eum_app.domain.byte_reader import ByteReader, with_length
from eum_app.domain.clock import is_utc_text
from eum_app.domain.errors import Refusal
from eum_app.domain.journal import MAX_EPOCH
from eum_app.domain.merkle import HASH_BYTES, MAX_SIZE, Consistency
from eum_app.domain.unreadable import UNREADABLE

HEAD_PURPOSE: Final = "eum/tree-head/1"
COSIGN_PURPOSE: Final = "eum/cosignature/1"
HEAD_SUFFIX: Final = ".eumhead"
MAX_FILE_BYTES: Final = 1_000_000
_MAGIC: Final = b"EUMHEAD1"
_MAX_CERTIFICATES: Final = 4
MAX_COSIGNATURES: Final = 32
MAX_PROOFS: Final = 32
_MAX_NAME: Final = 200

Statement = TypeVar("Statement", "TreeHead", "Cosigned")


class TreeHead(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A statement about the log of `origin` in `epoch`: its first `size` entries have the root `root` (hex).

    `signed_at` is UTC text by HQ's clock.
    """

    format: Literal["eum-tree-head"] = "eum-tree-head"
    version: Literal[1] = 1
    origin: str
    epoch: int
    size: int
    root: str
    signed_at: str

    @property
    def root_bytes(self) -> bytes:
        """The root as 48 bytes."""
        return bytes.fromhex(self.root)


class Cosigned(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A witness's statement: at `cosigned_at` (UTC text) it had the head whose bytes have the SHA-384 `head` (hex).

    The head was consistent with every head of that log that the witness had cosigned before.
    """

    format: Literal["eum-cosignature"] = "eum-cosignature"
    version: Literal[1] = 1
    witness: str
    suite: str
    head: str
    cosigned_at: str


@dataclass(frozen=True)
class Cosignature:
    """A witness's signature over the exact bytes of a `Cosigned`, with its raw public key."""

    statement: bytes
    key: bytes
    signature: bytes

    @property
    def cosigned(self) -> Cosigned:
        """The statement. Raises Refusal `proof.unreadable`."""
        return _canonical_of(self.statement, Cosigned)

    @property
    def is_readable(self) -> bool:
        """Whether the statement can be read. Readers refuse a file with one that cannot."""
        try:
            _canonical_of(self.statement, Cosigned)
        except Refusal:
            return False
        return True


@dataclass(frozen=True)
class SignedHead:
    """A head as HQ signed it.

    `statement` are the exact bytes of a `TreeHead`, `chain` DER certificates, the signer's first and the authority's
    last. `cosignatures` and `proofs` may be added later; HQ's signature does not cover them.
    """

    statement: bytes
    signature: bytes
    chain: tuple[bytes, ...]
    cosignatures: tuple[Cosignature, ...] = ()
    proofs: tuple[Consistency, ...] = ()

    @property
    def head(self) -> TreeHead:
        """The statement. Raises Refusal `proof.unreadable`."""
        return _canonical_of(self.statement, TreeHead)


def encode_statement(statement: TreeHead | Cosigned) -> bytes:
    """Return a statement as canonical JSON (docs/bundle-format.md, section 1)."""
    fields: dict[str, Any] = msgspec.to_builtins(statement)
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _canonical_of(data: bytes, kind: type[Statement]) -> Statement:
    """Decode a statement; only its canonical form is accepted, so that each statement has one spelling."""
    try:
        found = msgspec.json.decode(data, type=kind)
        is_canonical = encode_statement(found) == data
    except (*UNREADABLE, UnicodeEncodeError) as error:
        raise Refusal("proof.unreadable") from error
    if not is_canonical or not _is_possible(found):
        raise Refusal("proof.unreadable")
    return found


def _is_possible(found: TreeHead | Cosigned) -> bool:
    if isinstance(found, Cosigned):
        return _is_name(found.witness) and _is_hash(found.head) and is_utc_text(found.cosigned_at)
    is_number = 1 <= found.epoch <= MAX_EPOCH and 1 <= found.size <= MAX_SIZE
    return is_number and _is_name(found.origin) and _is_hash(found.root) and is_utc_text(found.signed_at)


def _is_name(text: str) -> bool:
    return 0 < len(text) <= _MAX_NAME and text.isprintable()


def _is_hash(text: str) -> bool:
    return len(text) == 2 * HASH_BYTES and all(digit in "0123456789abcdef" for digit in text)


def encode_head(signed: SignedHead) -> bytes:
    """Return the bytes of a head file."""
    parts = [_MAGIC, with_length(signed.statement), with_length(signed.signature), _count(signed.chain)]
    parts += [with_length(der) for der in signed.chain]
    parts.append(_count(signed.cosignatures))
    for one in signed.cosignatures:
        parts += [with_length(one.statement), with_length(one.key), with_length(one.signature)]
    parts.append(_count(signed.proofs))
    for proof in signed.proofs:
        parts += [proof.size.to_bytes(8, "big"), proof.root, _count(proof.path), *proof.path]
    return b"".join(parts)


def decode_head(data: bytes) -> SignedHead:
    """Return the head in a file. Nothing in it is verified. Raises Refusal `proof.unreadable`."""
    reader = ByteReader(data)
    if len(data) > MAX_FILE_BYTES or reader.take(len(_MAGIC)) != _MAGIC:
        raise Refusal("proof.unreadable")
    statement, signature = reader.part(), reader.part()
    chain = tuple(reader.part() for _ in range(_at_most(reader, _MAX_CERTIFICATES)))
    cosignatures = tuple(
        Cosignature(reader.part(), reader.part(), reader.part()) for _ in range(_at_most(reader, MAX_COSIGNATURES))
    )
    proofs = tuple(
        Consistency(reader.number(8), reader.take(HASH_BYTES), reader.hashes(HASH_BYTES))
        for _ in range(_at_most(reader, MAX_PROOFS))
    )
    reader.end()
    signed = SignedHead(statement, signature, chain, cosignatures, proofs)
    require_statements(signed)
    if len({one.key for one in cosignatures}) != len(cosignatures):  # a witness counts once
        raise Refusal("proof.unreadable")
    return signed


def require_statements(signed: SignedHead) -> None:
    """Require that every statement decodes. Raises Refusal `proof.unreadable`."""
    _canonical_of(signed.statement, TreeHead)
    for one in signed.cosignatures:
        _canonical_of(one.statement, Cosigned)


def is_head(data: bytes) -> bool:
    """Whether the bytes begin as a head file does."""
    return data.startswith(_MAGIC)


def _at_most(reader: ByteReader, most: int) -> int:
    count = reader.number(1)
    if count > most:
        raise Refusal("proof.unreadable")
    return count


def _count(parts: tuple[Any, ...]) -> bytes:
    return len(parts).to_bytes(1, "big")
