"""Container labels on a visit: their parts are joined as they are read; they yield claims, never sightings
(MIL-STD-129).

Nothing is recorded until a person notes a label's claims (`note_label`).
"""

from __future__ import annotations

from dataclasses import replace
from threading import Lock
from typing import Final

from eum_app.domain.container_labels import Label, LabelPart, Labels, add_part, forget, part_scanned
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import LabelPartRead, MarkRead
from eum_app.domain.marks import Claimed, Mark, claims_within, parse_mark
from eum_app.domain.matches import MatchKind
from eum_app.domain.visits import ReadBy
from eum_app.usecases.session import Session
from eum_app.usecases.visits.match_mark import Match, match_mark

SCANNERS: Final = frozenset({ReadBy.WEDGE, ReadBy.SERIAL})


class ContainerLabels:
    """Parts of labels read so far, by any means. Thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._labels: Labels = ()
        self._read: dict[tuple[str, bytes], LabelPartRead] = {}

    def clear(self) -> None:
        """Forget all parts."""
        with self._lock:
            self._labels = ()
            self._read.clear()

    def match(
        self,
        session: Session,
        visit_id: str,
        raw: bytes,
        *,
        read_by: str,
        symbology: str = "",
        preparation: str = "",
        quality: float = 0.0,
        part_of: str = "",
        is_scanner_tested: bool = False,
    ) -> Match:
        """Match as `match_mark` does; a part of a label is matched as the label read so far.

        `part_of` is the file id of the label that contains this symbol, if a decoder of pictures found one. Raises
        Refusal as `take` and `match_mark` do.
        """
        label = self.take(raw, read_by=read_by, part_of=part_of, preparation=preparation, quality=quality)
        return label or match_mark(
            session,
            visit_id,
            raw,
            read_by=read_by,
            symbology=symbology,
            preparation=preparation,
            quality=quality,
            is_scanner_tested=is_scanner_tested,
        )

    def take(
        self, raw: bytes, *, read_by: str, part_of: str = "", preparation: str = "", quality: float = 0.0
    ) -> Match | None:
        """Add a part and return its label as far as it was read; None if the data is not a part of a label.

        The result is of kind `CLAIMS` and names no item. A part read again changes nothing in the label.
        Raises Refusal `mark.label_parts_disagree`, `mark.label_too_many_parts` (the label then starts over), and those
        of `parse_mark` for a complete message, of `claims_within` for an incomplete one (its parts then stay).
        """
        if part_of:
            part: LabelPart | None = LabelPart(part_of, raw)
        else:  # no person types a control header, and decoders of pictures do not pass it on
            part = part_scanned(raw) if read_by in SCANNERS else None
        if part is None:
            return None
        with self._lock:
            try:
                self._labels = add_part(self._labels, part)
            except Refusal:
                self._labels = forget(self._labels, part.label_id)
                raise
            label = self._labels[-1]
            kept = {one.label_id for one in self._labels}
            self._read = {key: one for key, one in self._read.items() if key[0] in kept}
            # A part that states its position replaces one that does not.
            if part.number is not None or (label.label_id, part.data) not in self._read:
                self._read[label.label_id, part.data] = LabelPartRead(
                    raw=raw,
                    read_by=read_by,
                    number=0 if part.number is None else part.number + 1,
                    symbology="PDF417",
                    preparation=preparation,
                    quality=quality,
                )
            pieces = (*(data for _, data in label.parts), *label.loose)
            parts = tuple(self._read[label.label_id, data] for data in pieces)
        read = MarkRead(read_by=read_by, raw=raw, symbology="PDF417", preparation=preparation, quality=quality)
        return Match(MatchKind.CLAIMS, read, _mark_of(label), label=label, parts=parts)


def _mark_of(label: Label) -> Mark:
    if label.is_whole:
        mark = parse_mark(label.message, "PDF417")
        own = (Claimed(mark.uii.value, mark.serial or "", mark.part_number or ""),) if mark.uii else ()
        return replace(mark, uii=None, serial=None, claimed=mark.claimed or own)
    claimed: dict[str, Claimed] = {}
    for piece in label.pieces:
        for one in claims_within(piece):
            claimed.setdefault(one.uii, one)
    return Mark(label.message, "", "PDF417", claimed=tuple(claimed.values()))
