"""Inquiries of Blue Lantern at HQ: opened, corrected, answered, closed; for accounts of the program alone."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from db.bounds import bounds
from db.queries import activity
from db.queries.inquiries import all_inquiries, inquiry, inquiry_named
from db.store import Store, StoreName
from eum_app.domain import facts as f
from eum_app.domain.errors import Refusal
from eum_app.domain.inquiries import DueState, InquiryState
from eum_app.domain.people import Scope
from eum_app.usecases.inquiries.inquiries import (
    NewAnswer,
    answer_inquiry,
    close_inquiry,
    correct_inquiry,
    open_inquiry,
    register,
    task_inquiry,
)
from eum_app.usecases.inquiries.request import Article, Party
from eum_app.usecases.reporting.activity_log import ACTIVITY_LOG
from eum_app.usecases.reporting.make_report import make_report
from eum_app.usecases.session import Session
from tests.builders import Clock, World, make_world
from tests.inquiries import request
from tests.integration.test_projection import KEY, chain, told_in_any_order

SENTRY, LANTERN = Scope(("golden_sentry",), ()), Scope(("blue_lantern",), ())
ANSWER = NewAnswer(
    recommendation="favorable",
    answered_by="Embassy XX, POL-2",
    reasons=("articles_received_and_secured",),
    visit_mode="in_person",
    receipt="confirmed",
)


@pytest.fixture
def world(tmp_path: Path, hq_backend: Callable[[], str | None]) -> Iterator[World]:
    made = make_world(tmp_path / "w", database_url=hq_backend())
    yield made
    made.close()


def seen_by(world: World, scope: Scope, role: str = "reviewer") -> Session:
    return Session(world.hq.store, replace(world.hq.ticket, scope=scope, role=role), world.hq.now)


def opened(world: World, **other: Any) -> str:
    return open_inquiry(world.hq, request(**other)).inquiry_id


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(Refusal) as caught:
        act()
    return caught.value.code


def test_an_inquiry_goes_from_its_request_to_its_result(world: World) -> None:
    inquiry_id = opened(world)
    ((one, clock),) = register(world.hq)
    assert (one.state, clock.state, clock.days_left) == (InquiryState.OPENED, DueState.RUNNING, 13)
    assert [party.role for party in one.fact.parties] == ["applicant", "foreign_consignee", "end_user"]
    assert (one.fact.warnings, one.fact.list_version) == ((), "2026-1")
    assert refused(lambda: close_inquiry(world.hq, inquiry_id, "favorable")) == "inquiry.not_answered"
    assert refused(lambda: task_inquiry(world.hq, inquiry_id, " ")) == "inquiry.told"
    task_inquiry(world.hq, inquiry_id, "Embassy XX", "Cable 12")
    tasked = world.hq.read(inquiry, inquiry_id)
    assert (tasked.state, [task.told for task in tasked.tasks]) == (InquiryState.TASKED, ["Embassy XX"])
    answer_inquiry(world.hq, inquiry_id, ANSWER)
    assert world.hq.read(inquiry, inquiry_id).state is InquiryState.ANSWERED
    world.clock.instant += timedelta(days=20)
    ((_, clock),) = register(world.hq)
    assert (clock.state, clock.days_left) == (DueState.OVERDUE, -7)
    close_inquiry(world.hq, inquiry_id, "favorable", reasons=["bona_fides_confirmed"])
    ((one, clock),) = register(world.hq)
    assert (one.state, clock.state) == (InquiryState.CLOSED, DueState.CLOSED_LATE)
    assert one.closing
    assert refused(lambda: task_inquiry(world.hq, inquiry_id, "Embassy XX")) == "inquiry.closed"
    assert (one.closing.actor, one.closing.fact.reasons) == ("REV-004", ("bona_fides_confirmed",))


def test_wrong_shapes_are_kept_with_a_warning(world: World) -> None:
    done = open_inquiry(
        world.hq,
        request(
            form="DSP-12",
            number="L 12/a",
            exemption="as before",
            articles=(Article(description="Sight", usml="99", quantity="2"),),
        ),
    )
    assert done.warnings == ("both", "form", "number", "exemption", "usml")
    fact = world.hq.read(inquiry, done.inquiry_id).fact
    assert (fact.authorization.number, fact.authorization.form, fact.warnings) == ("L12/A", "DSP-12", done.warnings)


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"reference": " "}, "inquiry.missing"),
        ({"reason": ""}, "inquiry.missing"),
        ({"country": ""}, "inquiry.missing"),
        ({"post": "x" * 301}, "inquiry.too_long"),
        ({"kind": "post_mortem"}, "inquiry.kind"),
        ({"requested_on": "2026-11-23"}, "inquiry.requested_on"),
        ({"requested_on": "yesterday"}, "inquiry.requested_on"),
        ({"due_on": "2026-11-09"}, "inquiry.due_on"),
        ({"due_on": "20261109"}, "inquiry.due_on"),
        ({"due_on": "soon"}, "date.invalid"),
        ({"valid_until": "without end"}, "date.invalid"),
        ({"parties": ()}, "inquiry.parties"),
        ({"parties": (Party(role="friend", name="x"),)}, "inquiry.party_role"),
        ({"articles": ()}, "inquiry.articles"),
        ({"articles": (Article(description="x", usml="XII", quantity="0"),)}, "inquiry.quantity"),
        ({"articles": (Article(description="x", usml="XII", quantity="1,000"),)}, "inquiry.quantity"),
        ({"articles": (Article(description="x", usml="XII", quantity="1" * 5_000),)}, "inquiry.quantity"),
        ({"site_visit": "perhaps"}, "inquiry.value"),
        ({"reason": "x" * 2001}, "note.too_long"),
    ],
)
def test_a_request_without_what_it_needs_is_refused(world: World, other: dict[str, Any], code: str) -> None:
    assert refused(lambda: opened(world, **other)) == code
    assert register(world.hq) == ()


def test_no_one_undoes_or_closes_what_they_did_not_see(world: World) -> None:
    inquiry_id = opened(world)
    shown = world.hq.read(inquiry, inquiry_id)
    correct_inquiry(world.hq, inquiry_id, request(post="Embassy YY"), "The cable was corrected", shown=shown)
    second = request(requested_by="Office 9")
    code = refused(lambda: correct_inquiry(world.hq, inquiry_id, second, "Another office asked", shown=shown))
    assert code == "inquiry.changed_meanwhile"
    assert world.hq.read(inquiry, inquiry_id).fact.post == "Embassy YY"
    answer_inquiry(world.hq, inquiry_id, ANSWER)
    shown = world.hq.read(inquiry, inquiry_id)
    answer_inquiry(world.hq, inquiry_id, replace(ANSWER, note="The seals were broken"))
    assert refused(lambda: close_inquiry(world.hq, inquiry_id, "favorable", shown=shown)) == "inquiry.changed_meanwhile"
    close_inquiry(world.hq, inquiry_id, "favorable", shown=world.hq.read(inquiry, inquiry_id))


def test_a_day_in_another_form_is_recorded_as_facts_state_days(world: World) -> None:
    """Days are compared as text, and `20261109` would come after every date of 2026."""
    fact = world.hq.read(inquiry, opened(world, due_on="20300101", valid_until="2031-W01-1")).fact
    assert (fact.due_on, fact.authorization.valid_until) == ("2030-01-01", "2030-12-30")


def test_a_reference_is_used_once_and_a_request_is_corrected_with_a_reason(world: World) -> None:
    inquiry_id = opened(world)
    assert refused(lambda: opened(world)) == "inquiry.reference_taken"
    assert refused(lambda: correct_inquiry(world.hq, inquiry_id, request(), " ")) == "inquiry.correction"
    correct_inquiry(world.hq, inquiry_id, request(reference="BL-0032", due_on="2026-12-20"), "Cable corrected")
    one = world.hq.read(inquiry, world.hq.read(inquiry_named, "BL-0032"))
    assert (one.inquiry_id, one.fact.due_on, one.fact.correction) == (inquiry_id, "2026-12-20", "Cable corrected")
    assert refused(lambda: world.hq.read(inquiry_named, "BL-0031")) == "inquiry.unknown"


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"visit_mode": ""}, "inquiry.lacks_visit_mode"),
        ({"visit_mode": "virtual"}, "inquiry.lacks_site_visit"),
        ({"receipt": "not_confirmed"}, "inquiry.lacks_receipt"),
        ({"receipt": ""}, "inquiry.lacks_receipt"),
    ],
)
def test_a_post_shipment_check_is_not_closed_favorable_without_visit_and_receipt(
    world: World, other: dict[str, Any], code: str
) -> None:
    inquiry_id = opened(world)
    answer_inquiry(world.hq, inquiry_id, replace(ANSWER, **other))
    assert refused(lambda: close_inquiry(world.hq, inquiry_id, "favorable")) == code
    assert world.hq.read(inquiry, inquiry_id).state is InquiryState.ANSWERED
    close_inquiry(world.hq, inquiry_id, "unfavorable", reasons=["receipt_not_confirmed"], note="Not shown")
    assert world.hq.read(inquiry, inquiry_id).state is InquiryState.CLOSED


def test_a_check_before_the_shipment_needs_neither_visit_nor_receipt(world: World) -> None:
    inquiry_id = opened(world, kind="pre_license", number="", form="")
    answer_inquiry(world.hq, inquiry_id, replace(ANSWER, visit_mode="", receipt=""))
    close_inquiry(world.hq, inquiry_id, "favorable")
    assert world.hq.read(inquiry, inquiry_id).state is InquiryState.CLOSED


def test_a_result_needs_its_reasons_and_a_change_of_it_a_note(world: World) -> None:
    inquiry_id = opened(world)

    def answer(**other: Any) -> str:
        return refused(lambda: answer_inquiry(world.hq, inquiry_id, replace(ANSWER, **other)))

    assert answer(recommendation="perhaps") == "inquiry.recommendation"
    assert answer(recommendation="unfavorable", reasons=()) == "inquiry.reasons"
    assert answer(recommendation="unfavorable", reasons=("bona_fides_confirmed",)) == "inquiry.reason"
    assert answer(visit_mode="by thought") == "inquiry.value"
    assert answer(answered_by=" ") == "inquiry.answered_by"
    answer_inquiry(world.hq, inquiry_id, ANSWER)
    why = ["diversion"]
    assert refused(lambda: close_inquiry(world.hq, inquiry_id, "unfavorable", reasons=why)) == "inquiry.note"
    close_inquiry(world.hq, inquiry_id, "favorable")
    assert refused(lambda: close_inquiry(world.hq, inquiry_id, "favorable")) == "inquiry.note"
    world.clock.instant += timedelta(days=30)
    answer_inquiry(world.hq, inquiry_id, replace(ANSWER, recommendation="unfavorable", reasons=("diversion",)))
    one = world.hq.read(inquiry, inquiry_id)
    assert (one.state, one.has_later_answer) == (InquiryState.CLOSED, True)
    close_inquiry(world.hq, inquiry_id, "unfavorable", reasons=why, note="A later visit found two at another place")
    ((one, clock),) = register(world.hq)
    assert clock.state is DueState.CLOSED, "the first closing stopped the clock"
    assert (one.has_later_answer, [found.fact.outcome for found in one.closings]) == (
        False,
        ["favorable", "unfavorable"],
    )


def test_an_account_of_the_other_program_sees_nothing_of_an_inquiry(world: World, tmp_path: Path) -> None:
    inquiry_id = opened(world)
    task_inquiry(world.hq, inquiry_id, "Embassy XX", "Cable 4711")
    answer_inquiry(world.hq, inquiry_id, replace(ANSWER, note="Two sights at a repair shop"))
    close_inquiry(world.hq, inquiry_id, "favorable")
    sentry, lantern = seen_by(world, SENTRY), seen_by(world, LANTERN)
    assert len(lantern.read(all_inquiries)) == 1
    assert sentry.read(all_inquiries) == []
    assert refused(lambda: sentry.read(inquiry, inquiry_id)) == "inquiry.unknown"
    assert refused(lambda: sentry.read(inquiry_named, "BL-0031")) == "inquiry.unknown"
    acts: tuple[Callable[[], object], ...] = (
        lambda: open_inquiry(sentry, request(reference="BL-0032")),
        lambda: correct_inquiry(sentry, inquiry_id, request(), "x"),
        lambda: task_inquiry(sentry, inquiry_id, "x"),
        lambda: answer_inquiry(sentry, inquiry_id, ANSWER),
        lambda: close_inquiry(sentry, inquiry_id, "favorable", note="x"),
    )
    assert [refused(act) for act in acts] == ["permission.out_of_scope"] * 5
    secrets = (inquiry_id, "BL-0031", "050000127", "Unit EU-12", "repair shop", "Cable 4711")

    def rows(connection: Any) -> str:
        # Tuples, because the representation of a row cuts long texts.
        return repr([[tuple(row) for row in connection.execute(select(table))] for table in bounds(SENTRY)])

    told = sentry.read(rows)
    seen = lantern.read(rows)
    assert [one for one in secrets if one not in seen] == []
    assert [one for one in secrets if one in told] == []
    kinds = {row.kind for row in sentry.read(activity.activity_by_id, world.hq.read(activity.activity_ids)).values()}
    assert not {kind for kind in kinds if kind.startswith("Inquiry")}
    text = make_report(sentry, ACTIVITY_LOG, tmp_path / "log.csv").path.read_text("utf-8-sig")
    assert [one for one in secrets if one in text] == []
    everything = make_report(lantern, ACTIVITY_LOG, tmp_path / "all.csv")
    assert "InquiryOpened" in everything.path.read_text("utf-8-sig")


def test_an_account_for_one_country_works_on_its_inquiries_alone(world: World) -> None:
    inquiry_id = opened(world)
    yy = seen_by(world, Scope(("blue_lantern",), ("YY",)))
    assert yy.read(all_inquiries) == []
    assert refused(lambda: close_inquiry(yy, inquiry_id, "favorable")) == "inquiry.unknown"
    assert refused(lambda: open_inquiry(yy, request(reference="BL-0032"))) == "permission.out_of_scope"
    own = open_inquiry(yy, request(reference="BL-0033", country="yy")).inquiry_id
    assert refused(lambda: correct_inquiry(yy, own, request(reference="BL-0033"), "x")) == "permission.out_of_scope"


def test_only_a_reviewer_at_hq_opens_inquiries(world: World) -> None:
    assert refused(lambda: open_inquiry(seen_by(world, LANTERN, "auditor"), request())) == "permission.denied"
    assert refused(lambda: open_inquiry(world.device, request())) == "permission.denied"


def test_any_order_of_arrival_gives_the_same_inquiries(tmp_path: Path, hq_backend: Callable[[], str | None]) -> None:
    def facts(store: str) -> list[f.Fact]:
        at = f"2026-02-0{store[-1]}T00:00:00.000000Z"
        result: dict[str, Any] = {
            "observed_at": at,
            "inquiry_id": "i",
            "reasons": (),
            "note": store,
            "list_version": "1",
        }
        return [
            f.InquiryClosed(outcome="favorable", **result),
            f.InquiryAnswered(
                answer_id="a", recommendation="favorable", visit_mode="", receipt="", answered_by=store, **result
            ),
            f.InquiryTasked(observed_at=at, inquiry_id=store, visit_id="v"),
            f.InquiryOpened(
                observed_at=at,
                inquiry_id="i",
                reference=store,
                program="blue_lantern",
                kind="post_shipment",
                country="XX",
                post="",
                due_on="2026-03-01",
                requested_by="x",
                requested_on="2026-02-01",
                reason="x",
                site_visit="",
                parties=(f.InquiryParty(role="end_user", name="EU-12"),),
                articles=(f.InquiryArticle(description="Sight", usml="XII(c)", quantity=4),),
                authorization=f.Authorization(number="050000127"),
                warnings=(),
                list_version="1",
            ),
        ]

    outcomes = []
    for seed in range(3):
        named = StoreName("id", "HQ-01", "hq", 1)
        with closing(Store.create(tmp_path / str(seed), KEY, named, Clock(), hq_backend())) as store:
            chains = [chain("HQ-02", facts("HQ-02")), chain("HQ-03", facts("HQ-03"))]
            outcomes += told_in_any_order(store, chains, random.Random(seed))
    assert all(one == outcomes[0] for one in outcomes)
    assert [row[1] for row in outcomes[0]["inquiries"]] == ["HQ-03"]
    assert [row[:2] for row in outcomes[0]["inquiry_tasks"]] == [("v", "HQ-03")]
    assert len(outcomes[0]["inquiry_closings"]) == 2
