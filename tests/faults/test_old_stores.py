"""Stores of every released version, and of one that is to come: they come up whole, with all they held."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest
from alembic.config import Config
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from db import migrations, triggers
from db.queries import checks, items, visits
from db.tables import journal
from db.upgrades import BEFORE_UPGRADE
from eum_app import __version__
from eum_app.domain.errors import Refusal, Trouble
from eum_app.domain.ids import CheckId
from eum_app.usecases.session import Session
from eum_app.usecases.store.back_up import back_up, restore
from eum_app.usecases.store.open_store import check_store, open_store, rebuild_store
from tests.builders import PASSPHRASE, Clock, make_world
from tests.faults.labour import make_older
from tests.integration.test_projection import tables
from tests.make_old_store import HELD, STORES, Held
from tests.postgres import PostgreSQL

VERSIONS = sorted(path.name for path in STORES.iterdir() if path.is_dir())
ACCOUNTS = {"field": "INS-017", "hq": "REV-004"}


@dataclass(frozen=True)
class Old:
    """A copy of an old store, and what it held when it was closed."""

    folder: Path
    kind: str
    held: Held

    def open(self) -> Session:
        return open_store(self.folder, ACCOUNTS[self.kind], PASSPHRASE, now=Clock())


def copied(version: str, kind: str, folder: Path) -> Old:
    shutil.copytree(STORES / version / kind, folder)
    return Old(folder, kind, msgspec.json.decode((STORES / version / HELD).read_bytes(), type=Held))


@pytest.fixture(params=[(version, kind) for version in VERSIONS for kind in ACCOUNTS], ids="-".join)
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Old:
    version, kind = request.param
    return copied(version, kind, tmp_path / "old")


def require_whole(session: Session, held: Held) -> None:
    """Chains, content, rebuilt read tables, an item, a check and its photos."""
    heads, wrong = check_store(session)
    assert (len(heads) >= 2, wrong) == (True, [])
    before = session.read(tables)
    assert rebuild_store(session) > 0
    assert session.read(tables) == before
    assert session.read(items.item, held.item_id).nomenclature == "NIGHT VISION GOGGLE, TYPE A"
    assert session.read(visits.visit, held.visit_id).checked == held.checks
    check = session.read(checks.check, CheckId(held.check_id))
    assert (check.item_id, check.outcome, check.reason) == (held.item_id, "discrepancy", "damaged")
    kept: dict[str, list[bytes]] = {"photo": [], "note": []}
    for row in session.read(checks.evidence_of, check_id=held.check_id):
        kept[row.role].append(session.content(row.ref))
    assert kept["note"] == [held.note.encode()]
    assert sorted(hashlib.sha256(data).hexdigest() for data in kept["photo"]) == list(held.photos)


def require_schema_of_today(session: Session) -> None:
    with session.store.reading() as connection:
        indexes = {index["name"] for index in inspect(connection).get_indexes("journal")}
        assert (migrations.current(connection), indexes) == (migrations.HEAD, {index.name for index in journal.indexes})


def test_this_version_keeps_its_stores_as_it_writes_them() -> None:
    revisions = {
        msgspec.json.decode((STORES / name / HELD).read_bytes(), type=Held).revision
        for name in VERSIONS
        if name.startswith(f"{__version__}-") or name == __version__
    }
    assert migrations.HEAD in revisions, "python -m tests.make_old_store"


def test_a_store_of_every_version_opens_with_all_that_it_held(old: Old) -> None:
    session = old.open()
    require_whole(session, old.held)
    require_schema_of_today(session)
    session.close()
    assert not (old.folder / BEFORE_UPGRADE).exists()


@pytest.mark.parametrize("shape", ["a database", "a backup"])
def test_a_store_of_the_first_schema_comes_up_wherever_it_lies(
    tmp_path: Path, hq_backend: Callable[[], str | None], shape: str
) -> None:
    """On a server as in a folder, and out of a backup that an older program made."""
    url = hq_backend()
    if url and shape == "a backup":
        pytest.skip("a server is backed up by its own means")
    world = make_world(tmp_path / "w", database_url=url)
    held, folder = world.hq.read(tables), world.hq.store.folder
    with world.hq.writing() as transaction:
        make_older(transaction.connection)
    if shape == "a backup":
        folder = restore(back_up(world.hq, tmp_path / "b").path, tmp_path / "again", "REV-004", PASSPHRASE).folder
    world.hq.store.close()
    session = open_store(folder, "REV-004", PASSPHRASE, now=world.clock)
    require_schema_of_today(session)
    require_append_only(session)
    assert check_store(session)[1] == []
    assert session.read(tables)["items"] == held["items"]
    session.close()
    world.device.close()


# The next schema: what a migration may do to the journal, with the data of each old store

_NEXT = '''"""Another column in the journal; in the way in which Alembic drops triggers without a word."""

import sqlalchemy as sa
from alembic import op

revision = "next"
down_revision = "{head}"


def upgrade():
    with op.batch_alter_table("journal", recreate="auto" if op.get_bind().dialect.name != "sqlite" else "always") as t:
        t.add_column(sa.Column("seen_by", sa.Text()))
    {then}
'''
_LOSES = """op.execute("DELETE FROM journal WHERE seq = (SELECT max(seq) FROM journal)")"""
_FAILS = """op.execute("INSERT INTO no_such_table VALUES (1)")"""

Coming = Callable[[str], None]


@pytest.fixture
def coming(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Coming:
    """The program with one more revision, which does something further at its end."""
    head, known, of_today = migrations.HEAD, migrations.KNOWN, migrations._config

    def comes(then: str) -> None:
        scripts = tmp_path / "versions"
        scripts.mkdir(exist_ok=True)
        (scripts / "next.py").write_text(_NEXT.format(head=head, then=then), encoding="utf-8")

        def config() -> Config:
            made = of_today()
            made.set_main_option("path_separator", "newline")
            places = f"{Path(migrations.__file__).parent / 'versions'}\n{scripts}"
            made.set_main_option("version_locations", places.replace("%", "%%"))
            return made

        monkeypatch.setattr(migrations, "_config", config)
        monkeypatch.setattr(migrations, "HEAD", "next")
        monkeypatch.setattr(migrations, "KNOWN", (*known, "next"))

    return comes


def columns_and_revision(session: Session) -> tuple[bool, str]:
    """Whether the journal has the next revision's column; the schema's revision."""

    def read(connection: Any) -> tuple[bool, str]:
        triggers.verify(connection)
        columns = connection.execute(text("SELECT * FROM journal LIMIT 1")).keys()
        return "seen_by" in columns, migrations.current(connection)

    return session.read(read)


def require_append_only(session: Session) -> None:
    for statement in ("UPDATE journal SET actor = 'X'", "DELETE FROM journal"):
        with pytest.raises(IntegrityError, match="append-only"), session.writing() as transaction:
            transaction.connection.execute(text(statement))


def test_a_migration_keeps_every_entry_and_restores_the_triggers(old: Old, coming: Coming) -> None:
    coming("")
    session = old.open()
    assert columns_and_revision(session) == (True, "next")
    require_append_only(session)
    require_whole(session, old.held)
    require_schema_of_today(session)
    session.close()
    assert not (old.folder / BEFORE_UPGRADE).exists()
    again = old.open()
    check_store(again)
    again.close()


@pytest.mark.parametrize(
    ("then", "code"), [(_LOSES, "store.upgrade_failed"), (_FAILS, "store.failed")], ids=["loses an entry", "fails"]
)
def test_a_migration_that_goes_wrong_is_taken_back(
    tmp_path: Path, coming: Coming, monkeypatch: pytest.MonkeyPatch, then: str, code: str
) -> None:
    field = copied(VERSIONS[-1], "field", tmp_path / "old")
    coming(then)
    with pytest.raises(Trouble, match=code.replace(".", r"\.")):
        field.open()
    monkeypatch.undo()
    assert not (field.folder / BEFORE_UPGRADE).exists()
    session = field.open()
    assert columns_and_revision(session) == (False, migrations.HEAD)
    require_whole(session, field.held)
    session.close()


def test_what_a_later_program_brought_up_is_refused_by_this_one(
    tmp_path: Path, coming: Coming, monkeypatch: pytest.MonkeyPatch
) -> None:
    field = copied(VERSIONS[-1], "field", tmp_path / "old")
    coming("")
    field.open().close()
    monkeypatch.undo()
    with pytest.raises(Refusal, match=r"store\.newer"):
        field.open()


def test_a_migration_on_a_server_is_done_or_taken_back_too(
    tmp_path: Path, coming: Coming, postgresql: PostgreSQL, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = make_world(tmp_path / "w", database_url=postgresql.new_database())
    held = world.hq.read(tables)
    world.hq.close()

    def opened() -> Session:
        return open_store(world.hq.store.folder, "REV-004", PASSPHRASE, now=world.clock)

    coming(_FAILS)
    with pytest.raises(ProgrammingError, match="no_such_table"):
        opened()
    monkeypatch.undo()
    before = opened()
    assert columns_and_revision(before) == (False, migrations.HEAD)
    assert before.read(tables)["items"] == held["items"]
    before.close()
    coming("")
    after = opened()
    assert columns_and_revision(after) == (True, "next")
    assert check_store(after)[1] == []
    require_append_only(after)
    assert after.read(tables)["items"] == held["items"]
    after.close()
    world.device.close()
