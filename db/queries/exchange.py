"""Bundles, receipts, quarantine, and facts that HQ has not received yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import msgspec
from sqlalchemy import ColumnElement, Connection, and_, func, select

from db.exchange_tables import bundles, quarantine, received
from db.tables import journal
from eum_app.domain import facts as f
from eum_app.domain.errors import Refusal
from eum_app.domain.journal import Head, genesis, outgoing_origin

EVIDENCE_KINDS: Final = tuple(sorted(kind.__name__ for kind in f.EVIDENCE))
"""Kinds of facts that HQ must receive."""


@dataclass(frozen=True)
class BundleRow:
    """One bundle sealed (`direction` out) or imported (in) by this store.

    `is_received` is true for imported ones, and if a receipt or a reported import covers all entries of a sealed one.
    """

    bundle_id: str
    direction: str
    kind: str
    party: str
    origin: str
    epoch: int
    first_seq: int
    last_seq: int
    entries: int
    objects: int
    file_name: str
    at: str
    is_received: bool


@dataclass(frozen=True)
class QuarantineRow:
    """A file that was refused, with the refusal's code and values.

    `is_kept`: a copy is in the quarantine; else the file was left where it was. `sender` is empty if not verified.
    """

    quarantine_id: str
    bundle_id: str
    file_name: str
    file_sha384: str
    file_size: int
    code: str
    details: dict[str, str]
    at: str
    is_kept: bool
    sender: str


@dataclass(frozen=True)
class Outstanding:
    """The part of this store's own chain that HQ's newest receipt does not cover.

    `facts` counts evidence only. `receipt_at` is empty before the first receipt.
    """

    facts: int
    received_seq: int
    head_seq: int
    receipt_at: str


def received_head(connection: Connection, origin: str, epoch: int) -> tuple[Head, str]:
    """Return the newest head of a chain for which HQ signed a receipt, and its time; the genesis and "" without one.

    A receipt counts only if the chain holds the entry with the same number and hash.
    """
    row = connection.execute(
        select(received)
        .join(journal, _bears_receipt())
        .where(received.c.origin == origin, received.c.epoch == epoch)
        .order_by(received.c.seq.desc())
        .limit(1)
    ).first()
    return (Head(origin, epoch, row.seq, row.head_hash), row.at) if row else (genesis(origin, epoch), "")


def _bears_receipt() -> ColumnElement[bool]:
    return and_(
        journal.c.origin == received.c.origin,
        journal.c.epoch == received.c.epoch,
        journal.c.seq == received.c.seq,
        journal.c.hash == received.c.head_hash,
    )


def require_not_rolled_back(connection: Connection, origin: str, epoch: int) -> None:
    """Raise Refusal `chain.rolled_back` if HQ signed for facts that this store's own chain does not hold."""
    missing = connection.execute(
        select(func.max(received.c.seq))
        .outerjoin(journal, _bears_receipt())
        .where(received.c.origin == origin, received.c.epoch == epoch, journal.c.seq.is_(None))
    ).scalar()
    if missing:
        raise Refusal("chain.rolled_back", origin=origin, seq=missing)


def outstanding(connection: Connection, origin: str, epoch: int) -> Outstanding:
    """Count the evidence of this chain that HQ has not received."""
    head, at = received_head(connection, origin, epoch)
    mine = (journal.c.origin == origin, journal.c.epoch == epoch, journal.c.seq > head.seq)
    facts = connection.execute(
        select(func.count()).select_from(journal).where(*mine, journal.c.kind.in_(EVIDENCE_KINDS))
    ).scalar_one()
    newest = connection.execute(select(func.max(journal.c.seq)).where(*mine[:2])).scalar() or 0
    return Outstanding(facts, head.seq, newest, at)


def held_by_device(connection: Connection, device: str, device_epoch: int, outgoing: str, epoch: int) -> Head:
    """Return the head of HQ's outgoing chain up to which a device reported an import; the genesis without a report.

    Only reports in the device's chain of `device_epoch` count: a new machine does not hold what an earlier one held.
    """
    row = connection.execute(
        select(bundles.c.last_seq, bundles.c.head_hash)
        .where(
            bundles.c.recorder == device,
            bundles.c.recorder_epoch == device_epoch,
            bundles.c.direction == "in",
            bundles.c.origin == outgoing,
            bundles.c.epoch == epoch,
        )
        .order_by(bundles.c.last_seq.desc())
        .limit(1)
    ).first()
    return Head(outgoing, epoch, row.last_seq, row.head_hash) if row else genesis(outgoing, epoch)


def all_bundles(connection: Connection, recorder: str, direction: str = "") -> list[BundleRow]:
    """Return the bundles that this store (`recorder`) sealed or imported, newest first; `direction` "" means both."""
    question = select(bundles).where(bundles.c.recorder == recorder).order_by(bundles.c.order_key.desc())
    if direction:
        question = question.where(bundles.c.direction == direction)
    heads = connection.execute(
        select(received.c.origin, received.c.epoch, func.max(received.c.seq).label("seq")).group_by(
            received.c.origin, received.c.epoch
        )
    )
    covered = {(row.origin, row.epoch): row.seq for row in heads}
    # A bundle counts as received by its receipt, or when the other side's journal records the import.
    imported = connection.execute(
        select(bundles.c.recorder, bundles.c.origin, bundles.c.epoch, func.max(bundles.c.last_seq).label("seq"))
        .where(bundles.c.recorder != recorder, bundles.c.direction == "in")
        .group_by(bundles.c.recorder, bundles.c.origin, bundles.c.epoch)
    )
    for row in imported:
        if row.origin == outgoing_origin(recorder, row.recorder):  # each device speaks for its own chain only
            covered[row.origin, row.epoch] = row.seq
    return [
        BundleRow(
            row.bundle_id,
            row.direction,
            row.bundle_kind,
            row.party,
            row.origin,
            row.epoch,
            row.first_seq,
            row.last_seq,
            row.entries,
            row.objects,
            row.file_name,
            row.at,
            row.direction == "in" or covered.get((row.origin, row.epoch), 0) >= row.last_seq,
        )
        for row in connection.execute(question)
    ]


def is_quarantined(connection: Connection, recorder: str, quarantine_id: str) -> bool:
    """Whether this store already keeps that file with that refusal."""
    question = select(quarantine.c.quarantine_id).where(
        quarantine.c.recorder == recorder, quarantine.c.quarantine_id == quarantine_id
    )
    return connection.execute(question).first() is not None


def bundle_held(connection: Connection, recorder: str, recorder_epoch: int, bundle_id: str) -> bool:
    """Whether this store recorded the import of a bundle in its chain of that epoch."""
    question = select(bundles.c.bundle_id).where(
        bundles.c.recorder == recorder,
        bundles.c.recorder_epoch == recorder_epoch,
        bundles.c.direction == "in",
        bundles.c.bundle_id == bundle_id,
    )
    return connection.execute(question).first() is not None


def all_quarantined(connection: Connection, recorder: str) -> list[QuarantineRow]:
    """Return the files that this store (`recorder`) refused, newest first."""
    rows = connection.execute(
        select(quarantine).where(quarantine.c.recorder == recorder).order_by(quarantine.c.at.desc())
    )
    return [
        QuarantineRow(
            row.quarantine_id,
            row.bundle_id,
            row.file_name,
            row.file_sha384,
            row.file_size,
            row.code,
            msgspec.json.decode(row.details, type=dict[str, str]),
            row.at,
            row.is_kept,
            row.sender,
        )
        for row in rows
    ]


def awaited_facts(connection: Connection) -> dict[tuple[str, int], tuple[int, int]]:
    """Return (device, epoch) → (first, last) number of facts that a device sealed and this store does not hold.

    A device's newest facts are unknown until a bundle arrives, so they cannot be counted. The source is `BundleSealed`,
    which travels in the device's journal.
    """
    heads = {(head.origin, head.epoch): head.seq for head in journal_heads(connection)}
    gaps = {
        (head.origin, head.epoch): (heads.get((head.origin, head.epoch), 0) + 1, head.seq)
        for head in sealed_heads(connection)
    }
    return {chain: (first, last) for chain, (first, last) in gaps.items() if first <= last}


def not_yet_received(connection: Connection) -> int:
    """Return the number of awaited facts of all devices (`awaited_facts`)."""
    return sum(last - first + 1 for first, last in awaited_facts(connection).values())


def sealed_heads(connection: Connection) -> list[Head]:
    """Return the head up to which each chain reports that it was sealed. Its hash is empty."""
    rows = connection.execute(
        select(bundles.c.origin, bundles.c.epoch, func.max(bundles.c.last_seq).label("seq"))
        .where(bundles.c.direction == "out", bundles.c.origin == bundles.c.recorder)
        .group_by(bundles.c.origin, bundles.c.epoch)
    )
    return [Head(row.origin, row.epoch, row.seq, b"") for row in rows]


def unheld_receipts(connection: Connection) -> list[Head]:
    """Return heads that an HQ signed for and that are not held here, the newest of each chain. Their hash is empty."""
    rows = connection.execute(
        select(received.c.origin, received.c.epoch, func.max(received.c.seq).label("seq"))
        .outerjoin(journal, _bears_receipt())
        .where(journal.c.seq.is_(None))
        .group_by(received.c.origin, received.c.epoch)
    )
    return [Head(row.origin, row.epoch, row.seq, b"") for row in rows]


def outgoing_of(origin: str) -> str:
    """Return the HQ whose outgoing chain to a device this is; "" for any other chain."""
    hq, arrow, _ = origin.partition("→")
    return hq if arrow else ""


def journal_heads(connection: Connection) -> list[Head]:
    """Return the newest entry of every chain held here, by origin and epoch."""
    newest = (
        select(journal.c.origin, journal.c.epoch, func.max(journal.c.seq).label("seq"))
        .group_by(journal.c.origin, journal.c.epoch)
        .subquery()
    )
    rows = connection.execute(
        select(journal.c.origin, journal.c.epoch, journal.c.seq, journal.c.hash)
        .join(
            newest,
            (newest.c.origin == journal.c.origin)
            & (newest.c.epoch == journal.c.epoch)
            & (newest.c.seq == journal.c.seq),
        )
        .order_by(journal.c.origin, journal.c.epoch)
    )
    return [Head(row.origin, row.epoch, row.seq, row.hash) for row in rows]
