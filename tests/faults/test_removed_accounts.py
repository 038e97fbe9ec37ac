"""A removed account whose window or process is still open: it reads and writes nothing more, on either database."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from db import tables
from db.drafts import draft_place, keep_draft
from db.keyslots import FILE_NAME as KEYSLOTS
from db.queries.visits import all_visits
from db.store import Store
from eum_app.crypto.boxes import Box
from eum_app.crypto.passphrases import KdfParams
from eum_app.crypto.suites import Suite
from eum_app.domain.errors import KnownError, Refusal
from eum_app.domain.people import Role, Scope
from eum_app.usecases.exchange.enrol_device import revoke_device
from eum_app.usecases.exchange.late_bundles import accept_late, late_bundles
from eum_app.usecases.exchange.receive import import_bundles
from eum_app.usecases.exchange.seal_bundle import seal_for_device
from eum_app.usecases.people.accounts import account_added, remove_account, reset_passphrase
from eum_app.usecases.session import Session, require_admitted, resumed
from eum_app.usecases.store.back_up import back_up
from eum_app.usecases.store.erase import erase_store
from eum_app.usecases.store.open_store import check_store, open_store
from tests.builders import PASSPHRASE, colleague, make_world
from tests.postgres import PostgreSQL
from tests.simulator import Simulator

DEVICE = "FLD-0042"
NEW = "an entirely other passphrase"
Database = Callable[[], str | None]


@pytest.fixture
def simulator(tmp_path: Path, hq_backend: Database) -> Iterator[Simulator]:
    made = Simulator.start(tmp_path / "w", database_url=hq_backend())
    yield made
    made.world.close()


def remove(session: Session, account: str) -> None:
    """Remove an account as an administrator in another process does, while the account's store is open."""
    administrator = colleague(session, "ADM-002", "administrator")
    with pytest.raises(Refusal, match=r"account\.key_not_changed"):  # the store is open here
        remove_account(administrator, account)
    administrator.close()


def test_its_acceptance_of_a_late_bundle_does_not_count(simulator: Simulator) -> None:
    """Before, a removed reviewer's open window gave the second of two acceptances."""
    hq = simulator.world.hq
    simulator.check(DEVICE, 0)
    late = simulator.seal(DEVICE)
    revoke_device(hq, DEVICE, 1, "Stolen at the airport")
    assert simulator.deliver(late)[0].code == "bundle.late_revoked"
    (waiting,) = late_bundles(hq)
    other = colleague(hq)
    remove(hq, "REV-009")
    with pytest.raises(Refusal, match=r"account\.removed"):
        accept_late(other, waiting.row.quarantine_id, "I was removed")
    assert late_bundles(hq)[0].accepted_by == ()
    assert not accept_late(hq, waiting.row.quarantine_id, "Compared with paper").is_admitted
    other.close()
    assert check_store(hq)[1] == []


def test_it_reads_seals_imports_and_backs_up_nothing(simulator: Simulator, tmp_path: Path) -> None:
    """Before, all of these went on for as long as the window was open."""
    hq = simulator.world.hq
    simulator.check(DEVICE, 0)
    sealed = simulator.seal(DEVICE)
    other = colleague(hq)
    ticket = other.ticket
    assert other.read(all_visits)
    remove(hq, "REV-009")

    def in_a_child() -> None:
        with resumed(ticket, hq.now) as session:
            seal_for_device(session, DEVICE, tmp_path / "out")

    def draft() -> None:
        with other.keeping():
            pass

    acts: list[Callable[[], object]] = [
        lambda: other.read(all_visits),
        lambda: import_bundles(other, [sealed]),
        lambda: seal_for_device(other, DEVICE, tmp_path / "out"),
        lambda: back_up(other, tmp_path / "backups"),
        lambda: check_store(other),
        in_a_child,
        draft,
    ]
    for act in acts:
        with pytest.raises(Refusal, match=r"account\.removed"):
            act()
    assert not list(tmp_path.glob("out/*"))
    other.close()  # records nothing, and does not fail
    assert not other.is_open
    assert hq.read(all_visits)


def test_an_import_that_began_before_the_removal_is_rolled_back(tmp_path: Path, postgresql: PostgreSQL) -> None:
    """A long import takes HQ's own chain late, so that an administrator can remove the account meanwhile."""
    world = make_world(tmp_path / "w", database_url=postgresql.new_database())
    hq = world.hq
    other = colleague(hq)

    def import_and_be_removed() -> None:
        with other.writing(own_chain_last=True):
            remove(hq, "REV-009")

    with pytest.raises(Refusal, match=r"account\.removed"):
        import_and_be_removed()
    other.close()
    world.close()


@pytest.mark.parametrize("what", ["key", "role", "scope"])
def test_a_changed_account_unlocks_again(simulator: Simulator, what: str) -> None:
    """Its new passphrase means new keys; before, the open session went on under the old ones."""
    hq = simulator.world.hq
    other = colleague(hq)
    administrator = colleague(hq, "ADM-002", "administrator")
    if what == "key":
        reset_passphrase(administrator, "REV-009", NEW, kdf=KdfParams.fast_for_tests(Suite.P384))
    else:
        role, scope = (Role.AUDITOR, Scope()) if what == "role" else (Role.REVIEWER, Scope(countries=("XX",)))
        with administrator.writing() as transaction:
            transaction.record(account_added(hq.observed_now(), "REV-009", role, scope, other.signing_key))
    for act in (lambda: require_admitted(other), lambda: other.writing().__enter__()):
        with pytest.raises(Refusal, match=r"account\.changed"):
            act()
    with other.keeping():  # drafts are no testimony, and the person continues with them
        pass
    other.close()
    administrator.close()
    again = open_store(hq.store.folder, "REV-009", NEW if what == "key" else PASSPHRASE, now=hq.now)
    assert again.read(all_visits) is not None
    again.close()


def test_a_removal_leaves_no_box_under_the_old_key(tmp_path: Path, postgresql: PostgreSQL) -> None:
    """On a server, with an older copy of the folder: neither the store opens, nor any value boxed in the database."""
    simulator = Simulator.start(tmp_path / "w", database_url=postgresql.new_database())
    hq = simulator.world.hq
    with hq.writing() as transaction:
        transaction.seal_content(b"photo " * 20_000, "image/png")
    colleague(hq, "ADM-002", "administrator").close()
    colleague(hq).close()
    folder, old = hq.store.folder, hq.ticket.data_key
    shutil.copytree(folder, tmp_path / "copy")
    hq.close()
    administrator = open_store(folder, "ADM-002", PASSPHRASE, now=hq.now)
    with administrator.keeping() as connection:
        keep_draft(connection, "ADM-002", simulator.visit_ids[DEVICE], "*site", {"body": b"half an answer"})
    remove_account(administrator, "REV-009")
    new = administrator.ticket.data_key
    assert new != old
    boxes = 0
    with administrator.store.reading() as connection:
        values = [(f"secret|{row.purpose}", row.value) for row in connection.execute(select(tables.secrets))]
        for row in connection.execute(select(tables.content)):
            values += [(f"content-key|{row.object_id}", row.key), (f"content-salt|{row.object_id}", row.salt)]
        for row in connection.execute(select(tables.drafts)):
            values.append((draft_place(row.account, row.visit_id, row.subject, row.part), row.value))
    for place, value in values:
        if value is not None:
            boxes += 1
            Box(new).open(place, value)
            with pytest.raises(KnownError):
                Box(old).open(place, value)
    assert boxes > 4
    administrator.close()
    with pytest.raises(KnownError) as caught:
        open_store(tmp_path / "copy", "REV-009", PASSPHRASE, now=hq.now)
    assert caught.value.code in {"store.key_changed", "store.damaged"}
    with pytest.raises(KnownError):
        Store.open(tmp_path / "copy", old, hq.now)
    for session in simulator.world.devices.values():
        session.store.close()


def test_a_removed_administrator_erases_nothing(simulator: Simulator) -> None:
    """Before, an open session went on destroying the keys after the account's removal."""
    hq = simulator.world.hq
    removed = colleague(hq, "ADM-003", "administrator")
    remove(hq, "ADM-003")
    with pytest.raises(Refusal, match=r"account\.removed"):
        erase_store(removed, removed.name)
    removed.close()
    assert (hq.store.folder / KEYSLOTS).is_file()
