"""Facts about HQ's log: signed heads, cosignatures of witnesses, and proof slips. See `facts`."""

from __future__ import annotations

from typing import Final

import msgspec

from eum_app.domain.areas import Area
from eum_app.domain.fact import Fact, Whole
from eum_app.domain.fact_kind import FactKind
from eum_app.domain.translatable import QT_TRANSLATE_NOOP


class LogSpan(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The entries `first_seq` to `last_seq` of one chain."""

    origin: str
    epoch: Whole
    first_seq: Whole
    last_seq: Whole


class LogHeadSigned(Fact, frozen=True, kw_only=True):
    """HQ took entries into its log and signed the log's head.

    `spans` are the entries since the head before, in the order of their leaves; the tree then has `size` leaves.
    `signed` is the head file. The log's origin and epoch are those of this entry's chain.
    """

    size: Whole
    root: bytes
    spans: tuple[LogSpan, ...]
    signed: bytes


class LogHeadWitnessed(Fact, frozen=True, kw_only=True):
    """A witness's signature over a head of this log came back. `fingerprint` is hex SHA-384 of the raw `key`."""

    size: Whole
    witness: str
    fingerprint: str
    cosigned_at: str
    statement: bytes
    key: bytes
    signature: bytes


class ProofSlipMade(Fact, frozen=True, kw_only=True):
    """A slip was made that proves one entry to an outsider, by the log's head of `size`.

    `subject` is item, visit or finding, `subject_id` its id; `visit_id` is the visit that the record belongs to (empty
    for a finding about a device). `sha384` is of the slip's bytes, hex.
    """

    subject: str
    subject_id: str
    visit_id: str
    origin: str
    epoch: Whole
    seq: Whole
    size: Whole
    sha384: str


KINDS: Final = (
    FactKind(fact=LogHeadSigned, word=QT_TRANSLATE_NOOP("words", "Log head signed"), area=Area.LOG),
    FactKind(fact=LogHeadWitnessed, word=QT_TRANSLATE_NOOP("words", "Log head witnessed"), area=Area.LOG),
    FactKind(fact=ProofSlipMade, word=QT_TRANSLATE_NOOP("words", "Proof slip made"), auditor_may_state=True),
)
