"""The meaning of the marks in view: queried once for each, cached while in view, queried again after a change of the
store.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from eum_app.domain.errors import KnownError, Refusal
from eum_app.domain.visits import ReadBy
from eum_app.scanning.decoder import Symbol
from eum_app.scanning.sweep import Track
from eum_app.usecases.calls import call
from eum_app.usecases.session import Session
from eum_app.usecases.visits.match_label import ContainerLabels
from eum_app.usecases.visits.match_mark import Match
from ui.field.visit.scan_worker import Seen
from ui.kit.desk import Desk

Key = tuple[str, bytes]


@dataclass(frozen=True)
class Sighting:
    """A mark in view and its meaning. `is_sure`: it may count without a person comparing it with the plate."""

    key: Key
    match: Match
    picture: QImage
    is_sure: bool


class Sightings(QObject):
    """Receives every view, and emits each verdict once."""

    found = Signal(object)
    """list[Sighting]: marks that came into view, or whose verdict changed."""
    refused = Signal(object, object)
    """(Key, KnownError): the symbol is not a mark."""
    counted = Signal()
    """The marks in view changed; read them from `in_view` and `expected`."""

    def __init__(self, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._visit_id = ""
        self.labels = ContainerLabels()
        self._verdicts: dict[Key, Match | None] = {}
        self._asked: set[Key] = set()
        self._tracks: tuple[Track, ...] = ()
        self._seen: Seen | None = None
        self._round = 0
        self._before: tuple[tuple[Key, str], ...] = ()

    def begin(self, visit_id: str) -> None:
        """Start with another visit, and forget everything about the last one."""
        self._visit_id = visit_id
        self._verdicts.clear()
        self.labels.clear()
        self.ask_anew()

    def ask_anew(self) -> None:
        """Query everything again, because the store changed. Old verdicts stay until the answer arrives."""
        self._asked.clear()
        self._round += 1
        self._ask()

    def look(self, seen: Seen | None) -> None:
        """Take the newest view; None when there is no longer a picture."""
        self._seen = seen
        self._tracks = seen.tracks if seen is not None else ()
        keys = {track.key for track in self._tracks}
        # Marks that left the view are forgotten, and asked about again when they return.
        self._verdicts = {key: match for key, match in self._verdicts.items() if key in keys}
        self._asked &= keys
        self._ask()
        self._count()

    @property
    def in_view(self) -> int:
        """Return how many marks in view count as read."""
        return sum(self._may_count(track) for track in self._tracks)

    def expected(self) -> list[Sighting]:
        """Return the expected items in view whose marks are sure, each once, in the order of the view's marks."""
        by_item: dict[str, Sighting] = {}
        for track in self._tracks:
            match = self._verdicts.get(track.key)
            if track.is_sure and match is not None and match.kind == "expected" and match.item is not None:
                by_item.setdefault(match.item.item_id, self._sighting(track, match))
        return list(by_item.values())

    def sighting_of(self, key: Key) -> Sighting | None:
        """Return the sighting of a mark in view, or None while it has no verdict."""
        track = next((one for one in self._tracks if one.key == key), None)
        match = self._verdicts.get(key)
        return self._sighting(track, match) if track is not None and match is not None else None

    def shows(self, item_id: str) -> bool:
        """Return whether a mark of this item is in view."""
        matches = (self._verdicts.get(track.key) for track in self._tracks)
        return any(one is not None and one.item is not None and one.item.item_id == item_id for one in matches)

    # Inside

    def _may_count(self, track: Track) -> bool:
        return track.is_sure or (self._seen is not None and self._seen.read_by == ReadBy.PHOTO)

    def _sighting(self, track: Track, match: Match) -> Sighting:
        pictures = self._seen.pictures if self._seen is not None else {}
        return Sighting(track.key, match, pictures.get(track.key, QImage()), track.is_sure)

    def _ask(self) -> None:
        if not self._visit_id or self._seen is None:
            return
        new = {one.key: one.symbol for one in self._tracks if self._may_count(one) and one.key not in self._asked}
        if not new:
            return
        self._asked |= set(new)
        self._desk.ask(
            call(match_all, self.labels, self._visit_id, new, self._seen.read_by),
            then=partial(self._answered, self._visit_id, self._round),
        )

    def _answered(self, visit_id: str, asked_in: int, answers: Sequence[tuple[Key, Match | KnownError]]) -> None:
        if visit_id != self._visit_id or asked_in != self._round:
            return  # about another visit, or from before the store changed
        told = []
        for key, answer in answers:
            if isinstance(answer, Match):
                before = self._verdicts.get(key)
                self._verdicts[key] = answer
                sighting = self.sighting_of(key)
                if sighting is not None and (before is None or before.kind != answer.kind):
                    told.append(sighting)
            else:
                self._verdicts[key] = None
                self.refused.emit(key, answer)
        self._count()
        if told:
            self.found.emit(told)

    def _count(self) -> None:
        now = tuple(
            (one.key, match.kind if (match := self._verdicts.get(one.key)) is not None else "")
            for one in self._tracks
            if self._may_count(one)
        )
        if now != self._before:
            self._before = now
            self.counted.emit()


def match_all(
    session: Session, labels: ContainerLabels, visit_id: str, symbols: Mapping[Key, Symbol], read_by: str
) -> list[tuple[Key, Match | KnownError]]:
    """Return the match of each symbol in a visit, or the Refusal that says why it has none, in the order of `symbols`.

    Trouble is raised.
    """
    return [(key, _matched(session, labels, visit_id, symbol, read_by)) for key, symbol in symbols.items()]


def _matched(
    session: Session, labels: ContainerLabels, visit_id: str, symbol: Symbol, read_by: str
) -> Match | KnownError:
    try:
        symbol.require_whole_mark()
        return labels.match(
            session,
            visit_id,
            symbol.data,
            read_by=read_by,
            symbology=symbol.aim or symbol.symbology,
            preparation=symbol.preparation,
            quality=round(symbol.margin, 2),
            part_of=symbol.part_of,
        )
    except Refusal as refusal:
        return refusal
