"""`kill -9` while it works: nothing acknowledged is lost. `make faults` does it two hundred times."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest

from tests.faults.kills import KINDS, Prepared, killed_while, prepare, require_nothing_lost

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
