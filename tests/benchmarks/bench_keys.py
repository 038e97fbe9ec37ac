"""Unlocking at the cost that a store is made with, and a new data key for a store of some size."""

from __future__ import annotations

import os
import statistics
from pathlib import Path

from eum_app.crypto.passphrases import KdfParams
from eum_app.crypto.suites import Suite
from eum_app.usecases.store.open_store import create_store, open_store
from eum_app.usecases.store.rotate_key import rotate_data_key
from tests.benchmarks.ratios import Figure, timed_ms
from tests.builders import PASSPHRASE, Clock, make_store

UNLOCK_MS = 1_000
ROTATE_S_A_GIB = 60
CONTENT_BYTES = 40_000


def figures(folder: Path, *, repeats: int = 5, objects: int = 2_000) -> list[Figure]:
    """Unlocking with the parameters that this machine is measured to afford (at most 1 s), and rotation."""
    return [*(_unlock(folder / suite.value, suite, repeats) for suite in Suite), _rotation(folder / "rotated", objects)]


def _unlock(folder: Path, suite: Suite, repeats: int) -> Figure:
    cost = KdfParams.calibrated(suite)
    create_store(
        folder,
        kind="field",
        name="FLD-0042",
        account="INS-017",
        role="inspector",
        passphrase=PASSPHRASE,
        suite=suite,
        kdf=cost,
    ).close()

    def unlock() -> None:
        open_store(folder, "INS-017", PASSPHRASE).store.close()

    taken = [timed_ms(unlock) for _ in range(repeats)]
    paid = f"{cost.memory_kib // 1024} MiB, t={cost.iterations}" if cost.memory_kib else f"{cost.iterations:,} rounds"
    return Figure(f"unlock, {suite.value} ({cost.kdf}, {paid})", statistics.median(taken), UNLOCK_MS, "ms")


def _rotation(folder: Path, objects: int) -> Figure:
    session = make_store(folder, "hq", "HQ-01", Clock(), role="administrator")
    with session.writing() as transaction:
        for _ in range(objects):
            transaction.seal_content(os.urandom(CONTENT_BYTES), "image/png")
    taken_s = timed_ms(lambda: rotate_data_key(session, "measured")) / 1000
    size = (folder / "store.db").stat().st_size / 2**30
    session.close()
    return Figure("a new data key, a GiB of database", taken_s / size, ROTATE_S_A_GIB, "s")
