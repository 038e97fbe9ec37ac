"""A container label in several PDF417 symbols (Macro PDF417, MIL-STD-129), whose parts may be read in any order.

All parts carry the label's file id. A hand scanner that transmits the control header sends, with each symbol: `\\928`,
the part's number in five digits (from 0), then the file id, each codeword as `\\` and three digits. The last part ends
with `\\922`. A label may state its number of parts: field `\\923\\001` and two codewords (AIM USS PDF417 1994, GLI
protocol; ISO/IEC 15438, annex H).

The camera's decoder returns only the file id. Such a part has no number, is never ordered by guessing, and yields only
identifiers that are complete within it.
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
"""Incomplete labels kept in memory; the least recently used one is dropped."""
MAX_PARTS: Final = 50
"""Parts of one label. Hand scanners that assemble labels themselves hold no more."""

_WORD = rb"\\[0-8][0-9]{2}"  # a codeword of a number or a file id; those from 900 on are control codewords
_HEADER = rb"\\928(?P<number>[0-9]{5})(?P<label>(?:%b)+)" % _WORD
_AT_START = re.compile(rb"(?P<before>(?:\][A-Za-z][0-9A-Za-z])?)%b" % _HEADER)
_AT_END = re.compile(rb"(?P<before>.*)(?<!\\)%b(?:\\923(?:%b)*)*(?:%b)?" % (_HEADER, _WORD, rb"\\922"), re.DOTALL)
_COUNT = re.compile(rb"\\923\\001\\([0-8][0-9]{2})\\([0-8][0-9]{2})")
_FIELD = re.compile(rb"\\923(?:%b)*" % _WORD)
_LAST = b"\\922"
_COUNT_BASE = 100_000  # numeric compaction puts a 1 before the digits


@dataclass(frozen=True)
class LabelPart:
    """One symbol of a label: its data without the control header.

    `number` counts from 0, None if unknown. `size` is the label's number of parts, if this part states it.
    """

    label_id: str
    data: bytes
    number: int | None = None
    size: int | None = None


@dataclass(frozen=True)
class Label:
    """The parts of one label read so far: `parts` by number, `loose` those without a known number."""

    label_id: str
    parts: tuple[tuple[int, bytes], ...] = ()
    loose: tuple[bytes, ...] = ()
    size: int | None = None

    @property
    def missing(self) -> tuple[int, ...]:
        """The missing numbers, from 0. While the size is unknown, only gaps below the highest number are known."""
        read = {number for number, _ in self.parts}
        upto = self.size if self.size is not None else max(read, default=-1) + 1
        return tuple(number for number in range(upto) if number not in read)

    @property
    def is_whole(self) -> bool:
        """Whether the size is known and every part was read."""
        return self.size is not None and not self.missing

    @property
    def message(self) -> bytes:
        """The data of the numbered parts, in order; the complete message if `is_whole`."""
        return b"".join(data for _, data in self.parts)

    @property
    def pieces(self) -> tuple[bytes, ...]:
        """The longest pieces that are known to be contiguous.

        Adjacent parts are joined; each part without a number is a piece by itself.
        """
        runs: dict[int, bytes] = {}
        for at, (number, data) in enumerate(self.parts):
            first = number - at  # the same for parts that follow each other
            runs[first] = runs.get(first, b"") + data
        return (*runs.values(), *self.loose)


Labels = tuple[Label, ...]


def part_scanned(raw: bytes) -> LabelPart | None:
    """Return the part that a hand scanner sent with its control header, or None for other data.

    The header needs a file id and must be at one end of the data, because an item's mark may contain its first
    characters. Data with the prefix of another symbology than PDF417 is never a part. Number and size are returned as
    stated; `add_part` refuses impossible ones.
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
    """Return the labels with this part added; its label is the last. A repeated part adds nothing.

    Of more than `MAX_LABELS` labels the first is dropped.

    Raises Refusal `mark.label_parts_disagree` (another part has this number, or another size was stated: two labels
    share a file id), `mark.label_too_many_parts`.
    """
    label = next((one for one in labels if one.label_id == part.label_id), Label(part.label_id))
    others = tuple(one for one in labels if one.label_id != part.label_id)
    # A hostile stream of file ids must not fill the memory.
    return (*others[-(MAX_LABELS - 1) :], _with(label, part))


def note_id(origin: str, visit_id: str, label_id: str, first: bytes) -> str:
    """Return the id (32 hex characters) under which a label's claims are kept: one per label, visit and reading device.

    A label in one symbol has no file id; its bytes (`first`) identify it.
    """
    name = label_id.encode() or hashlib.sha384(first).digest()
    return hashlib.sha384(b"\0".join((origin.encode(), visit_id.encode(), name))).hexdigest()[:32]


def forget(labels: Labels, label_id: str) -> Labels:
    """Return the labels without the one that has this id, if there is one."""
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
