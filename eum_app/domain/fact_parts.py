"""Values that several facts contain. See `facts`."""

from __future__ import annotations

import msgspec

from eum_app.domain.fact import Whole


class ContentRef(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Reference from a fact to content (photo, note, signature) that is stored outside the fact.

    `object_id` is the hex SHA-384 of the sealed bytes, `commitment` the hex SHA-384 of salt ‖ plain bytes, `size` the
    number of plain bytes. The salt is stored with the key: after content is withheld, it cannot be guessed from the
    fact.
    """

    object_id: str
    commitment: str
    size: Whole
    media_type: str


class ChecklistPin(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One version of one checklist."""

    checklist_id: str
    version: str


class RejectedRow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A rejected row of a list: its line (from 1) and the reasons as codes."""

    line: Whole
    codes: tuple[str, ...]


class MarkNote(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A warning about a mark: its code (`MarkWarning`) and the names and values of its sentence."""

    code: str
    values: tuple[tuple[str, str], ...] = ()


class MarkRead(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """How an item was identified: the raw bytes, the values parsed from them, and the means of reading.

    `read_by` is camera, photo, wedge, serial, typed, paper or list (picked without reading a mark). `quality` is the
    unused share of the symbol's error correction, 0 to 1; 0 also means unknown. `crop` is the picture of the mark, if
    the device is set to keep it.

    If no mark was read, `no_read_reason` says why, and `entered_twice` is true if the serial was typed twice alike. An
    entry from a printed worklist (`read_by` paper) names who saw the item (`saw`), when (`seen_at`, UTC text), who
    typed it (`typed_by`), and the `page` of the worklist (0: none).

    `warnings` are those that the mark gave when it was read: that it contradicts itself, has no end, … Facts of before
    this field have none.

    A check below evidence grade A names who saw the item (`saw`), for whom (`saw_for`, an organization or appointing
    authority), and how (`saw_how`). Facts of before the last two fields have neither.
    """

    read_by: str
    raw: bytes = b""
    symbology: str = ""
    preparation: str = ""
    uii: str = ""
    serial: str = ""
    elements: tuple[tuple[str, str], ...] = ()
    quality: float = 0.0
    crop: ContentRef | None = None
    entered_twice: bool = False
    no_read_reason: str = ""
    saw: str = ""
    typed_by: str = ""
    seen_at: str = ""
    page: Whole = 0
    warnings: tuple[MarkNote, ...] = ()
    saw_for: str = ""
    saw_how: str = ""


class Difference(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One kind of discrepancy with its facts: the value `on_record` and the value `found`, each empty if not stated.

    `reason` is a `Discrepancy`. The values are a serial, a place, a model, a seal number, or the part that is missing.
    """

    reason: str
    on_record: str = ""
    found: str = ""


class LabelPartRead(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One symbol of a container label: the raw bytes with any control header, and how it was read.

    `number` is its place on the label from 1, or 0 if unknown. The other fields are as in `MarkRead`.
    """

    raw: bytes
    read_by: str
    number: Whole = 0
    symbology: str = ""
    preparation: str = ""
    quality: float = 0.0


class LabelClaim(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One item that a container label names.

    `item_id` is the one item of the device's book that the claim is about. It is empty if no item matches or several
    could (see `match`).
    """

    uii: str
    serial: str
    part_number: str
    item_id: str
    match: str


class PartySignature(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A drawn signature with the signer's name and title, or the reason why the party did not sign."""

    party: str
    signature: ContentRef | None
    signer: ContentRef | None
    declined_reason: str


class OutcomeCount(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Number of checks with one outcome."""

    outcome: str
    count: Whole
