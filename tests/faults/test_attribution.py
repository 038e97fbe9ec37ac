"""Attribution: a check is its account's once that key signed a head over it; names of devices bind no one at HQ."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import msgspec
import openpyxl
import pypdfium2
import pytest
from sqlalchemy import Connection, func, select

from db.chains import chain_head
from db.queries import checks, findings, items
from db.queries.attribution import has_begun, owing_authors
from db.queries.reports import SIGNATURE_OUTSTANDING
from db.store import Store
from db.tables import journal, lapses
from eum_app.domain import facts as f
from eum_app.domain.errors import Refusal
from eum_app.domain.findings import LapseReason
from eum_app.domain.ids import CheckId
from eum_app.domain.journal import Author, next_entry
from eum_app.usecases.people.links import link_account
from eum_app.usecases.reporting.inventory_status import INVENTORY_STATUS
from eum_app.usecases.reporting.make_report import make_report
from eum_app.usecases.reporting.visit_record import VISIT_RECORD
from eum_app.usecases.review.attribution import SIGNATURE_DAYS
from eum_app.usecases.review.due_signatures import judge_signatures
from eum_app.usecases.review.findings import review_finding
from eum_app.usecases.session import Session
from eum_app.usecases.store.head_signatures import sign_journal_head
from eum_app.usecases.store.open_store import check_store, rebuild_store
from tests.builders import close_as_is
from tests.faults.test_hostile_device import checked
from tests.simulator import Simulator

DEVICE, OTHER = "FLD-0042", "FLD-0043"
RULE = "unsigned-author"


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[Simulator]:
    made = Simulator.start(tmp_path / "w", devices=(DEVICE, OTHER))
    yield made
    made.world.close()


def by(simulator: Simulator, account: str, **changes: object) -> Path:
    """Return a bundle of the device with one check under this account, which signed nothing."""
    fact = checked(simulator, DEVICE, **changes)
    (entry,) = simulator.chained(DEVICE, 1, [fact])
    with simulator.world.hq.store.reading() as connection:
        head = chain_head(connection, DEVICE, 1)
    author = Author(DEVICE, 1, account, "forged", lambda: 0)
    now = simulator.world.hq.observed_now()
    payload = entry.payload
    made = next_entry(head, author, recorded_at=now, kind="CheckRecorded", kind_version=1, payload=payload)
    return simulator.forge(DEVICE, [made])


def open_of(simulator: Simulator) -> list[findings.FindingRow]:
    hq = simulator.world.hq
    return list(hq.read(findings.findings_by_id, hq.read(findings.finding_ids, rule_id=RULE)).values())


def row_of(simulator: Simulator, check_id: str = "forged") -> checks.CheckRow:
    return simulator.world.hq.read(checks.check, CheckId(check_id))


def later(simulator: Simulator, days: int) -> None:
    simulator.world.clock.instant += timedelta(days=days)


# Sealing signs


def test_sealing_signs_the_head_first(simulator: Simulator) -> None:
    """Before, a bundle that was sealed in the middle of a session proved nothing about who looked."""
    made = simulator.check(DEVICE, 0)
    simulator.deliver(simulator.seal(DEVICE))
    assert row_of(simulator, made).is_attributed
    assert simulator.world.hq.read(owing_authors) == []
    # Sealing again without another check signs nothing more.
    device = simulator.world.devices[DEVICE]
    before = device.read(_signatures)
    simulator.seal(DEVICE)
    assert device.read(_signatures) == before
    check_store(simulator.world.hq)


def _signatures(connection: Connection) -> int:
    question = select(func.count()).select_from(journal).where(journal.c.kind == "HeadSigned")
    return int(connection.execute(question).scalar_one())


def test_another_accounts_signature_covers_nothing_of_this_one(simulator: Simulator) -> None:
    """Two people share a device; one seals while the other's session was killed."""
    device = simulator.world.devices[DEVICE]
    device.account = "INS-018"  # a session of theirs that did not end
    made = simulator.check(DEVICE, 0)
    device.account = "INS-017"
    simulator.check(DEVICE, 1)
    simulator.deliver(simulator.seal(DEVICE))
    assert not row_of(simulator, made).is_attributed
    assert [one.account for one in simulator.world.hq.read(owing_authors)] == ["INS-018"]
    assert open_of(simulator) == []


# Outstanding, and the finding


@pytest.mark.parametrize("suffix", ["csv", "json", "xlsx", "pdf"])
def test_reports_state_a_signature_that_is_outstanding(simulator: Simulator, tmp_path: Path, suffix: str) -> None:
    """Reports showed GEN-PATTON as the author of a check like any other; only windows said that it is unsigned."""
    hq = simulator.world.hq
    simulator.check(DEVICE, 1)
    simulator.deliver(simulator.seal(DEVICE))
    simulator.deliver(by(simulator, "GEN-PATTON"))
    inventory = make_report(hq, INVENTORY_STATUS, tmp_path / f"status.{suffix}").path
    visit_id = row_of(simulator).visit_id
    record = make_report(hq, VISIT_RECORD, tmp_path / f"visit.{suffix}", {"visit_id": visit_id}).path
    for path in (inventory, record):
        assert text_of(path).count(SIGNATURE_OUTSTANDING) == 1, path
    if suffix == "csv":
        for path in (inventory, record):
            rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))
            assert {row["Checked By"]: row["Signature"] for row in rows if row["Checked By"]} == {
                "GEN-PATTON": SIGNATURE_OUTSTANDING,
                "INS-017": "",
            }


def text_of(path: Path) -> str:
    """The text of a report, whatever its format."""
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        return "\n".join(str(cell.value) for sheet in book for row in sheet.rows for cell in row)
    if path.suffix == ".pdf":
        return " ".join("".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(path)).split())
    return path.read_text("utf-8-sig")


def test_a_check_under_an_invented_name_is_outstanding_and_found(simulator: Simulator) -> None:
    """HQ took GEN-PATTON for the author. Now it says that GEN-PATTON signed nothing."""
    assert simulator.deliver(by(simulator, "GEN-PATTON"))[0].outcome == "accepted"
    hq = simulator.world.hq
    assert not row_of(simulator).is_attributed
    (line,) = [one for one in hq.read(items.history, row_of(simulator).item_id) if one.actor == "GEN-PATTON"]
    assert not line.is_attributed
    assert open_of(simulator) == []
    judge_signatures(hq)
    assert open_of(simulator) == []
    later(simulator, SIGNATURE_DAYS + 1)
    judge_signatures(hq, days=SIGNATURE_DAYS + 30)
    assert open_of(simulator) == []
    judge_signatures(hq)
    (row,) = open_of(simulator)
    assert (row.visit_id, row.check_ids, row.item_id) == (simulator.visit_ids[DEVICE], ("forged",), "")
    judge_signatures(hq)
    judge_signatures(hq, days=SIGNATURE_DAYS + 30)  # another number of days does not take it back
    assert [one.finding_id for one in open_of(simulator)] == [row.finding_id]
    rebuild_store(hq)
    assert [one.finding_id for one in open_of(simulator)] == [row.finding_id]


def test_the_finding_comes_with_the_close_out_and_lapses_with_the_signature(simulator: Simulator) -> None:
    device, visit_id = simulator.world.devices[DEVICE], simulator.visit_ids[DEVICE]
    device.account = "INS-018"
    made = simulator.check(DEVICE, 0)
    device.account = "INS-017"
    close_as_is(device, visit_id)
    simulator.deliver(simulator.seal(DEVICE))
    (row,) = open_of(simulator)
    assert row.check_ids == (made,)
    # INS-018 unlocks the device once more; that account's key signs, in a bundle that names no visit at all.
    with device.writing() as transaction:
        transaction.record(_account(device, "INS-018"))
        head = transaction.head(DEVICE, 1)
        transaction.record(sign_journal_head(device.signing_key, "INS-018", head, device.observed_now()))
    assert simulator.deliver(simulator.seal(DEVICE))[0].outcome == "accepted"
    assert open_of(simulator) == []
    hq = simulator.world.hq
    (row,) = hq.read(findings.findings_by_id, hq.read(findings.finding_ids, only_open=False, rule_id=RULE)).values()
    assert row.lapsed_at
    assert LapseReason.SIGNED_SINCE in _lapse_reasons(hq)
    assert row_of(simulator, made).is_attributed


def _lapse_reasons(hq: Session) -> set[str]:
    return hq.read(lambda connection: set(connection.execute(select(lapses.c.reason)).scalars()))


def _account(device: Session, account: str) -> f.AccountAdded:
    return f.AccountAdded(
        observed_at=device.observed_now(),
        account=account,
        role="inspector",
        suite=device.suite.value,
        public_key=device.signing_key.verify_key.public_bytes(),
        programs=(),
        countries=(),
    )


def test_a_head_that_covers_less_does_not_attribute(simulator: Simulator) -> None:
    device = simulator.world.devices[DEVICE]
    device.account = "INS-018"
    first = simulator.check(DEVICE, 0)
    with device.writing() as transaction:
        transaction.record(_account(device, "INS-018"))
        head = transaction.head(DEVICE, 1)
    second = simulator.check(DEVICE, 1)
    with device.writing() as transaction:
        transaction.record(sign_journal_head(device.signing_key, "INS-018", head, device.observed_now()))
    device.account = "INS-017"
    simulator.deliver(simulator.seal(DEVICE))
    assert [row_of(simulator, one).is_attributed for one in (first, second)] == [True, False]


def test_what_was_here_before_this_rule_raises_nothing(simulator: Simulator) -> None:
    """An HQ of an earlier version holds unsigned checks; only what comes after the upgrade is judged."""
    hq = simulator.world.hq
    simulator.deliver(by(simulator, "GEN-PATTON"))
    assert hq.read(has_begun)
    with hq.writing() as transaction:  # as if this HQ had just been upgraded
        transaction.connection.exec_driver_sql("DELETE FROM attribution_starts")
    later(simulator, SIGNATURE_DAYS + 1)
    judge_signatures(hq)
    assert hq.read(has_begun)
    assert open_of(simulator) == []
    assert not row_of(simulator).is_attributed, "it is still shown as outstanding"
    simulator.deliver(by(simulator, "GEN-PATTON", check_id="second"))
    later(simulator, SIGNATURE_DAYS + 1)
    judge_signatures(hq)
    (row,) = open_of(simulator)
    assert row.check_ids == ("second",)


# Names of devices and of HQ


def decide(simulator: Simulator, session: Session | None = None) -> None:
    hq = session or simulator.world.hq
    (finding_id,) = hq.read(findings.finding_ids, rule_id="item-not-found")
    review_finding(hq, finding_id, decision="resolve", comment="Found in the next room.")


def test_a_device_cannot_stop_a_reviewer_by_using_that_name(simulator: Simulator) -> None:
    """HQ's only reviewer, REV-004, could not decide because a device wrote REV-004 above its check."""
    for number, name in enumerate(("REV-004", "rev-004")):
        simulator.deliver(
            by(simulator, name, check_id=f"n{number}", outcome="not_found", reason="other", all_as_expected=False)
        )
    decide(simulator)


def test_listing_the_reviewers_key_does_not_stop_them_either(simulator: Simulator) -> None:
    hq, device = simulator.world.hq, simulator.world.devices[DEVICE]
    stolen = msgspec.structs.replace(_account(device, "REV-004"), public_key=hq.signing_key.verify_key.public_bytes())
    with device.writing() as transaction:
        transaction.record(stolen)
        transaction.record(_account(device, "REV-004"))
    device.account = "REV-004"
    simulator.check(DEVICE, 0, "not_found")
    simulator.deliver(simulator.seal(DEVICE))  # signed by the device's own key for that account
    decide(simulator)


def test_the_same_key_is_the_same_person(simulator: Simulator) -> None:
    hq, device = simulator.world.hq, simulator.world.devices[DEVICE]
    device._ticket = replace(device.ticket, signing_key=hq.ticket.signing_key)
    with device.writing() as transaction:
        transaction.record(_account(device, "INS-031"))
    device.account = "INS-031"
    simulator.check(DEVICE, 0, "not_found")
    simulator.deliver(simulator.seal(DEVICE))
    with pytest.raises(Refusal, match=r"review\.own_check"):
        decide(simulator)


def test_a_linked_account_is_the_same_person(simulator: Simulator) -> None:
    hq = simulator.world.hq
    simulator.check(DEVICE, 0, "not_found")
    simulator.deliver(simulator.seal(DEVICE))
    ticket = replace(hq.ticket, role="administrator")
    administrator = Session(Store.open(hq.store.folder, hq.ticket.data_key, hq.now), ticket, hq.now)
    for account, device, theirs in (
        ("REV-099", DEVICE, "INS-017"),
        ("REV-004", DEVICE, "INS-099"),
        ("REV-004", "FLD-9999", "INS-017"),
        ("REV-004", hq.name, "REV-004"),
    ):
        with pytest.raises(Refusal, match=r"account\.unknown"):
            link_account(administrator, account, device, theirs)
    with pytest.raises(Refusal, match=r"permission\.denied"):
        link_account(hq, "REV-004", DEVICE, "INS-017")
    assert link_account(administrator, "REV-004", DEVICE, "ins-017").areas
    assert not link_account(administrator, "REV-004", DEVICE, "INS-017").areas
    with pytest.raises(Refusal, match=r"review\.own_check"):
        decide(simulator)
    rebuild_store(hq)
    with pytest.raises(Refusal, match=r"review\.own_check"):
        decide(simulator)
    administrator.store.close()


def test_the_person_whom_hq_sent_does_not_decide_whatever_name_the_device_writes(simulator: Simulator) -> None:
    hq = simulator.world.hq
    simulator.deliver(by(simulator, "INS-099", outcome="not_found", reason="other"))
    hq.account = "ins-017"  # the planned inspector, now at a desk at HQ
    with pytest.raises(Refusal, match=r"review\.own_check"):
        decide(simulator)


def test_a_device_cannot_link_accounts_or_move_the_beginning(simulator: Simulator) -> None:
    now = simulator.world.hq.observed_now()
    for fact in (
        f.AccountLinked(observed_at=now, account="REV-004", device=DEVICE, device_account="INS-017"),
        f.AttributionBegan(observed_at=now, chains=((DEVICE, 1, 10_000),)),
    ):
        assert simulator.deliver(simulator.lie(DEVICE, [fact]))[0].code == "fact.not_allowed"


def test_an_auditor_judges_nothing(simulator: Simulator) -> None:
    hq = simulator.world.hq
    auditor = Session(
        Store.open(hq.store.folder, hq.ticket.data_key, hq.now), replace(hq.ticket, role="auditor"), hq.now
    )
    assert judge_signatures(auditor).areas == frozenset()
    auditor.store.close()
