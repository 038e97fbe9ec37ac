"""An item that cannot be verified yet, and how its readings and its evidence change the current work."""

from __future__ import annotations

import inspect

from db.queries.items import ItemRow
from eum_app.domain.checklists import Answer, Checklist
from eum_app.domain.facts import MarkRead
from eum_app.domain.sighting import STRICT, Lack, SightingTerms
from eum_app.domain.visits import ReadBy
from eum_app.usecases.visits.drafts import SIGHTED, Evidence
from tests.unit.test_current_work import at_work
from ui.field.visit.current_work import CurrentWork, Event, Reply, Stake, State
from ui.field.visit.draft import Draft, reading_of
from ui.field.visit.unsaved import begun_of, bring_back
from ui.field.visit.visit_view import VisitView

LISTED = MarkRead(read_by=ReadBy.LIST)
TYPED_ONCE = MarkRead(read_by=ReadBy.TYPED, raw=b"786950")
TYPED_TWICE = MarkRead(read_by=ReadBy.TYPED, raw=b"786950", entered_twice=True, no_read_reason="illegible")
SCANNED = MarkRead(read_by=ReadBy.WEDGE, raw=b"786950")


def under_enhanced_monitoring(mark: MarkRead) -> CurrentWork:
    work = at_work()
    fields = dict.fromkeys(inspect.signature(ItemRow).parameters, "")
    row = ItemRow(**{**fields, "item_id": "a", "serial": "786950", "eum_level": "EEUM"})
    terms = SightingTerms(STRICT, "visit")
    work.view = VisitView(row, Checklist("i", "1", "item", "", "", ()), 0, 0, [], terms)  # type: ignore[arg-type]
    work.send(Event.SHOW_ITEM, draft=Draft(mark, row))
    return work


def test_an_item_that_is_not_identified_cannot_be_verified() -> None:
    for mark, lack in (
        (LISTED, Lack.MARK),
        (TYPED_ONCE, Lack.MARK),
        (TYPED_TWICE, None),
        (SCANNED, None),
    ):
        work = under_enhanced_monitoring(mark)
        assert work.lack is lack, mark
        assert work.send(Event.VERIFY) is (Reply.REFUSE if lack else Reply.STAY)
        assert work.send(Event.DECIDE) is State.REASONS, "any other outcome stays possible"


def test_a_stronger_reading_takes_the_place_of_a_weaker_one_and_can_be_taken_back() -> None:
    work = under_enhanced_monitoring(LISTED)
    draft = work.draft
    assert draft is not None
    draft.answer(Answer("plate", "yes"))
    for mark in (TYPED_ONCE, TYPED_TWICE, SCANNED):
        draft.identify(mark)
        assert draft.mark == mark
    for weaker in (TYPED_TWICE, TYPED_ONCE, LISTED):
        draft.identify(weaker)
        assert draft.mark == SCANNED
    for mark in (TYPED_TWICE, TYPED_ONCE, LISTED):
        assert work.undo()
        assert (draft.mark, list(draft.answers)) == (mark, ["plate"])
    assert work.lack is Lack.MARK
    for mark in (TYPED_ONCE, TYPED_TWICE, SCANNED):
        assert work.redo() == ()
        assert draft.mark == mark


def test_evidence_below_sighted_is_one_act_that_names_its_witness_and_is_kept() -> None:
    work = under_enhanced_monitoring(LISTED)
    draft = work.draft
    assert draft is not None
    for evidence in (Evidence("B"), Evidence("B", "INS-022"), Evidence("B", " INS-022 ", "Embassy", "video  call")):
        draft.state_evidence(evidence)
        assert work.lack is (None if evidence.saw_how else Lack.WITNESS)
    reading = reading_of(draft)
    assert (reading.saw, reading.saw_for, reading.saw_how) == ("INS-022", "Embassy", "video call")
    assert work.stake is Stake.ANSWERS
    again = Draft(LISTED, draft.item)
    bring_back(again, begun_of(draft))
    assert again.evidence == draft.evidence
    assert work.undo(), "one act, although it was written key by key"
    assert (draft.evidence, work.lack) == (SIGHTED, Lack.MARK)
    assert work.redo() == ()
    assert draft.evidence.saw_for == "Embassy"
    draft.discard()
    assert (draft.evidence, draft.mark, draft.is_begun) == (SIGHTED, LISTED, False)
