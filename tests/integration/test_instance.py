"""A copied store and a restored one are recognized at opening; their records are handed in, nothing forks."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import text

from db import instance
from db.queries import visits
from db.queries.clocks import came_at, first_came_at
from db.queries.exchange import outstanding
from db.queries.people import all_devices
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import CopyNoticed, SessionEnded
from eum_app.domain.people import Role
from eum_app.usecases.exchange.enrol_device import (
    accept_enrolment,
    read_answer,
    read_request,
    request_enrolment,
    sign_enrolment,
)
from eum_app.usecases.exchange.receive import import_bundles
from eum_app.usecases.exchange.seal_bundle import seal_for_device, seal_results
from eum_app.usecases.session import Session
from eum_app.usecases.store.open_store import check_store, open_store
from eum_app.usecases.store.renew_journal import renew_journal
from tests.builders import PASSPHRASE, Clock, make_store
from tests.simulator import Simulator

DEVICE = "FLD-0042"


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[Simulator]:
    made = Simulator.start(tmp_path / "w", count=3)
    yield made
    made.world.close()


def reopened(simulator: Simulator, folder: Path | None = None) -> Session:
    old = simulator.world.device
    old.store.close()
    found = open_store(folder or old.store.folder, "INS-017", PASSPHRASE, now=simulator.world.clock)
    simulator.world.devices[DEVICE] = found
    return found


def copied_away(simulator: Simulator, tmp_path: Path) -> Path:
    """The folder as it is on the disk, after the session that worked in it was closed."""
    device = simulator.world.device
    device.close()
    copy = tmp_path / "backup"
    shutil.copytree(device.store.folder, copy)
    reopened(simulator)
    return copy


def how(session: Session) -> str:
    return session.store.copied.how if session.store.copied else ""


def test_a_store_that_stays_where_it_is_is_no_copy(simulator: Simulator) -> None:
    for _ in range(3):
        simulator.check(DEVICE, 0)
        assert how(reopened(simulator)) == ""


def test_a_folder_that_was_moved_is_no_copy_but_a_second_one_made_from_it_is(
    simulator: Simulator, tmp_path: Path
) -> None:
    device = simulator.world.device
    device.close()
    first, second = tmp_path / "moved", tmp_path / "second"
    shutil.move(device.store.folder, first)
    assert how(reopened(simulator, first)) == ""
    simulator.world.device.close()
    shutil.copytree(first, second)
    assert how(reopened(simulator, second)) == "copied"
    assert how(reopened(simulator, second)) == "copied"
    assert how(reopened(simulator, first)) == ""


def test_a_copy_on_another_machine_is_recognized(
    simulator: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = copied_away(simulator, tmp_path)
    monkeypatch.setenv("EUM_STATE", str(tmp_path / "another machine"))
    assert how(reopened(simulator, copy)) == "copied"


def test_a_copy_takes_no_evidence_hands_in_what_it_held_and_goes_on_with_a_new_identity(
    simulator: Simulator, tmp_path: Path
) -> None:
    hq = simulator.world.hq
    simulator.check(DEVICE, 0)
    copy = copied_away(simulator, tmp_path)
    simulator.check(DEVICE, 1)  # the lost original went on
    device = reopened(simulator, copy)
    assert how(device) == "copied"
    with pytest.raises(Refusal, match=r"store\.copied"):
        simulator.check(DEVICE, 2)
    (outcome,) = import_bundles(hq, [seal_results(device, simulator.world.drop).path], simulator.world.drop).outcomes
    assert outcome.outcome == "accepted"
    assert outcome.receipt_path is not None
    import_bundles(device, [outcome.receipt_path])
    assert device.read(outstanding, DEVICE, 1).facts == 0
    request, answer = tmp_path / "again.eumreq", tmp_path / "again.eumans"
    request_enrolment(device, request)
    sign_enrolment(hq, request, answer, compared=read_request(request).fingerprint)
    accept_enrolment(device, answer, read_answer(device, answer).root_fingerprint)
    assert (device.store.named.epoch, how(device)) == (2, "")
    simulator.check(DEVICE, 2)
    assert how(reopened(simulator)) == ""
    assert simulator.deliver(simulator.seal(DEVICE))[0].outcome == "accepted"
    assert hq.read(visits.visit, simulator.visit_ids[DEVICE]).verified == 2
    told = hq.read(instance.copied, DEVICE, 1)
    assert told is not None
    assert told.how == "copied"
    check_store(simulator.world.device)


def test_a_store_restored_in_its_place_is_recognized(simulator: Simulator, tmp_path: Path) -> None:
    simulator.check(DEVICE, 0)
    copy = copied_away(simulator, tmp_path)
    simulator.check(DEVICE, 1)
    device = simulator.world.device
    device.close()
    shutil.rmtree(device.store.folder)
    shutil.copytree(copy, device.store.folder)
    device = reopened(simulator)
    assert how(device) == "put_back"
    with pytest.raises(Refusal, match=r"store\.copied"):
        simulator.check(DEVICE, 2)
    with device.store.reading() as connection:
        kinds = connection.execute(text("SELECT count(*) FROM journal WHERE kind = 'CopyNoticed'")).scalar()
    assert kinds == 1
    reopened(simulator)
    with simulator.world.device.store.reading() as connection:
        again = connection.execute(text("SELECT count(*) FROM journal WHERE kind = 'CopyNoticed'")).scalar()
    assert again == 1  # said once


def test_a_backup_that_says_so_is_recognized(simulator: Simulator) -> None:
    device = simulator.world.device
    with device.writing() as transaction:
        transaction.connection.execute(text("INSERT INTO meta (name, value) VALUES ('restored', '2026')"))
    assert how(reopened(simulator)) == "put_back"


def test_a_device_that_was_never_enrolled_has_nothing_to_fork(tmp_path: Path) -> None:
    session = make_store(tmp_path / "s", "field", DEVICE, Clock())
    session.close()
    shutil.copytree(tmp_path / "s", tmp_path / "copy")
    copy = open_store(tmp_path / "copy", "INS-017", PASSPHRASE)
    assert how(copy) == ""
    copy.close()


def test_a_store_from_before_and_a_machine_that_cannot_remember(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a file").write_bytes(b"")
    monkeypatch.setenv("EUM_STATE", str(tmp_path / "a file"))  # nothing can be kept there
    session = make_store(tmp_path / "s", "hq", "HQ-01", Clock())
    session.close()
    for _ in range(2):
        session = open_store(tmp_path / "s", "REV-004", PASSPHRASE)
        assert how(session) == ""
        session.close()
    monkeypatch.setenv("EUM_STATE", str(tmp_path / "state"))  # and now it can
    open_store(tmp_path / "s", "REV-004", PASSPHRASE).close()
    shutil.copytree(tmp_path / "s", tmp_path / "copy")
    session = open_store(tmp_path / "copy", "REV-004", PASSPHRASE)
    assert how(session) == "copied"
    session.close()


def test_hq_put_back_goes_on_in_a_new_journal_that_devices_take(
    tmp_path: Path, hq_backend: Callable[[], str | None]
) -> None:
    simulator = Simulator.start(tmp_path / "w", count=2, database_url=hq_backend())
    hq = simulator.world.hq
    named = hq.store.named
    hq.close()
    path = instance.path_of(named.store_id, hq.store.folder)
    left = msgspec.json.decode(path.read_bytes(), type=instance.Left)
    path.write_bytes(msgspec.json.encode(msgspec.structs.replace(left, seq=left.seq + 9)))  # it once was further on
    hq = open_store(hq.store.folder, "REV-004", PASSPHRASE, now=simulator.world.clock)
    simulator.world.hq = hq
    assert how(hq) == "put_back"
    early = simulator.check(DEVICE, 1)
    assert simulator.deliver(simulator.seal(DEVICE))[0].outcome == "accepted"
    came_before = hq.read(came_at, simulator.visit_ids[DEVICE])
    assert renew_journal(hq) == 2
    assert how(hq) == ""
    assert hq.read(came_at, simulator.visit_ids[DEVICE]) == came_before
    assert list(came_before) == [early]
    device = simulator.world.device
    sealed = seal_for_device(hq, DEVICE, simulator.world.drop)
    assert [one.outcome for one in import_bundles(device, [sealed.path]).outcomes] == ["accepted"]
    visit_id = simulator.world.plan().visit_id
    simulator.world.hand_over()
    assert visit_id in {row.visit_id for row in device.read(visits.all_visits)}
    simulator.check(DEVICE, 0)
    assert simulator.deliver(simulator.seal(DEVICE))[0].outcome == "accepted"
    assert [row.epoch for row in hq.read(all_devices)] == [1]
    came = hq.read(came_at, simulator.visit_ids[DEVICE])  # known_at goes on from where the old journal ended
    assert came[early] == came_before[early] == min(came.values())
    assert len(came) == 2
    assert hq.read(first_came_at, simulator.visit_ids[DEVICE]) == came[early] < max(came.values())
    with hq.store.reading() as connection:
        own = text("SELECT epoch, known_at FROM journal WHERE origin = 'HQ-01' ORDER BY epoch, seq")
        numbers = connection.execute(own).all()
    assert [row.known_at for row in numbers] == list(range(1, len(numbers) + 1))
    assert {row.epoch for row in numbers} == {1, 2}
    device.role = Role.ADMINISTRATOR
    with pytest.raises(Refusal, match=r"journal\.only_hq"):
        renew_journal(device)
    simulator.world.close()


def test_a_copy_is_a_fact_that_devices_may_state_and_the_first_one_counts(tmp_path: Path) -> None:
    session = make_store(tmp_path / "s", "hq", "HQ-01", Clock())
    for through in (5, 9):
        with session.writing() as transaction:
            transaction.record(
                CopyNoticed(observed_at=session.observed_now(), epoch=1, how="copied", through_seq=through)
            )
    found = session.read(instance.copied, "HQ-01", 1)
    assert found is not None
    assert found.through_seq == 5
    session.store.close()


def test_a_failed_new_journal_leaves_no_trace_in_what_was_known_when(tmp_path: Path) -> None:
    session = make_store(tmp_path / "s", "hq", "HQ-01", Clock())

    def say(epoch: int) -> None:
        with session.writing() as transaction:
            if epoch > session.store.named.epoch:
                transaction.begin_epoch(epoch)
            said = SessionEnded(observed_at=session.observed_now(), account=session.account, reason="lock")
            transaction.record(said)
            if epoch == 3:
                raise Refusal("journal.only_hq", device="HQ-01")

    with pytest.raises(Refusal):
        say(3)
    for epoch in (1, 2):
        say(epoch)
    with pytest.raises(Refusal):
        say(3)
    for epoch in (2, 2):
        say(epoch)
    with session.writing() as transaction:
        transaction.begin_epoch(3)
        transaction.record(SessionEnded(observed_at=session.observed_now(), account=session.account, reason="lock"))
    with session.store.reading() as connection:
        rows = connection.execute(text("SELECT epoch, known_at FROM journal ORDER BY epoch, seq")).all()
    assert [row.known_at for row in rows] == list(range(1, len(rows) + 1))
    assert [row.epoch for row in rows][-4:] == [2, 2, 2, 3]
    session.close()
