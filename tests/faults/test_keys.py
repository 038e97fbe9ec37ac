"""Keys under faults: an interrupted rotation, damaged keyslots, a full disk."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import psycopg
import pytest

from db import attempts, keyslots, rekey
from db.engines import DATABASE
from db.keyslots import open_slot, read_store_file
from db.label import FILE_NAME
from db.queries.activity import ActivityFilter, activity_entry, activity_ids
from db.queries.visits import all_visits
from db.store import Store
from db.transaction import Transaction
from eum_app.crypto.suites import Suite
from eum_app.domain.errors import KnownError, Refusal, Trouble
from eum_app.usecases.people.accounts import change_passphrase, remove_account
from eum_app.usecases.people.recovery import make_recovery_codes, open_with_recovery_code
from eum_app.usecases.session import Session, Ticket, resumed
from eum_app.usecases.store.open_store import check_store, open_store
from eum_app.usecases.store.rotate_key import rotate_data_key
from tests.builders import PASSPHRASE, Clock, make_store
from tests.children import children
from tests.faults.disk import cut, flip, no_file_beyond
from tests.faults.keys import NEW, open_by_escrow_with_witness, reopen
from tests.postgres import PostgreSQL

# A new data key


def test_everybody_opens_under_the_new_key_and_nothing_under_the_old(hq: Session, device: Session) -> None:
    other = reopen(device, "INS-018")
    codes = make_recovery_codes(other).codes
    other.close()
    with device.writing() as transaction:
        ref = transaction.seal_content(b"photo " * 200_000, "image/png")
    old = device.ticket.data_key
    rotate_data_key(device, "A tablet was lost for a day")
    assert device.ticket.data_key != old
    assert device.content(ref) == b"photo " * 200_000
    assert check_store(device)[1] == []
    folder = device.store.folder
    device.close()
    with pytest.raises(Trouble, match=r"store\.damaged"):
        Store.open(folder, old, device.now)
    for account in ("INS-017", "INS-018"):
        again = reopen(device, account)
        assert check_store(again)[1] == []
        assert again.content(ref) == b"photo " * 200_000
        again.close()
    open_with_recovery_code(folder, "INS-018", codes[0], NEW, now=device.now).close()
    open_by_escrow_with_witness(hq, folder).close()


def test_a_removed_account_opens_no_later_state_with_an_older_key_file(device: Session, tmp_path: Path) -> None:
    """The attack: keep a copy of keyslots.json, get removed, and take today's database."""
    kept, folder = tmp_path / "kept", device.store.folder
    kept.mkdir()
    shutil.copy(folder / FILE_NAME, kept)
    remove_account(device, "INS-018")
    device.close()
    shutil.copy(folder / DATABASE, kept)
    old = open_slot(read_store_file(kept), "INS-018", PASSPHRASE).data_key
    with pytest.raises(Trouble, match=r"store\.damaged"):
        Store.open(kept, old, device.now)
    again = reopen(device, "INS-017")
    assert check_store(again)[1] == []
    again.close()


def test_an_account_is_removed_also_if_its_key_cannot_be_changed_now(device: Session) -> None:
    """Removal is urgent, so it does not wait for other windows. The person reads that the old key is still in use."""
    other, old = reopen(device, "INS-018"), device.ticket.data_key
    with pytest.raises(Refusal, match=r"account\.key_not_changed") as told:
        remove_account(device, "INS-018")
    assert told.value.values == {"account": "INS-018", "why": "store.in_use"}
    assert device.ticket.data_key == old
    other.store.close()
    with pytest.raises(Refusal, match=r"passphrase\.wrong"):
        reopen(device, "INS-018")
    rotate_data_key(device, "INS-018 was removed")
    assert device.ticket.data_key != old


def test_a_store_that_is_open_elsewhere_keeps_its_key(device: Session) -> None:
    other = reopen(device)
    with pytest.raises(Refusal, match=r"store\.in_use"):
        rotate_data_key(device, "")
    other.close()
    check_store(device)
    rotate_data_key(device, "")


@pytest.mark.parametrize("is_done", [False, True])
def test_a_change_cut_short_is_ended_at_the_next_opening(device: Session, is_done: bool) -> None:
    """The two states in which a crash can leave files: before and after the database went over."""
    folder, old, new = device.store.folder, device.ticket.data_key, keyslots.new_data_key()
    device.close()
    both = keyslots.with_next_key(keyslots.read_store_file(folder), new)
    if is_done:
        rekey.change(folder, old, new)
    keyslots.write_store_file(folder, both, old)
    again = reopen(device, "INS-018")
    assert again.ticket.data_key == (new if is_done else old)
    again.close()
    assert not any(slot.sealed_next for slot in keyslots.read_store_file(folder).slots)
    reopen(device).close()


class _Dies(Session):
    """Of the machine's death at the second or third write of a change of key, as `after` says."""

    after = 0

    def writing(
        self, *, own_chain_last: bool = False, alone: bool = False
    ) -> contextlib._GeneratorContextManager[Transaction]:
        type(self).after -= 1
        if type(self).after < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().writing(own_chain_last=own_chain_last, alone=alone)

    def change_data_key(self, new_key: bytes) -> None:
        if type(self).after == 0 and self.account == "INS-018":
            os.kill(os.getpid(), signal.SIGKILL)
        super().change_data_key(new_key)


def _rotate_and_die(ticket: Ticket) -> None:
    _Dies.after = 1
    rotate_data_key(_Dies(Store.open(ticket.folder, ticket.data_key, Clock()), ticket), "By the calendar")


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no such signal here")
@pytest.mark.parametrize("account", ["INS-017", "INS-018"])
def test_an_unrecorded_change_is_recorded_at_the_next_opening(device: Session, account: str) -> None:
    """Killed after the database went over (INS-017), or just before it would (INS-018)."""
    folder, old = device.store.folder, device.ticket.data_key
    ticket = replace(device.ticket, account=account, role="administrator")
    device.store.close()
    child = children().Process(target=_rotate_and_die, args=(ticket,))
    child.start()
    child.join(120)
    assert child.exitcode == -signal.SIGKILL
    went_over = account == "INS-017"

    def told(session: Session) -> list[str]:
        ids = session.read(activity_ids, ActivityFilter(kind="DataKeyRotated"))
        return [session.read(activity_entry, one).entry.payload.decode() for one in ids]

    for _ in range(2):  # said once
        again = open_store(folder, "INS-018", PASSPHRASE)
        assert (again.ticket.data_key != old) == went_over
        assert ["By the calendar" in payload for payload in told(again)] == [True] * went_over
        again.close()


def test_a_full_disk_leaves_the_old_key(device: Session) -> None:
    with device.writing() as transaction:
        for _ in range(40):
            transaction.seal_content(os.urandom(20_000), "image/png")
    size = (device.store.folder / "store.db").stat().st_size
    old = device.ticket.data_key
    with no_file_beyond(size // 2), pytest.raises(Trouble, match=r"disk\."):
        rotate_data_key(device, "")
    assert device.ticket.data_key == old
    check_store(device)
    device.close()
    reopen(device, "INS-018").close()


def test_what_is_boxed_on_a_server_goes_over_too(postgresql: PostgreSQL, tmp_path: Path) -> None:
    """Refused while another has the store open. A read-only session and another store in the same database do not
    count."""
    url = postgresql.new_database()
    hq = make_store(tmp_path / "pg", "hq", "HQ-01", Clock(), role="administrator", database_url=url)
    with hq.writing() as transaction:
        ref = transaction.seal_content(b"photo", "image/png")
    neighbour = make_store(tmp_path / "pg2", "hq", "HQ-02", Clock(), database_url=postgresql.new_database())
    other = reopen(hq, "REV-004")
    with psycopg.connect(url), neighbour.store.reading():
        with pytest.raises(Refusal, match=r"store\.in_use"):
            rotate_data_key(hq, "")
        other.close()
        old = hq.ticket.data_key
        rotate_data_key(hq, "by the calendar")
    neighbour.close()
    assert hq.content(ref) == b"photo"
    hq.close()
    with pytest.raises(Trouble, match=r"store\.damaged"):
        Store.open(hq.store.folder, old, hq.now)
    again = reopen(hq, "REV-004")
    assert again.content(ref) == b"photo"
    make_recovery_codes(again)  # needs HQ's boxed recovery key
    again.close()


def test_who_was_cut_off_while_the_key_changed_writes_nothing_under_the_old_one(
    postgresql: PostgreSQL, tmp_path: Path
) -> None:
    hq = make_store(
        tmp_path / "pg", "hq", "HQ-01", Clock(), role="administrator", database_url=postgresql.new_database()
    )
    other = reopen(hq, "REV-004")
    other.store._engine.dispose()  # every connection of its pool is gone, and with them the sign that it is open
    rotate_data_key(hq, "")

    def seal_a_photo() -> None:
        with other.writing() as transaction:
            transaction.seal_content(b"photo", "image/png")

    for deed in (seal_a_photo, lambda: other.read(all_visits)):
        with pytest.raises(Trouble, match=r"store\.key_changed"):
            deed()
    other.drop_keys()
    hq.close()
    again = reopen(hq, "REV-004")
    assert check_store(again)[1] == []
    again.close()


def _rotate_and_die_before(step: str, ticket: Ticket) -> None:
    """SIGKILL to this process before one step of the change, or just after the keyslot file took both keys."""
    taken: Callable[..., object] = getattr(rekey, step)

    def killed(*given: object) -> None:
        if step == "_keep_both":
            taken(*given)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(rekey, step, killed)
    with resumed(ticket, Clock()) as session:
        session.change_data_key(keyslots.new_data_key())


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no such signal here")
@pytest.mark.parametrize("step", ["_keep_both", "_box_content_anew", "settle"])
def test_killed_between_the_steps_on_a_server_and_opened_again(
    postgresql: PostgreSQL, tmp_path: Path, step: str
) -> None:
    hq = make_store(tmp_path / "pg", "hq", "HQ-01", Clock(), database_url=postgresql.new_database())
    with hq.writing() as transaction:
        ref = transaction.seal_content(b"photo", "image/png")
    ticket = hq.ticket
    hq.close()
    child = children().Process(target=_rotate_and_die_before, args=(step, ticket))
    child.start()
    child.join(120)
    assert child.exitcode == -signal.SIGKILL
    assert all(slot.sealed_next for slot in keyslots.read_store_file(ticket.folder).slots)
    again = reopen(hq, "REV-004")
    assert (again.ticket.data_key == ticket.data_key) == (step != "settle")
    assert not any(slot.sealed_next for slot in keyslots.read_store_file(ticket.folder).slots)
    assert again.content(ref) == b"photo"
    assert check_store(again)[1] == []
    make_recovery_codes(again)  # needs HQ's boxed recovery key
    again.close()


# The keyslot file


def test_a_damaged_keyslot_file_is_never_taken_for_a_wrong_passphrase(device: Session) -> None:
    folder = device.store.folder
    device.close()
    whole = (folder / FILE_NAME).read_bytes()
    meant, found = keyslots.read_store_file(folder), set[str]()
    for position in range(0, len(whole), max(1, len(whole) // 60)):
        (folder / FILE_NAME).write_bytes(whole)
        flip(folder / FILE_NAME, position, 1 << position % 7)
        try:
            assert keyslots.read_store_file(folder) == meant  # the bit means nothing there
        except Refusal as refusal:
            found.add(refusal.code)
    assert found <= {"keyslots.damaged", "store.newer", "store.older"}
    assert "keyslots.damaged" in found
    assert attempts.failures(folder) == {}
    for length in (0, 1, len(whole) // 2, len(whole) - 1):
        (folder / FILE_NAME).write_bytes(whole)
        cut(folder / FILE_NAME, length)
        with pytest.raises(Refusal, match=r"keyslots\.damaged"):
            reopen(device)
    (folder / FILE_NAME).unlink()
    with pytest.raises(Refusal, match=r"store\.absent"):
        reopen(device)
    (folder / FILE_NAME).write_bytes(whole)
    reopen(device).close()


def test_a_keyslot_file_changed_without_the_key_is_found_at_unlocking(hq: Session, device: Session) -> None:
    folder = device.store.folder
    device.close()
    store_file = keyslots.read_store_file(folder)
    mine, other = store_file.slots
    stranger, _ = keyslots.new_slot(
        store_file.store_id, Suite.P384, mine.account, PASSPHRASE, bytes(32), mine.kdf.fresh()
    )
    for forged in (
        msgspec.structs.replace(store_file, erase_after=10),
        msgspec.structs.replace(store_file, slots=(mine, msgspec.structs.replace(other, public=stranger.public))),
        msgspec.structs.replace(store_file, escrow=None),
    ):
        keyslots.write_store_file(folder, forged, bytes(32))
        with pytest.raises(Trouble, match=r"keyslots\.altered"):
            reopen(device)
        if forged.escrow:
            with pytest.raises(Trouble, match=r"keyslots\.altered"):
                open_by_escrow_with_witness(hq, folder)


def test_a_full_disk_leaves_the_old_keyslots(device: Session) -> None:
    size = (device.store.folder / FILE_NAME).stat().st_size
    with no_file_beyond(size // 2), pytest.raises(KnownError) as caught:
        change_passphrase(device, PASSPHRASE, NEW)
    assert caught.value.code.startswith("disk.")
    reopen(device).close()
    assert [path for path in device.store.folder.iterdir() if path.name.startswith(".writing")] == []
