"""Authorship: fact → read tables. `visits` names the authors of checks as it applies them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection

from db.author_tables import account_links, attribution_starts, check_authors, signed_heads
from db.projection.rows import Appliers, Noted, plain, put
from eum_app.domain import facts as f


def note_authors(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert the newest check of each account in each chain; the highest number wins."""
    newest: dict[tuple[str, int, str], int] = {}
    for entry, _, _ in noted:
        author = (entry.origin, entry.epoch, entry.actor)
        newest[author] = max(newest.get(author, 0), entry.seq)
    put(connection, check_authors, [_row(*author, seq) for author, seq in newest.items()])


def apply_signed_heads(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert signed heads; the highest number of each account and chain wins.

    A head of another chain, or of an entry that was not written yet, does not count.
    """
    rows = [
        _row(entry.origin, entry.epoch, fact.account, fact.head_seq)
        for entry, fact, _ in noted
        if (fact.head_origin, fact.head_epoch) == (entry.origin, entry.epoch) and 0 <= fact.head_seq < entry.seq
    ]
    put(connection, signed_heads, rows)


def _row(origin: str, epoch: int, account: str, seq: int) -> dict[str, str | int]:
    return {"origin": origin, "epoch": epoch, "account": account, "seq": seq, "order_key": f"{seq:016d}"}


def apply_starts(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert where attribution begins in each chain; the first statement stays."""
    rows = [
        {"origin": origin, "epoch": epoch, "seq": seq} for _, fact, _ in noted for origin, epoch, seq in fact.chains
    ]
    put(connection, attribution_starts, rows)


def apply_links(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert links between accounts; the first statement of each stays."""
    rows = [
        {**plain(fact, "account", "device", "device_account"), "actor": entry.actor, "at": fact.observed_at}
        for entry, fact, _ in noted
    ]
    put(connection, account_links, rows)


APPLIERS: Final[Appliers] = {
    f.HeadSigned: apply_signed_heads,
    f.AttributionBegan: apply_starts,
    f.AccountLinked: apply_links,
}
