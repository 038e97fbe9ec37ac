"""`make faults`: `kill -9` two hundred times. A number given is the seed from which all others follow."""

from __future__ import annotations

import os
import random
import secrets
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from tests.faults.kills import KINDS, killed_while, prepare, require_nothing_lost

KILLS = 200


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
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else secrets.randbits(32)))
