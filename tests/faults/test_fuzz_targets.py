"""The targets of `make fuzz`: their seeds and a few mutations of them, so that a target that rots is found at once."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.fuzz.targets import TARGETS


@pytest.mark.parametrize("name", TARGETS)
def test_seeds_and_mutations_are_read_or_refused(name: str, tmp_path: Path) -> None:
    target = TARGETS[name](tmp_path)
    chance = random.Random(name)
    for seed in target.seeds:
        assert target.run(seed) == [], seed
        for _ in range(3):
            mutated = bytearray(seed)
            for _ in range(chance.randrange(1, 4)):
                at = chance.randrange(1, len(seed)) if len(seed) > 1 else 0
                mutated[at : at + chance.randrange(3)] = chance.choice([b"", b"\xff", *target.words])
            target.run(bytes(mutated))
