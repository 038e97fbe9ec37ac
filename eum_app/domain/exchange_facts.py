"""Facts about bundles sent, imported or refused, and HQ's receipts. See `facts`."""

from __future__ import annotations

from typing import Final

from eum_app.domain.areas import Area
from eum_app.domain.fact import Fact, Whole
from eum_app.domain.fact_kind import FactKind
from eum_app.domain.translatable import QT_TRANSLATE_NOOP


class BundleSealed(Fact, frozen=True, kw_only=True):
    """A bundle was written for a recipient, with entries `first_seq` to `last_seq` of one chain.

    `file_size` is in bytes.
    """

    bundle_id: str
    bundle_kind: str
    recipient: str
    origin: str
    epoch: Whole
    first_seq: Whole
    last_seq: Whole
    head_hash: bytes
    objects: Whole
    file_name: str
    file_size: Whole


class BundleImported(Fact, frozen=True, kw_only=True):
    """A bundle was verified and applied; `new_entries` of its entries were not held before.

    `imprint` names its outer signature (`crypto.timestamps`); facts of earlier versions have none.
    """

    bundle_id: str
    bundle_kind: str
    sender: str
    origin: str
    epoch: Whole
    first_seq: Whole
    last_seq: Whole
    head_hash: bytes
    new_entries: Whole
    objects: Whole
    file_name: str
    imprint: str = ""


class BundleQuarantined(Fact, frozen=True, kw_only=True):
    """A file was refused, with the reason's code and values (as text).

    A copy is kept if it came whole from the `sender`, else the file was left where it was (`is_kept`); earlier versions
    kept every file and named no sender. `file_sha384` is empty for a file that was too large to be read.
    """

    quarantine_id: str
    bundle_id: str
    file_name: str
    file_sha384: str
    file_size: Whole
    code: str
    details: dict[str, str]
    is_kept: bool = True
    sender: str = ""


class FactsReceived(Fact, frozen=True, kw_only=True):
    """HQ's receipt: it holds this origin's chain up to `seq`. It travels to the device in a signed bundle."""

    hq: str
    origin: str
    epoch: Whole
    seq: Whole
    head_hash: bytes
    bundle_id: str


class PaperHeadNoted(Fact, frozen=True, kw_only=True):
    """HQ noted a journal head that is printed on a paper record, and where that record is kept (`paper`).

    Noted before an identity ended, it proves that the journal up to this head existed before.
    """

    origin: str
    epoch: Whole
    seq: Whole
    head_hash: bytes
    paper: str


class LateHeadAccepted(Fact, frozen=True, kw_only=True):
    """One person at HQ accepts that a device sealed its journal up to this head before its identity ended.

    The facts of two accounts for the same head admit the bundle (`usecases.exchange.late_bundles`). `signature` is that
    of the account's key (`db.queries.signed_acts`); a fact without it counts for nothing.
    """

    quarantine_id: str
    origin: str
    epoch: Whole
    seq: Whole
    head_hash: bytes
    reason: str
    signature: bytes = b""


class HqRevoked(Fact, frozen=True, kw_only=True):
    """HQ revoked a certificate of an HQ, by its serial (lower-case hex). Devices learn it from the next bundle."""

    hq: str
    serial: str
    reason: str


class RevocationsLearned(Fact, frozen=True, kw_only=True):
    """A device learned revocations from HQ's bundle: (serial, holder, revoked at) of each new one.

    `issuer_epoch` is the epoch of the sender's certificate, `issued_at` its beginning: a list revokes no HQ certificate
    of a later epoch. Earlier versions stated no epoch (0).
    """

    hq: str
    bundle_id: str
    issued_at: str
    revoked: tuple[tuple[str, str, str], ...]
    issuer_epoch: Whole = 0


KINDS: Final = (
    FactKind(
        fact=BundleSealed, word=QT_TRANSLATE_NOOP("words", "Bundle sealed"), area=Area.EXCHANGE, device_may_state=True
    ),
    FactKind(
        fact=BundleImported,
        word=QT_TRANSLATE_NOOP("words", "Bundle imported"),
        area=Area.EXCHANGE,
        device_may_state=True,
    ),
    FactKind(
        fact=BundleQuarantined,
        word=QT_TRANSLATE_NOOP("words", "File refused and kept"),
        area=Area.EXCHANGE,
        device_may_state=True,
    ),
    FactKind(fact=FactsReceived, word=QT_TRANSLATE_NOOP("words", "Received by HQ"), area=Area.EXCHANGE),
    FactKind(fact=PaperHeadNoted, word=QT_TRANSLATE_NOOP("words", "Head on paper noted"), area=Area.EXCHANGE),
    FactKind(fact=LateHeadAccepted, word=QT_TRANSLATE_NOOP("words", "Late bundle accepted"), area=Area.EXCHANGE),
    FactKind(fact=HqRevoked, word=QT_TRANSLATE_NOOP("words", "HQ certificate revoked"), area=Area.PEOPLE),
    FactKind(
        fact=RevocationsLearned,
        word=QT_TRANSLATE_NOOP("words", "Revocations learned"),
        area=Area.PEOPLE,
        device_may_state=True,
    ),
)
