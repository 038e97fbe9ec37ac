"""A container's label in several PDF417 symbols (Macro PDF417, MIL-STD-129): its parts are put together in any order.

All parts carry the label's file id. Which part it is, a hand scanner says that transmits the control header with each
symbol: `\\928`, the part's number in five digits (from 0), then the file id, each of its codewords as `\\` and three
digits; the last part ends with `\\922`; where the label states how many parts it has, that is field `\\923\\001` and
two codewords (AIM USS PDF417 1994, GLI protocol; ISO/IEC 15438, annex H). The picture's decoder tells the file id
alone: such a part has no number, is never put in a place by guess, and gives only what stands whole within it.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from typing import Final

from eum_app.domain.errors import Refusal
from eum_app.domain.mark_syntax import split_aim_prefix, symbology_of
from eum_app.domain.marks import MAX_MARK_BYTES

MAX_LABELS: Final = 8
"""Labels that are kept while parts of them are missing; the one touched longest ago is let go."""
MAX_PARTS: Final = 50
"""Parts of one label; hand scanners that put labels together themselves hold no more."""

_WORD = rb"\\[0-8][0-9]{2}"  # a codeword of a number or a file id; those from 900 on are signs
_HEADER = rb"\\928(?P<number>[0-9]{5})(?P<label>(?:%b)+)" % _WORD
_AT_START = re.compile(rb"(?P<before>(?:\][A-Za-z][0-9A-Za-z])?)%b" % _HEADER)
_AT_END = re.compile(rb"(?P<before>.*)(?<!\\)%b(?:\\923(?:%b)*)*(?:%b)?" % (_HEADER, _WORD, rb"\\922"), re.DOTALL)
_COUNT = re.compile(rb"\\923\\001\\([0-8][0-9]{2})\\([0-8][0-9]{2})")
_FIELD = re.compile(rb"\\923(?:%b)*" % _WORD)
_LAST = b"\\922"
_COUNT_BASE = 100_000  # in numeric compaction a one stands before the digits


@dataclass(frozen=True)
class LabelPart:
    """One symbol of a label: its data without the control header. `number` is from 0, None where it is not known;
    `size` is the number of parts, where this one tells it."""

    label_id: str
    data: bytes
    number: int | None = None
    size: int | None = None


@dataclass(frozen=True)
class Label:
    """What was read of one label. `parts` are by number, `loose` those whose number is not known."""

    label_id: str
    parts: tuple[tuple[int, bytes], ...] = ()
    loose: tuple[bytes, ...] = ()
    size: int | None = None

    @property
    def missing(self) -> tuple[int, ...]:
        """The numbers, from 0, that were not read; up to the last one known where the size is not."""
        read = {number for number, _ in self.parts}
        upto = self.size if self.size is not None else max(read, default=-1) + 1
        return tuple(number for number in range(upto) if number not in read)

    @property
    def is_whole(self) -> bool:
        return self.size is not None and not self.missing

    @property
    def message(self) -> bytes:
        """The parts read, in their order; the whole message if `is_whole`."""
        return b"".join(data for _, data in self.parts)

    @property
    def pieces(self) -> tuple[bytes, ...]:
        """What is known to stand in one piece: neighbouring parts together, parts without a number each by itself."""
        runs: dict[int, bytes] = {}
        for at, (number, data) in enumerate(self.parts):
            first = number - at  # the same for parts that follow each other
            runs[first] = runs.get(first, b"") + data
        return (*runs.values(), *self.loose)


Labels = tuple[Label, ...]


def part_scanned(raw: bytes) -> LabelPart | None:
    """The part that a hand scanner sent with its control header; None if this is no such thing.

    A header has a file id, and stands at one end of what was sent: the mark of an item may hold its first characters.
    What says that it is another symbology than PDF417 is no part.
    """
    prefix, _ = split_aim_prefix(raw[:3].decode("ascii", "replace"))
    if len(raw) > MAX_MARK_BYTES or (prefix and symbology_of(prefix) != "PDF417"):
        return None
    found = _AT_START.match(raw) or _AT_END.fullmatch(raw)
    if found is None:
        return None
    rest = found["before"].removeprefix(prefix.encode()) + raw[found.end("label") :]
    number, size = int(found["number"]), None
    if count := _COUNT.search(rest):
        size = int(count[1]) * 900 + int(count[2]) - _COUNT_BASE
        rest = rest[: count.start()] + rest[count.end() :]
    if _LAST in rest:
        size = number + 1 if size is None else size
        rest = rest.replace(_LAST, b"")
    return LabelPart(found["label"].decode().replace("\\", ""), _FIELD.sub(b"", rest), number, size)


def add_part(labels: Labels, part: LabelPart) -> Labels:
    """The labels with this part added; the one that it belongs to is the last of them. Read again, it changes nothing.

    Raises Refusal `mark.label_parts_disagree` (another part was read under this number, or the number of parts is told
    differently: two labels share a file id), `mark.label_too_many_parts`.
    """
    label = next((one for one in labels if one.label_id == part.label_id), Label(part.label_id))
    others = tuple(one for one in labels if one.label_id != part.label_id)
    return (*others[-(MAX_LABELS - 1) :], _with(label, part))


def note_id(origin: str, visit_id: str, label_id: str, first: bytes) -> str:
    """Under what the claims of a label are kept: one for each label, visit and device that read it. A label in one
    symbol has no file id: its bytes (`first`) name it."""
    name = label_id.encode() or hashlib.sha384(first).digest()
    return hashlib.sha384(b"\0".join((origin.encode(), visit_id.encode(), name))).hexdigest()[:32]


def forget(labels: Labels, label_id: str) -> Labels:
    """Without what was read of one label."""
    return tuple(one for one in labels if one.label_id != label_id)


def _with(label: Label, part: LabelPart) -> Label:
    limit = Refusal("mark.label_too_many_parts", limit=MAX_PARTS)
    if part.number is None:
        known = (*(data for _, data in label.parts), *label.loose)
        if part.data in known:
            return label
        if len(known) >= MAX_PARTS:
            raise limit
        return replace(label, loose=(*label.loose, part.data))
    if not 0 <= part.number < MAX_PARTS or (part.size is not None and part.size > MAX_PARTS):
        raise limit
    parts = dict(label.parts)
    size = label.size if part.size is None else part.size
    is_other = parts.setdefault(part.number, part.data) != part.data
    is_outside = size is not None and (size < 1 or max(parts) >= size)
    if is_other or is_outside or (label.size is not None and size != label.size):
        raise Refusal("mark.label_parts_disagree", label=label.label_id, part=part.number + 1)
    loose = tuple(data for data in label.loose if data != part.data)
    return Label(label.label_id, tuple(sorted(parts.items())), loose, size)
