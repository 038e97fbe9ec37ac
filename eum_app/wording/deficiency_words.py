"""States, proofs and doubts of deficiencies in words, for commands and reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eum_app.domain.deficiencies import DeficiencyState, DueClock
from eum_app.domain.translatable import Translate, in_english
from eum_app.domain.vocabulary import Unknown
from eum_app.wording.codes import WORDS

if TYPE_CHECKING:
    from db.queries.deficiency_rows import Correction, Deficiency


def state_said(clock: DueClock) -> str:
    """Return the state of a deficiency in English: `overdue by 3 days`, `open, 12 days left`, `corrected`."""
    days = abs(clock.days_left)
    counted = "1 day" if days == 1 else f"{days} days"
    return {
        DeficiencyState.OVERDUE: f"overdue by {counted}",
        DeficiencyState.DUE_SOON: f"open, {counted} left",
        DeficiencyState.OPEN: f"open, {counted} left",
        DeficiencyState.NO_DATE: "open, no day that can be read",
        DeficiencyState.CORRECTION_DOUBTFUL: "corrected, in doubt",
        DeficiencyState.CORRECTED: "corrected",
        DeficiencyState.ENDED: "withdrawn or set aside",
    }[clock.state]


def severity_said(code: str, translate: Translate = in_english) -> str:
    """Return a severity in words; a code that this version does not know is shown as it is."""
    known = WORDS["deficiency_severity"].get(code)
    return translate("words", known) if known else Unknown(code).shown


def follow_up_said(code: str, translate: Translate = in_english) -> str:
    """Return what a visit says of a deficiency that it did not find corrected."""
    known = WORDS["follow_up"].get(code)
    return translate("words", known) if known else Unknown(code).shown


def said_at(one: Deficiency, visit_id: str, translate: Translate = in_english) -> str:
    """Return what a visit says of a deficiency, on one line: stated, corrected, still open, not looked at."""
    about = f"{one.what} ({one.place})" if one.place else one.what
    said = []
    if one.visit_id == visit_id:
        stated = translate("statement", "Deficiency, {severity}: {about}. To be corrected by {owner} until {day}")
        severity = severity_said(one.severity, translate)
        said.append(stated.format(severity=severity, about=about, owner=one.owner, day=one.due_on))
    if (correction := one.corrected_at(visit_id)) is not None:
        corrected = translate("statement", "Deficiency corrected: {about}. {done}, {day}, by {name}")
        name = correction.corrected_by
        said.append(corrected.format(about=about, done=correction.what, day=correction.corrected_on, name=name))
    if (follow_up := one.followed_up_at(visit_id)) is not None:
        state = follow_up_said(follow_up.state, translate)
        said.append(translate("statement", "Deficiency, {state}: {about}").format(state=state, about=about))
        said += [follow_up.reason] if follow_up.reason else []
    return ". ".join(said)


def proof_said(one: Correction) -> str:
    """Return the proof of a correction in English: its document and photos, or why there is none."""
    parts = [one.document_name or ("document" if one.document else "")]
    if one.photos:
        parts.append("1 photo" if one.photos == 1 else f"{one.photos} photos")
    if not any(parts) and one.no_document_reason:
        parts.append(f"no document: {one.no_document_reason}")
    return ", ".join(part for part in parts if part) or "no proof"


def doubts_said(one: Deficiency) -> str:
    """Return in English why the correction of a deficiency is in doubt; empty if it is not."""
    if not one.is_doubtful:
        return ""
    if len({correction.said for correction in one.counting}) > 1:
        return "The corrections differ."
    return "The day of the correction cannot be right."


def correction_said(one: Correction) -> str:
    """Return a correction in English, on one line."""
    said = f"{one.corrected_on}, {one.corrected_by}: {one.what} ({proof_said(one)})"
    if one.end is not None:
        return f"{said}; no longer counts: {one.end.reason}"
    if not one.is_of_site:
        return f"{said}; does not count: its visit is of another site"
    return f"{said}; counts once its visit is adopted" if one.is_pending else said
