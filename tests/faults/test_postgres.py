"""PostgreSQL gone and back again: nothing acknowledged is lost, nothing is taken by halves, nothing twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from db import triggers
from db.queries import exchange, findings, visits
from eum_app.domain.errors import Refusal, Trouble
from eum_app.domain.facts import SiteRegistered
from eum_app.list_files.inventory_file import read_inventory
from eum_app.usecases.exchange import receive_at_hq
from eum_app.usecases.exchange.receive import import_bundles
from eum_app.usecases.lists import import_inventory as import_inventory_usecase
from eum_app.usecases.lists.import_inventory import import_inventory
from eum_app.usecases.review.attribution import begin_attribution
from eum_app.usecases.session import Session
from eum_app.usecases.store.open_store import check_store, open_store, rebuild_store
from tests.builders import PASSPHRASE, Clock, inventory_csv, make_store
from tests.integration.test_projection import tables
from tests.postgres import PostgreSQL
from tests.simulator import Simulator

DEVICE = "FLD-0042"
SETTINGS = ("synchronous_commit", "lock_timeout")


@pytest.fixture
def server(postgresql: PostgreSQL) -> Iterator[PostgreSQL]:
    """A separate server that a test may kill, with fsync on. (`postgresql` says whether one can be started here.)"""
    del postgresql
    own = PostgreSQL.new(durable=True)
    yield own
    own.stop()


def heads(session: Session) -> dict[str, int]:
    return {head.origin: head.seq for head in session.read(exchange.journal_heads)}


@pytest.mark.parametrize("moment", ["append_bundle", "judge", "record_judgement"])
def test_killed_in_the_middle_of_an_import_and_back_again(
    tmp_path: Path, server: PostgreSQL, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """SIGKILL to the whole server just before one step of the import, at each of the steps."""
    simulator = Simulator.start(tmp_path / "w", database_url=server.new_database())
    hq = simulator.world.hq
    simulator.check(DEVICE, 0)
    simulator.check(DEVICE, 1, "not_found")
    simulator.check(DEVICE, 2, "discrepancy")
    sealed = simulator.seal(DEVICE)
    begin_attribution(hq)  # recorded once, before the first import
    before = heads(hq)
    step: Callable[..., Any] = getattr(receive_at_hq, moment)

    def killed(*given: Any) -> Any:
        server.kill()
        return step(*given)

    monkeypatch.setattr(receive_at_hq, moment, killed)
    with pytest.raises(Trouble, match=r"store\.connection_lost"):
        import_bundles(hq, [sealed])
    monkeypatch.undo()
    with pytest.raises(Trouble, match=r"store\.connection_lost"):
        import_bundles(hq, [sealed])
    server.start_again()
    assert heads(hq) == before
    assert import_bundles(hq, [sealed]).outcomes[0].outcome == "accepted"
    after = heads(hq)
    assert import_bundles(hq, [sealed]).outcomes[0].outcome == "already_held"
    assert heads(hq) == after
    assert (card := hq.read(visits.visit, simulator.visit_ids[DEVICE])).verified == 1
    assert (card.not_found, card.discrepancy) == (1, 1)
    assert len(hq.read(findings.finding_ids)) == len(set(hq.read(findings.finding_ids))) > 0
    assert check_store(hq)[1] == []
    rows = hq.read(tables)
    rebuild_store(hq)
    assert hq.read(tables) == rows
    simulator.world.close()


def test_what_was_acknowledged_outlives_a_kill(tmp_path: Path, server: PostgreSQL) -> None:
    hq = make_store(tmp_path / "hq", "hq", "HQ-01", Clock(), database_url=server.new_database())
    for number in range(20):
        with hq.writing() as transaction:
            transaction.record(
                SiteRegistered(observed_at="2026", site_id=f"s{number}", name=f"Depot {number}", country="XX")
            )
    server.kill()
    server.start_again()
    assert heads(hq) == {"HQ-01": 25}
    hq.close()
    again = open_store(tmp_path / "hq", "REV-004", PASSPHRASE, now=Clock())
    assert check_store(again)[0][0].seq == 28  # its end, the signature over it, and the next beginning
    again.close()


def _record_and_lose_the_connection(hq: Session, fact: SiteRegistered, server: PostgreSQL) -> None:
    with hq.writing() as transaction:
        transaction.record(fact)
        server.kill_connections()


def test_a_broken_connection_loses_the_open_write_only(tmp_path: Path, server: PostgreSQL) -> None:
    hq = make_store(tmp_path / "hq", "hq", "HQ-01", Clock(), database_url=server.new_database())
    fact = SiteRegistered(observed_at="2026", site_id="s1", name="Depot 7", country="XX")
    before = heads(hq)
    with pytest.raises(Trouble, match=r"store\.connection_lost"):
        _record_and_lose_the_connection(hq, fact, server)
    assert heads(hq) == before
    server.kill_connections()  # those in the pool: the next call finds out before it uses one
    with hq.writing() as transaction:
        transaction.record(fact)
    assert heads(hq) == {"HQ-01": before["HQ-01"] + 1}
    hq.close()


@pytest.mark.parametrize("moment", ["held_items", "_listed"])
def test_killed_in_the_middle_of_a_list_and_back_again(
    tmp_path: Path, server: PostgreSQL, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """SIGKILL to the whole server while an inventory list is taken in: none of its rows, then each of them once."""
    hq = make_store(tmp_path / "hq", "hq", "HQ-01", Clock(), database_url=server.new_database())
    preview = read_inventory(inventory_csv(tmp_path / "list.csv", 6))
    before = heads(hq)
    step: Callable[..., Any] = getattr(import_inventory_usecase, moment)
    calls = iter(range(100))

    def killed(*given: Any) -> Any:
        if next(calls) == 0:
            server.kill()
        return step(*given)

    monkeypatch.setattr(import_inventory_usecase, moment, killed)
    with pytest.raises(Trouble, match=r"store\.connection_lost"):
        import_inventory(hq, preview)
    server.start_again()
    assert heads(hq) == before
    assert import_inventory(hq, preview).accepted == 6
    again = import_inventory(hq, preview)
    assert (again.accepted, again.already_held) == (0, 6)
    assert check_store(hq)[1] == []
    hq.close()


# Set-ups that do not keep what the store relies on


def made_hq(tmp_path: Path, url: str) -> Session:
    return make_store(tmp_path / "hq", "hq", "HQ-01", Clock(), role="administrator", database_url=url)


def test_partitions_without_the_guard_are_not_opened(tmp_path: Path, postgresql: PostgreSQL) -> None:
    """The attack: a statement trigger on a partitioned table does not fire for changes of its partitions."""
    hq = made_hq(tmp_path, postgresql.new_database())
    with hq.writing() as transaction:
        for statement in (
            "ALTER TABLE journal RENAME TO journal_rest",
            "CREATE TABLE journal (LIKE journal_rest INCLUDING ALL) PARTITION BY LIST (origin)",
            "ALTER TABLE journal ATTACH PARTITION journal_rest DEFAULT",
            "DROP TRIGGER journal_is_append_only ON journal_rest",
            """CREATE TRIGGER journal_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON journal
               FOR EACH STATEMENT EXECUTE FUNCTION journal_is_append_only()""",
            "ALTER TABLE journal ENABLE ALWAYS TRIGGER journal_is_append_only",
            "UPDATE journal_rest SET actor = actor",  # went through
        ):
            transaction.connection.execute(text(statement))
    hq.store.close()
    with pytest.raises(Trouble, match=r"store\.triggers_missing") as told:
        open_store(hq.store.folder, "REV-004", PASSPHRASE)
    assert told.value.values == {"names": "journal_is_append_only on journal_rest"}


def test_partitions_with_the_guard_refuse_changes(tmp_path: Path, postgresql: PostgreSQL) -> None:
    hq = made_hq(tmp_path, postgresql.new_database())
    with hq.writing() as transaction:
        for statement in (
            "ALTER TABLE journal RENAME TO journal_rest",
            "CREATE TABLE journal (LIKE journal_rest INCLUDING ALL) PARTITION BY LIST (origin)",
            "ALTER TABLE journal ATTACH PARTITION journal_rest DEFAULT",
        ):
            transaction.connection.execute(text(statement))
        triggers.install(transaction.connection)
    hq.store.close()
    hq = open_store(hq.store.folder, "REV-004", PASSPHRASE)
    for statement in ("UPDATE journal_rest SET actor = 'x'", "DELETE FROM journal_rest", "TRUNCATE journal_rest"):
        with pytest.raises(DBAPIError, match="append-only"), hq.writing() as transaction:
            transaction.connection.execute(text(statement))
    assert check_store(hq)[1] == []
    hq.store.close()


def test_a_distributed_database_is_not_opened(tmp_path: Path, postgresql: PostgreSQL) -> None:
    """Citus itself is not installed here: its catalog shows that a database is distributed."""
    hq = made_hq(tmp_path, postgresql.new_database())
    with hq.writing() as transaction:
        transaction.connection.execute(text("CREATE TABLE pg_dist_partition (logicalrelid regclass)"))
    hq.store.close()
    with pytest.raises(Trouble, match=r"database\.distributed"):
        open_store(hq.store.folder, "REV-004", PASSPHRASE)


def test_a_standby_is_refused_in_words(tmp_path: Path, server: PostgreSQL) -> None:
    hq = made_hq(tmp_path, server.new_database())
    hq.store.close()
    server.kill()
    (server.folder / "standby.signal").touch()
    server.start_again()
    with pytest.raises(Refusal, match=r"database\.standby"):
        open_store(hq.store.folder, "REV-004", PASSPHRASE)


def test_settings_that_a_pooler_dropped_are_set_for_each_write(tmp_path: Path, postgresql: PostgreSQL) -> None:
    hq = made_hq(tmp_path, postgresql.new_database())
    with hq.store._engine.connect() as connection:  # as a pooler hands out a connection of another client
        connection.execute(text("SET synchronous_commit = off"))
        connection.execute(text("SET lock_timeout = 0"))
        connection.commit()
    with hq.writing() as transaction:
        shown = [transaction.connection.execute(text(f"SHOW {name}")).scalar() for name in SETTINGS]
    assert shown == ["on", "15s"]
    hq.store.close()
