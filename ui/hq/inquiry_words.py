"""Inquiries, their states and clocks in words."""

from __future__ import annotations

from db.queries.inquiries import Inquiry
from eum_app.domain.inquiries import DueClock, DueState, InquiryState
from ui.kit.delegates import ChipSpec
from ui.kit.translation import Texts
from ui.kit.words import word

InquiryWords = Texts("InquiryWords")

_STATES = {
    InquiryState.OPENED: ("mute", "circle"),
    InquiryState.TASKED: ("accent", "send"),
    InquiryState.ANSWERED: ("warn", "pen-line"),
    InquiryState.CLOSED: ("ok", "check"),
}


def state_chip(one: Inquiry) -> ChipSpec:
    """Return a chip for the state: `Opened`, `Answered`, `Closed: Favorable`, or `Answered again since`."""
    tone, icon = _STATES[one.state]
    words = word("inquiry_state", one.state)
    closing = one.closing
    if closing is not None:
        result = word("recommendation", closing.fact.outcome)
        words = InquiryWords.tr("{state}: {result}").format(state=words, result=result)
    if one.has_later_answer:
        return ChipSpec(InquiryWords.tr("Answered again since"), "warn", "triangle-alert")
    return ChipSpec(words, tone, icon)


def due_chip(clock: DueClock) -> ChipSpec:
    """Return a chip for the clock: `8 days left`, `6 days over`, `In time`."""
    if clock.state is DueState.OVERDUE:
        return ChipSpec(InquiryWords.tr("%Ln days over", "", -clock.days_left), "bad", "octagon-alert")
    if clock.state in {DueState.DUE_SOON, DueState.RUNNING}:
        tone = "warn" if clock.state is DueState.DUE_SOON else "accent"
        return ChipSpec(InquiryWords.tr("%Ln days left", "", clock.days_left), tone, "clock")
    if clock.state is DueState.CLOSED:
        return ChipSpec(InquiryWords.tr("In time"), "ok", "check")
    if clock.state is DueState.CLOSED_LATE:
        return ChipSpec(InquiryWords.tr("Late"), "warn", "triangle-alert")
    return ChipSpec(InquiryWords.tr("No date"), "mute", "circle")


def matches(one: Inquiry, words: str, state: str) -> bool:
    """Return whether an inquiry has this state (empty: any) and all the words."""
    if state not in {"", one.state}:
        return False
    fact = one.fact
    said = [fact.reference, fact.country, fact.post, fact.requested_by, fact.authorization.number]
    said += [word("inquiry_kind", fact.kind), *(party.name for party in fact.parties)]
    said += [article.description for article in fact.articles]
    held = " ".join(said).casefold()
    return all(part in held for part in words.casefold().split())
