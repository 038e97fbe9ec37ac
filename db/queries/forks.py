"""Doubts about the journals of devices: forks, and entries that cannot be read."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection, and_, exists, func, select

from db.doubt_tables import unreadable_entries
from db.exchange_tables import devices, quarantine
from db.tables import findings
from eum_app.domain.compliance.device_rules import UNREADABLE_ENTRY


@dataclass(frozen=True)
class DoubtfulEntries:
    """Entries of one chain, from `first_seq` to `last_seq`. `at` is when they came here (UTC text or empty)."""

    device: str
    epoch: int
    first_seq: int
    last_seq: int
    at: str = ""


def forks(connection: Connection) -> list[DoubtfulEntries]:
    """Return for each enrolled device and epoch the first entry that exists twice, with other content.

    Only what HQ itself found counts: a device can state that it refused a file, with any details.
    """
    enrolled = {(row.device, row.epoch) for row in connection.execute(select(devices.c.device, devices.c.epoch))}
    rows = connection.execute(
        select(quarantine.c.details, quarantine.c.at)
        .where(quarantine.c.code == "chain.forked", quarantine.c.recorder.not_in(select(devices.c.device)))
        .order_by(quarantine.c.at, quarantine.c.quarantine_id)
    )
    found: dict[tuple[str, int], DoubtfulEntries] = {}
    for row in rows:
        said = msgspec.json.decode(row.details, type=dict[str, str])
        chain, seq = (said["origin"], int(said["epoch"])), int(said["seq"])
        known = found.get(chain)
        if chain in enrolled and (known is None or seq < known.first_seq):
            found[chain] = DoubtfulEntries(*chain, seq, seq, known.at if known else row.at)
    return list(found.values())


def unreadable(connection: Connection) -> list[DoubtfulEntries]:
    """Return the unreadable entries of enrolled devices that no finding is about yet: one range for each chain."""
    listed = exists().where(
        findings.c.rule_id == UNREADABLE_ENTRY.rule_id,
        findings.c.device == unreadable_entries.c.origin,
        findings.c.epoch == unreadable_entries.c.epoch,
        findings.c.first_seq <= unreadable_entries.c.seq,
        findings.c.last_seq >= unreadable_entries.c.seq,
    )
    of_device = and_(devices.c.device == unreadable_entries.c.origin, devices.c.epoch == unreadable_entries.c.epoch)
    chain = (unreadable_entries.c.origin, unreadable_entries.c.epoch)
    seq = unreadable_entries.c.seq
    rows = connection.execute(
        select(*chain, func.min(seq), func.max(seq)).join(devices, of_device).where(~listed).group_by(*chain)
    )
    return [DoubtfulEntries(*row) for row in rows]
