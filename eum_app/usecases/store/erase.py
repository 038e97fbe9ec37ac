"""An administrator erases a store: first what would be lost, then the keys.

`what_is_lost` says what HQ has not received; `erase_store` destroys the keyslots. `set_erase_after` is the policy that
does so by itself after a number of failed attempts; it is off unless somebody sets it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import msgspec

from db.erase import destroy_keyslots, remove_rest
from db.queries.exchange import Outstanding, outstanding
from eum_app import diagnostics
from eum_app.domain.errors import Refusal
from eum_app.domain.people import Permission
from eum_app.usecases.changes import Changed
from eum_app.usecases.people.accounts import PEOPLE, changing, trusted_store_file
from eum_app.usecases.session import Session

LEAST_ERASE_AFTER: Final = 10


@dataclass(frozen=True)
class Lost:
    """What erasing would lose. On a device: facts and photos that HQ has no receipt for (`outstanding`); an HQ has
    nobody behind it, and loses everything that no backup holds."""

    store: str
    is_hq: bool
    outstanding: Outstanding


def what_is_lost(session: Session) -> Lost:
    """To be shown before anything is erased. Raises Refusal `permission.denied`."""
    session.require(Permission.STORE_ERASE)
    named = session.store.named
    return Lost(named.name, session.is_hq, session.read(outstanding, named.name, named.epoch))


def erase_store(session: Session, confirm: str) -> None:
    """Destroy the keyslots, close the session, remove the store's files. There is no way back.

    `confirm` is the store's name, typed by the person. A PostgreSQL database keeps its journals: only key material in
    it was boxed, and whoever runs the server drops it. Raises Refusal `permission.denied`, `store.not_confirmed`;
    Trouble of the disk.
    """
    session.require(Permission.STORE_ERASE)
    if confirm != session.name:
        raise Refusal("store.not_confirmed", name=session.name)
    folder = session.store.folder
    destroy_keyslots(folder)
    session.drop_keys()
    remove_rest(folder)
    diagnostics.discard(folder)


def erase_after(session: Session) -> int:
    """After how many failed attempts at this store in a row its keyslots are destroyed; 0 is never."""
    return trusted_store_file(session.store.folder, session.ticket.data_key).erase_after


def set_erase_after(session: Session, failures: int) -> Changed:
    """Set that number; 0 turns it off. It stands in the keyslot file, where a change by somebody without the key shows
    at the next unlocking; it cannot bind who copies the files first.

    Raises Refusal `permission.denied`, `erase.too_few` (a child at the keyboard must not destroy a visit).
    """
    session.require(Permission.STORE_ERASE)
    if failures and failures < LEAST_ERASE_AFTER:
        raise Refusal("erase.too_few", least=LEAST_ERASE_AFTER)
    with changing(session) as (_, store_file, keep):
        keep(msgspec.structs.replace(store_file, erase_after=max(failures, 0)))
    return PEOPLE
