"""The texts of a match: its tag in the viewfinder, the line under it, and the offer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QCoreApplication

from db.queries.checks import CheckRow
from eum_app.domain.container_labels import Label
from eum_app.domain.errors import KnownError
from eum_app.domain.matches import Closeness, MatchKind
from eum_app.domain.visits import TO_CHECK
from eum_app.usecases.visits.match_mark import Match
from eum_app.usecases.visits.note_label import NotedLabel
from ui.kit import words
from ui.kit.messages import warning
from ui.shared.mark_view import mark_text

CLAIMS_SHOWN: Final = 20
"""Rows of a container's label shown in the item column; all of its claims are recorded."""


@dataclass(frozen=True)
class Offer:
    """Title and text for a mark that is no expected item, and the rows read from it."""

    title: str
    text: str
    read: tuple[tuple[str, str], ...]
    can_be_recorded: bool
    note: str = ""
    """Text of the button that records a container label's claims; empty when it has none."""


def _tr(text: str) -> str:
    return QCoreApplication.translate("match", text)


def name_of(match: Match) -> str:
    """Return the serial of a match, as read or as in the book, with invisible and direction characters made visible."""
    if match.item is not None and match.item.serial:
        return match.item.serial
    return _shown(match.read.serial or match.read.uii or match.mark.text.strip())[:40]


def _shown(text: str) -> str:
    return mark_text(text.encode("utf-8", "replace"))


def tag_of(match: Match) -> tuple[str, str, str]:
    """Return (state of `ui.kit.theme.status`, text, tone of the frame) for a match."""
    name = name_of(match)
    state, text, tone = {
        MatchKind.EXPECTED: ("in_view", _tr("{name} expected"), "accent"),
        MatchKind.ALREADY_CHECKED: ("verified", _tr("{name} already checked"), "ok"),
        MatchKind.EXPECTED_ELSEWHERE: ("elsewhere", _tr("{name} expected elsewhere"), "warn"),
        MatchKind.NOT_ON_LIST: ("not_on_list", _tr("{name} not on list"), "warn"),
        MatchKind.UNKNOWN: ("unknown", _tr("{name} unknown"), "warn"),
        MatchKind.NEAR: ("near", _tr("{name} near match"), "warn"),
        MatchKind.AMBIGUOUS: ("near", _tr("{name} fits several"), "warn"),
        MatchKind.CLAIMS: ("claims", _tr("container label: {read}").format(read=_parts_read(match)), "warn"),
    }[match.kind]
    return state, text.format(name=name), tone


def offer_of(match: Match) -> Offer:
    """Return title and text for every kind of match except expected and already checked."""
    title, text, can_be_recorded = {
        MatchKind.EXPECTED_ELSEWHERE: (
            _tr("Expected at another visit"),
            _tr("Another open visit on this device expects this item. If it is here, record it as not on the list."),
            True,
        ),
        MatchKind.NOT_ON_LIST: (
            _tr("Not on the list"),
            _tr("This item is on the book, and this visit does not expect it. If it is here, record it."),
            True,
        ),
        MatchKind.UNKNOWN: (
            _tr("Not on the list"),
            _tr("Nobody has listed an item with this mark. Compare it with the plate; if it is right, record it."),
            True,
        ),
        MatchKind.NEAR: (
            _tr("Nearly fits"),
            _tr("No item has exactly this serial number. Compare the plate, character by character, and choose only "
                "what it says."),
            True,
        ),
        MatchKind.AMBIGUOUS: (
            _tr("Several items fit"),
            _tr("More than one item has this serial number. Choose the one in front of you."),
            False,
        ),
        MatchKind.CLAIMS: (
            _tr("A container's label"),
            _tr("This label names several items. It is a claim of whoever packed it, and no sighting: scan or see each "
                "item itself."),
            False,
        ),
    }[match.kind]  # fmt: skip
    if match.label is not None and not match.label.is_whole:
        title, text = _tr("A container's label, in parts"), _still_missing(match.label)
    if Closeness.SAME_SERIAL in match.closeness:
        text = _tr(
            "An item has this serial number, and the book names another maker, part or UII than the mark does. Compare "
            "the plate, and choose only what it says."
        )
    return Offer(title, text, tuple(_read_rows(match)), can_be_recorded, _note_words(match))


def _note_words(match: Match) -> str:
    claims = len(match.mark.claims)
    return words.counted(claims, _tr("Note {count} claim"), _tr("Note {count} claims")) if claims else ""


def noted_words(noted: NotedLabel) -> str:
    """Return the text of the notice after a label's claims were recorded."""
    kept = words.counted(noted.claims, _tr("{count} claim noted"), _tr("{count} claims noted"))
    about = words.counted(noted.matched, _tr("{count} about an item known here"), _tr("{count} about items known here"))
    return words.joined(kept, about if noted.matched else "", _tr("no item counts as seen by this"))


def _joined(*sentences: str) -> str:
    return " ".join(sentences)


def _parts_read(match: Match) -> str:
    label = match.label
    if label is None or label.is_whole:
        return _tr("claims")
    read = len(label.parts)
    if label.size is None:
        read += len(label.loose)
        return _tr("1 part read") if read == 1 else _tr("{read} parts read").format(read=words.count(read))
    return _tr("{read} of {size} parts read").format(read=words.count(read), size=words.count(label.size))


def _still_missing(label: Label) -> str:
    claims = _tr("What it names are claims of whoever packed it, and no sightings.")
    if label.loose and not label.parts:
        return _joined(
            _tr("The camera cannot tell which part of the label this is: only what stands whole within it is shown."),
            _tr("For all of it, use a hand scanner that puts the parts together or sends their control header."),
            claims,
        )
    if label.missing:
        numbers = ", ".join(words.count(number + 1) for number in label.missing)
        missing = _tr("Still to scan: part {numbers}.").format(numbers=numbers)
    else:
        missing = _tr("The last part is still to be scanned.")
    return _joined(missing, _tr("The parts can be scanned in any order."), claims)


@dataclass(frozen=True)
class LostOffer:
    """The possible readings of a scan that lost its separators."""

    title: str
    text: str
    candidates: tuple[str, ...]


def lost_offer(error: KnownError) -> LostOffer | None:
    """Return the readings of a scan that lost its separators; None for any other error, or without readings."""
    candidates = error.values.get("candidates")
    if not isinstance(candidates, tuple) or not candidates:
        return None
    return LostOffer(
        _tr("The scanner lost the separators"),
        _tr(
            "What was scanned can be read in more than one way. Compare with the plate and choose what it says, or set "
            "the scanner up: its test page shows how."
        ),
        tuple(str(one) for one in candidates),
    )


def confirm_offer(match: Match) -> Offer:
    """Return the question to ask before a single read of a weak symbology counts."""
    return Offer(
        _tr("Compare before it counts"),
        _tr("This kind of barcode can be misread. Compare with the plate, character by character; choose the item only "
            "if it is the same."),
        tuple(_read_rows(match)),
        can_be_recorded=False,
    )  # fmt: skip


def _read_rows(match: Match) -> list[tuple[str, str]]:
    is_named_by_text = not match.read.uii and match.kind is not MatchKind.CLAIMS
    rows = [
        (_tr("Serial number"), _shown(match.read.serial or (match.mark.text.strip() if is_named_by_text else ""))),
        (_tr("UII"), _shown(match.read.uii)),
        (_tr("Part number"), _shown(match.mark.part_number or "")),
        (_tr("Maker (CAGE)"), _shown(match.mark.cage or "")),
        (_tr("Read by"), words.read_by(match.read.read_by)),
    ]
    if match.item is not None:
        rows.append((_tr("On the book at"), words.joined(match.item.site, match.item.location)))
    claims = match.mark.claims
    rows += [(_tr("Claimed"), _shown(claim)) for claim in claims[:CLAIMS_SHOWN]]
    if len(claims) > CLAIMS_SHOWN:  # a label may name hundreds, and each row is widgets
        more = words.counted(len(claims) - CLAIMS_SHOWN, _tr("and {count} more"), _tr("and {count} more"))
        rows.append((_tr("Claimed"), more))
    rows += [(_tr("Note"), warning(one.code, one.values)) for one in match.mark.warnings]
    return [(name, value) for name, value in rows if value]


def wait_said(text: str, serial: str, *, is_by_hand: bool) -> str:
    """Return the reason why a scan has to wait; `serial` is that of the current item, empty for a group."""
    if is_by_hand:
        return _tr("{text} · first finish the entry by hand, or put it away (Esc)").format(text=text)
    if not serial:
        return _tr("{text} · first record the items taken, or put them away (Esc)").format(text=text)
    return _tr("{text} · first finish {serial}, or put it away (Esc)").format(text=text, serial=serial)


def checked_said(outcome: str, item_id: str, recent: Sequence[CheckRow]) -> str:
    """Return the outcome recorded before for an item, in words; empty for none."""
    if not outcome or outcome == TO_CHECK:
        return ""
    before = next((one for one in recent if one.item_id == item_id and not one.withdrawn), None)
    said = words.joined(words.outcome(outcome), words.clock(before.observed_at) if before else "")
    return _tr("Already checked: {said}. A new check takes its place; both stay in the record.").format(said=said)


def not_expected_said() -> str:
    """Return the reason why an item with an unexpected answer cannot be *verified*."""
    return _tr("An answer is not as expected, so this is no verified item. Say why, or go back (Esc).")
