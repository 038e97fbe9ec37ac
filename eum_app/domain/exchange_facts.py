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
    """A bundle was verified and applied; `new_entries` of its entries were not held before."""

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
)
