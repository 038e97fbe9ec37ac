"""Facts about the authority and HQ's certificates. See `facts`."""

from __future__ import annotations

from typing import Final

from eum_app.domain.areas import Area
from eum_app.domain.fact import Fact, Whole
from eum_app.domain.fact_kind import FactKind
from eum_app.domain.translatable import QT_TRANSLATE_NOOP


class AuthorityCopied(Fact, frozen=True, kw_only=True):
    """The authority's key was opened, to be written to a folder; this store still holds it.

    `needed` of `custodians` restore the copy; both are 0 under a passphrase. Recorded before the copy is written.
    """

    root_fingerprint: str
    needed: Whole
    custodians: Whole


class AuthorityMoved(Fact, frozen=True, kw_only=True):
    """The authority's key left this store for a folder: under a passphrase, or split among `custodians` (0: not split).

    `needed` of them restore it.
    """

    root_fingerprint: str
    needed: Whole
    custodians: Whole


class HqCertified(Fact, frozen=True, kw_only=True):
    """HQ uses keys and the authority's certificate for them: the first of `certificates` (DER).

    Bundles sealed to the former keys open until `earlier_until` (UTC text; empty: there are none). `endorsement` is the
    former key's signature that these certificates follow; empty for the first keys, and in earlier versions.
    """

    hq: str
    epoch: Whole
    fingerprint: str
    root_fingerprint: str
    certificates: tuple[bytes, ...]
    earlier_until: str
    endorsement: bytes = b""


class VaultSealed(Fact, frozen=True, kw_only=True):
    """HQ's vault was written for the `generation`th time. `digest` is its SHA-384, `signature` that of HQ's key.

    A vault that is older than the newest such entry was put back.
    """

    generation: Whole
    digest: bytes
    signature: bytes


class DeviceRecertified(Fact, frozen=True, kw_only=True):
    """HQ certified a device's keys again under its new certificate: the first of `certificates` (DER).

    Device, epoch and keys are those of its enrollment. It travels to the device.
    """

    device: str
    epoch: Whole
    fingerprint: str
    certificates: tuple[bytes, ...]


class AuthorityListReceived(Fact, frozen=True, kw_only=True):
    """The authority's signed list of revoked HQ certificates arrived: `revocations` (DER), with its number."""

    number: Whole
    revocations: bytes


KINDS: Final = (
    FactKind(fact=AuthorityCopied, word=QT_TRANSLATE_NOOP("words", "Authority's key copied")),
    FactKind(fact=AuthorityMoved, word=QT_TRANSLATE_NOOP("words", "Authority's key moved out")),
    FactKind(fact=HqCertified, word=QT_TRANSLATE_NOOP("words", "Keys of HQ certified")),
    FactKind(fact=VaultSealed, word=QT_TRANSLATE_NOOP("words", "Vault of HQ's keys written")),
    FactKind(fact=DeviceRecertified, word=QT_TRANSLATE_NOOP("words", "Device certified again"), area=Area.PEOPLE),
    FactKind(
        fact=AuthorityListReceived,
        word=QT_TRANSLATE_NOOP("words", "List of revoked HQs received"),
        device_may_state=True,
    ),
)
