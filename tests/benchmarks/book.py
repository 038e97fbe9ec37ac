"""A book of many items for measuring: some fifty articles at two hundred sites, serials at random."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from itertools import islice, product
from pathlib import Path
from typing import Final

from msgspec.structs import asdict

from db.tables import journal
from db.transaction import Transaction
from eum_app.domain.facts import Fact, ItemListed, SiteRegistered, encode_fact, kind_of
from eum_app.domain.journal import head_of, next_entry
from eum_app.usecases.session import Session
from eum_app.usecases.store.open_store import rebuild_store
from tests.builders import Clock, make_store

SITES: Final = 200
BATCH: Final = 10_000
ARTICLES: Final = tuple(
    (f"{kind}, {part}, TYPE {letter}", f"{kind[:2]}{part[:2]}-{number}{letter}")
    for number, (kind, part, letter) in enumerate(
        product(
            ("NIGHT VISION GOGGLE", "RADIO SET", "LAUNCHER", "SIGHT", "SENSOR UNIT"),
            ("HAND HELD", "THERMAL", "VEHICLE MOUNT", "TRAINING", "COMPACT"),
            "AB",
        )
    )
)


def facts_of_book(items: int) -> Iterator[SiteRegistered | ItemListed]:
    """Sites, then items; the same ones each time."""
    chance = random.Random(31)
    for number in range(SITES):
        yield SiteRegistered(observed_at="2026", site_id=f"site-{number:03d}", name=f"Depot {number}", country="XX")
    for line in range(items):
        nomenclature, part_number = chance.choice(ARTICLES)
        serial = str(chance.randrange(10**6, 10**8))
        yield ItemListed(
            observed_at="2026",
            item_id=f"{chance.getrandbits(128):032x}",
            import_id="book",
            line=line,
            country="XX",
            case_id=f"XX-B-{chance.randrange(20):03d}",
            rsn="001",
            nomenclature=nomenclature,
            nsn="5855-01-000-0101",
            part_number=part_number,
            cage="1HLD9",
            serial=serial,
            serial_raw=serial,
            uii=f"D1HLD9{part_number}{serial}",
            eum_level="EEUM",
            ship_date="2025-02-12",
            delivery_date="2025-02-17",
            site_id=f"site-{chance.randrange(SITES):03d}",
            location=f"Vault {chance.randrange(9)} / Shelf {chance.choice('ABCDEF')}-{chance.randrange(40):02d}",
            last_inventory="2025-12-11",
            disposition=chance.choice(("ON_HAND", "ON_HAND", "IN_MAINTENANCE")),
            remarks="",
        )


def make_book(folder: Path, items: int, said: Callable[[int], object] = lambda _: None) -> Session:
    """An HQ store that knows `items`; still open.

    All but the last block go into the journal first and into the read tables by a rebuild, as an upgrade has them
    (block by block they would take several times as long); the last is recorded like any other.
    """
    session = make_store(folder, "hq", "HQ-01", Clock())
    facts = facts_of_book(items)
    done = 0
    while block := list(islice(facts, BATCH)):
        done += len(block)
        is_last = done >= items + SITES
        with session.writing() as transaction:
            if is_last:
                transaction.record_all(block)
            else:
                _append(transaction, block)
        if items + SITES - done <= BATCH and not is_last:
            rebuild_store(session)
        said(done)
    return session


def _append(transaction: Transaction, facts: Iterable[Fact]) -> None:
    """Into the journal alone."""
    author = transaction.author
    head = transaction.head(author.origin, author.epoch)
    now = transaction.now_text()
    rows = []
    for fact in facts:
        entry = next_entry(
            head,
            author,
            recorded_at=now,
            kind=kind_of(fact),
            kind_version=fact.KIND_VERSION,
            payload=encode_fact(fact),
        )
        head = head_of(entry)
        rows.append({**asdict(entry), "known_at": entry.seq})
    transaction.connection.execute(journal.insert(), rows)
