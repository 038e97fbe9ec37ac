"""Devices, bundles, receipts and reports: fact → read tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from db.doubt_tables import copies, unreadable_entries
from db.exchange_tables import (
    bundles,
    devices,
    exports,
    fixed_heads,
    learned_revocations,
    quarantine,
    received,
    recertifications,
    revocations,
)
from db.projection.rows import Appliers, Noted, key_of, plain, put
from eum_app.domain import facts as f
from eum_app.domain.journal import Entry


def apply_devices(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert enrolled devices; the newest fact of each device and epoch wins."""
    rows = [
        {
            **plain(fact, "device", "epoch", "fingerprint"),
            "body": msgspec.json.encode(fact.certificates),
            "enrolled_at": fact.observed_at,
            "known_at": known_at,
            "order_key": key_of(entry, fact),
        }
        for entry, fact, known_at in noted
    ]
    put(connection, devices, rows)


def apply_recertifications(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert later certificates of devices, each once. What an enrollment began and ended stays as it was."""
    rows = [
        {
            **plain(fact, "device", "epoch", "fingerprint"),
            "body": msgspec.json.encode(fact.certificates),
            "order_key": key_of(entry, fact),
        }
        for entry, fact, _ in noted
    ]
    put(connection, recertifications, rows)


def apply_copies(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert noticed copies. Only a chain's own origin can report one, and its first report stays."""
    rows = [
        {
            **plain(fact, "epoch", "how", "through_seq", "known_seq"),
            "origin": entry.origin,
            "noticed_at": fact.observed_at,
        }
        for entry, fact, _ in noted
    ]
    put(connection, copies, rows)


def apply_revocations(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert revocations of devices; a row that is already there stays."""
    rows = [
        {**plain(fact, "device", "epoch", "reason"), "revoked_at": fact.observed_at, "known_at": known_at}
        for _, fact, known_at in noted
    ]
    put(connection, revocations, rows)


def apply_fixed_heads(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert heads on paper and accepted heads; the first statement of each account stays."""
    rows = [
        {
            **plain(fact, "origin", "epoch", "seq", "head_hash"),
            "how": "paper" if isinstance(fact, f.PaperHeadNoted) else "accepted",
            "actor": entry.actor,
            "reason": fact.paper if isinstance(fact, f.PaperHeadNoted) else fact.reason,
            "at": fact.observed_at,
            "known_at": known_at,
            "quarantine_id": "" if isinstance(fact, f.PaperHeadNoted) else fact.quarantine_id,
            "signature": b"" if isinstance(fact, f.PaperHeadNoted) else fact.signature,
        }
        for entry, fact, known_at in noted
    ]
    put(connection, fixed_heads, rows)


def apply_hq_revocations(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert HQ certificates that this HQ revoked; a row that is already there stays."""
    rows = [
        {
            "recorder": entry.origin,
            "serial": fact.serial,
            "issued_at": "",
            "issuer_epoch": 0,
            "holder": fact.hq,
            "revoked_at": fact.observed_at,
        }
        for entry, fact, _ in noted
    ]
    put(connection, learned_revocations, rows)


def apply_learned(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert revocations that a device learned; a row that is already there stays."""
    rows = [
        {
            "recorder": entry.origin,
            "serial": serial,
            "issued_at": fact.issued_at,
            "issuer_epoch": fact.issuer_epoch,
            "holder": holder,
            "revoked_at": revoked_at,
        }
        for entry, fact, _ in noted
        for serial, holder, revoked_at in fact.revoked
    ]
    put(connection, learned_revocations, rows)


def _bundle_row(entry: Entry, fact: f.BundleSealed | f.BundleImported, known_at: int) -> dict[str, Any]:
    sealed = isinstance(fact, f.BundleSealed)
    names = (
        "bundle_id",
        "bundle_kind",
        "origin",
        "epoch",
        "first_seq",
        "last_seq",
        "head_hash",
        "objects",
        "file_name",
    )
    return {
        **plain(fact, *names),
        "direction": "out" if sealed else "in",
        "recorder": entry.origin,
        "recorder_epoch": entry.epoch,
        "party": fact.recipient if isinstance(fact, f.BundleSealed) else fact.sender,
        "entries": fact.last_seq - fact.first_seq + 1 if isinstance(fact, f.BundleSealed) else fact.new_entries,
        "at": fact.observed_at,
        "order_key": key_of(entry, fact),
        "known_at": known_at,
        "imprint": "" if isinstance(fact, f.BundleSealed) else fact.imprint,
    }


def apply_bundles(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert sealed and imported bundles; impossible statements are skipped.

    The newest fact of each bundle, direction and recording chain wins.
    """
    rows = [_bundle_row(entry, fact, known_at) for entry, fact, known_at in noted if _is_possible(entry, fact)]
    put(connection, bundles, rows)


def _is_possible(entry: Entry, fact: f.BundleSealed | f.BundleImported) -> bool:
    """Whether the statement is possible: a chain cannot have sealed entries that it had not written yet."""
    if isinstance(fact, f.BundleSealed) and (fact.origin, fact.epoch) == (entry.origin, entry.epoch):
        return fact.last_seq < entry.seq
    return True


def apply_quarantine(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert refused files; a row that is already there stays."""
    names = ("quarantine_id", "bundle_id", "file_name", "file_sha384", "file_size", "code", "is_kept", "sender")
    rows = [
        {
            **plain(fact, *names),
            "recorder": entry.origin,
            "details": msgspec.json.encode(fact.details).decode(),
            "at": fact.observed_at,
        }
        for entry, fact, _ in noted
    ]
    put(connection, quarantine, rows)


def apply_unreadable(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert entries whose facts cannot be read."""
    rows = [
        {**plain(fact, "kind", "why"), "origin": entry.origin, "epoch": entry.epoch, "seq": entry.seq}
        for entry, fact, _ in noted
    ]
    put(connection, unreadable_entries, rows)


def apply_received(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert HQ's receipts; the newest for each entry of a chain wins."""
    rows = [
        {
            **plain(fact, "origin", "epoch", "seq", "head_hash", "hq", "bundle_id"),
            "at": fact.observed_at,
            "order_key": key_of(entry, fact),
        }
        for entry, fact, _ in noted
    ]
    put(connection, received, rows)


def apply_exports(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert exported reports, one row for each fact."""
    rows = [
        {
            **plain(fact, "sha384", "file_name", "report", "rows", "as_of", "imprint"),
            "actor": entry.actor,
            "at": fact.observed_at,
            "order_key": key_of(entry, fact),
        }
        for entry, fact, _ in noted
    ]
    put(connection, exports, rows)


APPLIERS: Final[Appliers] = {
    f.DeviceEnrolled: apply_devices,
    f.DeviceRecertified: apply_recertifications,
    f.DeviceRevoked: apply_revocations,
    f.CopyNoticed: apply_copies,
    f.BundleSealed: apply_bundles,
    f.BundleImported: apply_bundles,
    f.BundleQuarantined: apply_quarantine,
    f.FactsReceived: apply_received,
    f.PaperHeadNoted: apply_fixed_heads,
    f.LateHeadAccepted: apply_fixed_heads,
    f.HqRevoked: apply_hq_revocations,
    f.RevocationsLearned: apply_learned,
    f.ReportExported: apply_exports,
}
