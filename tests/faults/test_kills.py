"""`kill -9` while it works: nothing acknowledged is lost. `make faults` does it two hundred times."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest

from tests.faults.kills import (
    KINDS,
    PREPARED_BUNDLES,
    Prepared,
    killed_while,
    prepare,
    require_nothing_lost,
    side_by_side,
)

TIMES = 4


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    return prepare(tmp_path_factory.mktemp("prepared") / "w")


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_acknowledged_is_lost(kind: str, prepared: Prepared, tmp_path: Path) -> None:
    for _ in range(TIMES):
        seed = secrets.randbits(32)
        folder = tmp_path / f"{seed}"
        acknowledged = killed_while(kind, prepared, folder, seed)
        try:
            require_nothing_lost(kind, prepared, folder, acknowledged)
        except BaseException as error:
            error.add_note(f"{kind}, seed {seed}, {len(acknowledged)} acknowledged")
            raise


def test_two_processes_record_in_one_store(prepared: Prepared, tmp_path: Path) -> None:
    """They take turns: each goes on, nothing of either is lost, and the chain has no number twice."""
    each = side_by_side("recording", prepared, tmp_path / "s", deeds=12)
    assert min(map(len, each)) >= 12
    require_nothing_lost("recording", prepared, tmp_path / "s", [*each[0], *each[1]])


def test_two_processes_take_in_the_same_bundles(prepared: Prepared, tmp_path: Path) -> None:
    """Each bundle comes in once, whichever of the two it was."""
    each = side_by_side("importing", prepared, tmp_path / "s", deeds=PREPARED_BUNDLES)
    assert [len(said) for said in each] == [PREPARED_BUNDLES] * 2
    accepted = [line for said in each for line in said if line.startswith("accepted")]
    assert sorted(line.split()[1] for line in accepted) == [f"{n:02d}.eumb" for n in range(PREPARED_BUNDLES)]
    assert {line.split()[0] for said in each for line in said} <= {"accepted", "already_held"}
    require_nothing_lost("importing", prepared, tmp_path / "s", accepted)
