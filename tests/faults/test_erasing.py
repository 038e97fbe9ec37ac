"""Escrow, erasing and locking: who can still open a store, and what is left of its keys."""

from __future__ import annotations

import gc
import hashlib
from pathlib import Path

import pytest

from db.label import FILE_NAME
from eum_app.domain.errors import Refusal
from eum_app.usecases.people.accounts import add_account
from eum_app.usecases.session import Session
from eum_app.usecases.store.erase import erase_after, erase_store, set_erase_after, what_is_lost
from eum_app.usecases.store.escrow import open_by_escrow
from tests.builders import PASSPHRASE, Clock, make_store
from tests.faults.keys import NEW, open_by_escrow_with_witness, reopen

# Escrow


def test_hq_opens_a_device_before_two_people_and_both_journals_say_so(hq: Session, device: Session) -> None:
    folder = device.store.folder
    device.close()
    add_account(hq, account="REV-009", role="reviewer", passphrase=PASSPHRASE)
    reviewer = reopen(hq, "REV-009")
    with pytest.raises(Refusal, match=r"permission\.denied"):
        open_by_escrow(reviewer, folder, "INS-017", NEW, witness="REV-004", witness_passphrase=PASSPHRASE)
    reviewer.close()
    with pytest.raises(Refusal, match=r"escrow\.witness"):
        open_by_escrow(hq, folder, "INS-017", NEW, witness="REV-004", witness_passphrase=PASSPHRASE)
    with pytest.raises(Refusal, match=r"passphrase\.wrong"):
        open_by_escrow(hq, folder, "INS-017", NEW, witness="REV-009", witness_passphrase=NEW)
    for _ in range(3):
        with pytest.raises(Refusal):
            reopen(device, "INS-017", NEW)
    again = open_by_escrow_with_witness(hq, folder)
    assert again.account == "INS-017"
    again.close()
    reopen(device, "INS-017", NEW).close()
    reopen(device, "INS-018").close()
    restored = reopen(device, "INS-017", NEW)
    for session in (hq, restored):
        with session.store.reading() as connection:
            kinds = [row[0] for row in connection.exec_driver_sql("SELECT kind FROM journal")]
        assert "EscrowOpened" in kinds
    restored.close()


def test_another_hq_opens_nothing_and_an_hq_is_in_nobodys_keeping(hq: Session, device: Session, tmp_path: Path) -> None:
    device.close()
    other = make_store(tmp_path / "hq2", "hq", "HQ-02", Clock(), role="administrator")
    add_account(other, account="REV-009", role="reviewer", passphrase=PASSPHRASE)
    with pytest.raises(Refusal, match=r"escrow\.other_key"):
        open_by_escrow_with_witness(other, device.store.folder)
    with pytest.raises(Refusal, match=r"escrow\.absent"):
        open_by_escrow_with_witness(other, hq.store.folder)
    other.close()


# Erasing and locking


def test_erasing_shows_what_is_lost_and_leaves_nothing_that_opens(device: Session) -> None:
    lost = what_is_lost(device)
    assert (lost.store, lost.is_hq) == ("FLD-0042", False)
    assert lost.outstanding.head_seq > 0
    with pytest.raises(Refusal, match=r"store\.not_confirmed"):
        erase_store(device, "FLD-0043")
    folder = device.store.folder
    inspector = reopen(device, "INS-018")
    for act in (what_is_lost, lambda session: erase_store(session, "FLD-0042")):
        with pytest.raises(Refusal, match=r"permission\.denied"):
            act(inspector)
    inspector.close()
    erase_store(device, "FLD-0042")
    assert [path for path in folder.rglob("*") if path.is_file()] == []
    with pytest.raises(Refusal, match=r"store\.absent"):
        reopen(device)


def test_the_policy_erases_after_so_many_failures_and_is_off_by_itself(device: Session) -> None:
    folder = device.store.folder
    assert erase_after(device) == 0
    with pytest.raises(Refusal, match=r"erase\.too_few"):
        set_erase_after(device, 3)
    set_erase_after(device, 10)
    device.close()
    for _ in range(2):
        reopen(device).close()  # a success of anybody begins the count again
        for number in range(9):
            with pytest.raises(Refusal) as caught:
                reopen(device, f"INS-0{number}", NEW)
            assert caught.value.code in {"passphrase.wrong", "account.locked"}
        assert (folder / FILE_NAME).exists()
    with pytest.raises(Refusal, match=r"store\.erased"):
        reopen(device, "INS-018", NEW)
    with pytest.raises(Refusal, match=r"store\.absent"):
        reopen(device)


@pytest.mark.parametrize("by_policy", [True, False])
def test_no_half_written_keyslots_outlive_an_erasing(device: Session, by_policy: bool) -> None:
    """A crash while the file was written leaves a whole copy of it under another name."""
    set_erase_after(device, 10)
    folder = device.store.folder
    left = folder / ".writing-0a1b2c"
    left.write_bytes((folder / FILE_NAME).read_bytes())
    if by_policy:
        device.close()
        for number in range(10):
            with pytest.raises(Refusal):
                reopen(device, f"INS-0{number}", NEW)
    else:
        erase_store(device, "FLD-0042")
    assert not left.exists()
    assert not (folder / FILE_NAME).exists()


def test_locking_lets_the_keys_go(device: Session) -> None:
    ticket = device.ticket
    digests = {hashlib.sha256(key).digest() for key in (ticket.data_key, ticket.account_key, ticket.signing_key)}
    del ticket
    assert digests <= digests_of_held_bytes()
    device.close()
    assert not digests & digests_of_held_bytes()
    with pytest.raises(Refusal, match=r"store\.locked"):
        device.store.rebuild()


def digests_of_held_bytes() -> set[bytes]:
    """SHA-256 of every short bytes object that anything refers to."""
    gc.collect()
    held = (value for thing in gc.get_objects() for value in gc.get_referents(thing) if type(value) is bytes)
    return {hashlib.sha256(value).digest() for value in held if 32 <= len(value) <= 256}
