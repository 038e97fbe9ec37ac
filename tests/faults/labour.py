"""The work of a child process until it is killed: one action after another, each acknowledged when it returned.

An acknowledgment is what a window would show as done. `tests.faults.kills` starts these children, kills them, and
compares the disk with what was acknowledged.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Final

import alembic.command  # noqa: F401 - slow, so it comes before a child may begin
from sqlalchemy import Connection, text

from db.keyslots import new_data_key
from db.queries.visits import all_visits, work_ids
from eum_app.usecases.exchange.receive import import_bundles
from eum_app.usecases.exchange.seal_bundle import seal_results
from eum_app.usecases.session import Session, Ticket, resumed
from eum_app.usecases.store.back_up import back_up
from eum_app.usecases.store.open_store import open_store
from eum_app.usecases.visits.record_check import record_check
from tests.builders import PASSPHRASE, Clock, typed, yes_to_all
from tests.pictures import photo

BEGUN: Final = "begun"
BUNDLES: Final = "bundles"
SEALED: Final = "sealed"


def labour(kind: str, ticket: Ticket, folder: Path, seed: int, say: Pipe) -> None:
    """Work on the copy of a store in `folder` until killed."""
    given = replace(ticket, folder=folder)
    chance = random.Random(seed)
    say.send(BEGUN)
    for acknowledged in LABOURS[kind](given, chance):
        say.send(acknowledged)


def check_one(session: Session, visit_id: str, chance: random.Random) -> str:
    """Record a check of any item of a visit, with a small or a large photo at random. Return its id."""
    item_id = chance.choice(session.read(work_ids, visit_id))
    photos = {0: (photo(80, chance),), 1: (photo(300, chance),)}.get(chance.randrange(4), ())
    return record_check(
        session,
        visit_id=visit_id,
        item_id=item_id,
        outcome="discrepancy" if photos else "verified",
        reason="damaged" if photos else "",
        mark=typed("786950"),
        answers=() if photos else yes_to_all(),
        note="As seen" if photos else "",
        photos=photos,
    ).check_id


def _visit_of(session: Session) -> str:
    (visit,) = session.read(all_visits)
    return visit.visit_id


def _recording(ticket: Ticket, chance: random.Random) -> Iterator[str]:
    with resumed(ticket, Clock()) as session:
        visit_id = _visit_of(session)
        while True:
            yield check_one(session, visit_id, chance)


def _sealing(ticket: Ticket, chance: random.Random) -> Iterator[str]:
    with resumed(ticket, Clock()) as session:
        visit_id = _visit_of(session)
        while True:
            check_one(session, visit_id, chance)
            yield seal_results(session, ticket.folder / SEALED).path.name


def _importing(ticket: Ticket, chance: random.Random) -> Iterator[str]:
    del chance
    with resumed(ticket, Clock()) as session:
        for path in sorted((ticket.folder / BUNDLES).iterdir()):
            (outcome,) = import_bundles(session, [path], ticket.folder / SEALED).outcomes
            yield f"{outcome.outcome} {path.name}"


def _upgrading(ticket: Ticket, chance: random.Random) -> Iterator[str]:
    """Open a store whose schema and read tables are of an older version, again and again."""
    del chance
    for number in count():
        with resumed(ticket, Clock()) as session, session.writing() as transaction:
            make_older(transaction.connection)
        open_store(ticket.folder, ticket.account, PASSPHRASE, now=Clock()).close()
        yield str(number)


def make_older(connection: Connection) -> None:
    """Change a store to the schema's first revision, with read tables of another shape."""
    for statement in (
        "DROP TABLE drafts",
        "DROP INDEX journal_by_time",
        "DROP INDEX journal_ahead",
        "DROP INDEX journal_keys",
        "DROP INDEX journal_ends",
        "UPDATE alembic_version SET version_num = '0001'",
        "UPDATE meta SET value = '0' WHERE name = 'projection_version'",
    ):
        connection.execute(text(statement))


def _backing_up(ticket: Ticket, chance: random.Random) -> Iterator[str]:
    with resumed(ticket, Clock()) as session:
        visit_id = _visit_of(session)
        while True:
            yield check_one(session, visit_id, chance)
            yield back_up(session, backups_of(ticket.folder)).path.name


def _rekeying(ticket: Ticket, chance: random.Random) -> Iterator[str]:
    """Rotate the data key after each check."""
    with resumed(ticket, Clock()) as session:
        visit_id = _visit_of(session)
        while True:
            yield check_one(session, visit_id, chance)
            session.change_data_key(new_data_key())


def backups_of(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}-backups")


LABOURS: Final[dict[str, Callable[[Ticket, random.Random], Iterator[str]]]] = {
    "recording": _recording,
    "sealing": _sealing,
    "importing": _importing,
    "upgrading": _upgrading,
    "backing up": _backing_up,
    "rekeying": _rekeying,
}
