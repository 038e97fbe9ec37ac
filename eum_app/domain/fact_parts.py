"""What facts are made of: values that several facts carry. See `facts`."""

from __future__ import annotations

import msgspec


class ContentRef(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Content named by a fact without being inside it.

    `object_id` is the hex SHA-384 of the sealed bytes; `commitment` the hex SHA-384 of salt ‖ plain bytes (the salt
    goes with the key, so that content withheld by order cannot be guessed from the fact); `size` counts plain bytes.
    """

    object_id: str
    commitment: str
    size: int
    media_type: str


class ChecklistPin(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One version of one checklist."""

    checklist_id: str
    version: str


class RejectedRow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    line: int
    codes: tuple[str, ...]


class MarkRead(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """How an item was identified: the raw bytes, what they were parsed into, and by what means they came in.

    `read_by` is camera, photo, wedge, serial, typed, paper or list (picked without reading a mark). `quality` is
    the share of the symbol's error correction that was not needed (0 also where that is not known), `crop` the picture
    of the mark as it was read, where the device is set to keep it.

    Where no mark was read, `no_read_reason` says why, and `entered_twice` that the serial was typed two times alike.
    What stood on a printed worklist (`read_by` paper) carries who saw the item and when (UTC text), who typed, and the
    `page` of the worklist (0: none).
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
    page: int = 0


class LabelPartRead(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One symbol of a container's label as it was read: the bytes as they came, control header included. `number` is
    its place on the label from 1, 0 where nothing told it; the rest as in `MarkRead`."""

    raw: bytes
    read_by: str
    number: int = 0
    symbology: str = ""
    preparation: str = ""
    quality: float = 0.0


class LabelClaim(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One item that a container's label names. `item_id` is the one item on the device's book that it is about, empty
    where none fits or where it cannot be told (`match`)."""

    uii: str
    serial: str
    part_number: str
    item_id: str
    match: str


class PartySignature(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A drawn signature with the signer's name and title, or the reason why there is none."""

    party: str
    signature: ContentRef | None
    signer: ContentRef | None
    declined_reason: str


class OutcomeCount(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    outcome: str
    count: int
