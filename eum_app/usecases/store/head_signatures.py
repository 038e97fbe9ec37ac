"""Signatures of an account over a journal head: made at close-out and at the end of a session, verified on import."""

from __future__ import annotations

from collections.abc import Iterable

from db.chains import entry_hash_at
from db.queries.people import signing_keys_of_chain
from db.store import Connection
from eum_app.crypto.signing import SigningKey, VerifyKey
from eum_app.crypto.suites import Suite
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import HeadSigned
from eum_app.domain.journal import Head

HEAD_PURPOSE = "eum/journal-head/1"


def head_message(head: Head) -> bytes:
    """Build the message that an account signs: origin, epoch, seq and hash, each on its own line."""
    return f"{head.origin}\n{head.epoch}\n{head.seq}\n{head.hash.hex()}\n".encode()


def sign_head(key: SigningKey, head: Head) -> bytes:
    """Sign a journal head with the account's key."""
    return key.sign(HEAD_PURPOSE, head_message(head))


def sign_journal_head(key: SigningKey, account: str, head: Head, observed_at: str) -> HeadSigned:
    """Build the fact that an account signed a head."""
    return HeadSigned(
        observed_at=observed_at,
        account=account,
        head_origin=head.origin,
        head_epoch=head.epoch,
        head_seq=head.seq,
        head_hash=head.hash,
        signature=sign_head(key, head),
    )


def check_head_signatures(connection: Connection, origin: str, epoch: int, signed: Iterable[HeadSigned]) -> None:
    """Verify the signatures in an imported chain, after it was appended.

    Raises Refusal `head.foreign` (the head is of another chain or differs from this one), `head.signer_unknown` (the
    chain never listed that account), `signature.invalid`, `key.invalid`, `suite.unknown`.
    """
    keys = signing_keys_of_chain(connection, origin, epoch)
    for fact in signed:
        held = entry_hash_at(connection, origin, epoch, fact.head_seq)
        if (fact.head_origin, fact.head_epoch) != (origin, epoch) or held != fact.head_hash:
            raise Refusal("head.foreign", origin=origin, seq=fact.head_seq)
        if fact.account not in keys:
            raise Refusal("head.signer_unknown", account=fact.account)
        _require_signed(fact, keys[fact.account])


def _require_signed(fact: HeadSigned, keys: list[tuple[str, bytes]]) -> None:
    """Verify with any key that the account had in that chain. Raises Refusal `signature.invalid`."""
    message = head_message(Head(fact.head_origin, fact.head_epoch, fact.head_seq, fact.head_hash))
    for at, (suite, public_key) in enumerate(keys, 1):
        try:
            VerifyKey.from_bytes(Suite.parse(suite), public_key).verify(HEAD_PURPOSE, message, fact.signature)
        except Refusal:
            if at == len(keys):
                raise
        else:
            return
