"""PostgreSQL's roles: each does what it must, and nothing more, on a real server."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.exc import DBAPIError

from db.chains import chain_head
from db.engines import parsed_url
from db.queries import findings, visits
from db.roles import Roles, grant
from db.tables import journal
from eum_app.domain.errors import Refusal, Trouble
from eum_app.domain.people import Role
from eum_app.usecases.reporting.make_report import make_report
from eum_app.usecases.reporting.visit_record import VISIT_RECORD
from eum_app.usecases.review.findings import review_finding
from eum_app.usecases.review.withhold import ask_to_withhold
from eum_app.usecases.store.check_store import examine_store
from eum_app.usecases.store.correct_time import correct_time
from eum_app.usecases.store.grant_roles import grant_roles
from eum_app.usecases.store.open_store import change_database_url, open_store, rebuild_store
from tests.builders import PASSPHRASE, Clock, make_store
from tests.postgres import PostgreSQL
from tests.simulator import Simulator

DEVICE = "FLD-0042"
DENIED = "42501"


@dataclass
class Office:
    simulator: Simulator
    urls: dict[str, str]

    def go_on_as(self, role: str) -> None:
        """HQ's machine gets another address of the same database."""
        hq = self.simulator.world.hq
        hq.close()
        change_database_url(hq.store.folder, "REV-004", PASSPHRASE, self.urls[role])
        self.simulator.world.hq = open_store(hq.store.folder, "REV-004", PASSPHRASE, now=self.simulator.world.clock)

    def refuses(self, role: str, statement: str) -> bool:
        """Whether the server denies the role a statement (insufficient privilege, 42501)."""
        engine = create_engine(parsed_url(self.urls[role]))
        try:
            with engine.connect() as connection, connection.begin() as under_way:
                connection.execute(text(statement))
                under_way.rollback()
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", "") != DENIED:
                raise
            return True
        finally:
            engine.dispose()
        return False


@pytest.fixture
def office(tmp_path: Path, postgresql: PostgreSQL) -> Iterator[Office]:
    owner = postgresql.new_database()
    urls = {"owner": owner}
    for kind in ("writer", "intake", "auditor"):
        role = postgresql.new_role(kind)
        urls[kind] = owner.replace("//postgres:@", f"//{role}:@").replace("//postgres@", f"//{role}@")
        assert urls[kind] != owner
    simulator = Simulator.start(tmp_path / "w", count=3, database_url=owner)
    hq = simulator.world.hq
    hq.role = Role.ADMINISTRATOR
    grant_roles(hq, **{kind: parsed_url(urls[kind]).username or "" for kind in ("writer", "intake", "auditor")})
    made = Office(simulator, urls)
    yield made
    simulator.world.close()


def test_the_whole_work_is_done_by_a_writer_who_does_not_own_the_database(office: Office, tmp_path: Path) -> None:
    simulator = office.simulator
    office.go_on_as("writer")
    hq = simulator.world.hq
    simulator.check(DEVICE, 0)
    simulator.check(DEVICE, 1, "not_found")
    assert simulator.deliver(simulator.seal(DEVICE))[0].outcome == "accepted"
    (finding_id,) = hq.read(findings.finding_ids)
    review_finding(hq, finding_id, decision="recheck", comment="Look again")
    simulator.world.plan()
    simulator.world.hand_over()
    make_report(hq, VISIT_RECORD, tmp_path / "record.csv", {"visit_id": simulator.visit_ids[DEVICE]})
    ask_to_withhold(hq, "0" * 96, "by order")
    with hq.store.reading() as connection:
        head = chain_head(connection, DEVICE, 1).seq
    before = hq.read(visits.all_visits)
    correct_time(  # empties the read tables and fills them again
        hq,
        origin=DEVICE,
        epoch=1,
        first_seq=head,
        last_seq=head,
        offset=timedelta(seconds=-1),
        source="person",
        reason="A second",
    )
    assert [row.visit_id for row in hq.read(visits.all_visits)] == [row.visit_id for row in before]
    rebuild_store(hq)
    found = examine_store(hq)
    assert (found.altered, found.missing) == ((), ())
    hq.role = Role.ADMINISTRATOR
    with pytest.raises(Refusal, match=r"database\.not_owner"):
        grant_roles(hq, writer="postgres")


def test_intake_imports_and_cannot_touch_keys(office: Office) -> None:
    office.go_on_as("intake")
    office.simulator.check(DEVICE, 0)
    assert office.simulator.deliver(office.simulator.seal(DEVICE))[0].outcome == "accepted"
    for statement in ("DELETE FROM secrets", "UPDATE content SET key = NULL", "UPDATE secrets SET value = value"):
        assert office.refuses("intake", statement)


@pytest.mark.parametrize("role", ["writer", "intake"])
def test_writers_cannot_change_existing_entries(office: Office, role: str) -> None:
    for statement in (
        "UPDATE journal SET actor = 'X'",
        "DELETE FROM journal",
        "TRUNCATE journal",
        "DROP TRIGGER journal_is_append_only ON journal",
        "ALTER TABLE journal DISABLE TRIGGER ALL",
        "DROP TABLE journal",
        "CREATE TABLE mine (x int)",
        "DELETE FROM content",
        "UPDATE content SET object_id = 'x'",
        "INSERT INTO access_log (who, what) VALUES ('x', 'y')",
        "SELECT log_access('x')",
    ):
        assert office.refuses(role, statement), statement


def test_an_auditor_looks_and_leaves_a_trace_and_nothing_else(office: Office) -> None:
    for statement in ("SELECT * FROM journal", "SELECT * FROM findings", "SELECT log_access('The journal of July')"):
        assert not office.refuses("auditor", statement), statement
    for statement in (
        "SELECT * FROM secrets",
        "SELECT * FROM content",
        "INSERT INTO journal SELECT * FROM journal LIMIT 1",
        "UPDATE findings SET severity = 'low'",
        "DELETE FROM checks",
        "INSERT INTO access_log (who, what) VALUES ('another person', 'y')",
        "DELETE FROM access_log",
        "CREATE TABLE mine (x int)",
    ):
        assert office.refuses("auditor", statement), statement
    engine = create_engine(parsed_url(office.urls["auditor"]))
    with engine.begin() as connection:
        connection.execute(text("SELECT log_access('The journal of July')"))
        row = connection.execute(text("SELECT who, what FROM access_log")).one()
    assert tuple(row) == (parsed_url(office.urls["auditor"]).username, "The journal of July")
    engine.dispose()
    with office.simulator.world.hq.writing() as transaction, pytest.raises(DBAPIError, match="append-only"):
        transaction.connection.execute(text("DELETE FROM access_log"))  # not even its owner


def test_the_program_itself_does_not_work_at_the_auditors_address(office: Office) -> None:
    """It would have to record who uses it: an auditor has an account instead (docs/operations.md)."""
    with pytest.raises(Trouble, match=r"store\.failed.*permission denied"):
        office.go_on_as("auditor")
    office.go_on_as("writer")


def test_a_rebuild_by_the_owner_leaves_the_roles_what_they_had(office: Office) -> None:
    rebuild_store(office.simulator.world.hq)
    assert not office.refuses("auditor", "SELECT * FROM checks")
    assert office.refuses("auditor", "DELETE FROM checks")
    office.go_on_as("writer")
    office.simulator.check(DEVICE, 0)
    assert office.simulator.deliver(office.simulator.seal(DEVICE))[0].outcome == "accepted"
    with office.simulator.world.hq.writing() as transaction:
        transaction.connection.execute(text("UPDATE meta SET value = '1' WHERE name = 'projection_version'"))
    with pytest.raises(Trouble, match=r"store\.owner_needed"):
        office.go_on_as("writer")
    office.go_on_as("owner")
    office.go_on_as("writer")


def test_a_schema_of_before_is_brought_up_by_the_owner_alone(office: Office) -> None:
    with office.simulator.world.hq.writing() as transaction:
        transaction.connection.execute(text("DROP INDEX journal_by_time, journal_ahead, journal_keys, journal_ends"))
        transaction.connection.execute(text("DROP TABLE drafts"))
        transaction.connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    with pytest.raises(Trouble, match=r"store\.owner_needed"):
        office.go_on_as("writer")
    office.go_on_as("owner")
    with office.simulator.world.hq.store.reading() as connection:
        found = {index["name"] for index in inspect(connection).get_indexes("journal")}
    assert found == {index.name for index in journal.indexes}
    office.go_on_as("writer")


def test_grants_in_two_stores_of_one_database_wait_for_each_other(
    office: Office, tmp_path: Path, postgresql: PostgreSQL
) -> None:
    """Both change the database's one row of rights; the server refuses the second while the first is under way."""
    ours = office.simulator.world.hq
    theirs = make_store(
        tmp_path / "o", "hq", "HQ-02", Clock(), role="administrator", database_url=postgresql.new_database()
    )
    writer = postgresql.new_role("writer")
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE query LIKE '%eum|grants%' AND wait_event_type = 'Lock' AND datname = current_database()"
    )
    with ThreadPoolExecutor(1) as pool:
        with ours.writing() as transaction:
            grant(transaction.connection, Roles(writer=writer))
            done = pool.submit(grant_roles, theirs, writer=writer)
            while not ours.read(lambda connection: connection.execute(waiting).scalar_one()):
                assert not done.done()
        done.result(60)
    theirs.store.close()


def test_what_cannot_be_granted_is_refused(office: Office, tmp_path: Path) -> None:
    hq = office.simulator.world.hq
    with pytest.raises(Refusal, match=r"database\.role_unknown"):
        grant_roles(hq, writer='no such "role')
    hq.role = Role.REVIEWER
    with pytest.raises(Refusal, match=r"permission\.denied"):
        grant_roles(hq, writer="postgres")
    small = make_store(tmp_path / "small", "hq", "HQ-02", Clock(), role="administrator")
    with pytest.raises(Refusal, match=r"database\.only_server"):
        grant_roles(small, writer="x")
    small.store.close()
