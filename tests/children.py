"""Child processes for tests, forked from a server that has the imports done: each saves most of a second."""

from __future__ import annotations

import multiprocessing
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerContext, SpawnContext


def children() -> ForkServerContext | SpawnContext:
    """Return a context whose children do not import first, so that one that is killed was at work."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.faults.labour", "tests.faults.ceremonies"])
    return context
