"""Every field of every kind that a device may state, hostile in turn: HQ takes them, and makes every report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from db.chains import chain_head
from db.queries import findings, visits
from eum_app.domain import facts as f
from eum_app.domain.journal import Author, Entry, head_of, next_entry
from eum_app.usecases.reporting.make_report import make_report
from eum_app.usecases.reporting.registry import REPORTS
from eum_app.usecases.store.open_store import check_store, rebuild_store
from tests.faults.hostile_facts import AT, hostile, stated
from tests.simulator import Simulator

DEVICE = "FLD-0042"
LEFT_OUT = {"EvidenceAttached", "HeadSigned"}
IDS = ("check_id", "statement_id", "deficiency_id", "correction_id")
"""Their content and signatures are verified: a wrong one refuses its bundle (`test_hostile_device`)."""


def statements(kind: type[f.Fact], known: dict[str, Any]) -> list[bytes]:
    """The payloads of one kind: well-formed JSON about this device's visit, with one part hostile."""
    payloads: list[bytes] = []
    for value in hostile(stated(kind, known)):
        if isinstance(value, dict):
            if any(name in value and value[name] != known[name] for name in ("visit_id", "origin")):
                continue  # about another device: refused
            number = len(payloads)
            # An id has one fact; another under it would be refused.
            value |= {name: f"{kind.__name__}-{number}" for name in IDS if value.get(name) == f"x-{name}"}
            if kind is f.DeficiencyCorrected and isinstance(value.get("correction_id"), str):
                value["correction_id"] += "'"  # deficiencies and corrections share their ids
            if kind is f.VisitStarted:  # a device may start a visit once
                value |= {name: f"v{number}" for name in ("visit_id",) if value.get(name) == known[name]}
            value |= {name: f"{AT[:20]}{number:06d}Z" for name in ("observed_at",) if value.get(name) == AT}
        text = json.dumps(value, ensure_ascii=bool(len(payloads) % 2))
        payloads.append(text.encode("utf-8", "surrogatepass"))
    return payloads


@pytest.mark.timeout(300)
def test_hq_takes_them_and_makes_every_report(tmp_path: Path) -> None:
    simulator = Simulator.start(tmp_path / "w", devices=(DEVICE,))
    hq, visit_id = simulator.world.hq, simulator.visit_ids[DEVICE]
    (item_id, *_) = simulator.world.devices[DEVICE].read(visits.work_ids, visit_id)
    known = {"visit_id": visit_id, "item_id": item_id, "origin": DEVICE, "outcome": "discrepancy", "reason": "damaged"}
    entries: list[Entry] = []
    with hq.store.reading() as connection:
        head = chain_head(connection, DEVICE, 1)
    at, author = hq.observed_now(), Author(DEVICE, 1, "INS-017", "forged", lambda: 0)
    for kind in sorted(f.DEVICE_MAY_STATE, key=lambda one: one.__name__):
        if kind.__name__ in LEFT_OUT:
            continue
        version = kind.KIND_VERSION
        for payload in statements(kind, known):
            entries.append(
                next_entry(head, author, recorded_at=at, kind=kind.__name__, kind_version=version, payload=payload)
            )
            head = head_of(entries[-1])
    (outcome,) = simulator.deliver(simulator.forge(DEVICE, entries))
    assert (outcome.outcome, outcome.code, outcome.new_entries) == ("accepted", "", len(entries))
    before = hq.read(findings.finding_ids)
    assert hq.read(findings.finding_ids, rule_id="unreadable-entry")
    rebuild_store(hq)
    assert hq.read(findings.finding_ids) == before
    check_store(hq)
    for report in REPORTS.values():
        wanted = {one.name: visit_id for one in report.filters if one.is_required}
        for suffix in report.formats:
            assert make_report(hq, report, tmp_path / f"{report.name}{suffix}", wanted).path.exists()
    simulator.world.close()
