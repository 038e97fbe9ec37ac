"""Deficiencies in words and chips."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from db.queries.deficiency_rows import Correction, Deficiency
from eum_app.domain.deficiencies import DeficiencyState, DueClock, FollowUp
from eum_app.usecases.deficiencies.severities import clock_of
from ui.kit.delegates import ChipSpec
from ui.kit.translation import Texts
from ui.kit.words import day, is_known, joined, unknown, word

DeficiencyWords = Texts("DeficiencyWords")


def severity_words(code: str) -> str:
    """Return a severity in words; a code that this version does not know is named as such."""
    return word("deficiency_severity", code) if is_known("deficiency_severity", code) else unknown(code)


def follow_up_words(code: str) -> str:
    """Return what a visit says of a deficiency that it did not find corrected."""
    return word("follow_up", code) if is_known("follow_up", code) else unknown(code)


def state_chip(clock: DueClock) -> ChipSpec:
    """Return a chip for the state of a deficiency on a day: `12 days left`, `3 days over`, `Corrected`."""
    if clock.state is DeficiencyState.OVERDUE:
        return ChipSpec(DeficiencyWords.tr("%Ln days over", "", -clock.days_left), "bad", "octagon-alert")
    if clock.state in {DeficiencyState.DUE_SOON, DeficiencyState.OPEN}:
        tone = "warn" if clock.state is DeficiencyState.DUE_SOON else "accent"
        return ChipSpec(DeficiencyWords.tr("%Ln days left", "", clock.days_left), tone, "clock")
    if clock.state is DeficiencyState.NO_DATE:
        return ChipSpec(DeficiencyWords.tr("Open, no date"), "warn", "triangle-alert")
    if clock.state is DeficiencyState.CORRECTION_DOUBTFUL:
        return ChipSpec(DeficiencyWords.tr("Corrected, in doubt"), "warn", "triangle-alert")
    if clock.state is DeficiencyState.CORRECTED:
        return ChipSpec(DeficiencyWords.tr("Corrected"), "ok", "check")
    return ChipSpec(DeficiencyWords.tr("No longer counts"), "mute", "x")


def visit_chip(one: Deficiency, visit_id: str) -> ChipSpec:
    """Return a chip for what a visit says of a deficiency."""
    if one.end is not None:
        return ChipSpec(DeficiencyWords.tr("No longer counts"), "mute", "x")
    if one.corrected_at(visit_id) is not None:
        return ChipSpec(DeficiencyWords.tr("Corrected"), "ok", "check")
    if (said := one.followed_up_at(visit_id)) is not None:
        icon = "eye-off" if said.state == FollowUp.NOT_LOOKED_AT else "circle"
        return ChipSpec(follow_up_words(said.state), "warn", icon)
    if one.visit_id == visit_id:
        return ChipSpec(DeficiencyWords.tr("Stated here"), "accent", "flag")
    return ChipSpec(DeficiencyWords.tr("To ask"), "bad", "circle-question-mark")


def open_words(found: Sequence[Deficiency], today: date) -> str:
    """Return how many deficiencies are open on a day, and how many of them overdue."""
    clocks = [clock_of(one, today) for one in found if one.is_open]
    if not clocks:
        return DeficiencyWords.tr("none open")
    over = sum(clock.state is DeficiencyState.OVERDUE for clock in clocks)
    overdue = DeficiencyWords.tr("%Ln of them overdue", "", over) if over else ""
    return joined(DeficiencyWords.tr("%Ln open", "", len(clocks)), overdue)


def proof_words(one: Correction) -> str:
    """Return the proof of a correction, and why it does not count or its day cannot be right."""
    document = one.document_name or (DeficiencyWords.tr("document") if one.document else "")
    photos = DeficiencyWords.tr("%Ln photos", "", one.photos) if one.photos else ""
    missing = DeficiencyWords.tr("no document: {reason}").format(reason=one.no_document_reason)
    proof = joined(document, photos) or (missing if one.no_document_reason else DeficiencyWords.tr("no proof"))
    if one.end is not None:
        return joined(proof, DeficiencyWords.tr("no longer counts: {reason}").format(reason=one.end.reason))
    if not one.is_of_site:
        return joined(proof, DeficiencyWords.tr("does not count: its visit is of another site"))
    if one.is_pending:
        return joined(proof, DeficiencyWords.tr("counts once its visit is adopted"))
    return joined(proof, doubt_words(one.doubt))


def doubt_words(doubt: str) -> str:
    """Return why the day of a correction cannot be right; empty if it can."""
    if not doubt:
        return ""
    if doubt == "before_statement":
        return DeficiencyWords.tr("its day is before the deficiency was stated")
    if doubt == "in_future":
        return DeficiencyWords.tr("its day is after it was recorded")
    return DeficiencyWords.tr("its day cannot be read")


def correction_words(one: Correction) -> str:
    """Return what was done to correct a deficiency, by whom and when."""
    return joined(one.what, one.corrected_by, day(one.corrected_on))
