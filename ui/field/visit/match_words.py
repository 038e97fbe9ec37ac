"""The texts of a match: its tag in the viewfinder, the line under it, and the offer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QCoreApplication

from db.queries.checks import CheckRow
from eum_app.domain.container_labels import Label
from eum_app.domain.errors import KnownError
from eum_app.domain.look_alikes import foreign_in
from eum_app.domain.matches import Closeness, MatchKind
from eum_app.domain.visits import TO_CHECK
from eum_app.usecases.visits.match_mark import Match
from eum_app.usecases.visits.note_label import NotedLabel
from ui.kit import words
from ui.kit.messages import warning
from ui.kit.translation import Texts
from ui.shared.mark_view import mark_text

translate = QCoreApplication.translate


MatchWords = Texts("MatchWords")

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
    compared: str = ""
    """Serial number as read, where the candidates differ from it."""


def name_of(match: Match) -> str:
    """Return the serial of a match: the book's as it is, else the one read, at most 40 characters.

    In the latter, invisible and direction characters are made visible.
    """
    if match.item is not None and match.item.serial:
        return match.item.serial
    return _shown(match.read.serial or match.read.uii or match.mark.text.strip())[:40]


def _shown(text: str) -> str:
    return mark_text(text.encode("utf-8", "replace"))


def tag_of(match: Match) -> tuple[str, str, str]:
    """Return (state of `ui.kit.theme.status`, text, tone of the frame) for a match."""
    name = name_of(match)
    state, text, tone = {
        MatchKind.EXPECTED: ("in_view", translate("match", "{name} expected"), "accent"),
        MatchKind.ALREADY_CHECKED: ("verified", translate("match", "{name} already checked"), "ok"),
        MatchKind.EXPECTED_ELSEWHERE: ("elsewhere", translate("match", "{name} expected elsewhere"), "warn"),
        MatchKind.NOT_ON_LIST: ("not_on_list", translate("match", "{name} not on list"), "warn"),
        MatchKind.UNKNOWN: ("unknown", translate("match", "{name} unknown"), "warn"),
        MatchKind.NEAR: ("near", translate("match", "{name} near match"), "warn"),
        MatchKind.AMBIGUOUS: ("near", translate("match", "{name} matches several"), "warn"),
        MatchKind.CLAIMS: (
            "claims",
            translate("match", "container label: {read}").format(read=_parts_read(match)),
            "warn",
        ),
    }[match.kind]
    return state, text.format(name=name), tone


def offer_of(match: Match) -> Offer:
    """Return title and text for every kind of match except expected and already checked.

    Raises KeyError for those two.
    """
    title, text, can_be_recorded = {
        MatchKind.EXPECTED_ELSEWHERE: (
            translate("match", "Expected at another visit"),
            translate("match", "Another open visit on this device expects this item. If it is here, record it"
                " as not on the list."),
            True,
        ),
        MatchKind.NOT_ON_LIST: (
            translate("match", "Not on the list"),
            translate("match", "This item is on the book, but this visit does not expect it. If it is here,"
                " record it."),
            True,
        ),
        MatchKind.UNKNOWN: (
            translate("match", "Not on the list"),
            translate("match", "No list has an item with this mark. Compare it with the plate; if it is right, record"
                               " it."),
            True,
        ),
        MatchKind.NEAR: (
            translate("match", "Near match"),
            translate("match", "No item has exactly this serial number. Compare the plate, character by"
                " character, and choose only "
                "what it says."),
            True,
        ),
        MatchKind.AMBIGUOUS: (
            translate("match", "Several items match"),
            translate("match", "More than one item has this serial number. Choose the one in front of you."),
            False,
        ),
        MatchKind.CLAIMS: (
            translate("match", "A container's label"),
            translate("match", "This label names several items. It is a claim by the packer, not a sighting: scan or "
                               "see each item itself."),
            False,
        ),
    }[match.kind]  # fmt: skip
    if match.label is not None and not match.label.is_whole:
        title, text = translate("match", "A container's label, in parts"), _still_missing(match.label)
    if match.kind is MatchKind.CLAIMS and match.label is None and not match.mark.claims:
        title, text = (
            translate("match", "Part of a mark"),
            translate(
                "match",
                "The message in this symbol has no end: it goes on in other symbols, or the scanner cut it off. A part "
                "alone names no item. Read it by camera, set the scanner to send every character, or enter the serial "
                "number by hand.",
            ),
        )
    if match.closeness and (reason := _why_near(match)):
        text = reason
    compared = match.read.serial or match.mark.text.strip() if match.kind is MatchKind.NEAR else ""
    return Offer(title, text, tuple(_read_rows(match)), can_be_recorded, _note_words(match), _shown(compared))


def _why_near(match: Match) -> str:
    """Return the text for the likeliest reason why the candidates are only offered; empty for a common misreading."""
    close = min(match.closeness, key=tuple(Closeness).index)
    if close is Closeness.OTHER_SCRIPT:
        return _joined(_foreign_said(match), _compare_said())
    text = {
        Closeness.SAME_SERIAL: translate("match", "An item has this serial number, and the book names another maker,"
            " part or UII than the mark does."),
        Closeness.CUT_SHORT: translate("match", "The scan has no end: the mark may go on in another symbol, or the"
            " scanner cut it off."),
        Closeness.CONTRADICTION: translate("match", "The mark states more than one serial number, and they differ."),
        Closeness.LETTER_CASE: translate("match", "The UII on the book differs in small and capital letters."),
        Closeness.IDENTIFIER: translate("match", "The text may begin with a data identifier (25S, 18S, S …) before the"
            " number itself."),
        Closeness.LEADING_ZEROS: translate("match", "The serial numbers differ in leading zeros only. A spreadsheet"
            " may have dropped them from the list."),
    }.get(close, "")  # fmt: skip
    return _joined(text, _compare_said()) if text else ""


def _compare_said() -> str:
    return translate("match", "Compare the plate, and choose only what it says.")


def _foreign_said(match: Match) -> str:
    """Return which letters of the book or of the mark are of another script."""
    texts = [_shown(match.read.serial or match.mark.text)]
    texts += [
        one.serial for one, close in zip(match.candidates, match.closeness, strict=True) if close == "other_script"
    ]
    foreign = dict.fromkeys(one for text in texts for one in foreign_in(text))
    return translate("match", "Characters that look like or mean {plain} are {scripts}.").format(
        plain=", ".join(dict.fromkeys(one.looks_like for one in foreign)),
        scripts=", ".join(dict.fromkeys(one.script for one in foreign)),
    )


def _note_words(match: Match) -> str:
    claims = len(match.mark.claims)
    return MatchWords.tr("Note %Ln claims", "", claims) if claims else ""


def noted_words(noted: NotedLabel) -> str:
    """Return the text of the notice after a label's claims were recorded."""
    kept = MatchWords.tr("%Ln claims noted", "", noted.claims)
    about = MatchWords.tr("%Ln about items known here", "", noted.matched)
    return words.joined(kept, about if noted.matched else "", translate("match", "this does not count as a sighting"))


def _joined(*sentences: str) -> str:
    return " ".join(sentences)


def _parts_read(match: Match) -> str:
    label = match.label
    if label is None or label.is_whole:
        return translate("match", "claims")
    read = len(label.parts)
    if label.size is None:
        read += len(label.loose)
        return MatchWords.tr("%Ln parts read", "", read)
    return MatchWords.tr("{read} of %Ln parts read", "", label.size).format(read=words.count(read))


def _still_missing(label: Label) -> str:
    claims = translate("match", "Its items are claims by the packer, not sightings.")
    if label.loose and not label.parts:
        return _joined(
            translate(
                "match",
                "The camera cannot tell which part of the label this is: only complete identifiers in it are shown.",
            ),
            translate(
                "match", "To read all of it, use a hand scanner that joins the parts or sends their control header."
            ),
            claims,
        )
    if label.missing:
        numbers = ", ".join(words.count(number + 1) for number in label.missing)
        missing = translate("match", "Still to scan: part {numbers}.").format(numbers=numbers)
    else:
        missing = translate("match", "The last part is still to be scanned.")
    return _joined(missing, translate("match", "The parts can be scanned in any order."), claims)


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
        translate("match", "The scanner lost the separators"),
        translate(
            "match",
            "What was scanned can be read in more than one way. Compare with the plate and choose what it says, or set "
            "the scanner up: its test page shows how.",
        ),
        tuple(str(one) for one in candidates),
    )


def confirm_offer(match: Match) -> Offer:
    """Return the question to ask before a single read of a weak symbology counts."""
    return Offer(
        translate("match", "Compare before it counts"),
        translate("match", "This kind of barcode can be misread. Compare with the plate, character by"
            " character; choose the item only "
            "if it is the same."),
        tuple(_read_rows(match)),
        can_be_recorded=False,
    )  # fmt: skip


def _read_rows(match: Match) -> list[tuple[str, str]]:
    is_named_by_text = not match.read.uii and match.kind is not MatchKind.CLAIMS
    rows = [
        (
            translate("match", "Serial number"),
            _shown(match.read.serial or (match.mark.text.strip() if is_named_by_text else "")),
        ),
        (translate("match", "UII"), _shown(match.read.uii)),
        (translate("match", "Part number"), _shown(match.mark.part_number or "")),
        (translate("match", "Maker (CAGE)"), _shown(match.mark.cage or "")),
        (translate("match", "Read by"), words.read_by(match.read.read_by)),
    ]
    if match.item is not None:
        rows.append((translate("match", "On the book at"), words.joined(match.item.site, match.item.location)))
    claims = match.mark.claims
    rows += [(translate("match", "Claimed"), _shown(claim)) for claim in claims[:CLAIMS_SHOWN]]
    if len(claims) > CLAIMS_SHOWN:  # a label may name hundreds, and each row is widgets
        more = MatchWords.tr("and %Ln more", "", len(claims) - CLAIMS_SHOWN)
        rows.append((translate("match", "Claimed"), more))
    rows += [(translate("match", "Note"), warning(one.code, one.values)) for one in match.mark.warnings]
    return [(name, value) for name, value in rows if value]


def wait_said(text: str, serial: str, *, is_by_hand: bool) -> str:
    """Return the reason why a scan has to wait; `serial` is that of the current item, empty for a group."""
    if is_by_hand:
        return translate("match", "{text} · first finish the entry by hand, or close it (Esc)").format(text=text)
    if not serial:
        return translate("match", "{text} · first record the selected items, or close them (Esc)").format(text=text)
    return translate("match", "{text} · first finish {serial}, or close it (Esc)").format(text=text, serial=serial)


def checked_said(outcome: str, item_id: str, recent: Sequence[CheckRow]) -> str:
    """Return the outcome recorded before for an item, in words, with its time if `recent` has the check.

    Empty for no outcome, and for an item that is still to check.
    """
    if not outcome or outcome == TO_CHECK:
        return ""
    before = next((one for one in recent if one.item_id == item_id and not one.withdrawn), None)
    said = words.joined(words.outcome(outcome), words.clock(before.observed_at) if before else "")
    return translate("match", "Already checked: {said}. A new check replaces it; both stay in the record.").format(
        said=said
    )


def not_expected_said() -> str:
    """Return the reason why an item with an unexpected answer cannot be *verified*."""
    return translate("match", "An answer is not as expected, so the item is not verified. State why, or go back (Esc).")
