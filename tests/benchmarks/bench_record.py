"""A check recorded, against the same rows (journal and read tables) in a bare SQLCipher transaction."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path

from eum_app.crypto.suites import DEFAULT_SUITE
from eum_app.usecases.record_check import record_check
from tests.benchmarks.ratios import Ratio, bare_store, timed_ms, written_between
from tests.builders import make_world, typed, yes_to_all


def measure(folder: Path, *, items: int = 200, checks: int = 150, warm: int = 20) -> Ratio:
    """A visit of `items`; `warm` checks uncounted, then `checks` pairs, each of them fsynced."""
    world = make_world(folder, count=items, suite=DEFAULT_SUITE)
    device = world.device
    visit_id = world.plan().visit_id
    world.hand_over()
    copied = folder / "bare"
    shutil.copytree(device.store.folder, copied)
    answers = yes_to_all()
    ours: list[float] = []
    bare: list[float] = []
    with bare_store(device.store.folder, device) as seen, bare_store(copied, device) as store:
        before = seen.rows()
        for _, item_id in list(before["visit_items"])[: warm + checks]:
            ours.append(
                timed_ms(
                    partial(
                        record_check,
                        device,
                        visit_id=visit_id,
                        item_id=item_id,
                        outcome="verified",
                        mark=typed("786950"),
                        answers=answers,
                    )
                )
            )
            after = seen.rows()
            bare.append(timed_ms(partial(store.write, written_between(before, after))))
            before = after
    world.close()
    return Ratio("check recorded", "the same rows, raw SQLCipher", 4.0, tuple(ours[warm:]), tuple(bare[warm:]))
