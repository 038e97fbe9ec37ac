"""The demonstration's stage: a demo HQ and a demo device, enrolled with each other, and synthetic data to work on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from eum_app.demo.generate import depot_rows, mark_image, photo, shelf_video, write_inventory_csv
from eum_app.domain.inventory_rows import InventoryRow
from eum_app.domain.stores import SessionEnd
from eum_app.usecases.exchange.enrol_device import (
    accept_enrolment,
    read_answer,
    read_request,
    request_enrolment,
    sign_enrolment,
)
from eum_app.usecases.store.open_store import create_store

PASSPHRASE: Final = "synthetic demo passphrase"  # noqa: S105 - protects nothing but synthetic data
REVIEWER: Final = "REV-004"
INSPECTOR: Final = "INS-017"
DEVICE: Final = "FLD-0042"
HQ: Final = "HQ-01"
SEED: Final = 7
ITEMS: Final = 24


@dataclass(frozen=True)
class Scene:
    """Paths of the stage, below `folder`. `rows` are the items of the inventory list, in its order."""

    folder: Path
    rows: Sequence[InventoryRow]

    @property
    def hq(self) -> Path:
        """Folder of the demo HQ's store."""
        return self.folder / "hq-store"

    @property
    def device(self) -> Path:
        """Folder of the demo device's store."""
        return self.folder / "device-store"

    @property
    def inventory(self) -> Path:
        """Inventory list to import at HQ."""
        return self.folder / "inventory-depot-7.csv"

    @property
    def walk(self) -> Path:
        """Video of a walk along the shelves, used in place of a camera."""
        return self.folder / "walk.avi"

    @property
    def label(self) -> Path:
        """Picture of one item's label."""
        return self.folder / "label.png"

    @property
    def damage(self) -> Path:
        """Photo of a damaged article."""
        return self.folder / "damage.jpg"

    @property
    def carried(self) -> Path:
        """Folder in which bundles are carried between HQ and the field."""
        return self.folder / "carried"


def set_the_stage(folder: Path) -> Scene:
    """Create the stores, enroll the device, and write an inventory, a label, a video and a photo; all synthetic.

    Raises FileExistsError if `folder` exists: nothing is deleted here. Takes some seconds, because both passphrases
    are hashed at full cost. Raises also as the use cases do.
    """
    folder.mkdir(parents=True)
    rows = depot_rows(SEED, ITEMS, today=datetime.now(UTC).date())
    scene = Scene(folder, rows)
    scene.carried.mkdir()
    write_inventory_csv(scene.inventory, rows)
    shelf_video(rows[:8], scene.walk, frames=30, fps=8)
    scene.label.write_bytes(mark_image(rows[9]))
    scene.damage.write_bytes(photo("crack", SEED, serial=rows[10].serial))
    hq = create_store(scene.hq, kind="hq", name=HQ, account=REVIEWER, role="reviewer", passphrase=PASSPHRASE)
    device = create_store(
        scene.device, kind="field", name=DEVICE, account=INSPECTOR, role="inspector", passphrase=PASSPHRASE
    )
    request, answer = folder / f"{DEVICE}.eumreq", folder / f"{DEVICE}.eumans"
    request_enrolment(device, request)
    sign_enrolment(hq, request, answer, compared=read_request(request).fingerprint)
    accept_enrolment(device, answer, read_answer(device, answer).root_fingerprint)
    for session in (hq, device):
        session.close(SessionEnd.SET_UP)
    return scene
