"""Accounts of a store: lockout, passphrases, recovery codes, removal; real files, real processes."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db import attempts, keyslots
from db.queries.people import code_set
from eum_app.crypto import recovery_codes
from eum_app.domain.errors import Refusal, Trouble
from eum_app.usecases.exchange.enrol_device import (
    accept_enrolment,
    read_answer,
    read_request,
    request_enrolment,
    sign_enrolment,
)
from eum_app.usecases.exchange.receive import import_bundles
from eum_app.usecases.exchange.seal_bundle import seal_results
from eum_app.usecases.people.accounts import (
    add_account,
    change_passphrase,
    list_accounts,
    remove_account,
    reset_passphrase,
    unlock_account,
)
from eum_app.usecases.people.recovery import make_recovery_codes, open_with_recovery_code, read_out_recovery_code
from eum_app.usecases.session import Session
from eum_app.usecases.store.open_store import open_store
from tests.builders import PASSPHRASE, Clock, enrol, make_store
from tests.faults.disk import flip

NEW = "an entirely other passphrase"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Session]:
    session = make_store(tmp_path / "hq", "hq", "HQ-01", Clock(), role="administrator")
    add_account(session, account="REV-009", role="reviewer", passphrase=PASSPHRASE)
    yield session
    session.store.close()


def fail(folder: Path, account: str = "REV-009", passphrase: str = "not the passphrase") -> tuple[str, object]:
    with pytest.raises(Refusal) as caught:
        open_store(folder, account, passphrase)
    return caught.value.code, caught.value.values.get("left")


def state(session: Session, account: str) -> str:
    return next(row.state for row in list_accounts(session) if row.account == account)


# Lockout


@pytest.mark.parametrize("account", ["REV-009", "REV-999", "\ud800 correct horse", "?7", "*"])
def test_three_failures_lock_an_account_whether_it_exists_or_not(office: Session, account: str) -> None:
    folder = office.store.folder
    assert [fail(folder, account) for _ in range(4)] == [
        ("passphrase.wrong", 2),
        ("passphrase.wrong", 1),
        ("account.locked", None),
        ("account.locked", None),
    ]
    assert fail(folder, account, PASSPHRASE) == ("account.locked", None)


def test_a_success_begins_the_count_again(office: Session) -> None:
    folder = office.store.folder
    for _ in range(3):
        assert [fail(folder)[1] for _ in range(2)] == [2, 1]
        open_store(folder, "REV-009", PASSPHRASE).close()


def test_the_lock_is_one_accounts_own_and_an_administrator_ends_it(office: Session) -> None:
    folder = office.store.folder
    for _ in range(3):
        fail(folder)
    assert (state(office, "REV-009"), state(office, "REV-004")) == ("locked", "active")
    open_store(folder, "REV-004", PASSPHRASE).close()
    unlock_account(office, "REV-009")
    assert state(office, "REV-009") == "active"
    reviewer = open_store(folder, "REV-009", PASSPHRASE)
    for act in (unlock_account, remove_account):
        with pytest.raises(Refusal, match=r"permission\.denied"):
            act(reviewer, "REV-004")
    with pytest.raises(Refusal, match=r"permission\.denied"):
        reset_passphrase(reviewer, "REV-004", NEW)
    reviewer.close()


@pytest.mark.parametrize("ahead", [timedelta(days=3_652), timedelta(days=-365)])
def test_neither_another_process_nor_another_time_ends_the_lock(office: Session, ahead: timedelta) -> None:
    folder = office.store.folder
    for _ in range(3):
        fail(folder)
    for path in folder.iterdir():
        os.utime(path, (0, 0))
    spawn = multiprocessing.get_context("spawn")
    codes = spawn.Queue()
    child = spawn.Process(target=_try_at, args=(folder, ahead, codes))
    child.start()
    assert codes.get(timeout=120) == "account.locked"
    child.join(60)


def _try_at(folder: Path, ahead: timedelta, codes: multiprocessing.Queue[str]) -> None:
    clock = Clock()
    clock.instant += ahead
    try:
        open_store(folder, "REV-009", PASSPHRASE, now=clock).close()
        codes.put("opened")
    except Refusal as refusal:
        codes.put(refusal.code)


def test_a_flipped_bit_in_the_count_is_reported_or_harmless(office: Session) -> None:
    folder, found = office.store.folder, set[str]()
    for _ in range(2):
        fail(folder)
    path = folder / attempts.FILE_NAME
    whole = path.read_bytes()
    for at in (at for at, byte in enumerate(whole) if byte):
        for bit in (0, 7):  # of a type and of a letter, among others
            path.write_bytes(whole)
            flip(path, at, 1 << bit)
            try:
                attempts.failures(folder)
            except Trouble as trouble:
                found.add(trouble.code)
                attempts.forget(folder, "REV-009")  # an administrator's word, or a recovery code, repairs it
                assert attempts.failures(folder) == {}
    assert found == {"attempts.damaged"}


def test_reading_the_counts_makes_no_file(office: Session) -> None:
    path = office.store.folder / attempts.FILE_NAME
    path.unlink(missing_ok=True)
    assert attempts.failures(office.store.folder) == {}
    assert not path.exists()


def test_what_is_typed_as_an_account_is_not_kept(office: Session) -> None:
    fail(office.store.folder, "my secret passphrase")
    assert b"secret" not in (office.store.folder / attempts.FILE_NAME).read_bytes()


def _fail_in_a_process(folder: Path, start: threading.Barrier, codes: multiprocessing.Queue[str]) -> None:
    start.wait()
    try:
        open_store(folder, "REV-009", "not the passphrase")
    except Refusal as refusal:
        codes.put(refusal.code)


def test_two_processes_that_fail_at_once_lose_no_count(office: Session) -> None:
    spawn = multiprocessing.get_context("spawn")
    start, codes = spawn.Barrier(2), spawn.Queue()
    children = [spawn.Process(target=_fail_in_a_process, args=(office.store.folder, start, codes)) for _ in range(2)]
    for child in children:
        child.start()
    assert [codes.get(timeout=120) for _ in children] == ["passphrase.wrong"] * 2
    for child in children:
        child.join(60)
    assert attempts.failures(office.store.folder) == {"REV-009": 2}


def test_openings_at_once_with_the_right_passphrase_lock_no_account(office: Session) -> None:
    fail(office.store.folder)
    failed: list[Refusal] = []

    def open_and_close() -> None:
        try:
            open_store(office.store.folder, "REV-009", PASSPHRASE).close()
        except Refusal as error:
            failed.append(error)

    threads = [threading.Thread(target=open_and_close) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


def test_a_count_that_cannot_be_written_gives_no_answer(office: Session) -> None:
    folder = office.store.folder
    fail(folder)
    path = folder / attempts.FILE_NAME
    path.write_bytes(b"no database at all" * 100)
    with pytest.raises(Trouble, match=r"attempts\.damaged"):
        open_store(folder, "REV-009", PASSPHRASE)
    unlock_account(office, "REV-009")
    open_store(folder, "REV-009", PASSPHRASE).close()


# Passphrases and accounts


def test_a_passphrase_is_changed_by_who_knows_the_old_one(office: Session) -> None:
    folder = office.store.folder
    reviewer = open_store(folder, "REV-009", PASSPHRASE)
    with pytest.raises(Refusal, match=r"passphrase\.wrong"):
        change_passphrase(reviewer, "not the passphrase", NEW)
    with pytest.raises(Refusal, match=r"passphrase\.too_short"):
        change_passphrase(reviewer, PASSPHRASE, "short")
    before = reviewer.ticket
    change_passphrase(reviewer, PASSPHRASE, NEW)
    reviewer.close()
    assert fail(folder, "REV-009", PASSPHRASE)[0] == "passphrase.wrong"
    again = open_store(folder, "REV-009", NEW)
    assert (again.ticket.data_key, again.ticket.signing_key) == (before.data_key, before.signing_key)
    again.close()


def test_a_forgotten_passphrase_is_reset_and_old_signatures_stay_valid(tmp_path: Path) -> None:
    from db.queries.people import signing_keys_of_chain

    hq = make_store(tmp_path / "hq", "hq", "HQ-01", Clock())
    device = make_store(tmp_path / "d", "field", "FLD-0042", Clock(), role="administrator")
    add_account(device, account="INS-018", role="inspector", passphrase=PASSPHRASE)
    enrol(hq, device, tmp_path)
    other = open_store(device.store.folder, "INS-018", PASSPHRASE, now=device.now)
    from db.chains import chain_head
    from eum_app.domain.facts import HeadSigned
    from eum_app.usecases.store.head_signatures import sign_head

    with other.writing() as transaction:
        head = chain_head(transaction.connection, "FLD-0042", 1)
        transaction.record(
            HeadSigned(
                observed_at=other.observed_now(),
                account="INS-018",
                head_origin=head.origin,
                head_epoch=head.epoch,
                head_seq=head.seq,
                head_hash=head.hash,
                signature=sign_head(other.signing_key, head),
            )
        )
    other.close()
    for _ in range(3):
        fail(device.store.folder, "INS-018")
    reset_passphrase(device, "INS-018", NEW)
    open_store(device.store.folder, "INS-018", NEW, now=device.now).close()
    sealed = seal_results(device, tmp_path / "out")
    (outcome,) = import_bundles(hq, [sealed.path]).outcomes
    assert (outcome.outcome, outcome.code) == ("accepted", "")
    assert len(hq.read(signing_keys_of_chain, "FLD-0042", 1)["INS-018"]) == 2
    for session in (hq, device):
        session.store.close()


def test_a_removed_account_opens_nothing_and_its_code_is_not_given_again(office: Session) -> None:
    folder = office.store.folder
    remove_account(office, "REV-009")
    assert fail(folder, "REV-009", PASSPHRASE) == ("passphrase.wrong", 2)
    assert state(office, "REV-009") == "removed"
    with pytest.raises(Refusal, match=r"account\.exists"):
        add_account(office, account="rev-009", role="reviewer", passphrase=PASSPHRASE)
    for act in (remove_account, unlock_account):
        with pytest.raises(Refusal, match=r"account\.unknown"):
            act(office, "REV-009")
    with pytest.raises(Refusal, match=r"account\.own"):
        remove_account(office, "REV-004")
    office.store.rebuild()
    assert state(office, "REV-009") == "removed"


def test_the_last_administrator_stays(office: Session) -> None:
    add_account(office, account="ADM-002", role="administrator", passphrase=PASSPHRASE)
    other = open_store(office.store.folder, "ADM-002", PASSPHRASE)
    with pytest.raises(Refusal, match=r"account\.key_not_changed"):  # the store is open here too
        remove_account(other, "REV-004")
    assert state(other, "REV-004") == "removed"
    with pytest.raises(Refusal, match=r"account\.removed"):
        remove_account(office, "ADM-002")  # a session of a removed account that is still open
    other.close()


# Recovery codes


def test_a_recovery_code_opens_once_sets_a_passphrase_and_ends_the_lock(office: Session) -> None:
    folder = office.store.folder
    reviewer = open_store(folder, "REV-009", PASSPHRASE)
    made = make_recovery_codes(reviewer)
    signing_key = reviewer.ticket.signing_key
    reviewer.close()
    assert len(set(made.codes)) == 10
    assert made.codes[0] not in repr(made)
    for _ in range(3):
        fail(folder)
    code = made.codes[3].lower().replace("-", " ").replace("o", "0").replace("i", "1")
    again = open_with_recovery_code(folder, "REV-009", code, NEW)
    assert again.ticket.signing_key == signing_key
    again.close()
    with pytest.raises(Refusal, match=r"recovery\.wrong"):
        open_with_recovery_code(folder, "REV-009", made.codes[3], NEW)
    with pytest.raises(Refusal, match=r"recovery\.wrong"):
        open_with_recovery_code(folder, "REV-004", made.codes[4], NEW)
    open_store(folder, "REV-009", NEW).close()
    assert next(row.codes_left for row in list_accounts(office) if row.account == "REV-009") == 9
    held = office.read(code_set, "HQ-01", "REV-009")
    assert held is not None
    assert held.used == {4}


def test_a_code_that_two_use_at_once_opens_for_one(office: Session) -> None:
    """The second has found its slot already when the first uses it up."""
    folder, code, used = office.store.folder, make_recovery_codes(office).codes[0], list[str]()

    def now() -> datetime:
        if not used:
            used.append(code)
            open_with_recovery_code(folder, "REV-004", code, NEW).close()
        return office.now()

    with pytest.raises(Refusal, match=r"recovery\.wrong"):
        open_with_recovery_code(folder, "REV-004", code, "a third passphrase", now=now)
    assert used == [code]
    open_store(folder, "REV-004", NEW).close()


def test_new_codes_take_the_place_of_old_ones(office: Session) -> None:
    old, new = make_recovery_codes(office).codes, make_recovery_codes(office).codes
    with pytest.raises(Refusal, match=r"recovery\.wrong"):
        open_with_recovery_code(office.store.folder, "REV-004", old[0], NEW)
    open_with_recovery_code(office.store.folder, "REV-004", new[0], NEW).close()


def is_code(typed: str) -> bool:
    try:
        recovery_codes.parse(typed)
    except Refusal as refusal:
        if refusal.code != "recovery.mistyped":
            raise
        return False
    return True


@given(st.binary(min_size=16, max_size=16), st.integers(0, 27), st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"))
def test_a_typing_mistake_is_distinguished_from_a_wrong_code(code: bytes, at: int, typed: str) -> None:
    text = recovery_codes.shown(code).replace("-", "")
    assert recovery_codes.parse(recovery_codes.shown(code)) == code
    slipped = text[:at] + typed + text[at + 1 :]
    # Once in 4,096 times a slip passes; the code is then a wrong one, never this one.
    assert slipped == text or not is_code(slipped) or recovery_codes.parse(slipped) != code


def test_slips_are_found_but_for_one_in_thousands() -> None:
    text = recovery_codes.shown(bytes(range(16))).replace("-", "")
    slips = [text[:at] + other + text[at + 1 :] for at in range(28) for other in "ABCDEFGH2345" if other != text[at]]
    assert sum(map(is_code, slips)) <= 2


@given(st.text())
def test_anything_typed_is_a_code_or_is_mistyped(text: str) -> None:
    assert not is_code(text) or len(recovery_codes.parse(text)) == 16


def test_hq_reads_out_what_a_device_has_sent_each_code_once(tmp_path: Path) -> None:
    clock = Clock()
    hq = make_store(tmp_path / "hq", "hq", "HQ-01", clock, role="administrator")
    device = make_store(tmp_path / "d", "field", "FLD-0042", clock)
    request, answer = tmp_path / "q", tmp_path / "a"
    request_enrolment(device, request)
    sign_enrolment(hq, request, answer, compared=read_request(request).fingerprint)
    codes = accept_enrolment(device, answer, read_answer(device, answer).root_fingerprint).codes
    assert codes is not None
    assert codes.is_with_hq
    with pytest.raises(Refusal, match=r"recovery\.none_held"):
        read_out_recovery_code(hq, "FLD-0042", "INS-017")
    open_with_recovery_code(device.store.folder, "INS-017", codes.codes[0], NEW, now=clock).close()
    import_bundles(hq, [seal_results(device, tmp_path / "out").path])
    read_out = [read_out_recovery_code(hq, "FLD-0042", "INS-017") for _ in range(9)]
    assert [row.code for row in read_out] == list(codes.codes[1:])
    assert read_out[-1].left == 0
    with pytest.raises(Refusal, match=r"recovery\.all_spent"):
        read_out_recovery_code(hq, "FLD-0042", "INS-017")
    open_with_recovery_code(device.store.folder, "INS-017", read_out[4].code, PASSPHRASE, now=clock).close()
    escrow = keyslots.read_store_file(device.store.folder).escrow
    assert escrow is not None
    assert escrow.hq == "HQ-01"
    for session in (hq, device):
        session.store.close()
