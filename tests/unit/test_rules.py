"""The rules: each raised by what it is for, by nothing else, and their clocks at the edges."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eum_app.domain.checklists import Answer, Checklist, Condition, Question
from eum_app.domain.compliance import clocks
from eum_app.domain.compliance.author_rules import AUTHOR_RULES
from eum_app.domain.compliance.check_rules import CHECK_RULES
from eum_app.domain.compliance.clock_rules import CLOCK_RULES
from eum_app.domain.compliance.clocks import ItemDates, Standing, annual_due_on, last_inventory_of, standing
from eum_app.domain.compliance.device_rules import DEVICE_RULES
from eum_app.domain.compliance.disposition_rules import DISPOSITION_RULES
from eum_app.domain.compliance.rule import CheckRule, CheckSeen, SiteSeen
from eum_app.domain.compliance.rules import (
    RULES,
    broken_clock_rules,
    outcomes_of_rules,
    question_of,
    run_rules,
    run_site_rules,
)
from eum_app.domain.compliance.site_rules import SITE_RULES
from eum_app.domain.errors import Refusal
from eum_app.domain.findings import Severity
from eum_app.domain.visits import Outcome

SITE = Checklist(
    "site",
    "1",
    "site",
    "Site",
    "A template",
    (
        Question("fence", "Fence in good condition", expected="yes"),
        Question("fence_date", "Date of its check", kind="date", condition=Condition("fence", "yes")),
        Question("scanner", "Scanner allowed inside"),
    ),
)


def check(outcome: str, photos: int = 0, item_id: str = "item-1") -> CheckSeen:
    return CheckSeen("check-1", "visit-1", item_id, outcome, photos)


def site(*answers: Answer, is_closed: bool = True) -> SiteSeen:
    return SiteSeen("visit-1", SITE, answers, is_closed)


@pytest.mark.parametrize(
    ("outcome", "photos", "rules"),
    [
        ("verified", 0, []),
        ("no_access", 0, ["item-no-access"]),
        ("not_found", 0, ["item-not-found"]),
        ("not_on_list", 1, ["item-not-on-list"]),
        ("discrepancy", 0, ["item-discrepancy", "discrepancy-without-photo"]),
        ("discrepancy", 1, ["item-discrepancy"]),
    ],
)
def test_a_check_breaks_the_rules_for_its_outcome(outcome: str, photos: int, rules: list[str]) -> None:
    """Every outcome but verified raises one finding that lists all its causes."""
    triggers = list(run_rules([check(outcome, photos)]))
    assert [list(trigger.causes) for trigger in triggers] == ([rules] if rules else [])
    assert [trigger.rule.rule_id for trigger in triggers] == rules[:1]
    assert all(
        (trigger.item_id, trigger.check_id, trigger.visit_id) == ("item-1", "check-1", "visit-1")
        for trigger in triggers
    )


def test_an_unexpected_answer_and_weak_evidence_are_causes_of_the_one_finding() -> None:
    weak = replace(check("verified"), grade="D", wanted_grade="A", unexpected=("plate",))
    (trigger,) = run_rules([weak])
    assert trigger.causes == ("item-unexpected-answer", "evidence-below-grade")
    assert trigger.severity == "medium"
    assert list(run_rules([replace(weak, unexpected=(), grade="A")])) == []
    assert list(run_rules([replace(weak, unexpected=(), wanted_grade="")])) == []


def test_a_locked_room_is_one_finding_that_lists_its_items() -> None:
    room = [
        replace(check("no_access", item_id=name), check_id=f"of {name}", act="1", reason=reason)
        for name, reason in (("b", "access_refused"), ("a", "access_refused"), ("c", "unsafe"))
    ]
    alone = replace(check("no_access", item_id="d"), check_id="of d", reason="access_refused")
    single, *together = run_rules([*room, alone])
    assert (single.item_id, single.check_ids) == ("d", ())
    assert [(one.item_id, one.check_id, one.check_ids) for one in together] == [
        ("", "of a", ("of a", "of b")),
        ("", "of c", ("of c",)),
    ]
    assert len({one.finding_id for one in (single, *together)}) == 3


def test_the_same_trigger_has_the_same_finding_and_another_occurrence_another() -> None:
    (first,), (again,) = run_rules([check("not_found")]), run_rules([check("not_found")])
    assert first.finding_id == again.finding_id == first.occurrence(1)
    assert len({first.occurrence(number) for number in range(1, 6)}) == 5
    (unlisted,) = run_rules([check("not_on_list", item_id="")])
    assert unlisted.subject == "check-1"


@pytest.mark.parametrize(
    ("answers", "is_closed", "rules"),
    [
        ([], False, []),
        ([], True, [("site-checklist-missing", "checklist")]),
        ([Answer("fence", "yes"), Answer("scanner", "no")], True, [("site-checklist-missing", "checklist")]),
        ([Answer("fence", "yes"), Answer("fence_date", "2026-01-01"), Answer("scanner", "no")], True, []),
        ([Answer("fence", "no", "Hole"), Answer("scanner", "yes")], True, [("site-deficiency", "fence")]),
        ([Answer("fence", "no", "Hole")], False, [("site-deficiency", "fence")]),
        ([Answer("fence", "not_applicable", "No fence: a vault"), Answer("scanner", "yes")], True, []),
        ([Answer("fence", "not_applicable"), Answer("scanner", "yes")], True, [("site-deficiency", "fence")]),
        (
            [Answer("fence", "not_observed", "Night"), Answer("scanner", "not_observed", "Not asked")],
            True,
            [("site-not-observed", "fence"), ("site-not-observed", "scanner")],
        ),
    ],
)
def test_a_site_checklist_missing_or_with_a_no(
    answers: list[Answer], is_closed: bool, rules: list[tuple[str, str]]
) -> None:
    triggers = list(run_site_rules(site(*answers, is_closed=is_closed)))
    assert [(trigger.rule.rule_id, trigger.trigger) for trigger in triggers] == rules


def test_the_question_is_found_again_from_the_findings_id() -> None:
    (trigger,) = run_site_rules(site(Answer("fence", "no", "Hole"), is_closed=False))
    for number in (1, 3, 101):
        assert question_of("site-deficiency", "visit-1", trigger.occurrence(number), SITE) == "fence"
    assert question_of("site-deficiency", "visit-2", trigger.finding_id, SITE) == ""
    assert question_of("item-not-found", "visit-1", trigger.finding_id, SITE) == ""


def test_every_rule_names_its_source() -> None:
    groups = (CHECK_RULES, SITE_RULES, DISPOSITION_RULES, AUTHOR_RULES, DEVICE_RULES, CLOCK_RULES)
    assert len(RULES) == sum(map(len, groups))  # no id twice
    for rule_id, rule in RULES.items():
        assert rule_id == rule.rule_id
        assert rule.version >= 1
        assert rule.severity in Severity
        assert rule.citation
        assert rule.title
        assert rule.explanation.endswith(".")
        assert rule.remedy.endswith(".")
        assert rule.subject in {"check", "site", "disposition", "author", "device", "clock"}


@pytest.mark.parametrize("outcome", Outcome)
@pytest.mark.parametrize("photos", [0, 1])
def test_no_check_rule_is_broken_by_a_check_that_would_not_be_read(outcome: Outcome, photos: int) -> None:
    """Only checks with the outcomes of a rule, and those dated in the future, are read from the store."""
    for rule in RULES.values():
        if isinstance(rule, CheckRule) and rule.is_broken(check(outcome, photos)):
            assert outcome in rule.outcomes


def test_site_findings_come_in_the_order_of_the_checklist() -> None:
    """Their order is that of the facts in the journal."""
    answers = (Answer("fence", "not_observed"), Answer("gate", "no"), Answer("lights", "not_observed"))
    questions = tuple(Question(name, name, expected="yes") for name in ("fence", "gate", "lights", "alarm"))
    seen = SiteSeen("visit-1", Checklist("site", "1", "site", "Site", "A template", questions), answers, True)
    assert [trigger.trigger for trigger in run_site_rules(seen)] == ["checklist", "fence", "gate", "lights"]


def test_an_added_rule_is_run_without_another_change(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = CheckRule(
        rule_id="verified-without-photo",
        version=3,
        severity=Severity.LOW,
        citation="A test",
        title="Verified without a photo",
        explanation="Only a test asks for it.",
        remedy="Take a photo.",
        outcomes=frozenset({Outcome.VERIFIED}),
        is_broken=lambda seen: seen.outcome == Outcome.VERIFIED and not seen.photos,
    )
    assert Outcome.VERIFIED not in outcomes_of_rules()
    monkeypatch.setitem(RULES, rule.rule_id, rule)
    assert Outcome.VERIFIED in outcomes_of_rules()
    assert [trigger.rule for trigger in run_rules([check("verified"), check("verified", 1)])] == [rule]


# Clocks


def broken_by(found: Standing) -> list[str]:
    return [rule.rule_id for rule in broken_clock_rules(found.state)]


def on(
    today: date, *, trigger: str = "delivered", level: str = "EEUM", disposition: str = "ON_HAND", **dates: str
) -> Standing:
    return standing(ItemDates(level, disposition, **dates), trigger, today)


@pytest.mark.parametrize("trigger", clocks.ClockTrigger)
@pytest.mark.parametrize(
    ("day", "state", "over"),
    [
        (0, "initial_pending", 0),
        (60, "due_soon", 0),
        (89, "due_soon", 0),
        (90, "due_soon", 0),
        (91, "initial_overdue", 1),
    ],
)
def test_the_initial_inventory_is_overdue_from_the_91st_day(trigger: str, day: int, state: str, over: int) -> None:
    event = date(2025, 12, 1)
    found = on(event + timedelta(days=day), trigger=trigger, **{trigger: event.isoformat()})
    assert (found.state, found.days_over, found.due_on) == (state, over, date(2026, 3, 1))
    assert broken_by(found) == (["initial-inventory-overdue"] if over else [])


@pytest.mark.parametrize(
    ("today", "state"),
    [
        (date(2026, 11, 10), "in_time"),
        (date(2026, 11, 11), "due_soon"),
        (date(2026, 12, 11), "due_soon"),
        (date(2026, 12, 12), "annual_late"),
    ],
)
def test_the_annual_inventory_is_late_from_the_day_after_12_months(today: date, state: str) -> None:
    found = on(today, delivered="2025-02-17", last_inventory="2025-12-11")
    assert (found.state, found.due_on) == (state, date(2026, 12, 11))
    assert broken_by(found) == (["annual-inventory-late"] if state == "annual_late" else [])


def test_never_and_late_are_distinguished() -> None:
    never = on(date(2026, 2, 18), delivered="2025-02-17")
    assert never.state == "annual_never"
    assert broken_by(never) == ["initial-inventory-overdue", "annual-inventory-never"]
    assert on(date(2026, 2, 17), delivered="2025-02-17").state == "initial_overdue"
    assert on(date(2027, 1, 1), delivered="2025-02-17", last_inventory="2025-03-01").state == "annual_late"


@pytest.mark.parametrize(
    ("last", "due"),
    [
        ("2024-02-28", date(2025, 2, 28)),
        ("2024-02-29", date(2025, 2, 28)),
        ("2023-02-28", date(2024, 2, 28)),
        ("2025-01-31", date(2026, 1, 31)),
        ("2025-12-31", date(2026, 12, 31)),
    ],
)
def test_twelve_months_keep_the_month(last: str, due: date) -> None:
    assert annual_due_on(last) == due


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)))
def test_the_next_annual_inventory_falls_into_the_same_month_of_the_next_year(last: date) -> None:
    due = annual_due_on(last.isoformat())
    assert (due.year, due.month) == (last.year + 1, last.month)
    assert due.day == last.day or (last.month, last.day, due.day) == (2, 29, 28)


def test_the_newer_of_book_and_sighting_counts() -> None:
    assert last_inventory_of("2025-12-11", "2026-01-02") == "2026-01-02"
    assert last_inventory_of("2026-12-11", "2026-01-02") == "2026-12-11"
    assert last_inventory_of("", "2026-01-02") == "2026-01-02"
    assert last_inventory_of("unknown", "2026-01-02") == "2026-01-02"
    assert last_inventory_of("", "") == ""
    assert last_inventory_of("9999-12-31", "2026-01-02") == "2026-01-02"
    assert last_inventory_of("1899-12-31", "") == ""


def test_what_has_no_clock() -> None:
    today = date(2026, 6, 1)
    assert on(today, level="ROUTINE", delivered="2020-01-01").state == "not_subject"
    assert on(today, disposition="EXPENDED", delivered="2020-01-01").state == "not_subject"
    assert on(today, disposition="NOT_SIGHTED", delivered="2020-01-01").state == "annual_never"
    assert on(today).state == "no_date"
    assert on(today, trigger="arrival", delivered="2020-01-01").state == "no_date"
    assert on(today, delivered="soon").state == "no_date"
    assert on(today, delivered="9999-12-31").state == "no_date"
    with pytest.raises(Refusal, match=r"clock\.trigger"):
        on(today, trigger="yesterday")
