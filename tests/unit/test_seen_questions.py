"""Questions must have been on the screen before the current work can be recorded."""

from __future__ import annotations

import inspect
from dataclasses import replace

import msgspec

from db.queries.visits import VisitRow
from eum_app.domain.checklists import Answer, Checklist, Condition, Question
from tests.unit.test_current_work import act, at_work, open_item
from ui.field.visit.current_work import Event, Reply, State
from ui.field.visit.visit_view import VisitView


def visit_view() -> VisitView:
    """Return a visit whose kind accepts every outcome, with a checklist of three questions."""
    fields = dict.fromkeys(inspect.signature(VisitRow).parameters, "")
    questions = tuple(Question(key, key, expected="yes") for key in ("plate", "seal", "place"))
    checklist = Checklist("item", "1", "item", "Item", "", questions)
    return VisitView(VisitRow(**{**fields, "purpose": "annual"}), checklist, 0, 0, [])  # type: ignore[arg-type]


def test_nothing_is_verified_before_each_question_was_on_the_screen() -> None:
    for opens, is_group in ((Event.SHOW_ITEM, False), (Event.TAKE, True)):
        work = at_work()
        work.view = visit_view()
        assert act(work, opens) in {State.ITEM, State.GROUP}
        draft = work.open_draft
        assert draft is not None
        for key in ("plate", "seal", "place"):
            draft.answer(Answer(key, "yes"))
        assert work.send(Event.VERIFY) is Reply.REFUSE
        assert work.send(Event.SEEN, seen=["plate", "seal"]) is Reply.STAY
        assert work.unseen_ids(Event.VERIFY) == ["place"]
        assert work.send(Event.VERIFY) is Reply.REFUSE
        work.send(Event.SEEN, seen=["place", "of another checklist"])
        assert work.send(Event.VERIFY) is Reply.STAY
        if is_group:  # a group that grew has other answers, which are seen again
            work.send(Event.TAKE, taken=[open_item("c")])
            assert work.send(Event.VERIFY) is Reply.REFUSE


def test_a_question_that_appears_must_be_seen_too() -> None:
    work = at_work()
    view = visit_view()
    later = Question("depth", "depth", condition=Condition("plate", "no"))
    grown = msgspec.structs.replace(view.item_checklist, questions=(*view.item_checklist.questions, later))
    work.view = replace(view, item_checklist=grown)
    work.send(Event.SHOW_ITEM, draft=open_item())
    work.send(Event.SEEN, seen=["plate", "seal", "place"])
    assert work.unseen_ids(Event.VERIFY) == []
    assert work.draft is not None
    work.draft.answer(Answer("plate", "no", "worn"))
    assert work.unseen_ids(Event.VERIFY) == ["depth"]


def test_answers_filled_out_of_sight_enter_no_record_of_any_outcome() -> None:
    work = at_work()
    work.view = visit_view()
    work.send(Event.SHOW_ITEM, draft=open_item())
    assert work.draft is not None
    work.send(Event.SEEN, seen=["plate"])
    work.draft.answer(Answer("plate", "no", "worn"))
    assert work.allows(Event.DECIDE), "what is open and unseen says nothing"
    work.draft.answer_all_as_expected(work.checklist)
    assert work.unseen_ids(Event.DECIDE) == ["seal", "place"]
    assert work.send(Event.DECIDE) is Reply.REFUSE
    work.send(Event.SEEN, seen=["seal", "place"])
    assert work.send(Event.DECIDE) is State.REASONS
    assert work.send(Event.GIVE_REASON) is Reply.STAY


def test_another_item_is_seen_for_itself_and_looking_saves_nothing() -> None:
    work = at_work()
    work.view = visit_view()
    work.send(Event.SHOW_ITEM, draft=open_item("a"))
    told: list[int] = []
    work.on_change = lambda: told.append(1)
    work.send(Event.SEEN, seen=["plate", "seal", "place"])
    assert told == []
    work.send(Event.SHOW_ITEM, draft=open_item("b"))
    assert work.unseen_ids(Event.VERIFY) == ["plate", "seal", "place"]
    assert work.send(Event.ESCAPE) is Reply.LEAVE
    assert work.send(Event.SEEN, seen=["plate"]) is Reply.IGNORE
