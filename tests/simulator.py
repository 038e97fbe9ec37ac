"""Devices and an HQ with controls for accidents and attacks. Every part is real; only the people are simulated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from db.chains import chain_head
from db.queries import visits
from eum_app.domain.clock import utc_text
from eum_app.domain.facts import Fact, MarkRead, encode_fact, kind_of
from eum_app.domain.ids import CheckId
from eum_app.domain.journal import Author, Entry, encode_entry, head_of, next_entry
from eum_app.usecases.exchange.receive import import_bundles
from eum_app.usecases.exchange.seal_bundle import seal_results
from eum_app.usecases.exchange.trust import hq_certificate, identity_of
from eum_app.usecases.exchange.verify_bundle import ImportOutcome
from eum_app.usecases.session import Session, new_id
from eum_app.usecases.visits.record_check import record_check, withdraw_checks
from sync.bundle_file import BundleObject, write_bundle
from tests.builders import World, copy_unnoticed, new_world, typed, yes_to_all
from tests.templates import world_from_template


@dataclass
class Simulator:
    """A world in which devices check and seal, and bundles arrive in any order."""

    world: World
    visit_ids: dict[str, str]

    @classmethod
    def start(
        cls,
        folder: Path,
        *,
        devices: tuple[str, ...] = ("FLD-0042",),
        count: int = 4,
        database_url: str | None = None,
    ) -> Simulator:
        """Enroll devices, and hand each a visit to the same site."""

        def made(place: Path) -> World:
            world = new_world(place, devices, count, database_url=database_url)
            for device in devices:
                world.plan(device)
                world.hand_over(device)
            return world

        folder.mkdir(exist_ok=True)
        world = made(folder) if database_url else world_from_template(folder, ("simulator", devices, count), made)
        return cls(world, {device: _visit_of(session) for device, session in world.devices.items()})

    def check(self, device: str, item: int, outcome: str = "verified") -> str:
        """Record a check of the visit's n-th item on a device. Return the check's id."""
        session, visit_id = self.world.devices[device], self.visit_ids[device]
        ids = session.read(visits.work_ids, visit_id)
        reasons = {"not_found": "other", "discrepancy": "damaged", "no_access": "unsafe"}
        return record_check(
            session,
            visit_id=visit_id,
            item_id=ids[item % len(ids)],
            outcome=outcome,
            reason=reasons.get(outcome, ""),
            mark=typed("x") if outcome == "verified" else MarkRead(read_by="list"),
            answers=yes_to_all() if outcome == "verified" else (),
            note="As seen" if outcome == "discrepancy" else "",
        ).check_id

    def withdraw(self, device: str, check_id: str) -> None:
        withdraw_checks(self.world.devices[device], [CheckId(check_id)])

    def seal(self, device: str) -> Path:
        """Seal everything without a receipt under a unique file name, since a device may seal the same facts again."""
        path = seal_results(self.world.devices[device], self.world.drop).path
        number = len(list(self.world.drop.glob("*.eumb")))
        kept = path.with_name(f"{number:03d}_{path.name}")
        path.rename(kept)
        return kept

    def deliver(self, *paths: Path) -> list[ImportOutcome]:
        """Import bundles at HQ in this order, one at a time."""
        return [import_bundles(self.world.hq, [path]).outcomes[0] for path in paths]

    def lie(
        self, device: str, facts: Sequence[Fact], objects: Sequence[BundleObject] = (), actor: str = "INS-017"
    ) -> Path:
        """Add facts that our app refuses to state, correctly chained, as a modified app on an enrolled device could."""
        session = self.world.devices[device]
        return self.forge(device, self.chained(device, session.store.named.epoch, facts, actor), objects)

    def chained(self, origin: str, epoch: int, facts: Sequence[Fact], actor: str = "INS-017") -> list[Entry]:
        """Return entries that follow what HQ holds of a chain."""
        with self.world.hq.store.reading() as connection:
            head = chain_head(connection, origin, epoch)
        author = Author(origin, epoch, actor, "forged", lambda: 0)
        entries: list[Entry] = []
        for fact in facts:
            entry = next_entry(
                head,
                author,
                recorded_at=utc_text(self.world.clock()),
                kind=kind_of(fact),
                kind_version=fact.KIND_VERSION,
                payload=encode_fact(fact),
            )
            entries.append(entry)
            head = head_of(entry)
        return entries

    def forge(self, device: str, entries: Sequence[Entry], objects: Sequence[BundleObject] = ()) -> Path:
        """Write a bundle over any entries, signed by the device and announced as its own chain."""
        session = self.world.devices[device]
        with session.store.reading() as connection:
            identity, recipient = identity_of(session, connection), hq_certificate(connection)
        path = self.world.drop / f"forged-{new_id()}.eumb"
        write_bundle(
            path,
            sender=identity,
            recipients=[recipient],
            kind="results",
            origin=device,
            epoch=session.store.named.epoch,
            first_seq=entries[0].seq,
            prev_hash=entries[0].prev_hash,
            last_hash=entries[-1].hash,
            entries=lambda: [encode_entry(entry) for entry in entries],
            objects=objects,
            created_at=self.world.clock(),
        )
        return path

    def tampered(self, path: Path, position: int, mask: int = 1) -> Path:
        """Return a copy with one byte changed."""
        data = bytearray(path.read_bytes())
        data[position % len(data)] ^= mask
        copy = path.with_name(f"tampered-{position}-{path.name}")
        copy.write_bytes(data)
        return copy

    def cut(self, path: Path, length: int) -> Path:
        copy = path.with_name(f"cut-{length}-{path.name}")
        copy.write_bytes(path.read_bytes()[:length])
        return copy

    def clone(self, device: str) -> Path:
        """Copy a device's folder from disk so that its machine does not notice."""
        session = self.world.devices[device]
        return copy_unnoticed(session, session.store.folder.with_name(f"{session.store.folder.name}-clone"))


def _visit_of(device: Session) -> str:
    """Return the id of the only visit that a device holds."""
    (visit,) = device.read(visits.all_visits)
    return visit.visit_id
