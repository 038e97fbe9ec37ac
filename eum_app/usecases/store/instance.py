"""What is noticed at the beginning of a session: a copied store, one put back to an earlier state or short of entries
(see `db.instance`), and a change of key that a crash left unrecorded."""

from __future__ import annotations

from db import instance, rekey
from db.chains import chain_head
from db.secrets import read_secret
from db.store import Store
from eum_app.domain.facts import CopyNoticed, DataKeyRotated
from eum_app.domain.journal import Author, Head, head_of
from eum_app.domain.stores import StoreKind
from eum_app.usecases.exchange.trust import IDENTITY, PENDING


def notice_copy(store: Store, author: Author) -> None:
    """Record that this store is a copy or was put back, once for each epoch; before anything else is recorded, so that
    the fact names the last entry that is surely the chain's own.

    A device then takes no more evidence under its old identity (Refusal `store.copied`) and can hand in only what it
    held. One that was never enrolled has nothing that could go on elsewhere.
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
        transaction.drop_secret(PENDING)  # keys that the other one may hold as well
        through = transaction.head(named.name, named.epoch).seq
        known = marked.seq if marked and marked.epoch == named.epoch and marked.seq > through else 0
        noticed = CopyNoticed(
            observed_at=store.observed_now(), epoch=named.epoch, how=how, through_seq=through, known_seq=known
        )
        newest = head_of(transaction.record(noticed))
    store.watermark.move(newest, back=True)  # from here on it is the chain that is here
    store.look_at_own_chain()


def notice_key_change(store: Store, author: Author, data_key: bytes) -> None:
    """Record that the store was put under a new data key, where a crash came before that was said (`rotate_key`)."""
    with store.reading() as connection:
        if not rekey.is_announced(connection):
            return
    with store.writing(author) as transaction:
        reason = rekey.take_announced(transaction.connection, data_key)
        if reason is not None:
            transaction.record(DataKeyRotated(observed_at=store.observed_now(), reason=reason))


def leave_store(store: Store, author: Author) -> None:
    """Write down outside the store's folder how far it goes, so that a copy or an earlier state is known again."""
    named = store.named
    own = Head(named.name, named.epoch, 0, b"")
    with store.reading() as connection:
        token = instance.leave(connection, store.folder, own, named.store_id)
        is_kept = instance.is_kept(connection)
    if token and not is_kept:
        with store.writing(author) as transaction:
            instance.keep_token(transaction.connection, token)
