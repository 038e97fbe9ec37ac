"""Find items of the book by a scanned mark, outside a visit. Nothing is recorded."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from eum_app.domain.matches import MatchKind
from eum_app.usecases.session import Session
from eum_app.usecases.visits.match_mark import match_mark
from ui.kit.translation import Texts
from ui.shared.mark_view import mark_text

translate = QCoreApplication.translate

ScannedWords = Texts("ScannedWords")
_SHOWN_CHARS = 40


@dataclass(frozen=True)
class Scanned:
    """The items that a mark names (one, or several with this serial number), or those that are only near it.

    `name` is the serial number or UII that was read, as shown to people.
    """

    name: str
    ids: tuple[str, ...]
    kind: MatchKind


def find_scanned(session: Session, raw: bytes, read_by: str) -> Scanned:
    """Look a mark up in the whole book; `ids` is empty where it names no item.

    Raises Refusal `mark.…`, `scanner.layout`, `scanner.caps_lock`.
    """
    match = match_mark(session, "", raw, read_by=read_by)
    found = (match.item,) if match.item is not None else match.candidates
    name = match.read.serial or match.read.uii or match.mark.text.strip()
    shown = mark_text(name.encode("utf-8", "replace"))[:_SHOWN_CHARS]
    return Scanned(shown, tuple(one.item_id for one in found), match.kind)


def rows_words(found: Scanned) -> str:
    """Return which rows a list shows after a scan."""
    number = len(found.ids)
    if found.kind is MatchKind.NEAR:
        words = ScannedWords.tr("%Ln items near the scanned {name}; none has exactly this mark", "", number)
    else:
        words = ScannedWords.tr("%Ln items with the scanned mark {name}", "", number)
    return words.format(name=found.name)


def nothing_words(found: Scanned) -> str:
    """Return why no item is shown after a scan."""
    if found.kind is MatchKind.CLAIMS:
        return translate("items", "This symbol is a container label or a part of a mark: it names no single item.")
    return translate("items", "No item has the scanned mark {name}.").format(name=found.name)
