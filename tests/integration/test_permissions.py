"""Permissions: role × program × country, and what an auditor's session can state."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from db.queries import findings, items, visits
from eum_app.domain import facts as f
from eum_app.domain.errors import Refusal
from eum_app.domain.people import Scope
from eum_app.usecases.people.accounts import add_account, list_accounts
from eum_app.usecases.people.recovery import make_recovery_codes
from eum_app.usecases.reporting.inventory_status import INVENTORY_STATUS
from eum_app.usecases.reporting.make_report import make_report, preview_report
from eum_app.usecases.reporting.visit_record import VISIT_RECORD
from eum_app.usecases.session import Session
from eum_app.usecases.store.open_store import create_store, open_store
from eum_app.usecases.visits.plan_visit import plan_visit
from eum_app.usecases.visits.record_check import record_check
from tests.builders import ITEM_CHECKLIST, PASSPHRASE, SITE_CHECKLIST, World, make_store, make_world, typed, yes_to_all

USE_CASES = Path(__file__).resolve().parents[2] / "eum_app" / "usecases"
GREEN, BLUE = "XX", "YY"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = make_world(tmp_path / "w", count=2)
    made.plan()
    made.hand_over()
    yield made
    made.close()


def bounded(session: Session, scope: Scope) -> Session:
    """The same session for an account with that scope."""
    return Session(session.store, replace(session.ticket, scope=scope), session.now)


@pytest.mark.parametrize(
    ("scope", "is_refused"),
    [
        (Scope(), False),
        (Scope(("golden_sentry",), (GREEN, BLUE)), False),
        (Scope(("blue_lantern",), ()), True),
        (Scope((), (BLUE,)), True),
        (Scope(("golden_sentry",), (BLUE,)), True),
    ],
)
def test_work_outside_the_scope_is_refused_and_not_listed(world: World, scope: Scope, is_refused: bool) -> None:
    device, hq = bounded(world.device, scope), bounded(world.hq, scope)
    (visit,) = world.device.read(visits.all_visits)
    item_id = world.device.read(visits.work_ids, visit.visit_id)[0]
    codes = []
    for act in (
        lambda: record_check(
            device,
            visit_id=visit.visit_id,
            item_id=item_id,
            outcome="verified",
            mark=typed("786950"),
            answers=yes_to_all(),
        ),
        lambda: plan_visit(
            hq,
            site_id=visit.site_id,
            due_on="2026-12-11",
            device="FLD-0042",
            inspector="INS-017",
            item_checklist=ITEM_CHECKLIST,
            site_checklist=SITE_CHECKLIST,
        ),
        lambda: make_report(hq, VISIT_RECORD, world.folder / "visit.pdf", {"visit_id": visit.visit_id}),
    ):
        try:
            act()
        except Refusal as refusal:
            codes.append(refusal.code)
    assert codes == (["permission.out_of_scope", "permission.out_of_scope", "visit.unknown"] if is_refused else [])
    assert bool(device.read(visits.all_visits)) != is_refused


def test_reports_cover_no_country_outside_the_scope(world: World) -> None:
    hq = bounded(world.hq, Scope((), (GREEN,)))
    assert preview_report(hq, INVENTORY_STATUS, {"country": GREEN}).total == 2
    assert preview_report(hq, INVENTORY_STATUS).total == 2
    with pytest.raises(Refusal, match=r"permission\.out_of_scope"):
        preview_report(hq, INVENTORY_STATUS, {"country": BLUE})


def test_findings_are_listed_by_scope(world: World) -> None:
    with world.hq.writing() as transaction:
        (visit,) = visits.all_visits(transaction.connection)
        item_id = items.item_ids_at(transaction.connection, visit.site_id)[0]
        for number, visit_id in enumerate((visit.visit_id, "")):
            transaction.record(
                f.FindingRaised(
                    observed_at=world.hq.observed_now(),
                    finding_id=f"f{number}",
                    rule_id="item-not-found",
                    rule_version=1,
                    severity="high",
                    visit_id=visit_id,
                    item_id=item_id,
                    check_id="",
                )
            )
    listed = {
        name: bounded(world.hq, scope).read(findings.finding_ids)
        for name, scope in {
            "all": Scope(),
            "green": Scope((), (GREEN,)),
            "blue": Scope((), (BLUE,)),
            "lantern": Scope(("blue_lantern",), ()),
        }.items()
    }
    assert set(listed["all"]) == set(listed["green"]) == {"f0", "f1"}
    assert (listed["blue"], listed["lantern"]) == ([], [])


def test_the_scope_of_an_account_lasts(world: World, tmp_path: Path) -> None:
    hq = make_store(tmp_path / "hq", "hq", "HQ-02", world.clock, role="administrator")
    scope = Scope(("golden_sentry",), (GREEN, BLUE))
    add_account(hq, account="REV-009", role="reviewer", passphrase=PASSPHRASE, scope=scope)
    reviewer = open_store(hq.store.folder, "REV-009", PASSPHRASE)
    assert reviewer.scope == reviewer.ticket.scope == scope
    assert {row.account: row.scope for row in list_accounts(hq)} == {"REV-004": Scope(), "REV-009": scope}
    reviewer.close()
    hq.close()


def test_an_account_of_before_is_for_everything() -> None:
    old = b'{"observed_at":"2026","account":"A","role":"auditor","suite":"p384","public_key":"eA=="}'
    fact = f.decode_fact("AccountAdded", 1, old)
    assert isinstance(fact, f.AccountAdded)
    assert (fact.programs, fact.countries) == ((), ())


# The auditor


@pytest.fixture
def auditor(world: World) -> Session:
    return Session(world.hq.store, replace(world.hq.ticket, role="auditor"), world.clock)


def test_an_auditor_states_no_fact_but_its_own_accesses(auditor: Session) -> None:
    allowed = f.AUDITOR_MAY_STATE
    assert allowed <= f.FACTS.keys()
    for kind in f.FACTS.keys() - allowed:
        of_that_kind: Any = type(kind, (), {})()
        with pytest.raises(Refusal, match=r"permission\.denied"), auditor.writing() as transaction:
            transaction.record(of_that_kind)


def test_an_auditor_brings_nothing_else_in_either(auditor: Session, world: World) -> None:
    before = auditor.read(items.all_sites)
    with pytest.raises(Refusal, match=r"permission\.denied"), auditor.writing() as transaction:
        transaction.keep_secret("authority", b"x")
    with pytest.raises(Refusal, match=r"permission\.denied"), auditor.writing() as transaction:
        transaction.drop_secret("authority")
    with pytest.raises(Refusal, match=r"permission\.denied"), auditor.writing() as transaction:
        transaction.copy_out("FLD-0042", [])
    assert auditor.read(items.all_sites) == before
    del world


def test_every_use_case_that_writes_asks_for_a_permission() -> None:
    """Read from the source: a function that opens a write asks first, or is one of those that touch only one's own way
    in, or is called by one that asked."""
    free = {
        *("start", "close", "leave", "writing", "record_notes"),  # the session itself
        *("change_passphrase", "make_recovery_codes", "_use_up", "_let_in", "changing"),  # one's own way in
        *("_furnished", "notice_copy", "notice_key_change", "leave_store"),  # a new store; where it was left
        "hear_satellite_time",  # of the machine, independent of the account
        *("write_and_record", "ask_to_withhold", "confirm_withholding"),  # asked by their callers, or by a helper
        "change_announced_key",  # the same
        "commit_slot",  # one's own way in
        *("begin_attribution", "judge_signatures"),  # by the program at the start of a session, for each account
    }
    trees = {path: ast.parse(path.read_text("utf-8")) for path in sorted(USE_CASES.rglob("*.py"))}
    functions = [
        (path, node) for path, tree in trees.items() for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)
    ]

    def called(node: ast.AST) -> set[str]:
        return {ast.unparse(call.func) for call in ast.walk(node) if isinstance(call, ast.Call)}

    asking = {"session.require"}  # a private helper of a module may ask for it
    asking |= {node.name for _, node in functions if "require" in node.name and "session.require" in called(node)}
    silent = {}
    for path, node in functions:
        if node.name.startswith("_") or node.name in free:
            continue
        writes = {"session.writing", "session.keeping", "changing", "session.change_data_key"} & called(node)
        if writes and not asking & called(node):
            silent[node.name] = path.name
    assert silent == {}


def test_an_auditor_makes_its_own_codes(tmp_path: Path, world: World) -> None:
    session = create_store(
        tmp_path / "hq",
        kind="hq",
        name="HQ-03",
        account="AUD-001",
        role="auditor",
        passphrase=PASSPHRASE,
        kdf=None,
        now=world.clock,
    )
    assert len(make_recovery_codes(session).codes) == 10
    session.close()
