"""Facts about proof of time: trusted authorities, requests and answers (RFC 3161). See `facts` and `crypto.timestamps`.

`imprint` is the hex SHA-512 that a time authority signs. `subject` says which signature it is about: bundle, report or
head. For a head, the fields that begin with `head_` name it, the public key of the account that signed it, and the
signature, so that the imprint can be computed again; else they are empty.
"""

from __future__ import annotations

from typing import Final

from eum_app.domain.areas import Area
from eum_app.domain.fact import Fact, Whole
from eum_app.domain.fact_kind import FactKind
from eum_app.domain.translatable import QT_TRANSLATE_NOOP


class TimeAuthorityTrusted(Fact, frozen=True, kw_only=True):
    """A time authority's certificate (DER) is trusted from now on, or no longer (`is_trusted`)."""

    fingerprint: str
    name: str
    certificate: bytes
    is_trusted: bool


class TimeRequested(Fact, frozen=True, kw_only=True):
    """A request for proof of time was written to `file_name`."""

    imprint: str
    subject: str
    about: str
    file_name: str
    head_origin: str = ""
    head_epoch: Whole = 0
    head_seq: Whole = 0
    head_hash: bytes = b""
    head_signer: bytes = b""
    head_signature: bytes = b""


class TimeProved(Fact, frozen=True, kw_only=True):
    """A trusted authority's answer (DER) proves that a signature existed at `proved_at`."""

    imprint: str
    subject: str
    about: str
    proved_at: str
    authority: str
    answer: bytes
    head_origin: str = ""
    head_epoch: Whole = 0
    head_seq: Whole = 0
    head_hash: bytes = b""
    head_signer: bytes = b""
    head_signature: bytes = b""


KINDS: Final = (
    FactKind(fact=TimeAuthorityTrusted, word=QT_TRANSLATE_NOOP("words", "Time authority trusted"), area=Area.EXCHANGE),
    FactKind(fact=TimeRequested, word=QT_TRANSLATE_NOOP("words", "Proof of time requested"), area=Area.EXCHANGE),
    FactKind(fact=TimeProved, word=QT_TRANSLATE_NOOP("words", "Time proved"), area=Area.EXCHANGE),
)
