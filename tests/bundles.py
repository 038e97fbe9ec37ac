"""A small world for bundle tests: an authority, two HQs, two devices, and some synthetic entries and objects."""

from __future__ import annotations

import base64
import hashlib
import io
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import zstandard

from eum_app.crypto.certificates import (
    Certificate,
    CertificateRequest,
    Identity,
    issue_device,
    issue_hq,
    make_authority,
    make_request,
)
from eum_app.crypto.streams import StreamKeys, seal_chunks, seal_object
from eum_app.crypto.suites import Suite
from sync.bundle_file import BundleObject, SealedBundle, write_bundle
from sync.bundle_format import MAGIC, canonical, key_info
from sync.trust import TrustList

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


@dataclass(frozen=True)
class World:
    """The parties. `trust` is the trust of HQ-1, `field_trust` that of a device."""

    authority: Identity
    hq: Identity
    other_hq: Identity
    device: Identity
    other_device: Identity

    @property
    def trust(self) -> TrustList:
        known = [self.device.certificate, self.other_device.certificate]
        return TrustList(
            root=self.authority.certificate,
            hqs=(self.hq.certificate,),
            devices={(device.origin, device.epoch): device for device in known},
        )

    @property
    def field_trust(self) -> TrustList:
        return TrustList(root=self.authority.certificate, hqs=(self.hq.certificate,))

    @classmethod
    def make(cls, suite: Suite) -> World:
        authority = make_authority("Program XX", at=NOW, suite=suite)
        hq = issue_hq(authority, hq_id="HQ-1", name="Headquarters 1", at=NOW)
        other_hq = issue_hq(authority, hq_id="HQ-2", name="Headquarters 2", at=NOW)
        return cls(authority, hq, other_hq, enrol("FLD-0042", hq, epoch=3), enrol("FLD-0043", hq))


def enrol(device_id: str, hq: Identity, *, epoch: int = 1, days: int = 365) -> Identity:
    """Return a device that `hq` has enrolled."""
    pending, request = make_request(device_id, hq.suite)
    certificate = issue_device(CertificateRequest.from_der(request), hq, epoch=epoch, at=NOW, days=days)
    return pending.complete((certificate, *hq.chain))


def sealed_photo(content: bytes) -> BundleObject:
    """Return a content object made from `content`."""
    out = io.BytesIO()
    seal = seal_object(io.BytesIO(content), out)
    stored = out.getvalue()
    return BundleObject(seal.object_id, seal.size, "image/jpeg", seal.key, seal.salt, lambda: io.BytesIO(stored))


def write_results(
    path: Path,
    sender: Identity,
    recipients: Sequence[Certificate],
    *,
    entries: Sequence[bytes] = (b'{"kind":"CheckRecorded"}', b"", b"x" * 300),
    objects: Sequence[BundleObject] = (),
    source: Callable[[], Iterable[bytes]] | None = None,
    **changes: Any,
) -> SealedBundle:
    """Write a results bundle, with three entries by default."""
    fields: dict[str, Any] = {
        "sender": sender,
        "recipients": recipients,
        "kind": "results",
        "origin": sender.origin,
        "epoch": sender.epoch,
        "first_seq": 5,
        "prev_hash": b"p" * 48,
        "last_hash": b"l" * 48,
        "entries": source or (lambda: iter(entries)),
        "objects": objects,
        "created_at": NOW + timedelta(hours=1),
    }
    return write_bundle(path, **(fields | changes))


def noise(size: int) -> bytes:
    """Return bytes that do not compress."""
    return os.urandom(size)


# Forgery: bundles that our own writer would never write


@dataclass
class Forgery:
    """A bundle assembled piece by piece, valid in everything that is not changed on purpose."""

    sender: Identity
    recipients: Sequence[Certificate]
    header: dict[str, Any] = field(default_factory=dict)
    manifest: dict[str, Any] = field(default_factory=dict)
    manifest_raw: bytes | None = None
    inner: Identity | None = None
    outer: Identity | None = None
    entries: bytes = b"\x00\x00\x00\x03one"
    packed: bytes | None = None  # the whole entries section
    tail: bytes = b""
    info: bytes | None = None
    respell: tuple[bytes, bytes] = (b"", b"")  # in the header's bytes: this, by that
    before_trailer: bytes = bytes(4)

    def write(self, path: Path) -> Path:
        content_key = os.urandom(32)
        keys = StreamKeys.derive(content_key)
        fields: dict[str, Any] = {
            "format": "eum-bundle",
            "version": 2,
            "suite": self.sender.suite.value,
            "bundle_id": "0" * 32,
            "kind": "results",
            "created_at": "2026-11-01T12:00:00Z",
            "chunk_size": 4096,
            "commitment": text(keys.commitment),
            "sender": [text(certificate.der) for certificate in self.sender.chain[:-1]],
            "recipients": [{"kid": recipient.kid} for recipient in self.recipients],
        } | self.header
        info = self.info or key_info(fields)
        for entry, recipient in zip(fields["recipients"], self.recipients, strict=False):
            entry["enc"] = text(recipient.kem_key.seal(content_key, info))
        header = canonical(fields).replace(*self.respell, 1)
        manifest: dict[str, Any] = {
            "format": "eum-manifest",
            "version": 2,
            "bundle_id": fields["bundle_id"],
            "kind": fields["kind"],
            "created_at": fields["created_at"],
            "app_version": "0",
            "sender": self.sender.certificate.fingerprint,
            "recipients": [recipient["kid"] for recipient in fields["recipients"]],
            "origin": self.sender.origin,
            "epoch": self.sender.epoch,
            "first_seq": 1,
            "last_seq": 1,
            "prev_hash": text(bytes(48)),
            "last_hash": text(bytes(48)),
            "entry_count": 1,
            "entries_size": len(self.entries),
            "entries_sha384": text(hashlib.sha384(self.entries).digest()),
            "objects": [],
            "head_signatures": [],
        } | self.manifest
        raw = canonical(manifest) if self.manifest_raw is None else self.manifest_raw
        signed = (self.inner or self.sender).signing.sign("eum/bundle-manifest/1", raw)
        packed = blocks(zstandard.compress(self.entries)) if self.packed is None else self.packed
        plain = prefixed(raw) + prefixed(signed) + packed + self.tail
        aad = hashlib.sha384(header).digest()
        frames = [prefixed(c) for c in seal_chunks(keys, aad, io.BytesIO(plain), chunk_size=fields["chunk_size"])]
        statement = aad + hashlib.sha384(b"".join(frames)).digest() + len(frames).to_bytes(8, "big")
        signature = (self.outer or self.sender).signing.sign("eum/bundle/1", statement)
        path.write_bytes(MAGIC + prefixed(header) + b"".join(frames) + self.before_trailer + prefixed(signature))
        return path


def text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def prefixed(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


def blocks(packed: bytes, size: int = 1000) -> bytes:
    """Return an entries section with blocks of `size` bytes."""
    return b"".join(prefixed(packed[start : start + size]) for start in range(0, len(packed), size)) + bytes(4)
