"""How an item was identified, in one line for people: `read by camera, Data Matrix, as it stood`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from db.queries.reading import Reading
from eum_app.domain.vocabulary import Unknown

_MEANS: Final = {"camera": "camera", "photo": "photo", "wedge": "hand scanner", "serial": "hand scanner"}
_NO_READ: Final = {
    "missing": "mark missing",
    "illegible": "mark illegible",
    "covered": "mark covered",
    "scanner_not_allowed": "scanner not allowed",
}


def how_read(reading: Reading, say: Callable[[str], str] = str) -> str:
    """The line; empty where no check was made. `say` puts a template or a word into the reader's language."""
    match reading.read_by:
        case "":
            return ""
        case "list":
            return say("picked from the list, no mark read")
        case "typed":
            return _typed(reading, say)
        case "paper":
            return _from_paper(reading, say)
        case means:
            known = _MEANS.get(means)
            unknown = say("unknown value: {value}").format(value=Unknown(means).shown)
            return _read(reading, say(known) if known else unknown, say)


def _read(reading: Reading, means: str, say: Callable[[str], str]) -> str:
    parts = [say("read by {means}").format(means=means), reading.symbology]
    if reading.read_by in {"camera", "photo"}:
        if reading.preparation in {"", "plain"}:
            parts.append(say("as it stood"))
        else:
            parts.append(say("picture prepared: {preparation}").format(preparation=reading.preparation))
        if reading.quality:
            parts.append(say("{quality} % of the error correction to spare").format(quality=reading.quality))
    return ", ".join(part for part in parts if part)


def _typed(reading: Reading, say: Callable[[str], str]) -> str:
    said = say("typed twice") if reading.entered_twice else say("typed")
    if reading.no_read_reason:
        reason = say(_NO_READ.get(reading.no_read_reason, reading.no_read_reason))
        return say("{typed}: {reason}").format(typed=said, reason=reason)
    return said


def _from_paper(reading: Reading, say: Callable[[str], str]) -> str:
    template = (
        say("seen by {saw}, typed by {typed_by} from page {page}")
        if reading.page
        else say("seen by {saw}, typed by {typed_by} from paper")
    )
    return template.format(saw=reading.saw, typed_by=reading.typed_by, page=reading.page)
