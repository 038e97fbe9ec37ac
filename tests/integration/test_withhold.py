"""Content withheld by order of two people, files that nothing needs, and nothing readable on the disk."""

from __future__ import annotations

import os
import random
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from db.content import check_content, examine_content, object_row
from db.engines import DATABASE, sqlcipher_connection
from db.queries import checks, visits
from db.queries.checks import EvidenceRow
from db.queries.content import withholdings_open
from eum_app.cli import run
from eum_app.crypto.passphrases import KdfParams
from eum_app.crypto.suites import Suite
from eum_app.domain.errors import Refusal
from eum_app.domain.people import Role
from eum_app.usecases.exchange.receive import import_bundles
from eum_app.usecases.exchange.seal_bundle import seal_for_device
from eum_app.usecases.people.accounts import add_account
from eum_app.usecases.reporting.make_report import make_report
from eum_app.usecases.reporting.verify_report import verify_report
from eum_app.usecases.reporting.visit_record import VISIT_RECORD
from eum_app.usecases.review.withhold import ask_to_withhold, confirm_withholding
from eum_app.usecases.session import Session
from eum_app.usecases.store.check_store import examine_store
from eum_app.usecases.store.open_store import open_store, rebuild_store
from eum_app.usecases.visits.record_check import record_check
from tests.builders import PASSPHRASE, Clock, make_store, typed
from tests.pictures import photo
from tests.simulator import Simulator

DEVICE = "FLD-0042"
CHANCE = random.Random(7)
FAST = KdfParams.fast_for_tests(Suite.P384)


@pytest.fixture
def simulator(tmp_path: Path, hq_backend: Callable[[], str | None]) -> Iterator[Simulator]:
    made = Simulator.start(tmp_path / "w", count=2, database_url=hq_backend())
    yield made
    made.world.close()


def photographed(simulator: Simulator) -> EvidenceRow:
    """A check with a large photo, held at HQ."""
    session, visit_id = simulator.world.device, simulator.visit_ids[DEVICE]
    record_check(
        session,
        visit_id=visit_id,
        item_id=session.read(visits.work_ids, visit_id)[0],
        outcome="discrepancy",
        reason="damaged",
        mark=typed("x"),
        note="A face is in the picture",
        photos=(photo(300, CHANCE),),
    )
    simulator.deliver(simulator.seal(DEVICE))
    found = simulator.world.hq.read(checks.evidence_of, visit_id=visit_id)
    return next(row for row in found if row.role == "photo")


def second_person(hq: Session) -> Session:
    hq.role = Role.ADMINISTRATOR
    add_account(hq, account="REV-009", role="reviewer", passphrase=PASSPHRASE, kdf=FAST)
    hq.role = Role.REVIEWER
    return open_store(hq.store.folder, "REV-009", PASSPHRASE, now=hq.now)


def test_two_people_withhold_a_photo_everywhere_and_everything_still_verifies(
    simulator: Simulator, tmp_path: Path
) -> None:
    hq, device = simulator.world.hq, simulator.world.device
    row = photographed(simulator)
    path = hq.store.content.path_of(row.object_id)
    assert path.is_file()
    asked = ask_to_withhold(hq, row.commitment, "A bystander's face; order 12/2026")
    assert [one.request_id for one in hq.read(withholdings_open)] == [asked.request_id]
    with pytest.raises(Refusal, match=r"withhold\.own_request"):
        confirm_withholding(hq, asked.request_id)
    assert hq.content(row.ref)
    other = second_person(hq)
    confirm_withholding(other, asked.request_id)
    with pytest.raises(Refusal, match=r"withhold\.withheld_already"):
        confirm_withholding(other, asked.request_id)
    with pytest.raises(Refusal, match=r"withhold\.withheld_already"):
        ask_to_withhold(hq, row.object_id, "again")
    assert not path.exists()
    with hq.store.reading() as connection:
        held = object_row(connection, row.object_id)
    assert (held.key, held.salt) == (None, None)
    with pytest.raises(Refusal, match=r"content\.withheld"):
        hq.content(row.ref)
    found = examine_store(hq)
    assert (found.altered, found.missing, found.withheld) == ((), (), 1)
    # The record says so, and its proof holds.
    make_report(hq, VISIT_RECORD, tmp_path / "record.json", {"visit_id": simulator.visit_ids[DEVICE]})
    assert "photo, withheld by order" in (tmp_path / "record.json").read_text()
    assert verify_report(tmp_path / "record.json", hq).holds
    # The device learns of it, and seals and verifies without it.
    import_bundles(device, [seal_for_device(hq, DEVICE, simulator.world.drop).path])
    assert not device.store.content.path_of(row.object_id).exists()
    with pytest.raises(Refusal, match=r"content\.withheld"):
        device.content(row.ref)
    assert examine_store(device).altered == examine_store(device).missing == ()
    simulator.check(DEVICE, 1)
    assert simulator.deliver(simulator.seal(DEVICE))[0].outcome == "accepted"
    rebuild_store(hq)
    assert hq.read(examine_content, hq.store.content).withheld == (row.object_id,)
    other.store.close()


def test_content_withheld_before_it_came_stays_unread(simulator: Simulator) -> None:
    hq, device, visit_id = simulator.world.hq, simulator.world.device, simulator.visit_ids[DEVICE]
    other = second_person(hq)
    record_check(
        device,
        visit_id=visit_id,
        item_id=device.read(visits.work_ids, visit_id)[0],
        outcome="discrepancy",
        reason="damaged",
        mark=typed("x"),
        photos=(photo(300, CHANCE),),
    )
    (row,) = device.read(checks.evidence_of, visit_id=visit_id)
    confirm_withholding(other, ask_to_withhold(hq, row.object_id, "by order").request_id)
    assert simulator.deliver(simulator.seal(DEVICE))[0].outcome == "accepted"
    with pytest.raises(Refusal, match=r"content\.withheld"):
        hq.content(row.ref)
    hq.store.sweep(age_s=-1)
    assert not hq.store.content.path_of(row.object_id).exists()
    other.store.close()


def test_a_key_that_was_destroyed_is_not_in_the_log_either(tmp_path: Path) -> None:
    """The database as it was a moment ago returns if the end of its log is cut off."""
    simulator = Simulator.start(tmp_path / "w", count=2)
    hq, folder = simulator.world.hq, simulator.world.hq.store.folder
    photographed(simulator)
    found = hq.read(checks.evidence_of, visit_id=simulator.visit_ids[DEVICE])
    row = next(row for row in found if row.role == "note")  # small: its sealed bytes are in the database
    other = second_person(hq)
    order = ask_to_withhold(hq, row.object_id, "by order").request_id

    wanted = "SELECT key IS NOT NULL, sealed IS NOT NULL FROM content WHERE object_id = ?"

    def held() -> set[tuple[bool, bool]]:
        """Whether its key and sealed bytes can be found with the log, cut anywhere."""
        (tmp_path / "cut").mkdir(exist_ok=True)
        either = set()
        log = (folder / f"{DATABASE}-wal").read_bytes()
        for end in range(0, len(log) + 1, 8 * 4096):
            shutil.copy(folder / DATABASE, tmp_path / "cut")
            (tmp_path / "cut" / f"{DATABASE}-wal").write_bytes(log[:end])
            with closing(sqlcipher_connection(tmp_path / "cut" / DATABASE, hq.ticket.data_key)) as cut:
                either |= set(cut.execute(wanted, [row.object_id]))
            for path in (tmp_path / "cut").iterdir():
                path.unlink()
        return either

    assert (True, True) in held()
    confirm_withholding(other, order)
    assert held() == {(False, False)}
    other.store.close()
    simulator.world.close()


def test_who_may_not_withhold(simulator: Simulator) -> None:
    hq = simulator.world.hq
    with pytest.raises(Refusal, match=r"permission\.denied"):
        ask_to_withhold(simulator.world.device, "0" * 96, "x")
    for object_id, reason, code in (("../x", "x", "not_an_object"), ("0" * 96, " ", "reason_missing")):
        with pytest.raises(Refusal, match=code):
            ask_to_withhold(hq, object_id, reason)
    with pytest.raises(Refusal, match=r"withhold\.not_asked"):
        confirm_withholding(hq, "no such request")
    hq.role = Role.AUDITOR
    with pytest.raises(Refusal, match=r"permission\.denied"):
        confirm_withholding(hq, "x")


def test_a_reason_begins_no_line_of_the_list_and_steers_no_terminal(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EUM_PASSPHRASE", PASSPHRASE)
    hq = make_store(tmp_path / "hq", "hq", "HQ-01", Clock())
    asked = ask_to_withhold(hq, "0" * 96, "by order\n0123  forged…  REV-009  \x1b[2Kno reason")
    hq.close()
    assert run(["content", "list", "--store", str(tmp_path / "hq"), "--account", hq.account]) == 0
    (line,) = capfd.readouterr().out.splitlines()
    assert line.startswith(asked.request_id)
    assert line.endswith(r"by order\n0123  forged…  REV-009  \x1b[2Kno reason")


# Files that nothing needs


def test_a_sweep_waits_for_a_writer_and_leaves_its_files(simulator: Simulator) -> None:
    """A transaction under way has written its photo and not committed: a sweep meanwhile takes nothing of it."""
    hq = simulator.world.hq
    again = open_store(hq.store.folder, "REV-004", PASSPHRASE, now=hq.now)
    swept: list[int] = []
    with hq.writing() as transaction:
        ref = transaction.seal_content(photo(300, CHANCE), "image/jpeg")
        sweeper = threading.Thread(target=lambda: swept.append(again.store.sweep(age_s=-1)))
        sweeper.start()
        sweeper.join(0.5)
        assert hq.store.content.path_of(ref.object_id).is_file()
    sweeper.join()
    assert swept == [0]
    assert hq.content(ref)
    assert hq.read(check_content, hq.store.content) == []
    again.store.close()


def test_what_a_crash_left_is_swept_at_the_next_opening(tmp_path: Path) -> None:
    session = make_store(tmp_path / "s", "field", DEVICE, Clock())
    orphan = session.store.content.path_of("ab" * 48)
    orphan.parent.mkdir(parents=True)
    half = tmp_path / "s" / ".writing-y"
    for path in (half, orphan, orphan.with_name(".writing-x"), orphan.with_name("young")):
        path.write_bytes(b"sealed")
        if path.name != "young":
            os.utime(path, (1_000_000_000, 1_000_000_000))
    session.close()
    session = open_store(tmp_path / "s", "INS-017", PASSPHRASE)
    assert [path.name for path in orphan.parent.iterdir()] == ["young"]
    assert not half.exists()
    session.close()
