"""Wrong reads looked for: `make traps`, or `python -m tests.benchmarks.bench_traps [first seed] [pictures a kind]`.

Pictures by formula (tests/worn_pictures.py): damaged marks, other things, symbols of other kinds, torn ones, two
that overlap. Says how many are read, plainly and with every effort; every wrong read is named, and one is a failure.
"""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from eum_app.scanning.decoder import decode, read_still
from tests.worn_pictures import DAMAGES, TRAPS, Picture, damaged, trap

if TYPE_CHECKING:
    from collections.abc import Callable

BUDGET_MS = 700


class Reads(NamedTuple):
    """Pictures of one kind: how many were read, and what was read that is not in them (kind, seed, data)."""

    of: int
    plainly: int
    ours: int
    wrong: list[tuple[str, int, bytes]]


def measured(first: int, count: int) -> dict[str, Reads]:
    """`count` pictures of each kind, of seeds from `first` on."""
    kinds: dict[str, Callable[[int], Picture]] = {
        **{kind: partial(damaged, kind) for kind in DAMAGES},
        **{kind: partial(trap, kind) for kind in TRAPS},
    }
    return {kind: _reads(kind, make, range(first, first + count)) for kind, make in kinds.items()}


def _reads(kind: str, make: Callable[[int], Picture], seeds: range) -> Reads:
    plainly = ours = 0
    wrong = []
    for seed in seeds:
        grey, truths = make(seed)
        plain = {symbol.raw for symbol in decode(grey)}
        found = {symbol.raw for symbol in read_still(grey, BUDGET_MS, sweep=kind in TRAPS)}
        plainly += bool(plain & truths)
        ours += bool(found & truths)
        wrong += [(kind, seed, data) for data in found - truths]
    return Reads(len(seeds), plainly, ours, wrong)


def main(first: int = 1, count: int = 100) -> int:
    reads = measured(first, count)
    for kind, (of, plainly, ours, wrong) in reads.items():
        print(f"{kind:16} of {of:5}: plainly {plainly:5}, with every effort {ours:5}, wrong {wrong}")  # noqa: T201
    return 1 if any(one.wrong for one in reads.values()) else 0


if __name__ == "__main__":
    sys.exit(main(*[int(argument) for argument in sys.argv[1:]]))
