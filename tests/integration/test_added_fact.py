"""A kind of fact with a table, added to a copy of the program in four files and the version of the read tables.

It is recorded, accepted, applied, rebuilt, named and documented, without another change.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path

ROOT = Path(__file__).parents[2]

KIND = "eum_app/domain/paper_facts.py"
TABLE = "db/paper_tables.py"
VERSION = "db/tables.py"
APPLIER = "db/projection/paper.py"
USE_CASE = "eum_app/usecases/visits/note_seal.py"

ADDED = {
    KIND: """
class SealPhotographed(Fact, frozen=True, kw_only=True):
    seal_number: str


KINDS += (
    FactKind(
        fact=SealPhotographed, word="Seal photographed", area=Area.ITEMS, device_may_state=True, is_evidence=True
    ),
)
""",
    TABLE: """
from sqlalchemy import Text

seals = Table("seals", read, Column("seal_number", Text, primary_key=True))
""",
    VERSION: "\nPROJECTION_VERSION += 1\n",
    APPLIER: """
from db.paper_tables import seals
from eum_app.domain.paper_facts import SealPhotographed


def apply_seals(connection, noted):
    put(connection, seals, [{"seal_number": fact.seal_number} for _, fact, _ in noted])


APPLIERS[SealPhotographed] = apply_seals
""",
    USE_CASE: """
from eum_app.domain.paper_facts import SealPhotographed


def note_seal(session, number):
    with session.writing() as transaction:
        transaction.record(SealPhotographed(observed_at=session.observed_now(), seal_number=number))
        return frozenset(transaction.areas)
""",
}

USED = """
import sys
from pathlib import Path

from sqlalchemy import select

from db.paper_tables import seals
from db.queries import activity, exchange
from eum_app.domain.areas import Area
from eum_app.usecases.store.open_store import rebuild_store
from eum_app.usecases.visits.note_seal import note_seal
from tests.simulator import Simulator
from tools.registry_tables import facts_table
from ui.kit.words import fact as fact_word

simulator = Simulator.start(Path(sys.argv[1]))
device, hq = simulator.world.device, simulator.world.hq
before = device.read(exchange.outstanding, "FLD-0042", 1).facts
assert Area.ITEMS in note_seal(device, "A-1")
assert device.read(exchange.outstanding, "FLD-0042", 1).facts == before + 1, "evidence that HQ must receive"
assert [one.outcome for one in simulator.deliver(simulator.seal("FLD-0042"))] == ["accepted"]

def seals_of(connection):
    return list(connection.execute(select(seals.c.seal_number)).scalars())

assert hq.read(seals_of) == ["A-1"]
rebuild_store(hq)
assert hq.read(seals_of) == ["A-1"]
assert hq.read(activity.activity_facets).kinds["SealPhotographed"] == 1
assert fact_word("SealPhotographed") == "Seal photographed"
assert "| `SealPhotographed` | Seal photographed | HQ, devices | yes | items |" in facts_table()
simulator.world.close()
"""


def run(folder: Path, script: str, files: Collection[str] = tuple(ADDED)) -> subprocess.CompletedProcess[str]:
    """Run `script` in a copy of the program with the named additions."""
    program = folder / "program"
    for name in ("eum_app", "db"):
        shutil.copytree(ROOT / name, program / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("ui", "sync", "assets", "tests", "tools", "docs"):
        (program / name).symlink_to(ROOT / name)
    for name in files:
        with (program / name).open("a", encoding="utf-8") as file:
            file.write(ADDED[name])
    command = [sys.executable, "-B", "-c", script, str(folder / "stores")]
    return subprocess.run(command, cwd=program, capture_output=True, text=True, check=False, timeout=240)


def test_an_added_kind_of_fact_is_found_everywhere(tmp_path: Path) -> None:
    done = run(tmp_path, USED)
    assert done.returncode == 0, done.stderr


def test_a_kind_with_a_read_table_and_no_applier_stops_the_program(tmp_path: Path) -> None:
    done = run(tmp_path, "import db.projection", (KIND, TABLE))
    assert done.returncode == 1
    assert "SealPhotographed" in done.stderr.splitlines()[-1]
