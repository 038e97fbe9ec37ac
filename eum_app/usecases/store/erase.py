"""Erasure of a store by an administrator: first show what would be lost, then destroy the keys.

`what_is_lost` counts what HQ has not received; `erase_store` destroys the keyslots. `set_erase_after` sets a policy
that erases automatically after a number of failed unlocks; it is off by default.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Final

import msgspec

from db.erase import destroy_keyslots, remove_rest
from db.queries.exchange import Outstanding, outstanding
from eum_app import diagnostics
from eum_app.domain.errors import Refusal, Trouble
from eum_app.domain.people import Permission
from eum_app.usecases.changes import Changed
from eum_app.usecases.people.accounts import PEOPLE, changing, trusted_store_file
from eum_app.usecases.session import Session, require_admitted

LEAST_ERASE_AFTER: Final = 10
MOST_ERASE_AFTER: Final = 1_000


@dataclass(frozen=True)
class Lost:
    """Data that erasing would lose.

    On a device, `outstanding` counts facts and photos that HQ has not acknowledged. An HQ store loses everything that
    is not in a backup.
    """

    store: str
    is_hq: bool
    outstanding: Outstanding


def what_is_lost(session: Session) -> Lost:
    """Return what erasing would lose, to be shown first. Raises Refusal `permission.denied`."""
    session.require(Permission.STORE_ERASE)
    named = session.store.named
    return Lost(named.name, session.is_hq, session.read(outstanding, named.name, named.epoch))


def erase_store(session: Session, confirm: str) -> None:
    """Destroy the keyslots, close the session without recording its end, and delete the store's files and log.

    This cannot be undone. `confirm` is the store's name, typed by the person. Every subfolder of the store's folder is
    deleted. The folder itself, unknown files in it, and the file at `db.instance.path_of` stay. A PostgreSQL database
    keeps its readable journals; the server's administrator must drop it. Raises Refusal `permission.denied`,
    `store.not_confirmed`, `account.removed`, `account.changed`; Trouble for disk errors, after which the keyslots may
    already be destroyed.
    """
    session.require(Permission.STORE_ERASE)
    with contextlib.suppress(Trouble):  # a failing disk must not keep anyone from destroying the keys
        require_admitted(session)
    if confirm != session.name:
        raise Refusal("store.not_confirmed", name=session.name)
    folder = session.store.folder
    # The keyslots go first: after that nothing can be decrypted, even if a crash leaves the other files behind.
    destroy_keyslots(folder)
    session.drop_keys()
    remove_rest(folder)
    diagnostics.discard(folder)


def erase_after(session: Session) -> int:
    """Return the number of failed unlocks since the last success, of all accounts together, after which the keyslots
    are destroyed; 0 means never.

    Every role may ask. Raises as `trusted_store_file`.
    """
    return trusted_store_file(session.store.folder, session.ticket.data_key).erase_after


def set_erase_after(session: Session, failures: int) -> Changed:
    """Set the number of failed unlocks after which the keyslots are destroyed; 0 turns the policy off.

    It is stored in the keyslot file, where a change without the key is detected at the next unlock. It cannot protect
    against a person who copies the files first. Raises Refusal `permission.denied`, `erase.too_few` (1 to 9 or
    negative: a child at the keyboard must not destroy a visit), `erase.too_many`, and as `trusted_store_file`; Trouble
    for disk errors.
    """
    session.require(Permission.STORE_ERASE)
    if failures and failures < LEAST_ERASE_AFTER:
        raise Refusal("erase.too_few", least=LEAST_ERASE_AFTER)
    if failures > MOST_ERASE_AFTER:  # a typing error, and the file's integers have 64 bits
        raise Refusal("erase.too_many", most=MOST_ERASE_AFTER)
    with changing(session) as (_, store_file, keep):
        keep(msgspec.structs.replace(store_file, erase_after=max(failures, 0)))
    return PEOPLE
