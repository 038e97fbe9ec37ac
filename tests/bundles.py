"""A small world for bundle tests: an authority, two HQs, two devices, and some synthetic entries and objects."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from eum_app.crypto.certificates import (
    Certificate,
    CertificateRequest,
    Identity,
    issue_device,
    issue_hq,
    make_authority,
    make_request,
)
from eum_app.crypto.streams import seal_object
from eum_app.crypto.suites import Suite
from sync.bundle_file import BundleObject, SealedBundle, write_bundle
from sync.trust import TrustList

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


@dataclass(frozen=True)
class World:
    """Who there is. `trust` is what HQ-1 believes, `field_trust` what a device believes."""

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
        authority = make_authority("Programme XX", at=NOW, suite=suite)
        hq = issue_hq(authority, hq_id="HQ-1", name="Headquarters 1", at=NOW)
        other_hq = issue_hq(authority, hq_id="HQ-2", name="Headquarters 2", at=NOW)
        return cls(authority, hq, other_hq, enrol("FLD-0042", hq, epoch=3), enrol("FLD-0043", hq))


def enrol(device_id: str, hq: Identity, *, epoch: int = 1, days: int = 365) -> Identity:
    """A device that `hq` has enrolled."""
    pending, request = make_request(device_id, hq.suite)
    certificate = issue_device(CertificateRequest.from_der(request), hq, epoch=epoch, at=NOW, days=days)
    return pending.complete((certificate, *hq.chain))


def sealed_photo(content: bytes) -> BundleObject:
    """A content object made from `content`."""
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
    """A results bundle with three entries unless told otherwise."""
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
    """Bytes that do not pack."""
    return os.urandom(size)
