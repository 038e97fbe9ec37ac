"""Facts about accounts and keys. See `facts`.

None of them contains a secret that opens this store: recovery codes are sealed to HQ's recovery key.
"""

from __future__ import annotations

from typing import ClassVar, Final

from eum_app.domain.areas import Area
from eum_app.domain.fact import Fact, Whole
from eum_app.domain.fact_kind import FactKind
from eum_app.domain.translatable import QT_TRANSLATE_NOOP


class AccountAdded(Fact, frozen=True, kw_only=True):
    """An account was added, with its public signing key.

    `programs` and `countries` limit its scope; empty means all. At HQ, `voucher` is the signature of the administrator
    who added it (`db.queries.known_accounts`); empty for the first account, on devices and in earlier versions.
    """

    KIND_VERSION: ClassVar[int] = 2

    account: str
    role: str
    suite: str
    public_key: bytes
    programs: tuple[str, ...]
    countries: tuple[str, ...]
    voucher: bytes = b""


class AccountLinked(Fact, frozen=True, kw_only=True):
    """An administrator of HQ states that an account of HQ and an account on a device belong to one person."""

    account: str
    device: str
    device_account: str


class AccountRemoved(Fact, frozen=True, kw_only=True):
    """The account can no longer open this store. Its earlier facts remain."""

    account: str


class AccountUnlocked(Fact, frozen=True, kw_only=True):
    """The failed attempts of an account were reset. `how` is administrator, recovery_code or escrow."""

    account: str
    how: str


class PassphraseChanged(Fact, frozen=True, kw_only=True):
    """An account's passphrase changed. `how` is own, reset (by an administrator), recovery_code or escrow."""

    account: str
    how: str


class RecoveryCodesMade(Fact, frozen=True, kw_only=True):
    """A new set of single-use codes replaced all earlier ones of this account.

    `sealed` holds the codes for HQ only: HPKE to its recovery key (`usecases.people.recovery`). It is empty if the
    device had no HQ yet.
    """

    account: str
    set_id: str
    count: Whole
    sealed: bytes


class RecoveryCodeUsed(Fact, frozen=True, kw_only=True):
    """A recovery code was used; it cannot be used again."""

    account: str
    set_id: str
    number: Whole


class RecoveryCodeDisclosed(Fact, frozen=True, kw_only=True):
    """HQ read one of a device's recovery codes out to a person."""

    device: str
    account: str
    set_id: str
    number: Whole


class EscrowOpened(Fact, frozen=True, kw_only=True):
    """HQ's recovery key opened a device's store before two people.

    HQ's journal and the device's journal both record it.
    """

    device: str
    store_id: str
    account: str
    hq: str
    opened_by: str
    witness: str


class DataKeyRotated(Fact, frozen=True, kw_only=True):
    """The whole store is now encrypted under a new data key."""

    reason: str


KINDS: Final = (
    FactKind(fact=AccountLinked, word=QT_TRANSLATE_NOOP("words", "Accounts linked"), area=Area.PEOPLE),
    FactKind(
        fact=AccountAdded, word=QT_TRANSLATE_NOOP("words", "Account added"), area=Area.PEOPLE, device_may_state=True
    ),
    FactKind(
        fact=AccountRemoved, word=QT_TRANSLATE_NOOP("words", "Account removed"), area=Area.PEOPLE, device_may_state=True
    ),
    FactKind(
        fact=AccountUnlocked,
        word=QT_TRANSLATE_NOOP("words", "Account unlocked"),
        device_may_state=True,
        auditor_may_state=True,
    ),
    FactKind(
        fact=PassphraseChanged,
        word=QT_TRANSLATE_NOOP("words", "Passphrase changed"),
        device_may_state=True,
        auditor_may_state=True,
    ),
    FactKind(
        fact=RecoveryCodesMade,
        word=QT_TRANSLATE_NOOP("words", "Recovery codes made"),
        area=Area.PEOPLE,
        device_may_state=True,
        auditor_may_state=True,
    ),
    FactKind(
        fact=RecoveryCodeUsed,
        word=QT_TRANSLATE_NOOP("words", "Recovery code used"),
        area=Area.PEOPLE,
        device_may_state=True,
        auditor_may_state=True,
    ),
    FactKind(fact=RecoveryCodeDisclosed, word=QT_TRANSLATE_NOOP("words", "Recovery code read out"), area=Area.PEOPLE),
    FactKind(fact=EscrowOpened, word=QT_TRANSLATE_NOOP("words", "Opened by HQ's recovery key"), device_may_state=True),
    FactKind(fact=DataKeyRotated, word=QT_TRANSLATE_NOOP("words", "Store key renewed"), device_may_state=True),
)
