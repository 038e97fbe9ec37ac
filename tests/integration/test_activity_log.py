"""Contents of the log for each event (NIST SP 800-53 AU-3), failures and reads of sensitive records included."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from db.queries import checks, visits
from db.queries.activity import (
    ActivityDetail,
    ActivityFilter,
    ActivityRow,
    activity_by_id,
    activity_entry,
    activity_ids,
    activity_rows,
    newest_activity_ids,
)
from eum_app.domain.errors import Refusal, Trouble
from eum_app.domain.facts import (
    AccessDenied,
    Fact,
    HeadSigned,
    RecordsRead,
    SessionStarted,
    SiteRegistered,
    decode_fact,
)
from eum_app.domain.ids import FindingId
from eum_app.domain.people import Role
from eum_app.usecases.exchange import receive_at_hq
from eum_app.usecases.exchange.receive import import_bundles
from eum_app.usecases.reporting.activity_log import ACTIVITY_LOG
from eum_app.usecases.reporting.make_report import make_report
from eum_app.usecases.reporting.verify_report import verify_report
from eum_app.usecases.review.findings import judge, review_finding
from eum_app.usecases.session import Session, record_notes
from eum_app.usecases.store.open_store import open_store
from eum_app.usecases.visits.record_check import record_check
from tests.builders import PASSPHRASE, typed
from tests.integration.test_rules_judged import PHOTO
from tests.postgres import PostgreSQL
from tests.simulator import Simulator

DEVICE = "FLD-0042"


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[Simulator]:
    made = Simulator.start(tmp_path / "w", count=2)
    yield made
    made.world.close()


def log(session: Session, kind: str) -> list[tuple[ActivityRow, Fact]]:
    with session.store.reading() as connection:
        found = [
            (row, decode_fact(entry.kind, entry.kind_version, entry.payload))
            for row, entry in activity_rows(connection, ActivityFilter(kind=kind))
        ]
    return [(row, fact) for row, fact in found if isinstance(fact, Fact)]


def reopened(session: Session) -> Session:
    session.close()
    return open_store(session.store.folder, session.account, PASSPHRASE, now=session.now)


def test_every_entry_says_what_when_where_who_and_with_what_outcome(simulator: Simulator) -> None:
    simulator.check(DEVICE, 0, "not_found")
    simulator.deliver(simulator.seal(DEVICE))
    hq = simulator.world.hq
    with hq.store.reading() as connection:
        rows = [row for row, _ in activity_rows(connection, ActivityFilter())]
    assert all(row.kind and row.recorded_at and row.origin and row.session_id and row.actor for row in rows)
    (row,) = [row for row in rows if row.kind == "CheckRecorded"]
    assert (row.actor, row.origin, row.outcome) == ("INS-017", DEVICE, "not_found")


@pytest.mark.parametrize(
    "entry_id",
    ["", "1", "1|2", "x|1|HQ-01", "1|-1|HQ-01", "1_0|1|HQ-01", "\N{ARABIC-INDIC DIGIT ONE}|1|HQ-01", "1|1|\0"]
    + [f"{digits}|1|HQ-01" for digits in ("9" * 18, "9" * 30, "9" * 5000)],
)
def test_an_id_that_no_entry_has_is_unknown(simulator: Simulator, entry_id: str) -> None:
    hq = simulator.world.hq
    real = hq.read(newest_activity_ids, 1)
    assert list(hq.read(activity_by_id, [entry_id, *real])) == real
    with pytest.raises(Refusal, match=r"entry\.unknown"):
        hq.read(activity_entry, entry_id)


def test_who_looked_at_what_is_recorded_once_a_session_and_by_itself_at_its_end(simulator: Simulator) -> None:
    device, visit_id = simulator.world.device, simulator.visit_ids[DEVICE]
    record_check(
        device,
        visit_id=visit_id,
        item_id=device.read(visits.work_ids, visit_id)[0],
        outcome="discrepancy",
        reason="damaged",
        mark=typed("x"),
        photos=(PHOTO,),
    )
    simulator.deliver(simulator.seal(DEVICE))
    hq = simulator.world.hq = reopened(simulator.world.hq)
    (row,) = [one for one in hq.read(checks.evidence_of, visit_id=visit_id) if one.role == "photo"]
    for _ in range(3):
        hq.notes.note_read("visit", visit_id)
        assert hq.content(row.ref) == PHOTO
    assert hq.notes.is_waiting
    record_notes(hq)
    hq.notes.note_read("visit", visit_id)
    (entry,) = log(hq, "RecordsRead")
    assert isinstance(entry[1], RecordsRead)
    assert entry[1].records == (("visit", visit_id), ("evidence", row.object_id))
    hq = simulator.world.hq = reopened(hq)
    hq.notes.note_read("visit", visit_id)
    hq = simulator.world.hq = reopened(hq)
    assert len(log(hq, "RecordsRead")) == 2
    # A session that only looked has left something to sign, and signs it.
    assert [fact.account for _, fact in log(hq, "HeadSigned") if isinstance(fact, HeadSigned)] == [
        "INS-017",
        *["REV-004"] * 3,
    ]


def test_what_could_not_be_recorded_is_recorded_with_the_next_write(simulator: Simulator) -> None:
    hq = simulator.world.hq
    hq.notes.note_read("item", "a")

    def fail() -> None:
        with hq.writing():
            raise Trouble("disk.full", path="store.db")

    with contextlib.suppress(Trouble):
        fail()
    assert log(hq, "RecordsRead") == []
    record_notes(hq)
    assert len(log(hq, "RecordsRead")) == 1


def test_what_is_denied_and_what_failed_is_in_the_log(simulator: Simulator, tmp_path: Path) -> None:
    hq = simulator.world.hq
    hq.role = Role.AUDITOR
    with pytest.raises(Refusal, match=r"permission\.denied"):
        review_finding(hq, FindingId("x"), decision="resolve", comment="x")
    hq.role = Role.REVIEWER
    hq.close()
    with pytest.raises(Refusal, match=r"passphrase\.wrong"):
        open_store(hq.store.folder, "REV-004", "not the passphrase")
    hq = simulator.world.hq = open_store(hq.store.folder, "REV-004", PASSPHRASE, now=hq.now)
    (denied,) = log(hq, "AccessDenied")
    assert isinstance(denied[1], AccessDenied)
    assert denied[1].permissions == ("finding.review",)
    started = [fact for _, fact in log(hq, "SessionStarted") if isinstance(fact, SessionStarted)]
    assert started[-1].failed_unlocks == (("REV-004", 1),)
    simulator.check(DEVICE, 0)
    broken = simulator.tampered(simulator.seal(DEVICE), -40)
    import_bundles(hq, [broken])
    ((row, _),) = log(hq, "BundleQuarantined")
    assert row.outcome


def test_what_a_bundle_brought_became_known_with_the_entry_that_says_so(
    tmp_path: Path, postgresql: PostgreSQL, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also if another person at HQ wrote during the import, under the number that it would have had otherwise."""
    simulator = Simulator.start(tmp_path / "w", count=2, database_url=postgresql.new_database())
    hq = simulator.world.hq
    simulator.check(DEVICE, 0)

    def meanwhile(*given: Any) -> Any:
        with hq.writing() as transaction:
            transaction.record(SiteRegistered(observed_at="2026", site_id="s1", name="Depot 1", country="XX"))
        return judge(*given)

    monkeypatch.setattr(receive_at_hq, "judge", meanwhile)
    assert import_bundles(hq, [simulator.seal(DEVICE)]).outcomes[0].outcome == "accepted"

    def shown(kind: str) -> list[ActivityDetail]:
        return [hq.read(activity_entry, one) for one in hq.read(activity_ids, ActivityFilter(kind=kind))]

    (imported,) = (one for one in shown("BundleImported") if one.entry.origin == "HQ-01")
    (check,) = shown("CheckRecorded")
    assert imported.known_at == imported.entry.seq == 1 + max(one.entry.seq for one in shown("SiteRegistered"))
    assert check.known_at == imported.known_at
    simulator.world.close()


@pytest.mark.parametrize("suffix", ["csv", "json"])
def test_an_entry_of_any_size_is_exported_and_holds(simulator: Simulator, tmp_path: Path, suffix: str) -> None:
    """A visit that plans thousands of items is one entry, longer than a field may be for the csv module."""
    hq = simulator.world.hq
    large = "".join(f'"{number}",' for number in range(60_000))
    with hq.writing() as transaction:
        transaction.record(SiteRegistered(observed_at=hq.observed_now(), site_id="large", name=large, country="XX"))
    made = make_report(hq, ACTIVITY_LOG, tmp_path / f"log.{suffix}", {"kind": "SiteRegistered"})
    assert verify_report(made.path, hq).holds
    assert made.rows == len(log(hq, "SiteRegistered"))
    assert max(len(line) for line in made.path.read_text("utf-8-sig").splitlines()) > 400_000
