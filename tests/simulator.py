"""Devices and an HQ with knobs for bad luck and bad actors. Every part is real; only the people are played."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from db.queries import visits
from eum_app.domain.facts import MarkRead
from eum_app.usecases.exchange import ImportOutcome, import_bundles, seal_results
from eum_app.usecases.record_check import record_check, withdraw_check
from tests.builders import World, make_world, typed, yes_to_all


@dataclass
class Simulator:
    """A world in which devices check, seal, and bundles arrive in any order."""

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
        """Enrolled devices, each with a visit to the same site handed over."""
        world = make_world(folder, devices=devices, count=count, database_url=database_url)
        visit_ids = {}
        for device in devices:
            visit_ids[device] = world.plan(device).visit_id
            world.hand_over(device)
        return cls(world, visit_ids)

    def check(self, device: str, item: int, outcome: str = "verified") -> str:
        """The device's inspector looks at the visit's n-th item; the check's id."""
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
        withdraw_check(self.world.devices[device], check_id)

    def seal(self, device: str) -> Path:
        """Seal what HQ has no receipt for, under a name of its own (the device may seal the same again)."""
        path = seal_results(self.world.devices[device], self.world.drop).path
        number = len(list(self.world.drop.glob("*.eumb")))
        kept = path.with_name(f"{number:03d}_{path.name}")
        path.rename(kept)
        return kept

    def deliver(self, *paths: Path) -> list[ImportOutcome]:
        """Bundles reach HQ in this order, one at a time."""
        return [import_bundles(self.world.hq, [path]).outcomes[0] for path in paths]

    def tampered(self, path: Path, position: int, mask: int = 1) -> Path:
        """A copy with one byte changed."""
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
        """A copy of a device's folder as it lies on the disk."""
        source = self.world.devices[device].store.folder
        copy = source.with_name(f"{source.name}-clone")
        shutil.copytree(source, copy)
        return copy
