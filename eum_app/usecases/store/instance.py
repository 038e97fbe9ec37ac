"""Checks at the start of a session: a copied or restored store, missing entries, an unrecorded change of key.

Copies and restored states are detected by `db.instance`. A change of key stays unrecorded after a crash.
"""

from __future__ import annotations

from db import instance, rekey
from db.chains import chain_head
from db.outgoing import lost_ends, note_lost
from db.secrets import IDENTITY, PENDING, read_secret
from db.store import Store
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import CopyNoticed, DataKeyRotated
from eum_app.domain.journal import Author, Head, head_of, outgoing_origin
from eum_app.domain.stores import StoreKind


def notice_copy(store: Store, author: Author) -> None:
    """Record that this store is a copy or was restored, once for each epoch.

    This comes before anything else is recorded, so that the fact names the last entry that is certainly the chain's
    own. A device then accepts no more evidence under its old identity (Refusal `store.copied`) and can hand in only
    existing facts. An open enrollment request is discarded, since the copy may have its keys. A device that was never
    enrolled records nothing: it has no chain that could continue elsewhere. Raises as `Store.writing`.
    """
    named = store.named
    with store.reading() as connection:
        own = Head(named.name, named.epoch, 0, b"")
        marked = store.watermark.read()
        how = instance.how_it_differs(
            connection, store.folder, own, named.store_id, marked, is_shared=store.is_on_server
        )
        is_known = named.kind == StoreKind.HQ or read_secret(connection, IDENTITY) is not None
        head = chain_head(connection, named.name, named.epoch)
    if how and not is_known:
        store.watermark.move(head, back=True)
    if not how or not is_known or store.copied:
        return
    with store.writing(author) as transaction:
        transaction.drop_secret(PENDING)  # the other copy may have the same keys
        through = transaction.head(named.name, named.epoch).seq
        known = marked.seq if marked and marked.epoch == named.epoch and marked.seq > through else 0
        noticed = CopyNoticed(
            observed_at=store.observed_now(), epoch=named.epoch, how=how, through_seq=through, known_seq=known
        )
        newest = head_of(transaction.record(noticed))
    store.watermark.move(newest, back=True)  # this position now belongs to the chain in this store
    store.look_at_own_chain()


def notice_lost_outgoing(store: Store, author: Author) -> None:
    """At HQ: record which sealed entries of its outgoing chains the database has lost (`db.outgoing`).

    Before anything is copied out: else their numbers would be given again, and devices would refuse them as a fork.
    Raises as `Store.writing`.
    """
    named = store.named
    if named.kind != StoreKind.HQ:
        return
    with store.reading() as connection:
        if not lost_ends(connection, named.name, named.epoch):
            return
    with store.writing(author) as transaction:
        note_lost(transaction.connection, lost_ends(transaction.connection, named.name, named.epoch))
    store.look_at_own_chain()


def lost_for_devices(store: Store) -> list[Refusal]:
    """Return the warnings to show at HQ about entries for devices that damage took, one for each gap of this epoch."""
    outgoing = outgoing_origin(store.named.name, "")
    return [
        Refusal("chain.outgoing_lost", device=hole.origin.removeprefix(outgoing), first=hole.first, last=hole.last)
        for hole in store.lost_outgoing
    ]


def lost_entries(store: Store) -> Refusal | None:
    """Return the Refusal `store.entries_lost` (count, first, last) to show if entries recorded in this store are
    missing; None if none are. Nothing is raised.
    """
    missing = store.copied.missing if store.copied else range(0)
    if not missing:
        return None
    return Refusal("store.entries_lost", count=len(missing), first=missing[0], last=missing[-1])


def notice_key_change(store: Store, author: Author, data_key: bytes) -> None:
    """Record a change of the data key that a crash left unrecorded (`rotate_key`); nothing if there is none.

    Raises as `Store.writing`.
    """
    with store.reading() as connection:
        if not rekey.is_announced(connection):
            return
    with store.writing(author) as transaction:
        reason = rekey.take_announced(transaction.connection, data_key)
        if reason is not None:
            transaction.record(DataKeyRotated(observed_at=store.observed_now(), reason=reason))


def leave_store(store: Store, author: Author) -> None:
    """Save the journal's position outside the store's folder, so that a copy or an earlier state is detected later.

    If this machine cannot keep that file, nothing is raised; only HQ can then detect copies. Raises as `Store.writing`.
    """
    named = store.named
    own = Head(named.name, named.epoch, 0, b"")
    with store.reading() as connection:
        token = instance.leave(connection, store.folder, own, named.store_id)
        is_kept = instance.is_kept(connection)
    if token and not is_kept:
        with store.writing(author) as transaction:
            instance.keep_token(transaction.connection, token)
