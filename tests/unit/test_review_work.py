"""The reviewer's work: every pair of state and event, and what no event may do."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from copy import deepcopy

import pytest

from ui.hq.review_work import TABLE, Event, Reply, ReviewWork, State


def state_of(work: ReviewWork) -> State:
    """The state; a function, so that the type checker does not take it for unchanged after an event."""
    return work.state


def key_of(work: ReviewWork) -> tuple[State, State]:
    """Key of a situation: in two with the same key, every event does the same."""
    return work.state, work.beneath


def reached() -> list[ReviewWork]:
    """Every situation that events lead to."""
    work = ReviewWork()
    found, waiting = {key_of(work): work}, [work]
    while waiting:
        here = waiting.pop()
        for event in Event:
            there = deepcopy(here)
            there.send(event)
            if key_of(there) not in found:
                found[key_of(there)] = there
                waiting.append(there)
    return list(found.values())


REACHED = reached()


def pairs() -> Iterator[tuple[ReviewWork, Event]]:
    for work in REACHED:
        for event in Event:
            yield deepcopy(work), event


def after(*events: Event) -> ReviewWork:
    """The work after these events, from the beginning."""
    work = ReviewWork()
    for event in events:
        work.send(event)
    return work


FOUND = (Event.ANOTHER, Event.READ)


def test_every_pair_of_state_and_event_has_its_cell() -> None:
    assert set(TABLE) == set(Event)
    assert all(set(row) == set(State) for row in TABLE.values())


def test_every_state_is_reached_and_every_event_means_something() -> None:
    assert {work.state for work in REACHED} == set(State)
    assert {work.beneath for work in REACHED} == set(State) - {State.PICTURE}
    assert {event for work, event in pairs() if work.send(event) not in {Reply.IGNORE, Reply.STAY}} == set(Event)


def test_what_is_ignored_changes_nothing() -> None:
    for work, event in pairs():
        before = key_of(work)
        if work.send(event) in {Reply.IGNORE, Reply.STAY}:
            assert key_of(work) == before, event


def test_a_picture_closes_only_when_asked_or_for_a_decision() -> None:
    for work, event in pairs():
        if state_of(work) is State.PICTURE:
            before = work.beneath
            work.send(event)
            if event in {Event.SHRINK, Event.ESCAPE}:
                assert key_of(work) == (before, before)
            elif event is Event.DECIDE and before in {State.FINDING, State.DECIDING}:
                assert state_of(work) is State.DECIDING
            else:
                assert state_of(work) is State.PICTURE, (before, event)


def test_a_decision_is_never_carried_over_to_another_finding() -> None:
    for work in REACHED:
        moved = deepcopy(work)
        moved.send(Event.ANOTHER)
        assert moved.beneath is State.READING
        assert not moved.is_deciding


def test_nothing_is_decided_before_the_finding_is_read() -> None:
    for work, event in pairs():
        had = work.beneath in {State.FINDING, State.DECIDING, State.RECORDING}
        work.send(event)
        if work.is_deciding:
            assert had, event


def test_a_decision_that_is_being_recorded_cannot_be_made_twice() -> None:
    work = after(*FOUND, Event.DECIDE, Event.CONFIRM)
    assert work.send(Event.CONFIRM) is Reply.IGNORE
    assert work.send(Event.DECIDE) is Reply.IGNORE
    assert work.state is State.RECORDING


@pytest.mark.parametrize(("event", "state"), [(Event.RECORDED, State.FINDING), (Event.REFUSED, State.DECIDING)])
def test_the_answer_of_the_store_ends_the_recording(event: Event, state: State) -> None:
    work = after(*FOUND, Event.DECIDE, Event.CONFIRM)
    assert work.send(event) is state


@pytest.mark.parametrize("event", [Event.RECORDED, Event.REFUSED])
def test_a_late_answer_leaves_the_next_finding_alone(event: Event) -> None:
    work = after(*FOUND, Event.DECIDE, Event.CONFIRM, *FOUND, Event.DECIDE)
    assert work.send(event) is Reply.STAY
    assert work.state is State.DECIDING


def test_escape_leaves_the_picture_first_and_then_the_decision() -> None:
    work = after(*FOUND, Event.DECIDE, Event.ENLARGE)
    work.send(Event.ESCAPE)
    assert state_of(work) is State.DECIDING
    work.send(Event.ESCAPE)
    assert state_of(work) is State.FINDING
    assert work.send(Event.ESCAPE) is Reply.STAY


def test_it_needs_no_qt() -> None:
    code = "import sys, ui.hq.review_work; print([m for m in sys.modules if m.startswith('PySide6')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
