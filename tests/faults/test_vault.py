"""An account that may not seal tries to get HQ's private keys out of the store that it may open."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import inspect, text

from db.keyslots import Slot, read_store_file, write_store_file
from db.secrets import AUTHORITY, IDENTITY, OWN_CHAIN, PURPOSES, RECOVERY, RECOVERY_PUBLIC, VAULT, read_secret
from db.vault import open_vault
from eum_app.crypto.certificates import Identity, Role, issue_hq, make_authority
from eum_app.crypto.passphrases import KdfParams
from eum_app.crypto.sealing import KemKey
from eum_app.crypto.suites import Suite
from eum_app.domain.errors import Refusal
from eum_app.list_files.inventory_file import read_inventory
from eum_app.usecases.exchange.trust import (
    identity_of,
    own_chain,
    own_kem,
    recovery_key,
    reporter_of,
    reporters,
    vault_of,
)
from eum_app.usecases.lists.import_inventory import import_inventory
from eum_app.usecases.people.accounts import add_account, remove_account, reset_passphrase
from eum_app.usecases.people.recovery import make_recovery_codes
from eum_app.usecases.people.vault import keep_up
from eum_app.usecases.reporting.inventory_status import INVENTORY_STATUS
from eum_app.usecases.reporting.make_report import make_report
from eum_app.usecases.reporting.verify_report import verify_report
from eum_app.usecases.session import Session
from eum_app.usecases.store.open_store import create_store, open_store
from tests.builders import PASSPHRASE, Clock, inventory_csv
from tests.faults.test_forged_reports import signed_by
from tests.make_old_store import STORES

FAST = KdfParams.fast_for_tests(Suite.P384)


@dataclass
class Hq:
    """An HQ with an administrator, a reviewer and an auditor."""

    folder: Path
    clock: Clock
    admin: Session

    def open(self, account: str) -> Session:
        return open_store(self.folder, account, PASSPHRASE, now=self.clock)


@pytest.fixture
def hq(tmp_path: Path) -> Iterator[Hq]:
    clock, folder = Clock(), tmp_path / "hq"
    admin = create_store(
        folder,
        kind="hq",
        name="HQ-01",
        account="ADM-001",
        role="administrator",
        passphrase=PASSPHRASE,
        suite=Suite.P384,
        kdf=FAST,
        now=clock,
    )
    add_account(admin, account="REV-004", role="reviewer", passphrase=PASSPHRASE, kdf=FAST)
    add_account(admin, account="AUD-009", role="auditor", passphrase=PASSPHRASE, kdf=FAST)
    yield Hq(folder, clock, admin)
    admin.store.close()


def private_bytes(session: Session) -> list[bytes]:
    """Every private key of HQ, as its encodings hold it."""
    with session.store.reading() as connection:
        held = [Identity.from_bytes(vault_of(session, connection).values[name]) for name in (AUTHORITY, IDENTITY)]
        keys = [identity.signing.private_bytes() for identity in held]
        keys += [held[1].kem.private_bytes(), recovery_key(session, connection).private_bytes()]
    # The last bytes of PKCS#8 are the public point, which is no secret: take the part with the scalar.
    return [key[:80] for key in keys]


def everything_in(session: Session) -> Iterator[bytes]:
    """Every value of every table, as a script with the data key reads it."""
    with session.store.reading() as connection:
        for table in inspect(connection).get_table_names():
            for row in connection.execute(text(f'SELECT * FROM "{table}"')):
                yield from (value if isinstance(value, bytes) else str(value).encode() for value in row)


def test_an_auditor_finds_no_private_key_in_the_whole_store(hq: Hq) -> None:
    wanted = private_bytes(hq.admin)
    auditor = hq.open("AUD-009")
    held = list(everything_in(auditor))
    assert len(held) > 50
    assert [key for key in wanted for value in held if key in value] == []
    with auditor.store.reading() as connection:
        for take in (identity_of, recovery_key, vault_of):
            with pytest.raises(Refusal, match=r"vault\.not_admitted"):
                take(auditor, connection)
        # Under the names of others, with the only key that the auditor has.
        for account in ("ADM-001", "REV-004", "AUD-009"):
            with pytest.raises(Refusal, match=r"vault\.not_admitted"):
                open_vault(connection, auditor.store.named.store_id, account, own_kem(auditor))
        for purpose in PURPOSES:
            stored = read_secret(connection, purpose)
            for parse in (Identity.from_bytes, lambda data: KemKey.from_bytes(Suite.P384, data)):
                with pytest.raises(Refusal):
                    parse(stored or b"")
    auditor.close()


def test_the_data_key_does_not_open_the_vault(hq: Hq) -> None:
    """The box is under a key that is no other key of the store."""
    auditor = hq.open("AUD-009")
    with auditor.store.reading() as connection:
        stored = read_secret(connection, VAULT)
    assert stored is not None
    inside = msgspec.msgpack.decode(stored)
    assert set(inside["sealed"]) == {"ADM-001", "REV-004"}
    for key in (auditor.ticket.data_key, auditor.ticket.account_key):
        assert key not in stored
    auditor.close()


def test_a_public_key_exchanged_in_the_keyslot_file_gets_no_vault(hq: Hq) -> None:
    """The auditor has the data key, so can write a keyslot file whose MAC is right."""
    auditor = hq.open("AUD-009")
    mine, data_key = own_kem(auditor), auditor.ticket.data_key

    def exchanged(slot: Slot) -> Slot:
        return msgspec.structs.replace(slot, public=mine.public.public_bytes())

    file = read_store_file(hq.folder)
    slots = tuple(exchanged(slot) if slot.account == "REV-004" else slot for slot in file.slots)
    write_store_file(hq.folder, msgspec.structs.replace(file, slots=slots), data_key)
    auditor.close()
    add_account(hq.admin, account="REV-005", role="reviewer", passphrase=PASSPHRASE, kdf=FAST)  # writes the vault
    with hq.admin.store.reading() as connection:
        for account in ("ADM-001", "REV-004", "REV-005"):
            with pytest.raises(Refusal, match=r"vault\.not_admitted"):
                open_vault(connection, hq.admin.store.named.store_id, account, mine)


def test_a_removed_reviewer_opens_no_later_vault_even_if_an_older_one_is_put_back(hq: Hq) -> None:
    reviewer = hq.open("REV-004")
    key = own_kem(reviewer)
    store_id = reviewer.store.named.store_id
    with reviewer.store.reading() as connection:
        older = read_secret(connection, VAULT)
        open_vault(connection, store_id, "REV-004", key)
    reviewer.close()
    assert older is not None
    with hq.admin.store.reading() as connection:
        before = read_secret(connection, VAULT)
    hq.admin.close()
    admin = hq.open("ADM-001")
    remove_account(admin, "REV-004")
    with admin.store.reading() as connection:
        assert read_secret(connection, VAULT) != before
        with pytest.raises(Refusal, match=r"vault\.not_admitted"):
            open_vault(connection, store_id, "REV-004", key)
    with admin.writing() as transaction:  # as an accomplice with the data key would
        transaction.keep_secret(VAULT, older)
    admin.close()
    again = hq.open("ADM-001")
    with again.store.reading() as connection:
        with pytest.raises(Refusal, match=r"vault\.replaced"):
            vault_of(again, connection)
        with pytest.raises(Refusal, match=r"vault\.replaced"):
            open_vault(connection, store_id, "REV-004", key)
    again.close()


def test_new_keys_of_an_account_reach_the_vault_and_the_old_ones_no_longer(hq: Hq) -> None:
    reviewer = hq.open("REV-004")
    old = own_kem(reviewer)
    reviewer.close()
    reset_passphrase(hq.admin, "REV-004", PASSPHRASE, kdf=FAST)
    reviewer = hq.open("REV-004")
    with reviewer.store.reading() as connection:
        assert identity_of(reviewer, connection).role is Role.HQ
        with pytest.raises(Refusal, match=r"vault\.not_admitted"):
            open_vault(connection, reviewer.store.named.store_id, "REV-004", old)
    reviewer.close()


def test_an_auditor_signs_as_an_auditor_and_only_reports(hq: Hq) -> None:
    auditor = hq.open("AUD-009")
    with auditor.store.reading() as connection:
        mine = reporter_of(auditor, connection)
    assert (mine.role, mine.name, mine.origin) == (Role.REPORTER, "AUD-009", "HQ-01")
    assert mine.signing.private_bytes() == auditor.ticket.signing_key
    make_recovery_codes(auditor)  # sealed to HQ's public recovery key
    auditor.close()
    remove_account(hq.admin, "AUD-009")
    with hq.admin.store.reading() as connection:
        assert reporters(connection) == {}


def test_an_auditor_signs_reports_in_no_other_name(hq: Hq, tmp_path: Path) -> None:
    auditor = hq.open("AUD-009")
    import_inventory(hq.open("REV-004"), read_inventory(inventory_csv(tmp_path / "list.csv")))
    exported = make_report(auditor, INVENTORY_STATUS, tmp_path / "status.csv")
    root = verify_report(exported.path, hq.admin).root_fingerprint
    for proof in (verify_report(exported.path, hq.admin), verify_report(exported.path, root=root)):
        assert (proof.verdict, proof.signer, proof.signer_role) == ("holds", "HQ-01", "reporter"), proof.codes
        assert proof.signer_account == "AUD-009"
    with auditor.store.reading() as connection:
        mine = reporter_of(auditor, connection)
    for stated, code in (
        ({"made_by": "REV-004"}, "report.other_account"),
        ({"made_at_store": "HQ-02"}, "report.other_signer"),
    ):
        forged = signed_by(mine, exported, **stated)
        for proof in (verify_report(forged, hq.admin), verify_report(forged, root=root)):
            assert (proof.signature_holds, proof.verdict) == (True, "fails")
            assert code in proof.codes
    auditor.close()


def test_public_parts_that_were_exchanged_are_restored_at_the_next_session(hq: Hq) -> None:
    """An auditor with a script replaces HQ's chain and its public recovery key."""
    other = make_authority("HQ-01 authority", at=hq.clock(), suite=Suite.P384)
    forged = issue_hq(other, hq_id="HQ-01", name="HQ-01", at=hq.clock())
    with hq.admin.store.reading() as connection:
        before = own_chain(connection)
    with hq.admin.writing() as transaction:  # the program itself writes nothing of the kind for an auditor
        chain = [certificate.der for certificate in forged.chain]
        transaction.keep_secret(OWN_CHAIN, msgspec.msgpack.encode(chain))
        transaction.keep_secret(RECOVERY_PUBLIC, KemKey.generate(Suite.P384).public.public_bytes())
    reviewer = hq.open("REV-004")
    with reviewer.store.reading() as connection:
        assert own_chain(connection) == before
        public = recovery_key(reviewer, connection).public.public_bytes()
        assert read_secret(connection, RECOVERY_PUBLIC) == public
    reviewer.close()


def test_a_certificate_for_reports_is_renewed_for_the_same_key(hq: Hq) -> None:
    with hq.admin.store.reading() as connection:
        before = reporters(connection)["AUD-009"]
    hq.clock.instant = hq.clock.instant.replace(year=hq.clock.instant.year + 1)
    keep_up(hq.admin)
    with hq.admin.store.reading() as connection:
        after = reporters(connection)["AUD-009"]
    assert after != before
    auditor = hq.open("AUD-009")
    with auditor.store.reading() as connection:
        assert reporter_of(auditor, connection).certificate.not_after > hq.clock.instant
    auditor.close()


@pytest.mark.parametrize("version", sorted(path.name for path in STORES.iterdir() if path.is_dir()))
def test_an_old_store_moves_its_keys_into_the_vault(tmp_path: Path, version: str) -> None:
    folder = tmp_path / "old"
    shutil.copytree(STORES / version / "hq", folder)
    session = open_store(folder, "REV-004", PASSPHRASE, now=Clock())
    with session.store.reading() as connection:
        held = [purpose for purpose in (AUTHORITY, IDENTITY, RECOVERY) if read_secret(connection, purpose)]
        assert (held, identity_of(session, connection).origin) == ([], session.name)
    wanted = private_bytes(session)
    assert [key for key in wanted for value in everything_in(session) if key in value] == []
    session.close()
