"""Deficiencies, follow-ups, corrections and ends: any interleaving of chains gives the tables that a rebuild gives."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db import bulk
from db.store import Store, StoreName
from eum_app.domain import facts as f
from tests.builders import Clock
from tests.examples import with_stores
from tests.integration.test_deficiencies import lie, lie_corrected
from tests.integration.test_projection import KEY, Tables, chain, start_fact, told_in_any_order

days = st.sampled_from([f"2026-02-{day:02d}" for day in range(1, 8)])
kinds = st.sampled_from(["state", "ask", "correct", "withdraw", "set_aside"])
steps = st.tuples(kinds, st.integers(0, 3), st.integers(0, 2), days)


def facts_of(plan: list[tuple[Any, ...]]) -> list[f.Fact]:
    found: list[f.Fact] = []
    for what, number, other, at in plan:
        # Numbers are shared between chains on purpose: a repeated id must not depend on arrival either.
        of, visit_id = f"d{number}", f"v{other}" if other else ""
        if what == "state":
            found.append(lie(of, visit_id, observed_at=at, site_id="s1", what=f"stated {at}"))
        elif what == "ask":
            state = "still_open" if other else "not_looked_at"
            found.append(
                f.DeficiencyFollowedUp(observed_at=at, deficiency_id=of, visit_id=visit_id, state=state, reason=at)
            )
        elif what == "correct":
            found.append(lie_corrected(f"c{other}", of, visit_id, observed_at=at, corrected_on=at))
        elif what == "withdraw":
            record = of if other else f"c{number}"
            found.append(
                f.DeficiencyWithdrawn(observed_at=at, record_id=record, deficiency_id=of, visit_id=visit_id, reason=at)
            )
        else:
            found.append(f.DeficiencySetAside(observed_at=at, record_id=of, deficiency_id=of, reason=at))
    return found


@with_stores(10)
@given(st.lists(steps, max_size=8), st.lists(steps, max_size=8), st.randoms(use_true_random=False))
def test_any_interleaving_gives_the_same_deficiencies(
    tmp_path_factory: pytest.TempPathFactory,
    hq_backend: Callable[[], str | None],
    first: list[tuple[Any, ...]],
    second: list[tuple[Any, ...]],
    rnd: random.Random,
) -> None:
    starts: list[f.Fact] = [start_fact("v1", "s1", "2026-02-01"), start_fact("v2", "s2", "2026-02-01")]
    chains = [chain("HQ-02", starts), chain("FLD-1", facts_of(first)), chain("FLD-2", facts_of(second))]
    outcomes: list[Tables] = []
    for _ in range(2):
        folder = tmp_path_factory.mktemp("store")
        named = StoreName("id", "HQ-01", "hq", 1)
        with (
            closing(Store.create(folder, KEY, named, Clock(), hq_backend())) as store,
            pytest.MonkeyPatch.context() as patched,
        ):
            patched.setattr(bulk, "WORTHWHILE", rnd.choice([1, 200]))
            outcomes += told_in_any_order(store, chains, rnd)
    assert outcomes[0] == outcomes[1] == outcomes[2] == outcomes[3]
