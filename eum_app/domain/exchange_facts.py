"""Facts about what went out, came in or was turned away, and HQ's receipts. See `facts`."""

from __future__ import annotations

from eum_app.domain.fact import Fact


class BundleSealed(Fact, frozen=True, kw_only=True):
    bundle_id: str
    bundle_kind: str
    recipient: str
    origin: str
    epoch: int
    first_seq: int
    last_seq: int
    head_hash: bytes
    objects: int
    file_name: str
    file_size: int


class BundleImported(Fact, frozen=True, kw_only=True):
    bundle_id: str
    bundle_kind: str
    sender: str
    origin: str
    epoch: int
    first_seq: int
    last_seq: int
    head_hash: bytes
    new_entries: int
    objects: int
    file_name: str


class BundleQuarantined(Fact, frozen=True, kw_only=True):
    """A file that was refused, kept whole, with the reason's code and values (as text)."""

    quarantine_id: str
    bundle_id: str
    file_name: str
    file_sha384: str
    file_size: int
    code: str
    details: dict[str, str]


class FactsReceived(Fact, frozen=True, kw_only=True):
    """HQ's receipt: it holds this origin's chain up to here. Travels to the device in a signed bundle."""

    hq: str
    origin: str
    epoch: int
    seq: int
    head_hash: bytes
    bundle_id: str
