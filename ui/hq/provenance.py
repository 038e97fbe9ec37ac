"""The source of a check, and what was verified on arrival: only what this store can show, nothing more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from db.queries.checks import CheckRow
from db.queries.exchange import BundleRow
from db.queries.people import DeviceRow
from ui.kit.delegates import ChipSpec
from ui.kit.words import author, count, joined, moment, signature_outstanding

translate = QCoreApplication.translate


@dataclass(frozen=True)
class Statement:
    """One row: its subject, its text, and a chip for what was verified (None if nothing was)."""

    name: str
    words: str
    chip: ChipSpec | None


def covering(check: CheckRow, bundles: Sequence[BundleRow]) -> list[BundleRow]:
    """Return the imported bundles whose range includes the check's fact, oldest import first."""
    found = [
        row
        for row in bundles
        if row.direction == "in"
        and (row.origin, row.epoch) == (check.origin, check.epoch)
        and row.first_seq <= check.seq <= row.last_seq
    ]
    return sorted(found, key=lambda row: row.at)


def first_gap(bundles: Sequence[BundleRow], origin: str, epoch: int, last_seq: int) -> int | None:
    """Return the first fact from 1 to `last_seq` of a chain that no bundle holds, or None if all are covered."""
    ranges = sorted((r.first_seq, r.last_seq) for r in bundles if (r.origin, r.epoch) == (origin, epoch))
    reached = 0
    for first, last in ranges:
        if first > reached + 1:
            break
        reached = max(reached, last)
    return None if reached >= last_seq else reached + 1


def provenance(
    check: CheckRow, store: str, bundles: Sequence[BundleRow], devices: Sequence[DeviceRow]
) -> list[Statement]:
    """Return the rows under the evidence. `bundles` are those that this store (`store`) imported.

    A check recorded here gives one row without a chip. One that no bundle covers gives one row that is not established.
    A bundle is recorded only after its certificate, its signature and its place in the chain were verified
    (`usecases.exchange.receive_at_hq`). The chips state this, and for which bundle.
    """
    signed, whole = translate("hq", "Signed by"), translate("hq", "Nothing altered")
    held, came = translate("hq", "Nothing withheld"), translate("hq", "Imported")
    if check.origin == store:
        return [
            Statement(
                signed, translate("hq", "recorded at this HQ by {actor}; no bundle").format(actor=check.actor), None
            )
        ]
    found = covering(check, bundles)
    if not found:
        unsure = ChipSpec(translate("hq", "not established"), "warn", "triangle-alert")
        return [Statement(signed, joined(check.origin, check.actor), unsure)]
    bundle = found[0]
    device = next((row for row in devices if (row.device, row.epoch) == (check.origin, bundle.epoch)), None)
    by = check.origin
    looked = (
        ChipSpec(translate("hq", "signed by this account"), "ok", "check")
        if check.is_attributed
        else ChipSpec(signature_outstanding(), "warn", "clock")
    )
    gap = first_gap(bundles, bundle.origin, bundle.epoch, bundle.last_seq)
    span = translate("hq", "facts {first} – {last}").format(first=count(bundle.first_seq), last=count(bundle.last_seq))
    statements = [
        Statement(signed, by, ChipSpec(translate("hq", "signature valid at import"), "ok", "check")),
        Statement(translate("hq", "Who looked"), author(check.actor, check.origin), looked),
        Statement(whole, "", ChipSpec(translate("hq", "hashes matched at import"), "ok", "check")),
        Statement(
            held,
            span,
            ChipSpec(translate("hq", "no gap"), "ok", "check")
            if gap is None
            else ChipSpec(translate("hq", "fact {seq} missing").format(seq=count(gap)), "bad", "x"),
        ),
        Statement(
            came,
            joined(
                moment(bundle.at),
                translate("hq", "bundle {id}").format(
                    id=f"{bundle.bundle_id[:4].upper()}…{bundle.bundle_id[-4:].upper()}"
                ),
            ),
            None,
        ),
    ]
    if device is not None and device.superseded_at and bundle.at > device.superseded_at:
        words = translate("hq", "the device got a new identity {when}; people at HQ accepted this, or paper proves it")
        chip = ChipSpec(translate("hq", "came late"), "warn", "clock")
        told = words.format(when=moment(device.superseded_at))
        statements.insert(1, Statement(translate("hq", "Before"), told, chip))
    if device is not None and device.revoked_at and bundle.at > device.revoked_at:
        words = translate("hq", "the device was revoked {when}; people at HQ accepted this, or paper proves it")
        chip = ChipSpec(translate("hq", "came late"), "warn", "clock")
        statements.insert(1, Statement(translate("hq", "Before"), words.format(when=moment(device.revoked_at)), chip))
    elif device is not None and device.revoked_at:
        words = translate("hq", "the device was revoked {when}").format(when=moment(device.revoked_at))
        statements.insert(
            1, Statement(translate("hq", "Since then"), words, ChipSpec(translate("hq", "revoked"), "bad", "x"))
        )
    if device is not None and 0 < device.forked_from <= check.seq:
        words = translate("hq", "the device has two histories from fact {seq} on; this check may have another version")
        chip = ChipSpec(translate("hq", "two histories"), "bad", "octagon-alert")
        statements.insert(1, Statement(translate("hq", "Forked"), words.format(seq=count(device.forked_from)), chip))
    return statements
