"""Key escrow: a device's data key is sealed to HQ's recovery key, so that a forgotten passphrase loses no visit.

The recovery key is created with HQ's authority and stored among HQ's secrets. Each device gets its public half in the
enrollment answer. An HQ store has no escrow: its recovery key is behind the same lock that it would open. HQ relies on
two administrators, printed recovery codes and backups.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from db.attempts import forget
from db.keyslots import Slot, Unlocked, new_slot, open_escrow, read_store_file
from db.rekey import settle
from eum_app.crypto.passphrases import KdfParams
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import AccountUnlocked, EscrowOpened, PassphraseChanged
from eum_app.domain.people import Permission, folded
from eum_app.domain.stores import UnlockedBy
from eum_app.usecases.exchange.trust import recovery_key
from eum_app.usecases.people.accounts import account_added, changing, require_passphrase
from eum_app.usecases.session import Session
from eum_app.usecases.store.unlocking import opened, started, unlocked_by_passphrase


def open_by_escrow(
    session: Session,
    folder: Path,
    account: str,
    new_passphrase: str,
    *,
    witness: str,
    witness_passphrase: str,
    notice_accepted_at: str | None = None,
    kdf: KdfParams | None = None,
) -> Session:
    """At HQ, with a witness: open a device's store folder with HQ's recovery key, and reset one of its accounts.

    The account gets a new passphrase and new keys; its old passphrase and recovery codes stop working. The returned
    session is that account's, on the device's store. `witness` is another account of this HQ, who types their own
    passphrase. The access is recorded here before anything is opened, and in the device's journal. It stays recorded
    here if a later step fails.

    Raises Refusal `permission.denied`, `escrow.witness` (the same person), `escrow.absent`, `escrow.other_key`,
    `device.not_enrolled` (this is no HQ), `vault.not_admitted`, `account.unknown`, `notice.not_accepted`,
    `passphrase.…` for a new one that cannot be used; as `unlocked_by_passphrase` for the witness, and as
    `read_store_file` and `Store.open` for the device's store.
    """
    session.require(Permission.ESCROW_OPEN)
    require_passphrase(new_passphrase)
    if folded(witness) == folded(session.account):  # codes that differ in case or Unicode form are one person
        raise Refusal("escrow.witness", account=witness)
    store_file = read_store_file(folder)
    unlocked_by_passphrase(session.store.folder, witness, witness_passphrase)
    with session.writing() as transaction:
        data_key, next_key = open_escrow(store_file, recovery_key(session, transaction.connection))
        told = EscrowOpened(
            observed_at=session.observed_now(),
            device=store_file.name,
            store_id=store_file.store_id,
            account=account,
            hq=session.name,
            opened_by=session.account,
            witness=witness,
        )
        transaction.record(told)
    if next_key:
        data_key = settle(folder, data_key, next_key)
    cost = kdf or store_file.slots[0].kdf.fresh()
    slot, made = new_slot(store_file.store_id, session.suite, account, new_passphrase, data_key, cost)
    device = opened(folder, store_file, account, made, session.now, notice_accepted_at)
    try:
        _let_in(device, told, slot, made)
        forget(folder, account)
    except BaseException:
        device.store.close()
        raise
    return started(device, notice_accepted_at)


def _let_in(device: Session, told: EscrowOpened, slot: Slot, made: Unlocked) -> None:
    """Save the account's new slot, and record the access in the device's journal."""
    with changing(device) as (transaction, store_file, keep):
        account, observed_at = device.account, device.observed_now()
        transaction.record_all(
            [
                msgspec.structs.replace(told, observed_at=observed_at),
                account_added(observed_at, account, device.role, device.scope, made.signing_key),
                PassphraseChanged(observed_at=observed_at, account=account, how=UnlockedBy.ESCROW),
                AccountUnlocked(observed_at=observed_at, account=account, how=UnlockedBy.ESCROW),
            ]
        )
        keep(store_file.with_slot(slot))
