"""An auditor's script puts other vaults in place of HQ's, and a clock that is ahead must not erase what is in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from db.keyslots import read_store_file
from db.secrets import (
    IDENTITY,
    OWN_CHAIN,
    PENDING,
    RECOVERY,
    RECOVERY_PUBLIC,
    REPORTERS,
    VAULT,
    put_secret,
    read_secret,
    remove_secret,
)
from db.vault import Vault, keep_vault
from eum_app.crypto.certificates import Certificate, Identity, issue_hq, make_authority, make_hq_request
from eum_app.crypto.sealing import KemKey
from eum_app.crypto.suites import Suite
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import HqCertified, VaultSealed
from eum_app.usecases.authority.headquarters import authority_state, request_certificate
from eum_app.usecases.authority.move_out import move_authority
from eum_app.usecases.exchange.seal_bundle import seal_results
from eum_app.usecases.exchange.trust import identities_of, identity_of, own_chain, reporter_of, reporters, vault_of
from eum_app.usecases.people.accounts import add_account, remove_account
from eum_app.usecases.people.vault import certified as certified_fact
from eum_app.usecases.people.vault import keep_up
from eum_app.usecases.session import Session
from eum_app.usecases.store.open_store import check_store, create_store, open_store, rebuild_store
from tests.builders import PASSPHRASE, Clock, World, make_world
from tests.flows.test_authority import FAST, SECRET, certified, codes, moved

SECRETS = (VAULT, OWN_CHAIN, RECOVERY_PUBLIC, REPORTERS)


class Hq:
    """An HQ whose authority was moved out, and an auditor's session, whose script writes below the program."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.clock, self.stick = folder / "hq", Clock(), folder / "stick"
        self.admin = create_store(
            self.folder,
            kind="hq",
            name="HQ-01",
            account="ADM-001",
            role="administrator",
            passphrase=PASSPHRASE,
            suite=Suite.P384,
            kdf=FAST,
            now=self.clock,
        )
        for account in ("AUD-009", "AUD-010"):
            add_account(self.admin, account=account, role="auditor", passphrase=PASSPHRASE, kdf=FAST)
        move_authority(self.admin, self.stick, passphrase=SECRET, kdf=FAST)
        self.auditor = open_store(self.folder, "AUD-009", PASSPHRASE, now=self.clock)

    def held(self) -> dict[str, bytes | None]:
        with self.auditor.store.reading() as connection:
            return {name: read_secret(connection, name) for name in SECRETS}

    def put(self, values: dict[str, bytes | None]) -> None:
        with self.auditor.store.writing(self.auditor.author, own_chain_last=True) as transaction:
            for name, value in values.items():
                remove_secret(transaction.connection, name)
                if value is not None:
                    put_secret(transaction.connection, name, value)

    def exchange(self, identity: Identity, **values: bytes) -> None:
        """Put a vault of the auditor's in place, for every account."""
        public = {slot.account: slot.public for slot in read_store_file(self.folder).slots}
        held = {IDENTITY: identity.to_bytes(), RECOVERY: KemKey.generate(Suite.P384).private_bytes(), **values}
        store_id = self.auditor.store.named.store_id
        with self.auditor.store.writing(self.auditor.author, own_chain_last=True) as transaction:
            keep_vault(transaction.connection, store_id, Suite.P384, Vault(public, held, 50))

    def close(self) -> None:
        self.auditor.store.close()
        self.admin.store.close()


@pytest.fixture
def hq(tmp_path: Path) -> Iterator[Hq]:
    made = Hq(tmp_path)
    yield made
    made.close()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = make_world(tmp_path / "world", count=3)
    yield made
    made.close()


def require_refused(session: Session, path: Path) -> None:
    for act in (
        lambda: request_certificate(session, path),
        lambda: authority_state(session),
        lambda: session.read(lambda connection: vault_of(session, connection)),
    ):
        with pytest.raises(Refusal, match=r"vault\.replaced"):
            act()
    assert not path.exists()


def test_a_request_of_the_auditors_keys_never_reaches_the_authority(hq: Hq, tmp_path: Path) -> None:
    """The administrator was shown the fingerprint of the auditor's keys, and the authority certified them as HQ."""
    with hq.auditor.store.reading() as connection:
        own, mine = own_chain(connection)[0], reporter_of(hq.auditor, connection)
    pending = make_hq_request("HQ-01", Suite.P384, epoch=own.epoch + 1, name="HQ-01")
    true = hq.held()
    root = make_authority("HQ-01 authority", at=hq.clock(), suite=Suite.P384)
    of_theirs = issue_hq(root, hq_id="HQ-01", name="HQ-01", at=hq.clock(), epoch=2)
    for identity in (mine, of_theirs):
        hq.exchange(identity, **{PENDING: pending.to_bytes()})
        require_refused(hq.admin, tmp_path / "r.eumreq")
    hq.put(true)
    shown = request_certificate(hq.admin, tmp_path / "r.eumreq")
    assert shown.fingerprint != pending.request.short_fingerprint


def test_entries_that_a_script_adds_admit_no_vault(hq: Hq, tmp_path: Path) -> None:
    """The auditor also writes what the journal would say about that vault."""
    with hq.auditor.store.reading() as connection:
        mine = reporter_of(hq.auditor, connection)
    root = make_authority("HQ-01 authority", at=hq.clock(), suite=Suite.P384)
    theirs = issue_hq(root, hq_id="HQ-01", name="HQ-01", at=hq.clock(), epoch=2)
    before = hq.held()
    with hq.auditor.store.writing(hq.auditor.author, own_chain_last=True) as transaction:
        for identity in (theirs, mine):
            transaction.record(certified_fact(hq.auditor, identity, mine))
        fact = certified_fact(hq.auditor, theirs)
        transaction.record(msgspec.structs.replace(fact, certificates=(b"none",)))
        transaction.record(msgspec.structs.replace(fact, certificates=()))
        assert isinstance(fact, HqCertified)
        transaction.record(
            VaultSealed(observed_at=fact.observed_at, generation=10**6, digest=bytes(48), signature=b"x")
        )
    hq.exchange(theirs)
    require_refused(hq.admin, tmp_path / "r.eumreq")
    hq.put(before)  # none of it locks HQ out of its vault either
    request_certificate(hq.admin, tmp_path / "r.eumreq")


def test_an_older_vault_is_refused_after_any_write(hq: Hq, tmp_path: Path) -> None:
    """It holds keys of a former request, a member who was removed, or the keys from before a rotation."""
    request_certificate(hq.admin, tmp_path / "first.eumreq")
    older = hq.held()
    request_certificate(hq.admin, tmp_path / "second.eumreq", anew=True)
    newer = hq.held()
    hq.put(older)
    require_refused(hq.admin, tmp_path / "r.eumreq")
    hq.put(newer)
    certified(hq.admin, hq.stick, tmp_path, hq.clock)
    rotated = hq.held()
    for one in (older, newer):
        hq.put(one)
        require_refused(hq.admin, tmp_path / "r.eumreq")
    hq.put(rotated)
    assert authority_state(hq.admin).epoch == 2
    rebuild_store(hq.admin)
    check_store(hq.admin)


def test_a_vault_that_was_taken_away_is_not_made_again_from_other_keys(hq: Hq) -> None:
    """Keys beside the vault are those of an earlier version's store, and count only there."""
    with hq.auditor.store.reading() as connection:
        mine = reporter_of(hq.auditor, connection)
    hq.put({VAULT: None, IDENTITY: mine.to_bytes(), RECOVERY: KemKey.generate(Suite.P384).private_bytes()})
    hq.admin.close()
    hq.admin = open_store(hq.folder, "ADM-001", PASSPHRASE, now=hq.clock)
    with hq.admin.store.reading() as connection:
        assert read_secret(connection, VAULT) is None
        with pytest.raises(Refusal, match=r"vault\.replaced"):
            identity_of(hq.admin, connection)


def test_a_removed_auditors_certificate_that_was_put_back_is_not_renewed(hq: Hq, tmp_path: Path) -> None:
    with hq.admin.store.reading() as connection:
        old = reporters(connection)["AUD-010"]
    hq.auditor.close()
    remove_account(hq.admin, "AUD-010")
    hq.auditor = open_store(hq.folder, "AUD-009", PASSPHRASE, now=hq.clock)
    with hq.admin.store.reading() as connection:
        held = reporters(connection)
    assert list(held) == ["AUD-009"]
    hq.put({REPORTERS: msgspec.msgpack.encode({**held, "AUD-010": old})})
    keep_up(hq.admin)
    certified(hq.admin, hq.stick, tmp_path, hq.clock)
    with hq.admin.store.reading() as connection:
        renewed = reporters(connection)
    present = own_chain_of(hq.admin)[0]
    assert renewed["AUD-010"] == old
    assert Certificate.from_der(renewed["AUD-009"][1]) == present
    assert Certificate.from_der(old[1]) != present


def own_chain_of(session: Session) -> tuple[Certificate, ...]:
    with session.store.reading() as connection:
        return own_chain(connection)


def test_a_login_with_a_clock_far_ahead_takes_no_former_keys_away(world: World, tmp_path: Path) -> None:
    stick = moved(world, tmp_path)
    late = seal_results(world.device, tmp_path / "late")
    certified(world.hq, stick, tmp_path, world.clock)
    right = world.clock.instant
    world.clock.instant += timedelta(days=400)
    other = open_store(world.hq.store.folder, "REV-004", PASSPHRASE, now=world.clock)
    with other.store.reading() as connection:
        assert identities_of(other, connection)[1] == ()  # not used while their time seems over
    other.close()
    keep_up(world.hq)
    world.clock.instant = right
    assert codes(world.hq, list(late.paths)) == ["accepted"]


def test_former_keys_are_erased_at_the_next_rotation_if_both_clocks_say_so(world: World, tmp_path: Path) -> None:
    stick = moved(world, tmp_path)
    certified(world.hq, stick, tmp_path, world.clock)
    certified(world.hq, stick, tmp_path, world.clock)
    assert earlier_epochs(world.hq) == [1, 2]
    right = world.clock.instant
    # HQ's clock is ahead and the authority's is not: nothing is erased.
    request_certificate(world.hq, tmp_path / "hq.eumreq", anew=True)
    certified(world.hq, stick, tmp_path, world.clock, ahead=timedelta(days=400))
    world.clock.instant = right
    assert earlier_epochs(world.hq) == [1, 2, 3]
    world.clock.instant += timedelta(days=368)
    certified(world.hq, stick, tmp_path, world.clock)
    assert earlier_epochs(world.hq) == [3, 4]


def earlier_epochs(session: Session) -> list[int]:
    from eum_app.usecases.exchange.trust import earlier_in

    with session.store.reading() as connection:
        held = earlier_in(vault_of(session, connection))
    return [Identity.from_bytes(one.identity).epoch for one in held]


def test_a_clock_ahead_does_not_leave_an_auditor_without_a_certificate(hq: Hq) -> None:
    right = hq.clock.instant
    hq.clock.instant += timedelta(days=400)
    keep_up(hq.admin)
    hq.clock.instant = right
    with hq.auditor.store.reading() as connection:
        assert reporter_of(hq.auditor, connection).certificate.not_before > right
    keep_up(hq.admin)
    with hq.auditor.store.reading() as connection:
        assert reporter_of(hq.auditor, connection).certificate.not_before < right
