"""`kill -9` at random moments, and the state that the disk must then have."""

from __future__ import annotations

import contextlib
import multiprocessing
import random
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Final

from sqlalchemy import select

from db.backups import damaged_parts, read_manifest
from db.chains import chain_head
from db.store import Connection
from db.tables import checks
from eum_app.usecases.exchange.receive import import_bundles
from eum_app.usecases.session import Session, Ticket, resumed
from eum_app.usecases.store.back_up import restore
from eum_app.usecases.store.instance import lost_entries
from eum_app.usecases.store.open_store import check_store, open_store, rebuild_store
from tests.builders import PASSPHRASE, Clock
from tests.children import children
from tests.faults.labour import BEGUN, BUNDLES, SEALED, backups_of, check_one, labour
from tests.integration.test_projection import tables
from tests.simulator import Simulator

DEVICE: Final = "FLD-0042"
PREPARED_BUNDLES: Final = 8
PATIENCE_S: Final = 60
MOST_DEEDS: Final = 4
SPAN_S: Final = 0.15
"""Range of the delay before a child is killed: about as long as one action, after none or several."""


@dataclass(frozen=True)
class Prepared:
    """Closed stores, to be copied for each child: a device during a visit, and an HQ with bundles to import.

    Each bundle holds everything that the previous one holds, and more. `ends`: the last numbers of these bundles.
    """

    device: Ticket
    hq: Ticket
    ends: tuple[int, ...]

    def of(self, kind: str) -> Ticket:
        return self.hq if kind == "importing" else self.device


def prepare(folder: Path) -> Prepared:
    """Make the stores, and close them."""
    simulator = Simulator.start(folder, count=30)
    world, visit_id = simulator.world, simulator.visit_ids[DEVICE]
    device, hq = world.devices[DEVICE], world.hq
    bundles = hq.store.folder / BUNDLES
    bundles.mkdir()
    chance = random.Random(7)
    ends = []
    for number in range(PREPARED_BUNDLES):
        for _ in range(5):
            check_one(device, visit_id, chance)
        simulator.seal(DEVICE).rename(bundles / f"{number:02d}.eumb")
        ends.append(_seq(device, DEVICE) - 1)  # that it was sealed comes after what the bundle holds
    world.close()
    return Prepared(device.ticket, hq.ticket, tuple(ends))


def killed_while(kind: str, prepared: Prepared, folder: Path, seed: int) -> list[str]:
    """Let a child work on a copy of the store in `folder`, kill it, and return what it had acknowledged."""
    ticket = prepared.of(kind)
    shutil.copytree(ticket.folder, folder)
    chance = random.Random(seed)
    heard, say = multiprocessing.Pipe(duplex=False)
    child = children().Process(target=labour, args=(kind, ticket, folder, seed, say), daemon=True)
    child.start()
    say.close()
    acknowledged: list[str] = []
    try:
        assert _next_word(heard) == BEGUN
        for _ in range(chance.randrange(MOST_DEEDS)):
            acknowledged.append(_next_word(heard))
        time.sleep(chance.uniform(0, SPAN_S))
    finally:
        child.kill()
        child.join(PATIENCE_S)
    with contextlib.suppress(EOFError, OSError):  # its last word may be cut off
        while heard.poll(0):
            acknowledged.append(heard.recv())
    heard.close()
    return acknowledged


def _next_word(heard: Pipe) -> str:
    assert heard.poll(PATIENCE_S)
    return str(heard.recv())


def side_by_side(kind: str, prepared: Prepared, folder: Path, deeds: int) -> list[list[str]]:
    """Let two children work on one copy of the store in `folder` at once, and return what each acknowledged.

    Each acknowledges at least `deeds` actions, unless it ended before.
    """
    ticket = prepared.of(kind)
    shutil.copytree(ticket.folder, folder)
    started = []
    for seed in range(2):
        heard, say = multiprocessing.Pipe(duplex=False)
        child = children().Process(target=labour, args=(kind, ticket, folder, seed, say), daemon=True)
        child.start()
        say.close()
        started.append((child, heard))
    acknowledged: list[list[str]] = [[], []]
    try:
        for _, heard in started:
            assert _next_word(heard) == BEGUN
        for said, (_, heard) in zip(acknowledged, started, strict=True):
            with contextlib.suppress(EOFError):
                said.extend(_next_word(heard) for _ in range(deeds))
    finally:
        for child, _ in started:
            child.kill()
            child.join(PATIENCE_S)
    for said, (_, heard) in zip(acknowledged, started, strict=True):
        with contextlib.suppress(EOFError, OSError):
            while heard.poll(0):
                said.append(heard.recv())
        heard.close()
    return acknowledged


def require_nothing_lost(kind: str, prepared: Prepared, folder: Path, acknowledged: list[str]) -> None:
    """Open the store that a child left behind: everything acknowledged exists, and nothing is half done."""
    session = open_store(folder, prepared.of(kind).account, PASSPHRASE, now=Clock())
    try:
        assert lost_entries(session.store) is None, "marked beyond what is held"
        _, wrong = check_store(session)
        assert wrong == [], "a fact names a photo that is not there"
        _REQUIRED[kind](session, prepared, acknowledged)
        before = session.read(tables)
        rebuild_store(session)
        assert session.read(tables) == before
    finally:
        session.close()


def _recorded(session: Session, prepared: Prepared, acknowledged: list[str]) -> None:
    del prepared
    assert set(acknowledged) <= set(session.read(_check_ids))


def _sealed(session: Session, prepared: Prepared, acknowledged: list[str]) -> None:
    """Require that every file with a bundle's name is complete: HQ imports each, and then has every check."""
    folder = session.store.folder
    found = {path.name for path in (folder / SEALED).glob("*.eumb")}
    assert set(acknowledged) <= found
    if not found:
        return
    hq_folder = folder.with_name(f"{folder.name}-hq")
    shutil.copytree(prepared.hq.folder, hq_folder)
    with _resumed(prepared.hq, hq_folder) as hq:
        outcomes = import_bundles(hq, [folder / SEALED]).outcomes
        assert {outcome.outcome for outcome in outcomes} <= {"accepted", "already_held"}, outcomes
        assert len(outcomes) == len(found)


def _imported(session: Session, prepared: Prepared, acknowledged: list[str]) -> None:
    """Require that each bundle is imported or not, that acknowledged ones are, and that a second import
    completes all.
    """
    assert all(line.startswith("accepted ") for line in acknowledged), acknowledged
    at_least = prepared.ends[len(acknowledged) - 1] if acknowledged else 0
    seq = _seq(session, DEVICE)
    assert seq >= at_least
    assert seq in {0, *prepared.ends}
    outcomes = import_bundles(session, [session.store.folder / BUNDLES]).outcomes
    held = sum(end <= seq for end in prepared.ends)
    assert [outcome.outcome for outcome in outcomes] == ["already_held"] * held + ["accepted"] * (
        PREPARED_BUNDLES - held
    )
    assert _seq(session, DEVICE) == prepared.ends[-1]


def _upgraded(session: Session, prepared: Prepared, acknowledged: list[str]) -> None:
    """Require that all earlier data exists, and that each opening recorded its session."""
    with _resumed(prepared.device, prepared.device.folder) as before:
        known = set(before.read(_check_ids))
        seq = _seq(before, DEVICE)
    assert set(session.read(_check_ids)) == known
    assert _seq(session, DEVICE) >= seq + len(acknowledged)


def _backed_up(session: Session, prepared: Prepared, acknowledged: list[str]) -> None:
    """Require that every file with a backup's name is complete, and holds every check acknowledged before it."""
    checks_said = [line for line in acknowledged if not line.startswith(DEVICE)]
    backups_said = [line for line in acknowledged if line.startswith(DEVICE)]
    assert set(checks_said) <= set(session.read(_check_ids))
    folder = backups_of(session.store.folder)
    found = sorted(folder.glob(f"{DEVICE}_*"))
    assert {path.name for path in found} >= set(backups_said)
    for path in found:
        manifest = read_manifest(path)
        assert damaged_parts(path, manifest.own) == damaged_parts(folder, manifest.shared) == []
        assert manifest.absent == ()
    if found:
        again = restore(found[-1], folder / "again", prepared.device.account, PASSPHRASE).folder
        with _resumed(prepared.device, again) as restored:
            assert set(checks_said[: len(found)]) <= set(restored.read(_check_ids))
            assert check_store(restored)[1] == []


_REQUIRED: Final[dict[str, Callable[[Session, Prepared, list[str]], None]]] = {
    "recording": _recorded,
    "sealing": _sealed,
    "importing": _imported,
    "upgrading": _upgraded,
    "backing up": _backed_up,
    "rekeying": _recorded,
}
KINDS: Final = tuple(_REQUIRED)


def _resumed(ticket: Ticket, folder: Path) -> contextlib.AbstractContextManager[Session]:
    return resumed(replace(ticket, folder=folder), Clock())


def _check_ids(connection: Connection) -> list[str]:
    return list(connection.execute(select(checks.c.check_id)).scalars())


def _seq(session: Session, origin: str) -> int:
    with session.store.reading() as connection:
        return chain_head(connection, origin, 1).seq
