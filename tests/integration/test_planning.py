"""A plan for a visit names a site that exists, and each item once."""

from __future__ import annotations

from pathlib import Path

import pytest

from db.queries import exchange, items
from eum_app.domain.errors import Refusal
from eum_app.usecases.visits.plan_visit import PlannedVisit, plan_visit
from tests.builders import ITEM_CHECKLIST, SITE_CHECKLIST, make_world


def test_a_plan_for_no_site_or_with_an_item_twice_is_refused(tmp_path: Path) -> None:
    world = make_world(tmp_path / "world")
    (site,) = world.hq.read(items.all_sites)
    item_ids = world.hq.read(items.item_ids_at, site.site_id)

    def plan(site_id: str, item_ids: list[str] | None) -> PlannedVisit:
        return plan_visit(
            world.hq,
            site_id=site_id,
            due_on="2026-12-11",
            device="FLD-0042",
            inspector="INS-017",
            item_checklist=ITEM_CHECKLIST,
            site_checklist=SITE_CHECKLIST,
            item_ids=item_ids,
        )

    before = world.hq.read(exchange.journal_heads)
    for site_id, listed, code in (
        ("no such site", item_ids, "site.unknown"),
        ("no such site", None, "site.unknown"),
        (site.site_id, [item_ids[0], item_ids[1], item_ids[0]], "item.repeated"),
        (site.site_id, [], "visit.no_items"),
    ):
        with pytest.raises(Refusal) as refused:
            plan(site_id, listed)
        assert refused.value.code == code
    assert world.hq.read(exchange.journal_heads) == before
    assert plan(site.site_id, item_ids[:2]).expected == 2
    world.close()
