"""The visit's current work: every pair of state and event, and what no event may do."""

from __future__ import annotations

import inspect
import subprocess
import sys
from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import partial

import pytest

from db.queries.items import ItemRow
from eum_app.domain.checklists import Answer
from eum_app.domain.facts import MarkRead
from eum_app.domain.visits import ReadBy
from eum_app.usecases.visits.drafts import GROUP
from ui.field.visit.current_work import ASIDE, TABLE, CurrentWork, Event, Reply, Stake, State
from ui.field.visit.draft import Draft
from ui.field.visit.unsaved import Unsaved, subject_of

READ = MarkRead(serial="786950", read_by=ReadBy.CAMERA)
ENDS = {Event.ANOTHER_VISIT, Event.VISIT_CLOSED, Event.RECORDED, Event.GROUP_RECORDED, Event.ESCAPE, Event.PUT_AWAY}
"""Events that are meant to end the current work."""


def item(item_id: str) -> ItemRow:
    fields = dict.fromkeys(inspect.signature(ItemRow).parameters, "")
    return ItemRow(**{**fields, "item_id": item_id, "serial": f"serial of {item_id}"})


def open_item(item_id: str = "a") -> Draft:
    return Draft(READ, item(item_id))


def act(work: CurrentWork, event: Event) -> State | Reply:
    """Send an event with what goes with it."""
    if event in {Event.SHOW_ITEM, Event.SHOW_OFFER}:
        is_open = work.draft is not None and work.draft.item_id == "new"
        return work.send(event, draft=open_item("newer" if is_open else "new"))
    if event is Event.OPEN_ONE:
        return work.send(event, draft=next(iter(work.group.drafts.values()), None))
    if event is Event.TAKE:
        return work.send(event, taken=[open_item("a"), open_item("b")])
    return work.send(event)


def answer_something(work: CurrentWork) -> None:
    if work.draft is not None:
        work.draft.answer(Answer("plate", "yes"))


def key_of(work: CurrentWork) -> tuple[object, ...]:
    """Key of a situation: in two with the same key, every event does the same."""
    return work.state, work.stake, work.draft is not None, work._asked_about, len(work.group.drafts)


def reached() -> list[CurrentWork]:
    """Every situation that events and answers lead to."""
    work = CurrentWork()
    found, waiting = {key_of(work): work}, [work]
    moves: list[Callable[[CurrentWork], object]] = [answer_something]
    moves += [lambda one, event=event: act(one, event) for event in Event]  # type: ignore[misc]
    while waiting:
        here = waiting.pop()
        for move in moves:
            there = deepcopy(here)
            move(there)
            if key_of(there) not in found:
                found[key_of(there)] = there
                waiting.append(there)
    return list(found.values())


REACHED = reached()


def pairs() -> Iterator[tuple[CurrentWork, Event]]:
    for work in REACHED:
        for event in Event:
            yield deepcopy(work), event


def test_every_pair_of_state_and_event_has_its_row() -> None:
    assert set(TABLE) == set(Event)
    assert all(set(row) == set(State) for row in TABLE.values())


def test_every_state_is_reached_and_every_event_means_something() -> None:
    assert {work.state for work in REACHED} == set(State)
    assert {work.stake for work in REACHED} == set(Stake)
    meant = {event for work, event in pairs() if work.reply_to(event) not in {Reply.IGNORE, Reply.REFUSE}}
    assert meant == set(Event)


def test_what_is_refused_or_ignored_changes_nothing() -> None:
    for work, event in pairs():
        before = deepcopy(vars(work))
        if act(work, event) in {Reply.REFUSE, Reply.IGNORE}:
            assert vars(work) == before, (before["state"], event)


def test_each_state_holds_what_it_shows() -> None:
    for work, event in pairs():
        said = (work.state, event)
        act(work, event)
        if work.state in {State.UNREAD, State.CLOSED, State.NOTHING, State.BY_HAND}:
            assert work.draft is None, said
            assert not work.group.drafts, said
        if work.state is State.GROUP:
            assert work.draft is None, said
            assert work.group.drafts, said
        if work.state in {State.ITEM, State.REASONS, State.SERIAL, State.EVIDENCE, State.FATE}:
            assert work.draft is not None, said


def test_the_reply_names_the_state_that_follows() -> None:
    for work, event in pairs():
        before, reply = work.state, act(work, event)
        if isinstance(reply, State):
            assert work.state is reply, (before, event)
        elif reply is Reply.STAY:
            assert work.state is before, (before, event)
        elif reply is Reply.BACK:
            assert work.state in {State.ITEM, State.OFFER}, (before, event)
        elif reply is Reply.LEAVE:
            assert work.state in {State.NOTHING, State.GROUP}, (before, event)


def test_escape_leads_out_of_everything() -> None:
    for work in REACHED:
        if work.state not in {State.UNREAD, State.CLOSED}:
            out = deepcopy(work)
            for _ in range(3):  # the reasons, the item, the group it was opened from
                out.send(Event.ESCAPE)
            assert out.state is State.NOTHING, work.state


def test_what_takes_the_place_of_a_draft_leaves_it_to_be_saved() -> None:
    """Whatever a person does, input that is not recorded is saved under its item, unless it was recorded."""
    replaced = set()
    for work, event in pairs():
        draft, asked = work.draft, work.draft
        if asked is None or event in {Event.RECORDED, Event.GROUP_RECORDED}:
            continue
        unsaved = Unsaved()
        work.on_change = partial(unsaved.note, work)
        draft = asked
        draft.answer(Answer("seal", "no", "cut"))
        subject = subject_of(work)
        act(work, event)
        begun, dropped = unsaved.take(work.draft)
        assert draft.answers["seal"] in begun[subject][0].answers, (work.state, event)
        assert dropped == []
        if work.draft is not draft:
            replaced.add(event)
    assert {Event.SHOW_ITEM, Event.ESCAPE, Event.PUT_AWAY, Event.ANOTHER_VISIT} <= replaced


def test_a_group_that_is_closed_leaves_each_item_its_answers() -> None:
    work = at_work()
    work.send(Event.TAKE, taken=[open_item("a"), open_item("b")])
    assert work.group.split() == [], "nothing was answered"
    work.group.answers.answer(Answer("plate", "yes"))
    unsaved = Unsaved()
    unsaved.note(work)
    begun, _ = unsaved.take(None)
    assert [one.item_id for one in begun[GROUP]] == ["", "a", "b"]
    left = work.group.split()
    work.on_change = partial(unsaved.note, work)
    work.send(Event.ESCAPE)
    unsaved.add(left)
    begun, dropped = unsaved.take(None)
    assert {subject: [answer.value for answer in drafts[0].answers] for subject, drafts in begun.items()} == {
        "a": ["yes"], "b": ["yes"],
    }  # fmt: skip
    assert dropped == [GROUP]


def test_a_draft_that_was_emptied_or_recorded_is_not_saved_again() -> None:
    work, unsaved, draft = at_work(), Unsaved(), Draft(MarkRead(read_by=ReadBy.LIST), item("a"))
    work.on_change = partial(unsaved.note, work)
    work.send(Event.SHOW_ITEM, draft=draft)
    assert unsaved.take(work.draft) == ({}, []), "opened from the list, without input"
    draft.answer(Answer("plate", "yes"))
    assert list(unsaved.take(work.draft)[0]) == ["a"]
    assert work.undo()
    assert unsaved.take(work.draft) == ({}, ["a"])
    draft.answer(Answer("plate", "yes"))
    unsaved.end("a")
    work.send(Event.RECORDED)
    assert unsaved.take(work.draft) == ({}, [])


@pytest.mark.parametrize("event", [Event.SCAN, Event.SCAN_AGAIN, Event.PRESS, Event.SIGHT, Event.LOST, Event.WITHDRAW])
def test_a_scan_alone_changes_no_state(event: Event) -> None:
    for work in REACHED:
        after = deepcopy(work)
        after.send(event)
        if event is Event.SCAN_AGAIN and work.state is State.SERIAL:
            assert (after.state, after.draft) == (State.ITEM, work.draft), "its mark can be read after all"
        else:
            assert vars(after) == vars(work), work.state


def test_a_closed_visit_is_read_only() -> None:
    for work in REACHED:
        closed = deepcopy(work)
        closed.send(Event.VISIT_CLOSED)
        assert closed.state is State.CLOSED
        for event in set(Event) - {Event.ANOTHER_VISIT, Event.VISIT_READ}:
            act(closed, event)
            assert closed.state is State.CLOSED, event
    refused = {event for event in Event if TABLE[event][State.CLOSED].none is Reply.REFUSE}
    assert refused == {
        Event.SCAN, Event.SCAN_AGAIN, Event.PRESS, Event.PRESS_AGAIN, Event.SIGHT, Event.PICK, Event.SHOW_ITEM,
        Event.SHOW_OFFER, Event.TYPE_BY_HAND, Event.TAKE, Event.WITHDRAW, Event.UNDO, Event.REDO,
        Event.LOCK_ROOM,
    }  # fmt: skip


def at_work() -> CurrentWork:
    work = CurrentWork()
    work.send(Event.VISIT_READ)
    return work


def test_reasons_go_back_to_what_they_were_asked_about() -> None:
    for event, state in ((Event.SHOW_ITEM, State.ITEM), (Event.SHOW_OFFER, State.OFFER)):
        work, draft = at_work(), open_item()
        work.send(event, draft=draft)
        assert work.send(Event.DECIDE) is State.REASONS
        assert work.send(Event.ESCAPE) is Reply.BACK
        assert (work.state, work.draft) == (state, draft)


def test_what_waits_in_the_group_comes_back_after_the_item_opened_from_it() -> None:
    for event in (Event.RECORDED, Event.ESCAPE, Event.PUT_AWAY):
        work = at_work()
        work.send(Event.TAKE, taken=[open_item("a"), open_item("b")])
        work.send(Event.OPEN_ONE, draft=work.group.drafts["a"])
        assert (work.state, work.stake, list(work.group.drafts)) == (State.ITEM, Stake.GROUP, ["b"])
        assert work.send(Event.PICK) is Reply.REFUSE
        assert work.send(Event.SCAN) is Reply.REFUSE
        work.send(event)
        assert (work.state, list(work.group.drafts)) == (State.GROUP, ["b"])
        assert work.send(Event.PUT_AWAY) is State.NOTHING
        assert work.group.drafts == {}


def test_a_scan_waits_for_answers_and_follows_where_there_are_none() -> None:
    work = at_work()
    work.send(Event.SHOW_ITEM, draft=open_item())
    assert work.send(Event.SCAN) is Reply.STAY
    answer_something(work)
    assert work.send(Event.SCAN) is Reply.REFUSE
    assert work.send(Event.SCAN_AGAIN) is Reply.STAY, "a mark of the open item is another reading of it"
    assert work.send(Event.TYPE_BY_HAND) is Reply.REFUSE
    assert work.send(Event.TAKE, taken=[open_item("b")]) is Reply.REFUSE
    assert work.group.drafts == {}


def test_items_join_the_group_and_its_answers_start_again() -> None:
    work = at_work()
    work.send(Event.TAKE, taken=[open_item("a")])
    work.group.answers.answer(Answer("plate", "yes"))
    assert work.send(Event.TAKE, taken=[open_item("a")]) is Reply.STAY
    assert work.group.answers.answers
    work.send(Event.TAKE, taken=[open_item("a"), open_item("b")])
    assert (list(work.group.drafts), work.group.answers.answers) == (["a", "b"], {})


def test_a_meaning_that_comes_after_the_entry_was_closed_is_dropped() -> None:
    work = at_work()
    assert work.send(Event.TYPE_BY_HAND) is State.BY_HAND
    work.send(Event.ESCAPE)
    work.send(Event.SHOW_ITEM, draft=open_item())
    assert work.send(Event.ENTERED) is Reply.IGNORE
    assert work.state is State.ITEM


def test_it_needs_no_qt() -> None:
    # The package itself loads QtCore, to put Python's import statement back (`ui/__init__.py`).
    code = (
        "import sys, ui; before = set(sys.modules); import ui.field.visit.current_work;"
        "print([m for m in sys.modules if m.startswith('PySide6') and m not in before])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_undo_leads_back_from_the_reasons_and_changes_no_other_state() -> None:
    for work in REACHED:
        after = deepcopy(work)
        reply = after.send(Event.UNDO)
        if work.state in ASIDE:
            assert reply is Reply.BACK
            assert after.state in {State.ITEM, State.OFFER}
            assert after.draft == work.draft
        else:
            assert vars(after) == vars(work), work.state


def test_acts_are_done_again_in_reverse_order_until_the_next_act() -> None:
    work, draft = at_work(), open_item()
    work.send(Event.SHOW_ITEM, draft=draft)
    assert not work.undo()
    assert work.redo() is None
    for question in ("plate", "seal"):
        draft.answer(Answer(question, "yes"))
    assert work.undo()
    work.note_withdrawn(["check-1"])
    assert work.redo() == ("check-1",)
    assert list(draft.answers) == ["plate"]
    assert work.redo() == ()
    assert list(draft.answers) == ["plate", "seal"]
    work.note_withdrawn(["check-1"])
    draft.answer(Answer("plate", "no"))
    assert work.redo() is None


def test_an_act_on_an_item_that_was_closed_is_not_done_again_on_the_next() -> None:
    work = at_work()
    work.send(Event.SHOW_ITEM, draft=open_item("a"))
    assert work.draft is not None
    work.draft.answer(Answer("plate", "yes"))
    assert work.undo()
    work.send(Event.ESCAPE)
    work.send(Event.SHOW_ITEM, draft=open_item("b"))
    assert work.redo() is None
    assert not work.draft.answers


def test_serial_evidence_and_fate_of_an_item_are_asked_for_beside_it() -> None:
    asked = {
        Event.TYPE_SERIAL: State.SERIAL,
        Event.ASK_EVIDENCE: State.EVIDENCE,
        Event.ASK_FATE: State.FATE,
    }
    for event, state in asked.items():
        for way_back in (Event.ESCAPE, Event.PUT_AWAY, Event.UNDO):
            work, draft = at_work(), open_item()
            work.send(Event.SHOW_ITEM, draft=draft)
            answer_something(work)
            assert work.send(event) is state
            assert work.send(Event.SCAN) is Reply.REFUSE, "another item waits"
            assert work.send(way_back) is Reply.BACK
            assert (work.state, work.draft, list(draft.answers)) == (State.ITEM, draft, ["plate"])


def test_a_serial_typed_for_the_open_item_is_its_own_or_is_refused() -> None:
    work = at_work()
    work.send(Event.SHOW_ITEM, draft=open_item())
    work.send(Event.TYPE_SERIAL)
    assert work.send(Event.ENTERED) is Reply.REFUSE
    assert work.state is State.SERIAL
    assert work.send(Event.ENTERED_AGAIN) is Reply.BACK
    assert work.send(Event.ENTERED_AGAIN) is Reply.IGNORE
