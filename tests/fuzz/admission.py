"""Admission at HQ: a fact of any bytes in an enrolled device's chain is decoded, admitted, applied, judged and read."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import Final

from db.chains import chain_head, entries_after
from db.content import verify_content
from db.queries import checks, findings, visits
from db.queries.people import all_devices
from eum_app.domain.facts import FACTS, CheckRecorded, content_refs
from eum_app.domain.journal import Author, next_entry
from eum_app.scanning.labels import data_matrix, png
from eum_app.usecases.exchange.receive_at_hq import _admit
from eum_app.usecases.review.device_findings import judge_devices
from eum_app.usecases.review.findings import judge, record_judgement
from eum_app.usecases.visits.close_out import Signed
from tests.builders import close_as_shown
from tests.flows.test_main_job import answer_site_checklist
from tests.fuzz.target import Target, choosing, chosen, refusals_into
from tests.simulator import Simulator

_DEVICE: Final = "FLD-0042"
_KINDS: Final = (*sorted(FACTS), "KindOfALaterVersion")
_CHECK_ID: Final = re.compile(rb'"check_id":"[^"]*"')
_ODD_ACTOR, _ODD_TIME, _LATER_VERSION = 1, 2, 4


class _UndoneError(Exception):
    """Ends a transaction, so that the next input meets the same store."""


def admission(folder: Path) -> Target:
    """Append an entry whose kind, payload, actor and time are chosen by the bytes, and do all that an import does."""
    simulator = Simulator.start(folder / "world")
    known = _whole_visit(simulator)
    hq = simulator.world.hq
    with hq.store.reading() as connection:
        head = chain_head(connection, _DEVICE, 1)
        held = list(entries_after(connection, _DEVICE, 1, 0, head.seq))
    names = {b"@visit": known["visit"], b"@check": known["check"], b"@item": known["item"]}
    now = hq.observed_now()

    def run(data: bytes) -> list[str]:
        codes: list[str] = []
        way, content = chosen(data, len(_KINDS))
        odd, content = chosen(content, 8)
        actor, at = "INS-017", now
        if odd & _ODD_ACTOR:
            actor, content = content[:12].decode("latin-1"), content[12:]
        if odd & _ODD_TIME:
            at, content = content[:27].decode("latin-1"), content[27:]
        for name, real in names.items():
            content = content.replace(name, real.encode())
        entry = next_entry(
            head,
            Author(_DEVICE, 1, actor, "forged", lambda: 0),
            recorded_at=at,
            kind=_KINDS[way],
            kind_version=2 if odd & _LATER_VERSION else 1,
            payload=content,
        )
        try:
            with refusals_into(codes), hq.writing(own_chain_last=True) as transaction:
                connection = transaction.connection
                admit = partial(_admit, connection, _DEVICE, [], set())
                for fact in transaction.append([entry], transaction.next_known_at(), admit):
                    for ref in content_refs(fact):
                        verify_content(connection, hq.store.content, ref)
                record_judgement(transaction, judge(connection, [known["visit"]], now))
                judge_devices(transaction, now)
                visits.visit(connection, known["visit"])
                checks.counting_checks(connection, known["visit"])
                findings.findings_by_id(connection, findings.finding_ids(connection))
                all_devices(connection)
                raise _UndoneError
        except _UndoneError:
            pass
        return codes

    seeds = []
    for entry in held:
        payload = entry.payload
        for name, real in names.items():
            payload = payload.replace(real.encode(), name)
        if entry.kind == CheckRecorded.__name__:  # the id of a check is used once
            payload = _CHECK_ID.sub(b'"check_id":"another"', payload)
        seeds.append(choosing(_KINDS.index(entry.kind), choosing(0, payload)))
    fields = {field for kind in FACTS.values() for field in kind.__struct_fields__}
    words = [f'"{field}":'.encode() for field in sorted(fields)]
    return Target(run, seeds, [*words, *names, b'"\\u0007"', b"null", b"9223372036854775808", b"1e400"], 8_192)


def _whole_visit(simulator: Simulator) -> dict[str, str]:
    """Do a visit with every outcome, a withdrawal, a photo, both signatures, and deliver it."""
    device, visit_id = simulator.world.device, simulator.visit_ids[_DEVICE]
    kept = simulator.check(_DEVICE, 0)
    simulator.withdraw(_DEVICE, simulator.check(_DEVICE, 1))
    for number, outcome in enumerate(("discrepancy", "not_found", "no_access"), 1):
        simulator.check(_DEVICE, number, outcome)
    answer_site_checklist(device, visit_id)
    drawn = png(data_matrix(b"x"))
    close_as_shown(device, visit_id, [Signed("inspector", drawn, "INS-017"), Signed("host", declined_reason="absent")])
    (delivered,) = simulator.deliver(simulator.seal(_DEVICE))
    assert delivered.outcome == "accepted", delivered
    return {"visit": visit_id, "check": kept, "item": device.read(visits.work_ids, visit_id)[0]}
