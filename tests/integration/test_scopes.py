"""An account for country XX sees, searches, counts, exports and decides nothing of YY: by every query, on both kinds of
database."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from db.bounds import bounds
from db.queries import (
    activity,
    checks,
    claims,
    findings,
    inventory,
    items,
    matching,
    open_claims,
    overview,
    reports,
    visits,
)
from db.queries.exchange import journal_heads, outstanding
from db.tables import checks as check_rows
from db.tables import read
from eum_app.domain.claims import ClaimKind
from eum_app.domain.clock import parse_date
from eum_app.domain.errors import Refusal
from eum_app.domain.ids import FindingId
from eum_app.domain.people import Scope
from eum_app.list_files.claims_file import read_claims
from eum_app.list_files.inventory_file import read_inventory
from eum_app.usecases.lists.import_claims import import_claims
from eum_app.usecases.lists.import_inventory import import_inventory
from eum_app.usecases.reporting.activity_log import ACTIVITY_LOG
from eum_app.usecases.reporting.inventory_status import INVENTORY_STATUS
from eum_app.usecases.reporting.label_sheet import print_labels
from eum_app.usecases.reporting.make_report import make_report
from eum_app.usecases.reporting.visit_record import VISIT_RECORD
from eum_app.usecases.reporting.worklist import print_worklist
from eum_app.usecases.review.findings import review_finding
from eum_app.usecases.review.overview import overview as overview_of
from eum_app.usecases.review.withhold import ask_to_withhold
from eum_app.usecases.session import Session
from eum_app.usecases.visits.plan_visit import plan_visit
from tests.builders import ITEM_CHECKLIST, SITE_CHECKLIST, inventory_csv
from tests.simulator import Simulator

DEVICE = "FLD-0042"
XX, YY = Scope((), ("XX",)), Scope((), ("YY",))
FREE = {
    *("checklists", "accounts", "devices", "revocations", "bundles", "quarantine", "received", "exports"),
    *(
        "copies",
        "unreadable_entries",
        "corrections",
        "profiles",
        "removals",
        "spent_codes",
        "code_sets",
        "account_keys",
    ),
    *("log_spans", "log_heads", "log_witnesses", "log_tiles"),
    *("check_authors", "signed_heads", "attribution_starts", "account_links"),  # accounts, devices and numbers
    *("time_authorities", "time_requests", "time_proofs", "learned_revocations", "fixed_heads"),
    "recertifications",
    "withdrawals",  # names a check and nothing else: what was withdrawn must not count again
}
"""Tables that hold nothing of a country or program."""


@dataclass
class Two:
    """HQ with three items at Depot 7 in XX and two at Depot 9 in YY. At each, one was not found and one has a
    discrepancy with a note; a partner's report speaks of both."""

    simulator: Simulator
    visits: dict[str, str]
    items: dict[str, list[str]]
    findings: dict[str, list[FindingId]]

    @property
    def hq(self) -> Session:
        return self.simulator.world.hq

    def seen_by(self, scope: Scope, role: str = "reviewer") -> Session:
        return Session(self.hq.store, replace(self.hq.ticket, scope=scope, role=role), self.hq.now)

    def foreign(self) -> list[str]:
        """Facts that name something of YY, wherever it is."""
        (site_id,) = (row.site_id for row in self.hq.read(items.all_sites) if row.country == "YY")
        made = [row.check_id for row in self.hq.read(checks.recent_checks, self.visits["YY"])]
        return [self.visits["YY"], site_id, "Depot 9", *made, *self.items["YY"], *self.findings["YY"], "900001"]


@pytest.fixture
def two(tmp_path: Path, hq_backend: Callable[[], str | None]) -> Iterator[Two]:
    simulator = Simulator.start(tmp_path / "w", count=3, database_url=hq_backend())
    world = simulator.world
    path = inventory_csv(world.folder / "yy.csv", 2, "Depot 9", 900_001)
    path.write_text(path.read_text("utf-8").replace("XX,XX-B-ABC", "YY,YY-B-DEF"), "utf-8")
    import_inventory(world.hq, read_inventory(path))
    report = world.folder / "report.csv"
    report.write_text("Serial,Item,Unit,State\n786950,,U,ON HAND\n900001,,U,ON HAND\n900002X,,U,ON HAND\n", "utf-8")
    import_claims(world.hq, read_claims(report), ClaimKind.PARTNER_REPORT)
    there = {"XX": simulator.visit_ids[DEVICE], "YY": world.plan(site="Depot 9").visit_id}
    world.hand_over()
    for visit_id in there.values():
        simulator.visit_ids[DEVICE] = visit_id
        simulator.check(DEVICE, 0, "not_found")
        simulator.check(DEVICE, 1, "discrepancy")
    assert simulator.deliver(simulator.seal(DEVICE))[0].outcome == "accepted"
    yield Two(
        simulator,
        there,
        {country: world.hq.read(inventory.find_item_ids, inventory.ItemFilter(country=country)) for country in there},
        {country: world.hq.read(findings.finding_ids, visit_id=visit_id) for country, visit_id in there.items()},
    )
    world.close()


def test_every_table_of_the_read_side_is_bounded_or_of_no_country() -> None:
    bounded = {table.name for table in bounds(XX)}
    assert bounded | FREE == {table.name for table in read.sorted_tables}
    assert not bounded & FREE


def test_no_row_of_any_table_names_what_is_outside(two: Two) -> None:
    foreign, session = two.foreign(), two.seen_by(XX)

    def rows(connection: Any) -> dict[str, str]:
        return {table.name: repr(connection.execute(select(table)).all()) for table in bounds(XX)}

    everything, seen = two.hq.read(rows), session.read(rows)
    assert {name for name, found in everything.items() if any(one in found for one in foreign)} >= {
        *("sites", "items", "visits", "visit_items", "checks", "findings", "evidence", "claims", "visit_marks")
    }
    assert [name for name, found in seen.items() if any(one in found for one in foreign)] == []
    assert all(("786950" in found) == ("786950" in seen[name]) for name, found in everything.items())


def test_pages_search_and_count_within_the_scope(two: Two) -> None:
    foreign = two.foreign()
    session, other, nobody = two.seen_by(XX), two.seen_by(YY), two.seen_by(Scope((), ("ZZ",)))
    own, theirs = two.items["XX"], two.items["YY"]

    def found(seen: Session, **wanted: Any) -> list[str]:
        return seen.read(inventory.find_item_ids, inventory.ItemFilter(**wanted))

    assert (found(session), found(other), found(nobody)) == (own, theirs, [])
    for words in ("900", "goggle", "nvg-31a", "vault"):
        assert not set(found(session, words=words)) & set(theirs)
        assert session.read(inventory.find_item_ids, inventory.ItemFilter(words=words), 1) in ([], own[:1])
    assert found(session, country="YY") == []
    facets = session.read(inventory.facets, inventory.ItemFilter())
    assert [(one.value, one.items) for one in facets["country"]] == [("XX", 3)]
    assert [one.name for one in facets["site_id"]] == ["Depot 7"]
    assert sum(one.items for one in session.read(inventory.facets, inventory.ItemFilter(words="night"))["case_id"]) == 3
    shown = [
        session.read(items.all_sites),
        session.read(items.items_by_id, [*own, *theirs]),
        session.read(items.history, own[0]),
        session.read(matching.items_by_serial, two.visits["XX"], "900001", "900001"),
        session.read(matching.items_with_key, two.visits["XX"], "900001", ["900002"]),
        session.read(visits.all_visits),
        session.read(checks.recent_checks, two.visits["YY"]),
        session.read(visits.work_ids, two.visits["YY"], "", "goggle"),
        session.read(checks.evidence_of, visit_id=two.visits["YY"]),
        session.read(findings.finding_ids, only_open=False),
        session.read(findings.findings_by_id, two.findings["YY"]),
        session.read(claims.claims_about, theirs[0]),
        [session.read(open_claims.open_claims_by_id, session.read(open_claims.open_claim_ids))],
        session.read(reports.visit_rows, two.visits["YY"]),
        overview_of(session),
    ]
    assert [one for one in shown if any(name in repr(one) for name in foreign)] == []
    for query, given in (
        (items.item, theirs[0]),
        (visits.visit, two.visits["YY"]),
        (lambda connection, one: findings.finding(connection, FindingId(one)), "f"),
    ):
        with pytest.raises(Refusal, match="unknown"):
            session.read(query, given)
    assert overview_of(session).book.items == 3
    assert overview_of(two.hq).book.items == 5
    assert session.read(findings.open_count) == len(two.findings["XX"]) > 0
    assert session.read(overview.work_figures, parse_date("2026-11-21")).visits_open == 1
    assert session.read(outstanding, "HQ-01", 1) == two.hq.read(outstanding, "HQ-01", 1)


def test_an_item_at_a_site_outside_the_scope_is_listed_as_it_is_counted(two: Two) -> None:
    (own,), (theirs,) = (two.hq.read(items.listed_facts, two.items[country][:1]) for country in ("XX", "YY"))
    with two.hq.writing() as transaction:
        transaction.record(msgspec.structs.replace(own, item_id="moved", serial="900999", site_id=theirs.site_id))
    session = two.seen_by(XX)
    assert session.read(inventory.find_item_ids, inventory.ItemFilter()) == [*two.items["XX"], "moved"]
    (country,) = session.read(inventory.facets, inventory.ItemFilter())["country"]
    assert (country.value, country.items) == ("XX", 4)


def test_clocks_are_those_that_everybody_sees(two: Two) -> None:
    """A sighting counts for every account that sees the item, whichever visit it was made in."""
    simulator = two.simulator
    item_id = two.items["XX"][2]
    simulator.visit_ids[DEVICE] = two.visits["XX"]
    simulator.check(DEVICE, 2)
    simulator.deliver(simulator.seal(DEVICE))
    for scope in (Scope(), XX, Scope(("golden_sentry",), ())):
        rows = two.seen_by(scope).read(
            lambda c: c.execute(select(check_rows.c.outcome).where(check_rows.c.item_id == item_id))
        )
        assert rows is not None
        counts = overview_of(two.seen_by(scope)).book
        assert counts.monitored.total == (3 if scope == XX else 5)


def test_programs_bound_items_by_what_they_were_transferred_under(two: Two) -> None:
    lantern, sentry = two.seen_by(Scope(("blue_lantern",), ())), two.seen_by(Scope(("golden_sentry",), ("XX",)))
    assert lantern.read(inventory.find_item_ids, inventory.ItemFilter()) == []
    assert lantern.read(visits.all_visits) == []
    assert sentry.read(inventory.find_item_ids, inventory.ItemFilter()) == two.items["XX"]
    newer = two.seen_by(Scope(("a_newer_program",), ()))
    assert newer.read(inventory.find_item_ids, inventory.ItemFilter()) == []
    both = two.seen_by(Scope(("blue_lantern", "golden_sentry"), ("XX", "YY")))
    assert both.read(inventory.facets, inventory.ItemFilter()) == two.hq.read(inventory.facets, inventory.ItemFilter())


def test_the_first_page_of_the_log_is_read_from_the_ends_of_the_chains_alone(
    two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = two.seen_by(XX)
    seen = session.read(activity.activity_ids)
    assert set(session.read(activity.newest_activity_ids)) == set(seen)
    monkeypatch.setattr(activity, "LOOKED_AT", 2)
    ends = {
        f"{head.epoch}|{number}|{head.origin}"
        for head in two.hq.read(journal_heads)
        for number in (head.seq - 1, head.seq)
    }
    assert not ends <= set(seen)  # before it signed its head, the device spoke of YY
    assert set(session.read(activity.newest_activity_ids)) == ends & set(seen)


def test_the_log_tells_of_what_is_in_the_scope_and_of_no_country_at_all(two: Two, tmp_path: Path) -> None:
    session, foreign = two.seen_by(XX, "auditor"), two.foreign()
    everything, seen = two.hq.read(activity.activity_ids), session.read(activity.activity_ids)
    assert set(seen) < set(everything)
    assert session.read(activity.newest_activity_ids, 5) == seen[:5]
    rows = session.read(activity.activity_by_id, everything)
    assert set(rows) == set(seen)
    kinds = {row.kind for row in rows.values()}
    assert kinds >= {"SessionStarted", "AccountAdded", "DeviceEnrolled", "VisitPlanned", "CheckRecorded", "ItemListed"}
    assert session.read(activity.activity_facets).total == len(seen)
    assert session.read(activity.activity_facets).kinds["CheckRecorded"] == 2
    assert two.hq.read(activity.activity_facets).kinds["CheckRecorded"] == 4
    for entry_id in everything:
        if entry_id not in rows:
            with pytest.raises(Refusal, match=r"entry\.unknown"):
                session.read(activity.activity_entry, entry_id)
    details = [session.read(activity.activity_entry, entry_id) for entry_id in seen]
    assert all(detail.is_whole for detail in details)
    told = [detail for detail in details if any(one.encode() in detail.entry.payload for one in foreign)]
    assert [detail.row.kind for detail in told] == []
    assert session.read(activity.activity_ids, activity.ActivityFilter(words="900001")) == []
    made = make_report(two.seen_by(XX), ACTIVITY_LOG, tmp_path / "log.csv")
    text = made.path.read_text("utf-8-sig")
    assert not any(one in text for one in foreign)
    assert json.loads(made.sidecar_path.read_bytes())["filters"]["scope"] == "XX"


def test_nothing_outside_is_exported_printed_or_decided(two: Two, tmp_path: Path) -> None:
    session = two.seen_by(XX)
    made = make_report(session, INVENTORY_STATUS, tmp_path / "book.csv")
    assert made.rows == 3
    assert not any(one in made.path.read_text("utf-8-sig") for one in two.foreign())
    assert json.loads(made.sidecar_path.read_bytes())["filters"] == {"scope": "XX"}
    (noted,) = (one for one in two.hq.read(checks.evidence_of, visit_id=two.visits["YY"]) if one.role == "note")
    (site_id,) = (row.site_id for row in two.hq.read(items.all_sites) if row.country == "YY")
    plan = {
        "due_on": "2026-12-11",
        "device": DEVICE,
        "inspector": "INS-017",
        "item_checklist": ITEM_CHECKLIST,
        "site_checklist": SITE_CHECKLIST,
    }
    refused = []
    acts: dict[str, Callable[[], object]] = {
        "report": lambda: make_report(session, INVENTORY_STATUS, tmp_path / "yy.csv", {"country": "YY"}),
        "visit": lambda: make_report(session, VISIT_RECORD, tmp_path / "v.csv", {"visit_id": two.visits["YY"]}),
        "worklist": lambda: print_worklist(session, two.visits["YY"], tmp_path / "w.pdf"),
        "labels": lambda: print_labels(session, two.items["YY"], tmp_path / "l.pdf", sheet_id="letter-30"),
        "decide": lambda: review_finding(session, two.findings["YY"][0], decision="escalate", comment="?"),
        "withhold": lambda: ask_to_withhold(session, noted.object_id, "Not ours"),
        "plan": lambda: plan_visit(session, site_id=site_id, **plan),  # type: ignore[arg-type]
        "import": lambda: import_inventory(session, read_inventory(two.simulator.world.folder / "yy.csv")),
    }
    for name, act in acts.items():
        with pytest.raises(Refusal, match=r"out_of_scope|unknown") as caught:
            act()
        refused.append((name, caught.value.code))
    assert dict(refused) == {
        "report": "permission.out_of_scope",
        "visit": "visit.unknown",
        "worklist": "visit.unknown",
        "labels": "item.unknown",
        "decide": "permission.out_of_scope",
        "withhold": "permission.out_of_scope",
        "plan": "permission.out_of_scope",
        "import": "permission.out_of_scope",
    }
    assert {path.name.split(".")[0] for path in tmp_path.iterdir() if path.is_file()} == {"book"}
    review_finding(session, two.findings["XX"][0], decision="escalate", comment="Seen")
    assert session.read(findings.reviews_of, two.findings["XX"][0])
    assert session.read(findings.open_count) == len(two.findings["XX"]) - 1
