"""Save stores of the current version as test data: `python -m tests.make_old_store`.

Run it once before each release, and whenever the schema gets another revision. The stores go to
`tests/data/stores/VERSION-REVISION/` and are never rebuilt or changed: later versions must open them
(`tests/faults/test_old_stores.py`).
"""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Final

import msgspec

from db.migrations import HEAD
from db.queries.visits import work_ids
from eum_app import __version__
from eum_app.usecases.session import Session
from eum_app.usecases.visits.record_check import record_check
from tests.builders import PASSPHRASE, World, typed, yes_to_all
from tests.pictures import photo
from tests.simulator import Simulator

STORES: Final = Path(__file__).parent / "data" / "stores"
HELD: Final = "held.json"
DEVICE: Final = "FLD-0042"
NOTE: Final = "Cracked left ocular"
README: Final = f"""# Stores as version {__version__} (schema {HEAD}) left them

`field` ({DEVICE}, account INS-017) and `hq` (HQ-01, account REV-004); passphrase of both: `{PASSPHRASE}`, with a
deliberately cheap derivation. All in them is synthetic. `{HELD}` says what a later program must find.
Made by `python -m tests.make_old_store`; never changed afterwards.
"""


class Held(msgspec.Struct, frozen=True):
    """Content of both stores: a discrepancy of one item with a small and a large photo (SHA-256 of each, hex)."""

    revision: str
    visit_id: str
    item_id: str
    check_id: str
    note: str
    photos: tuple[str, ...]
    checks: int


def make(folder: Path) -> None:
    """Create two closed stores in `folder`, which must not exist yet."""
    with tempfile.TemporaryDirectory() as name:
        os.environ["EUM_STATE"] = name
        simulator = Simulator.start(Path(name) / "w")
        held = _worked(simulator)
        _close(simulator.world)
        folder.mkdir(parents=True)
        for session, kept_as in ((simulator.world.device, "field"), (simulator.world.hq, "hq")):
            shutil.copytree(session.store.folder, folder / kept_as)
    (folder / HELD).write_bytes(msgspec.json.format(msgspec.json.encode(held), indent=1) + b"\n")
    (folder / "README.md").write_text(README, encoding="utf-8")


def _worked(simulator: Simulator) -> Held:
    """Do half of a visit, hand its results in once, and import HQ's receipt."""
    world, visit_id = simulator.world, simulator.visit_ids[DEVICE]
    chance = random.Random(__version__)
    photos = (photo(80, chance), photo(300, chance))
    item_id, *others = world.device.read(work_ids, visit_id)
    check_id = record_check(
        world.device,
        visit_id=visit_id,
        item_id=item_id,
        outcome="discrepancy",
        reason="damaged",
        mark=typed("786950"),
        note=NOTE,
        photos=photos,
    ).check_id
    for other in others[:2]:
        record_check(
            world.device, visit_id=visit_id, item_id=other, outcome="verified", mark=typed("x"), answers=yes_to_all()
        )
    (outcome,) = simulator.deliver(simulator.seal(DEVICE))
    assert outcome.outcome == "accepted", outcome
    world.hand_over()
    digests = tuple(sorted(hashlib.sha256(data).hexdigest() for data in photos))
    return Held(HEAD, visit_id, item_id, check_id, NOTE, digests, 1 + len(others[:2]))


def _close(world: World) -> None:
    sessions: tuple[Session, ...] = (world.hq, *world.devices.values())
    for session in sessions:
        session.close()  # signs the head, as at the end of a day


if __name__ == "__main__":
    place = STORES / f"{__version__}-{HEAD}"
    if place.exists():
        sys.exit(f"{place} is there already: stores of a version are never made again")
    make(place)
