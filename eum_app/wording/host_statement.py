"""The statement that a host reads and signs, in plain words: counts, exceptions, the serials behind each count.

The English text is what a signature covers; windows may show a translation beside it. One line states one thing. No
value can begin another line or turn its direction, so no comment can pass for a line of the statement.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from eum_app.domain.clock import instant_words
from eum_app.domain.translatable import QT_TRANSLATE_NOOP, Translate, in_english
from eum_app.domain.visit_kinds import VISIT_KINDS
from eum_app.domain.visits import TO_CHECK, Grade, Outcome, ReadBy
from eum_app.domain.vocabulary import Unknown, member_of
from eum_app.wording.codes import WORDS
from eum_app.wording.deficiency_words import said_at
from eum_app.wording.reading import how_read
from eum_app.wording.testimony import answer_said, differences_said

if TYPE_CHECKING:  # the unlock page imports the wording, and must not load SQLAlchemy
    from db.queries.host_statement import HostStatement, StatedFate, StatedItem

EXCEPTIONS: Final = "exceptions"
VERIFIED: Final = "verified"
BY_OTHERS: Final = "by_others"
BY_HAND: Final = "by_hand"
FROM_LIST: Final = "from_list"
BELOW: Final = "below"
OTHER: Final = "other"

_OUTCOMES: Final[dict[str, str]] = {
    VERIFIED: QT_TRANSLATE_NOOP("statement", "Verified, sighted"),
    BY_OTHERS: QT_TRANSLATE_NOOP("statement", "Verified, not sighted"),
    Outcome.DISCREPANCY: QT_TRANSLATE_NOOP("statement", "Discrepancy"),
    Outcome.NOT_FOUND: QT_TRANSLATE_NOOP("statement", "Not found"),
    Outcome.NO_ACCESS: QT_TRANSLATE_NOOP("statement", "No access"),
    TO_CHECK: QT_TRANSLATE_NOOP("statement", "Not checked"),
    OTHER: QT_TRANSLATE_NOOP("statement", "Another outcome"),
    Outcome.NOT_ON_LIST: QT_TRANSLATE_NOOP("statement", "Not on the list"),
}
"""Each item has exactly one of these. `other` is an outcome that this version does not know."""
_HOW: Final[dict[str, str]] = {
    BY_HAND: QT_TRANSLATE_NOOP("statement", "Entered by hand"),
    FROM_LIST: QT_TRANSLATE_NOOP("statement", "Picked, no mark read"),
    BELOW: QT_TRANSLATE_NOOP("statement", "Below grade A"),
}
"""Counted in addition: how the item was identified, and on what the check rests."""
COUNTS: Final = (*_OUTCOMES, *_HOW)
"""Keys of all counts, in order."""
_SHOWN_IF_ANY: Final = frozenset({BY_OTHERS, OTHER})
_SEEN: Final = frozenset({Outcome.VERIFIED, Outcome.DISCREPANCY, Outcome.NOT_ON_LIST})

_LINE_ENDS: Final = re.compile(r"[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]+")
_STEERING: Final = re.compile("[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
"""Characters that are invisible, or that change the direction of what follows."""


@dataclass(frozen=True)
class StatedCount:
    """One count: its key, its name, the number, and a line for each item behind it."""

    key: str
    title: str
    lines: tuple[str, ...]

    @property
    def number(self) -> int:
        """The number of items behind the count."""
        return len(self.lines)


@dataclass(frozen=True)
class SaidStatement:
    """The statement in words: its first lines, the counts, the exceptions."""

    title: str
    head: tuple[str, ...]
    counts: tuple[StatedCount, ...]
    exceptions: StatedCount

    @property
    def text(self) -> str:
        """The whole statement: lines that end in a line feed."""
        return "\n".join(_lines(self)) + "\n"


def said_statement(stated: HostStatement, translate: Translate = in_english) -> SaidStatement:
    """Return the statement in words. In English (the default) its `text` is what people sign for."""
    name = _namer(stated)
    exceptions = [f"{name(item)}: {said}" for item in stated.items if (said := exception_said(item, translate))]
    exceptions += [_fate_said(fate, translate) for fate in stated.fates]
    of_visit = stated.visit.visit_id
    exceptions += [plain_line(said_at(one, of_visit, translate)) for one in stated.deficiencies]
    site = translate("statement", "Site")
    exceptions += [f"{site}: {plain_line(answer_said(*one, translate))}" for one in stated.site_unexpected]
    return SaidStatement(
        title=translate("statement", "Statement for the host"),
        head=tuple(_head(stated, translate)),
        counts=tuple(_counts(stated, name, translate)),
        exceptions=StatedCount(EXCEPTIONS, translate("statement", "Exceptions"), tuple(exceptions)),
    )


def exception_said(item: StatedItem, translate: Translate = in_english) -> str:
    """Return why an item is an exception, in one line.

    Empty for an item of the list that the inspector saw and verified, with every answer as expected.
    """
    parts = [] if item.outcome == Outcome.VERIFIED else [_outcome_said(item.outcome, translate)]
    if not item.is_listed and item.outcome != Outcome.NOT_ON_LIST:
        parts.append(_outcome_said(Outcome.NOT_ON_LIST, translate))
    if reasons := differences_said(item.differences, translate) or _reason_said(item, translate):
        parts.append(reasons)
    if item.unexpected:
        answers = "; ".join(answer_said(question, answer, translate) for question, answer in item.unexpected)
        parts.append(translate("statement", "Not as expected: {answers}").format(answers=answers))
    if item.is_below:
        parts.append(_evidence_said(item, translate))
    return ". ".join(plain_line(part) for part in parts)


def _fate_said(fate: StatedFate, translate: Translate) -> str:
    """Return what is stated to have become of an item, in one line."""
    known = WORDS["disposition"].get(fate.disposition)
    side = WORDS["reported_by"].get(fate.reported_by)
    said = translate("statement", "{serial}: Stated as {disposition}, {day}, reported by {side} {reporter}").format(
        serial=fate.serial or "–",
        disposition=translate("words", known) if known else Unknown(fate.disposition).shown,
        day=fate.happened_on,
        side=translate("words", side) if side else Unknown(fate.reported_by).shown,
        reporter=fate.reporter,
    )
    return plain_line(said)


def _head(stated: HostStatement, translate: Translate) -> Iterator[str]:
    visit = stated.visit
    kind = VISIT_KINDS.get(visit.purpose)
    purpose = translate("words", kind.title) if kind else Unknown(visit.purpose).shown
    program = WORDS["program"].get(visit.program)
    said = translate("words", program) if program else Unknown(visit.program).shown
    yield f"{purpose}, {said}"
    place = plain_line(f"{visit.site}, {visit.country}" if visit.country else visit.site)
    yield translate("statement", "Place: {place}").format(place=place)
    yield translate("statement", "Inspector: {name}, device {device}").format(
        name=plain_line(visit.inspector), device=plain_line(visit.device)
    )
    if stated.first_at:
        yield translate("statement", "Checks made: from {first} to {last}").format(
            first=instant_words(stated.first_at), last=instant_words(stated.last_at)
        )
    else:
        yield translate("statement", "Checks made: none")
    yield translate("statement", "Items on the list: {total}. Checked: {checked}. Photos taken: {photos}.").format(
        total=visit.expected, checked=visit.checked, photos=stated.photos
    )
    yield translate(
        "statement",
        "Signing says that you have read this statement. It does not say that you agree with what was found.",
    )


def _counts(stated: HostStatement, name: Callable[[StatedItem], str], translate: Translate) -> Iterator[StatedCount]:
    behind: dict[str, list[str]] = {key: [] for key in COUNTS}
    for item in stated.items:
        named, key = name(item), _key_of(item)
        known = _outcome_said(item.outcome, translate)
        behind[key].append(f"{named}: {known}" if key == OTHER else named)
        if item.reading.read_by in {ReadBy.TYPED, ReadBy.PAPER}:
            behind[BY_HAND].append(f"{named}: {plain_line(how_read(item.reading, translate))}")
        elif item.reading.read_by == ReadBy.LIST and item.outcome in _SEEN:
            behind[FROM_LIST].append(named)
        if item.is_below:
            behind[BELOW].append(f"{named}: {plain_line(_evidence_said(item, translate))}")
    for key, title in (_OUTCOMES | _HOW).items():
        if behind[key] or key not in _SHOWN_IF_ANY:
            yield StatedCount(key, translate("statement", title), tuple(behind[key]))


def _key_of(item: StatedItem) -> str:
    if item.outcome != TO_CHECK and member_of(Outcome, item.outcome) is None:
        return OTHER
    if not item.is_listed:
        return Outcome.NOT_ON_LIST
    if item.outcome == Outcome.VERIFIED:
        return VERIFIED if item.grade == Grade.SIGHTED else BY_OTHERS
    return item.outcome


def _namer(stated: HostStatement) -> Callable[[StatedItem], str]:
    """Return how an item is named: by its serial number, with the part number where several items share it."""
    shared = {serial for serial, number in Counter(item.serial for item in stated.items).items() if number > 1}

    def name(item: StatedItem) -> str:
        parts = [item.serial or "–"]
        if item.serial in shared and item.part_number:
            parts.append(item.part_number)
        return " / ".join(plain_line(part) for part in parts)

    return name


def _outcome_said(outcome: str, translate: Translate) -> str:
    if outcome == Outcome.VERIFIED:
        return translate("statement", "Verified")
    is_known = outcome == TO_CHECK or member_of(Outcome, outcome) is not None
    return translate("statement", _OUTCOMES[outcome]) if is_known else Unknown(outcome).shown


def _reason_said(item: StatedItem, translate: Translate) -> str:
    if not item.reason:
        return ""
    known = WORDS.get(item.outcome, {}).get(item.reason)
    return translate("words", known) if known else Unknown(item.reason).shown


def _evidence_said(item: StatedItem, translate: Translate) -> str:
    """Return the grade of evidence below *sighted*, and how the item was identified."""
    known = WORDS["grade"].get(item.grade)
    said = translate("statement", "Not sighted, grade {grade}: {evidence}").format(
        grade=Unknown(item.grade).shown, evidence=translate("words", known) if known else Unknown(item.grade).shown
    )
    how = how_read(item.reading, translate)
    return f"{said} ({how})" if how else said


def plain_line(text: str) -> str:
    """Return a value on one line: line breaks become blanks, characters that would steer the text their code points."""
    return _STEERING.sub(lambda found: f"\\u{ord(found.group()):04x}", _LINE_ENDS.sub(" ", text))


def _lines(said: SaidStatement) -> Iterator[str]:
    yield said.title
    yield from said.head
    yield ""
    yield from (f"{count.title}: {count.number}" for count in said.counts)
    for part in (said.exceptions, *said.counts):
        if part.lines or part is said.exceptions:
            yield ""
            yield f"{part.title}: {part.number}"
            yield from part.lines
