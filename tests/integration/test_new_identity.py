"""A device's next identity, names that look alike, and what a crash between file and fact leaves."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from db.keyslots import read_store_file, write_store_file
from db.queries import visits
from db.queries.exchange import outstanding
from db.queries.people import all_accounts, all_devices
from eum_app.crypto.certificates import make_request
from eum_app.crypto.passphrases import KdfParams
from eum_app.crypto.suites import Suite
from eum_app.domain.errors import Refusal, Trouble
from eum_app.usecases.exchange.enrol_device import (
    accept_enrolment,
    enrolment_state,
    read_answer,
    read_request,
    request_enrolment,
    revoke_device,
    sign_enrolment,
)
from eum_app.usecases.exchange.receive import import_bundles
from eum_app.usecases.exchange.seal_bundle import seal_results
from eum_app.usecases.people.accounts import add_account
from eum_app.usecases.session import Session
from eum_app.usecases.store.open_store import create_store, open_store
from eum_app.usecases.visits.record_check import record_check
from sync.enrolment import read_answer_file, read_request_file, write_request
from tests.builders import PASSPHRASE, Clock, World, make_store, make_world, typed, yes_to_all

FAST = KdfParams.fast_for_tests(Suite.P384)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = make_world(tmp_path / "world", count=2)
    made.plan()
    made.hand_over()
    yield made
    made.close()


def check_one(world: World, number: int) -> None:
    visit_id = world.device.read(visits.all_visits)[0].visit_id
    item_id = world.device.read(visits.work_ids, visit_id)[number]
    record_check(
        world.device,
        visit_id=visit_id,
        item_id=item_id,
        outcome="verified",
        mark=typed(str(786950 + number)),
        answers=yes_to_all(),
    )


def code_of(error: pytest.ExceptionInfo[Refusal]) -> str:
    return error.value.code


def accept(world: World, answer: Path, *, leave_behind: bool = False) -> None:
    root = read_answer(world.device, answer).root_fingerprint
    accept_enrolment(world.device, answer, root, leave_behind=leave_behind)


def test_a_device_that_was_revoked_or_ran_out_gets_a_new_identity_and_goes_on(world: World) -> None:
    device, hq = world.device, world.hq
    check_one(world, 0)
    revoke_device(hq, device.name, 1, "Lost for a week")
    world.clock.instant += timedelta(days=3 * 365)  # and its certificate ran out
    request, answer = world.folder / "again.eumreq", world.folder / "again.eumans"
    asked = request_enrolment(device, request)
    state = enrolment_state(device)
    assert (state.is_enrolled, state.is_pending, state.request_fingerprint) == (True, True, asked.fingerprint)
    assert sign_enrolment(hq, request, answer, compared=read_request(request).fingerprint).epoch == 2
    with pytest.raises(Refusal) as refused:
        accept(world, answer)
    assert (code_of(refused), refused.value.values["facts"]) == ("enrolment.facts_outstanding", 1)
    assert device.store.named.epoch == 1
    accept(world, answer, leave_behind=True)
    assert device.store.named.epoch == 2
    assert not enrolment_state(device).is_pending
    check_one(world, 1)
    sealed = seal_results(device, world.drop)
    assert [one.outcome for one in import_bundles(hq, [sealed.path], world.drop).outcomes] == ["accepted"]
    assert sum(row.checked for row in hq.read(visits.all_visits)) == 1


def test_revoking_needs_a_known_device_a_reason_and_happens_once(world: World) -> None:
    hq, name = world.hq, world.device.name
    for device, epoch, reason, code in (
        (name, 1, "  ", "device.revoke_reason"),
        (name, 1, "x" * 1_001, "note.too_long"),
        (name, 2, "Lost", "visit.device_unknown"),
        ("FLD-9999", 1, "Lost", "visit.device_unknown"),
    ):
        with pytest.raises(Refusal) as refused:
            revoke_device(hq, device, epoch, reason)
        assert code_of(refused) == code
    assert [row.revoked_at for row in hq.read(all_devices)] == [""]
    revoke_device(hq, name, 1, "Lost")
    with pytest.raises(Refusal, match=r"device\.revoked_already"):
        revoke_device(hq, name, 1, "Lost again")


def test_with_hqs_receipt_nothing_is_left_behind(world: World) -> None:
    check_one(world, 0)
    (outcome,) = import_bundles(world.hq, [seal_results(world.device, world.drop).path], world.drop).outcomes
    assert outcome.receipt_path is not None
    import_bundles(world.device, [outcome.receipt_path])
    assert world.device.read(outstanding, world.device.name, 1).facts == 0
    request, answer = world.folder / "again.eumreq", world.folder / "again.eumans"
    request_enrolment(world.device, request)
    sign_enrolment(world.hq, request, answer, compared=read_request(request).fingerprint)
    accept(world, answer)
    assert world.device.store.named.epoch == 2


def test_an_answer_that_could_not_be_written_is_written_again_with_the_recorded_certificate(tmp_path: Path) -> None:
    clock = Clock()
    hq = make_store(tmp_path / "hq", "hq", "HQ-01", clock)
    device = make_store(tmp_path / "field", "field", "FLD-0042", clock)
    request, lost, answer = tmp_path / "a.eumreq", tmp_path / "missing" / "a.eumans", tmp_path / "a.eumans"
    request_enrolment(device, request)
    with pytest.raises(Trouble):
        sign_enrolment(hq, request, lost, compared=read_request(request).fingerprint)
    (row,) = hq.read(all_devices)  # the fact is recorded, and no certificate exists that it does not name
    assert sign_enrolment(hq, request, answer, compared=read_request(request).fingerprint).epoch == 1
    assert tuple(one.der for one in read_answer_file(answer).chain) == row.certificates
    assert hq.read(all_devices) == [row]
    accept_enrolment(device, answer, read_answer(device, answer).root_fingerprint)
    revoke_device(hq, "FLD-0042", 1, "Stolen")
    with pytest.raises(Refusal, match=r"enrolment\.request_revoked"):
        sign_enrolment(hq, request, answer, compared=read_request(request).fingerprint)
    first = request_enrolment(device, request).fingerprint
    assert request_enrolment(device, request).fingerprint == first
    assert request_enrolment(device, request, anew=True).fingerprint != first
    assert sign_enrolment(hq, request, answer, compared=read_request(request).fingerprint).epoch == 2
    for session in (hq, device):
        session.store.close()


@pytest.mark.parametrize("name", ["/../../etc/x", "A/../x", "..", ".x", "-x", "x" * 41, "A B", "A:B"])
def test_a_request_with_a_path_as_name_is_refused(name: str, tmp_path: Path) -> None:
    _, request = make_request(name, Suite.P384)
    path = tmp_path / "x.eumreq"
    write_request(path, request)
    with pytest.raises(Refusal, match=r"enrolment\.bad_name"):
        read_request_file(path)


def test_hqs_own_name_and_a_name_in_another_case_are_taken(world: World) -> None:
    path = world.folder / "x.eumreq"
    for name in ("HQ-01", "hq-01", "fld-0042"):
        _, request = make_request(name, Suite.P384)
        write_request(path, request)
        with pytest.raises(Refusal, match=r"enrolment\.name_taken"):
            sign_enrolment(world.hq, path, world.folder / "x.eumans", compared=read_request(path).fingerprint)
    assert not (world.folder / "x.eumans").exists()
    assert [row.device for row in world.hq.read(all_devices)] == ["FLD-0042"]


@pytest.mark.parametrize("kind", ["hq", "field"])
@pytest.mark.parametrize("name", ["Büro", "FLD_1", "..", "a/b", ""])
def test_a_store_has_an_ascii_name(kind: str, name: str, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=r"store\.name"):
        make_store(tmp_path / "store", kind, name, Clock())
    assert not (tmp_path / "store").exists()


# Accounts


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Session]:
    session = create_store(
        tmp_path / "hq",
        kind="hq",
        name="HQ-01",
        account="ADM-001",
        role="administrator",
        passphrase=PASSPHRASE,
        suite=Suite.P384,
        kdf=FAST,
    )
    yield session
    session.store.close()


def add(session: Session, account: str) -> None:
    add_account(session, account=account, role="reviewer", passphrase=PASSPHRASE, kdf=FAST)


def slots(session: Session) -> set[str]:
    return {slot.account for slot in read_store_file(session.store.folder).slots}


def test_accounts_added_at_once_all_keep_their_slot(office: Session) -> None:
    names = [f"REV-{number:03d}" for number in range(6)]
    others = [open_store(office.store.folder, "ADM-001", PASSPHRASE) for _ in names]
    threads = [threading.Thread(target=add, args=pair) for pair in zip(others, names, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for other in others:
        other.store.close()
    assert slots(office) == {"ADM-001", *names} == {row.account for row in office.read(all_accounts)}


def test_no_account_differs_from_another_in_case_only(office: Session) -> None:
    add(office, "REV-004")
    for name in ("REV-004", "rev-004", "adm-001"):
        with pytest.raises(Refusal, match=r"account\.exists"):
            add(office, name)
    with pytest.raises(Refusal, match=r"account\.name"):
        add(office, "REV-００４")
    assert slots(office) == {"ADM-001", "REV-004"}


def test_a_commit_that_fails_takes_the_slot_back(office: Session) -> None:
    def fail(_connection: object) -> None:
        raise Trouble("disk.full", path="store.db")

    event.listen(office.store._engine, "commit", fail)
    try:
        with pytest.raises(Trouble, match=r"disk\.full"):
            add(office, "REV-004")
    finally:
        event.remove(office.store._engine, "commit", fail)
    assert slots(office) == {"ADM-001"}
    add(office, "REV-004")


def test_a_slot_without_its_account_left_by_a_crash_is_repaired_by_adding_again(office: Session) -> None:
    before = read_store_file(office.store.folder)
    add(office, "REV-004")
    write_store_file(
        office.store.folder, before, office.ticket.data_key
    )  # the file from before, the journal from after
    add(office, "REV-004")
    assert slots(office) == {"ADM-001", "REV-004"}
    open_store(office.store.folder, "REV-004", PASSPHRASE).store.close()
