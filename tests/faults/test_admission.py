"""Facts that a device signs to hurt HQ: wrong in form, or beyond belief. None stops its chain, and none is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from pypdf import PdfReader
from sqlalchemy import update

from db.chains import chain_head
from db.queries import checks, exchange, findings
from db.queries.people import all_devices
from db.tables import meta
from eum_app.domain import facts as f
from eum_app.domain.checklists import Answer
from eum_app.domain.errors import Refusal
from eum_app.domain.journal import Author, Entry, head_of, next_entry
from eum_app.usecases.exchange.receive_in_field import readable
from eum_app.usecases.reporting.make_report import make_report
from eum_app.usecases.reporting.visit_record import VISIT_RECORD
from eum_app.usecases.store.open_store import check_store, open_store, rebuild_store
from tests.builders import PASSPHRASE
from tests.faults.test_hostile_device import FIRST, SECOND, checked, only
from tests.simulator import Simulator


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[Simulator]:
    made = Simulator.start(tmp_path / "w", devices=(FIRST, SECOND))
    yield made
    made.world.close()


def chained(simulator: Simulator, stated: list[tuple[f.Fact, bytes]], *, actor: str = "INS-017") -> list[Entry]:
    """The next entries of the first device's chain at HQ, with any bytes for their facts."""
    with simulator.world.hq.store.reading() as connection:
        head = chain_head(connection, FIRST, 1)
    author = Author(FIRST, 1, actor, "forged", lambda: 0)
    entries = []
    for fact, payload in stated:
        at = simulator.world.hq.observed_now()
        entries.append(next_entry(head, author, recorded_at=at, kind=f.kind_of(fact), kind_version=1, payload=payload))
        head = head_of(entries[-1])
    return entries


def raised(simulator: Simulator, rule_id: str) -> list[findings.FindingRow]:
    """The open findings that name this rule among their causes."""
    hq = simulator.world.hq
    rows = hq.read(findings.findings_by_id, hq.read(findings.finding_ids))
    return [row for row in rows.values() if rule_id in row.causes]


MALFORMED: dict[str, dict[str, object]] = {
    "before the first year": {"observed_at": "0001-01-01T00:00:00+14:00"},
    "after the last year": {"observed_at": "9999-12-31T23:59:59-14:00"},
    "no time": {"observed_at": "~"},
    "no such day": {"observed_at": "2026-02-30T09:00:00.000000Z"},
    "an escape sequence": {"reason": "\x1b[2J"},
    "a NUL": {"reason": "Depot\x007"},
    "a control character of two bytes": {"reason": "\x9b2J"},
    "endless text": {"reason": "x" * 100_000},
    "a nested control character": {"answers": [{"question_id": "q\x07", "value": "yes"}]},
    "an endless number": {"mark": {"read_by": "typed", "page": 2**63}},
    "a wrong type": {"photos": 7},
}


@pytest.mark.parametrize("changes", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_fact_is_kept_and_counts_for_nothing(simulator: Simulator, changes: dict[str, object]) -> None:
    """The rest of its bundle counts, also the facts after it; a rebuild and an opening change nothing."""
    fact = checked(simulator, FIRST)
    good = msgspec.structs.replace(fact, check_id="after it", outcome="not_found", reason="other")
    bad = msgspec.json.encode(msgspec.to_builtins(fact) | changes)
    entries = chained(simulator, [(fact, bad), (good, f.encode_fact(good))])
    assert only(simulator, simulator.forge(FIRST, entries)) == ("accepted", "")
    hq, visit_id, seq = simulator.world.hq, simulator.visit_ids[FIRST], entries[0].seq
    for _ in range(2):
        assert [row.check_id for row in hq.read(checks.counting_checks, visit_id)] == ["after it"]
        (finding,) = raised(simulator, "unreadable-entry")
        assert (finding.device, finding.epoch, finding.first_seq, finding.last_seq) == (FIRST, 1, seq, seq)
        rebuild_store(hq)
    assert [head.seq for head in hq.read(exchange.journal_heads) if head.origin == FIRST] == [seq + 1]
    check_store(hq)


def test_a_name_with_control_characters_is_malformed_too(simulator: Simulator) -> None:
    fact = checked(simulator, FIRST)
    entries = chained(simulator, [(fact, f.encode_fact(fact))], actor="INS-017\x1b[2J")
    assert only(simulator, simulator.forge(FIRST, entries)) == ("accepted", "")
    assert simulator.world.hq.read(checks.counting_checks, simulator.visit_ids[FIRST]) == []
    assert len(raised(simulator, "unreadable-entry")) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"actor": "INS-017\x1b[2J"},
        {"session_id": "\x1b[2J"},
        {"kind": "\x9b2J"},
        {"recorded_at": "~"},
        {"recorded_at": "0001-01-01T00:00:00+14:00"},
    ],
    ids=str,
)
@pytest.mark.parametrize("kind", ["CheckRecorded", "KindOfALaterVersion"])
def test_an_entry_around_any_fact_has_a_form_too(simulator: Simulator, kind: str, changes: dict[str, str]) -> None:
    """Also where the fact itself is of a kind that this version does not know; one of those alone raises nothing."""
    fact = checked(simulator, FIRST)
    with simulator.world.hq.store.reading() as connection:
        head = chain_head(connection, FIRST, 1)
    values = {"actor": "INS-017", "session_id": "s", "recorded_at": simulator.world.hq.observed_now(), "kind": kind}
    entries = []
    for stated in (values, values | changes):
        entry = next_entry(
            head,
            Author(FIRST, 1, stated["actor"], stated["session_id"], lambda: 0),
            recorded_at=stated["recorded_at"],
            kind=stated["kind"],
            kind_version=1,
            payload=f.encode_fact(fact),
        )
        entries.append(entry)
        head = head_of(entry)
    assert only(simulator, simulator.forge(FIRST, entries)) == ("accepted", "")
    (finding,) = raised(simulator, "unreadable-entry")
    assert (finding.first_seq, finding.last_seq) == (entries[1].seq, entries[1].seq)
    assert len(simulator.world.hq.read(checks.counting_checks, simulator.visit_ids[FIRST])) == (kind == "CheckRecorded")


def test_many_malformed_facts_make_one_finding_for_each_bundle(simulator: Simulator) -> None:
    fact = checked(simulator, FIRST)
    for number in (1, 2):
        bundle = simulator.forge(FIRST, chained(simulator, [(fact, b"{}")] * 50))
        assert only(simulator, bundle) == ("accepted", "")
        assert len(raised(simulator, "unreadable-entry")) == number


def test_text_in_every_script_and_on_several_lines_is_well_formed(simulator: Simulator) -> None:
    text = "Склад 7 · مستودع ٧\n\t“as seen” 12° \\u0007 \u200d" + "x" * 4_000
    fact = checked(simulator, FIRST, answers=(Answer(question_id="q", value="yes", comment=text),))
    assert only(simulator, simulator.lie(FIRST, [fact])) == ("accepted", "")
    assert [row.check_id for row in simulator.world.hq.read(checks.counting_checks, simulator.visit_ids[FIRST])]
    assert raised(simulator, "unreadable-entry") == []


@pytest.mark.parametrize("year", ["0001", "1970", "1999", "2101", "9999"])
def test_a_year_that_cannot_be_right_counts_and_is_a_finding(simulator: Simulator, year: str, tmp_path: Path) -> None:
    fact = checked(simulator, FIRST, observed_at=f"{year}-01-01T00:00:00.000000Z")
    assert only(simulator, simulator.lie(FIRST, [fact])) == ("accepted", "")
    hq, visit_id = simulator.world.hq, simulator.visit_ids[FIRST]
    assert [row.check_id for row in hq.read(checks.counting_checks, visit_id)] == ["forged"]
    assert [row.check_id for row in raised(simulator, "time-doubtful")] == ["forged"]
    for name in ("record.csv", "record.xlsx", "record.pdf"):
        make_report(hq, VISIT_RECORD, tmp_path / name, {"visit_id": visit_id})
    text = " ".join(" ".join(page.extract_text() for page in PdfReader(tmp_path / "record.pdf").pages).split())
    assert "time doubtful" in text


@pytest.mark.parametrize(
    "changes", [{"outcome": "melted"}, {"reason": "x"}, {"grade": "Z"}, {"mark": "drone"}], ids=str
)
def test_a_value_that_this_version_does_not_know_is_a_finding(simulator: Simulator, changes: dict[str, str]) -> None:
    fields: dict[str, object] = {**changes}
    if "mark" in changes:
        fields["mark"] = f.MarkRead(read_by=changes["mark"])
    assert only(simulator, simulator.lie(FIRST, [checked(simulator, FIRST, **fields)])) == ("accepted", "")
    assert [row.check_id for row in raised(simulator, "unknown-value")] == ["forged"]


def test_a_malformed_fact_that_an_earlier_version_applied_counts_no_longer(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The journal of a store of before this rule holds it: opening the store takes it out of what is shown."""
    hq, visit_id = simulator.world.hq, simulator.visit_ids[FIRST]
    with monkeypatch.context() as earlier:
        earlier.setattr("eum_app.usecases.exchange.receive_at_hq.admitted", lambda _entry, fact: fact)
        fact = checked(simulator, FIRST, observed_at="~")
        assert only(simulator, simulator.lie(FIRST, [fact])) == ("accepted", "")
    assert [row.check_id for row in hq.read(checks.counting_checks, visit_id)] == ["forged"]
    with hq.writing() as transaction:
        is_version = meta.c.name == "projection_version"
        transaction.connection.execute(update(meta).where(is_version).values(value="21"))
    hq.close()
    hq = simulator.world.hq = open_store(hq.store.folder, hq.account, PASSPHRASE, now=simulator.world.clock)
    assert hq.read(checks.counting_checks, visit_id) == []
    simulator.check(SECOND, 0)
    assert only(simulator, simulator.seal(SECOND)) == ("accepted", "")
    assert [row.device for row in raised(simulator, "unreadable-entry")] == [FIRST]


def test_a_fork_is_a_finding_that_no_visit_hides(simulator: Simulator) -> None:
    first, other = (checked(simulator, FIRST, check_id=name) for name in ("one", "two"))
    (seq, *_), bundle = [one.seq for one in chained(simulator, [(first, b"")])], simulator.lie(FIRST, [first])
    forked = simulator.lie(FIRST, [other])
    assert only(simulator, bundle) == ("accepted", "")
    for _ in range(2):
        assert only(simulator, forked) == ("forked", "chain.forked")
        (finding,) = raised(simulator, "device-forked")
        assert (finding.device, finding.epoch, finding.first_seq, finding.severity) == (FIRST, 1, seq, "high")


@pytest.mark.parametrize(
    "details", [{}, {"origin": SECOND, "epoch": "1", "seq": "1"}, {"origin": SECOND, "epoch": "x"}]
)
def test_a_device_cannot_accuse_another_of_a_fork(simulator: Simulator, details: dict[str, str]) -> None:
    """It may state which files it refused, and why, with any details: they count for nothing at HQ."""
    accusing = f.BundleQuarantined(
        observed_at=simulator.world.hq.observed_now(),
        quarantine_id="q",
        bundle_id="b",
        file_name="x.eumb",
        file_sha384="0" * 96,
        file_size=1,
        code="chain.forked",
        details=details,
    )
    assert only(simulator, simulator.lie(FIRST, [accusing])) == ("accepted", "")
    assert raised(simulator, "device-forked") == []
    assert {row.forked_from for row in simulator.world.hq.read(all_devices)} == {0}


def test_an_order_of_hq_that_cannot_be_read_is_refused_and_not_lost(simulator: Simulator) -> None:
    """A device does not skip what HQ tells it: it names the fact, and HQ can send it again."""
    hq, device = simulator.world.hq, simulator.world.devices[FIRST]
    with hq.store.reading() as connection:
        head = chain_head(connection, f"{hq.name}→{FIRST}", 1)
    entry = next_entry(
        head,
        Author(head.origin, 1, hq.account, "s", lambda: 0),
        recorded_at=hq.observed_now(),
        kind="VisitPlanned",
        kind_version=1,
        payload=b"{}",
    )
    with device.writing() as transaction, pytest.raises(Refusal, match=r"fact\.unreadable"):
        transaction.append([entry], 1, readable)
