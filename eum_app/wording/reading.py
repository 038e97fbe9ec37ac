"""How an item was identified, in one line for people: `read by camera, Data Matrix, as it stood`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from eum_app.domain.translatable import QT_TRANSLATE_NOOP, Translate, in_english
from eum_app.domain.vocabulary import Unknown

if TYPE_CHECKING:  # the unlock page imports the wording, and must not load SQLAlchemy
    from db.queries.reading import Reading

_MEANS: Final = {
    "camera": QT_TRANSLATE_NOOP("reading", "camera"),
    "photo": QT_TRANSLATE_NOOP("reading", "photo"),
    "wedge": QT_TRANSLATE_NOOP("reading", "hand scanner"),
    "serial": QT_TRANSLATE_NOOP("reading", "hand scanner"),
}
_NO_READ: Final = {
    "missing": QT_TRANSLATE_NOOP("reading", "mark missing"),
    "illegible": QT_TRANSLATE_NOOP("reading", "mark illegible"),
    "covered": QT_TRANSLATE_NOOP("reading", "mark covered"),
    "scanner_not_allowed": QT_TRANSLATE_NOOP("reading", "scanner not allowed"),
}


def how_read(reading: Reading, translate: Translate = in_english) -> str:
    """Return how an item was identified in one line, or "" if no check was made.

    A means or reason that this version does not know is shown with its code.
    """
    match reading.read_by:
        case "":
            return ""
        case "paper":
            said = _from_paper(reading, translate)
            return f"{said}: {reading.saw_how}" if reading.saw_how else said
        case "list":
            said = translate("reading", "picked from the list, no mark read")
        case "typed":
            said = _typed(reading, translate)
        case means:
            known = _MEANS.get(means)
            unknown = translate("reading", "unknown value: {value}").format(value=Unknown(means).shown)
            said = _read(reading, translate("reading", known) if known else unknown, translate)
    return f"{said}, {_seen_by(reading, translate)}" if reading.saw else said


def _seen_by(reading: Reading, translate: Translate) -> str:
    """Return who saw the item, for whom, and how."""
    said = translate("reading", "seen by {person}").format(person=_person(reading, translate))
    return f"{said}: {reading.saw_how}" if reading.saw_how else said


def _person(reading: Reading, translate: Translate) -> str:
    if not reading.saw_for:
        return reading.saw
    return translate("reading", "{person} for {whom}").format(person=reading.saw, whom=reading.saw_for)


def _read(reading: Reading, means: str, translate: Translate) -> str:
    parts = [translate("reading", "read by {means}").format(means=means), reading.symbology]
    if reading.read_by in {"camera", "photo"}:
        if reading.preparation in {"", "plain"}:
            parts.append(translate("reading", "as it stood"))
        else:
            parts.append(
                translate("reading", "picture prepared: {preparation}").format(preparation=reading.preparation)
            )
        if reading.quality:
            parts.append(
                translate("reading", "{quality} % of the error correction to spare").format(quality=reading.quality)
            )
    return ", ".join(part for part in parts if part)


def _typed(reading: Reading, translate: Translate) -> str:
    said = translate("reading", "typed twice") if reading.entered_twice else translate("reading", "typed")
    if reading.no_read_reason:
        reason = translate("reading", _NO_READ.get(reading.no_read_reason, reading.no_read_reason))
        return translate("reading", "{typed}: {reason}").format(typed=said, reason=reason)
    return said


def _from_paper(reading: Reading, translate: Translate) -> str:
    template = (
        translate("reading", "seen by {saw}, typed by {typed_by} from page {page}")
        if reading.page
        else translate("reading", "seen by {saw}, typed by {typed_by} from paper")
    )
    return template.format(saw=_person(reading, translate), typed_by=reading.typed_by, page=reading.page)
