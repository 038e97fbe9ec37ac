"""`make faults`: `kill -9` two hundred times, then a store of 10,000 photos. A number given is the seed from which all
others follow."""

from __future__ import annotations

import os
import random
import secrets
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from tests.faults.kills import KINDS, killed_while, prepare, require_nothing_lost
from tests.faults.photos import require_usable

KILLS = 200
PHOTOS, PHOTO_BYTES = 10_000, 200_000


def main(seed: int) -> int:
    console = Console()
    console.print(f"seed {seed}")
    chance = random.Random(seed)
    killed = dict.fromkeys(KINDS, 0)
    deeds = dict.fromkeys(KINDS, 0)
    with tempfile.TemporaryDirectory(prefix="eum-faults-") as name, console.status("Killing") as status:
        folder = Path(name)
        os.environ["EUM_STATE"] = name  # what a machine remembers of its stores: nothing of this one's person
        prepared = prepare(folder / "w")
        for number in range(KILLS):
            kind = KINDS[number % len(KINDS)]
            each = chance.randrange(2**32)
            status.update(f"{number} of {KILLS} killed; now {kind}, seed {each}")
            with tempfile.TemporaryDirectory(dir=folder) as inside:
                acknowledged = killed_while(kind, prepared, Path(inside) / "s", each)
                try:
                    require_nothing_lost(kind, prepared, Path(inside) / "s", acknowledged)
                except BaseException as error:
                    error.add_note(f"{kind}, seed {each}, {len(acknowledged)} acknowledged")
                    raise
            killed[kind] += 1
            deeds[kind] += len(acknowledged)
    for kind in KINDS:
        console.print(f"{kind}: {killed[kind]} killed, {deeds[kind]} deeds acknowledged, none lost")
    with tempfile.TemporaryDirectory(prefix="eum-faults-") as name, console.status("Keeping photos"):
        os.environ["EUM_STATE"] = name
        found = require_usable(Path(name), PHOTOS, PHOTO_BYTES)
    console.print(
        f"{PHOTOS} photos, {found.photos / 1e9:.1f} GB, database {found.database / 1e6:.0f} MB: stored in"
        f" {found.storing_s:.0f} s, backed up in {found.first_backup_s:.0f} s, again in {found.second_backup_s:.1f} s,"
        f" a new key in {found.rekeying_s:.1f} s, checked in {found.checking_s:.0f} s"
    )
    assert found.second_backup_s + found.rekeying_s < found.first_backup_s
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else secrets.randbits(32)))
