"""Real parts for tests: HQ and field stores, enrolled with each other, with an inventory and a planned visit."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from db.instance import path_of
from db.queries import items, visits
from db.queries.people import all_devices
from db.store import Store
from eum_app.crypto.passphrases import KdfParams
from eum_app.crypto.suites import Suite
from eum_app.domain.checklists import Answer
from eum_app.domain.facts import ChecklistPin, CheckWithdrawn, MarkRead, VisitClosedOut
from eum_app.list_files.inventory_file import read_inventory
from eum_app.usecases.exchange.enrol_device import (
    accept_enrolment,
    read_answer,
    read_request,
    request_enrolment,
    sign_enrolment,
)
from eum_app.usecases.exchange.receive import import_bundles
from eum_app.usecases.exchange.seal_bundle import seal_for_device
from eum_app.usecases.lists.import_inventory import import_inventory
from eum_app.usecases.people.accounts import add_account
from eum_app.usecases.session import Session
from eum_app.usecases.store.open_store import create_store, open_store
from eum_app.usecases.visits.close_out import ClosedOut, Signed, close_out, close_out_state
from eum_app.usecases.visits.plan_visit import PlannedVisit, plan_visit
from tests.templates import world_from_template

PASSPHRASE = "correct horse battery staple"
ITEM_CHECKLIST = ChecklistPin(checklist_id="item-nvd-neutral", version="2.2")
SITE_CHECKLIST = ChecklistPin(checklist_id="site-physical-security-neutral", version="1.0")
HEADINGS = (
    "Country,Case,RSN,Nomenclature,NSN,Part Number,CAGE,Serial Number,UII,EUM Level,Ship Date,Delivery Date,"
    "Site,Location,Last Inventory,Status"
)


@dataclass
class Clock:
    """A wall clock that a test moves. It advances on each reading, so that no two facts share an instant."""

    instant: datetime = field(default_factory=lambda: datetime(2026, 11, 21, 8, 0, tzinfo=UTC))
    step: timedelta = timedelta(milliseconds=10)

    def __call__(self) -> datetime:
        self.instant += self.step
        return self.instant


def make_store(
    folder: Path,
    kind: str,
    name: str,
    clock: Clock,
    suite: Suite = Suite.P384,
    role: str = "",
    database_url: str | None = None,
) -> Session:
    """Return a new store with one account and a cheap passphrase slot, in its folder or at `database_url`."""
    role = role or ("reviewer" if kind == "hq" else "inspector")
    return create_store(
        folder,
        kind=kind,
        name=name,
        account="REV-004" if kind == "hq" else "INS-017",
        role=role,
        passphrase=PASSPHRASE,
        suite=suite,
        kdf=KdfParams.fast_for_tests(suite),
        now=clock,
        database_url=database_url,
    )


def copy_unnoticed(session: Session, copy: Path) -> Path:
    """Copy a store's folder so that its machine takes the copy for the original.

    Such a copy is made by a person who knows the recorded location, or together with the whole machine.
    """
    source = session.store.folder
    shutil.copytree(source, copy)
    store_id = session.store.named.store_id
    shutil.copyfile(path_of(store_id, source), path_of(store_id, copy))
    return copy


def enrol(hq: Session, device: Session, folder: Path) -> None:
    """Enroll a device: request, answer, acceptance, as people would carry the files."""
    request, answer = folder / f"{device.name}.eumreq", folder / f"{device.name}.eumans"
    request_enrolment(device, request)
    sign_enrolment(hq, request, answer, compared=read_request(request).fingerprint)
    accept_enrolment(device, answer, read_answer(device, answer).root_fingerprint)


def inventory_csv(
    path: Path, count: int = 6, site: str = "Depot 7", first_serial: int = 786950, level: str = "EEUM"
) -> Path:
    """Return a list of goggles with the headings of the sample inventory."""
    lines = [HEADINGS]
    for number in range(count):
        serial = first_serial + number
        lines.append(
            f'XX,XX-B-ABC,001,"NIGHT VISION GOGGLE, TYPE A",5855-01-000-0101,NVG-31A,1HLD9,{serial},'
            f"D1HLD9NVG-31A{serial},{level},2025-02-12,2025-02-17,{site},Vault 1 / Shelf A-{number // 4 + 1:02d},"
            "2025-12-11,ON HAND"
        )
    path.write_text("\r\n".join(lines) + "\r\n", encoding="utf-8")
    return path


@dataclass
class World:
    """An HQ and its devices on one clock."""

    folder: Path
    clock: Clock
    hq: Session
    devices: dict[str, Session]

    @property
    def device(self) -> Session:
        return next(iter(self.devices.values()))

    @property
    def drop(self) -> Path:
        """The folder through which bundles are exchanged."""
        path = self.folder / "drop"
        path.mkdir(exist_ok=True)
        return path

    def close(self) -> None:
        for session in (self.hq, *self.devices.values()):
            session.store.close()

    def plan(self, device: str = "FLD-0042", site: str = "Depot 7", *, due_on: str = "2026-12-11") -> PlannedVisit:
        site_id = next(row.site_id for row in self.hq.read(items.all_sites) if row.name == site)
        return plan_visit(
            self.hq,
            site_id=site_id,
            due_on=due_on,
            device=device,
            inspector="INS-017",
            item_checklist=ITEM_CHECKLIST,
            site_checklist=SITE_CHECKLIST,
        )

    def visit(self) -> str:
        """Plan a visit to Depot 7, hand it over, and return its id."""
        visit_id = self.plan().visit_id
        self.hand_over()
        return visit_id

    def hand_over(self, device: str = "FLD-0042") -> Path:
        """Seal the newest bundle for a device at HQ, and import it on the device."""
        sealed = seal_for_device(self.hq, device, self.drop)
        outcomes = import_bundles(self.devices[device], [sealed.path]).outcomes
        assert [outcome.outcome for outcome in outcomes] == ["accepted"], outcomes
        return sealed.path


def make_world(
    folder: Path,
    *,
    devices: tuple[str, ...] = ("FLD-0042",),
    count: int = 6,
    suite: Suite = Suite.P384,
    database_url: str | None = None,
    level: str = "EEUM",
    instant: datetime | None = None,
) -> World:
    """Return an HQ (on PostgreSQL if `database_url` is given) with an inventory, and enrolled devices.

    `level` is the monitoring level of its items. The clock begins at `instant`, or at a day that is always the same.
    """

    folder.mkdir(exist_ok=True)
    if database_url is not None or instant is not None:
        return new_world(folder, devices, count, suite, level, database_url, instant)
    key = (devices, count, suite, level)
    return world_from_template(folder, key, lambda place: new_world(place, *key))


def new_world(
    folder: Path,
    devices: tuple[str, ...],
    count: int,
    suite: Suite = Suite.P384,
    level: str = "EEUM",
    database_url: str | None = None,
    instant: datetime | None = None,
) -> World:
    """Return a world as `make_world` does, with keys and ids that no other world has."""
    clock = Clock(instant) if instant else Clock()
    hq = make_store(folder / "hq", "hq", "HQ-01", clock, suite, database_url=database_url)
    world = World(folder, clock, hq, {})
    for name in devices:
        device = make_store(folder / name.lower(), "field", name, clock, suite)
        enrol(hq, device, folder)
        world.devices[name] = device
    assert len(hq.read(all_devices)) == len(devices)
    import_inventory(hq, read_inventory(inventory_csv(folder / "inventory.csv", count, level=level)))
    return world


def yes_to_all() -> tuple[Answer, ...]:
    """Return answers to the item checklist of `ITEM_CHECKLIST`, all yes."""
    from eum_app.usecases.visits.plan_visit import shipped_checklists

    checklist = next(row for row in shipped_checklists() if row.checklist_id == ITEM_CHECKLIST.checklist_id)
    return tuple(Answer(question.question_id, "yes") for question in checklist.questions)


def typed(serial: str) -> MarkRead:
    """Return the reading of a mark by a hand scanner, which types it."""
    return MarkRead(read_by="wedge", raw=serial.encode(), serial=serial)


def seen_by_others() -> MarkRead:
    """Return the reading of an item that another person saw, for a check below evidence grade A."""
    return MarkRead(read_by="list", saw="INS-022", saw_for="Embassy", saw_how="video call")


def withdraw_as_before(session: Session, visit_id: str, check_id: str) -> None:
    """Withdraw a check of a closed visit, as earlier versions did: such facts exist in journals and bundles."""
    with session.writing() as transaction:
        transaction.record(
            CheckWithdrawn(observed_at=session.observed_now(), check_id=check_id, visit_id=visit_id, reason="undone")
        )


def close_as_shown(session: Session, visit_id: str, signed: Sequence[Signed]) -> ClosedOut:
    """Show the statement, and close the visit out with it, drafts or not."""
    return close_out(session, visit_id, signed, close_out_state(session, visit_id).shown, without_drafts=True)


def signed_lines(session: Session, visit_id: str) -> list[str]:
    """Return the lines of the statement that was signed."""
    closed = session.read(visits.closing, visit_id)
    assert closed is not None
    assert closed.statement is not None
    return session.content(closed.statement).decode().splitlines()


def close_as_is(session: Session, visit_id: str) -> None:
    """Close a visit out by its fact alone, without checking for open points."""
    with session.writing() as transaction:
        transaction.record(
            VisitClosedOut(
                observed_at=session.observed_now(),
                visit_id=visit_id,
                counts=(),
                signatures=(),
                head_seq=1,
                head_hash=bytes(48),
            )
        )


def colleague(session: Session, account: str = "REV-009", role: str = "reviewer") -> Session:
    """Add an account as the store's administrator would, and return that person's session on a separate connection."""
    ticket = replace(session.ticket, role="administrator")
    administrator = Session(Store.open(session.store.folder, session.ticket.data_key, session.now), ticket, session.now)
    fast = KdfParams.fast_for_tests(session.suite)
    add_account(administrator, account=account, role=role, passphrase=PASSPHRASE, kdf=fast)
    administrator.store.close()
    return open_store(session.store.folder, account, PASSPHRASE, now=session.now)
