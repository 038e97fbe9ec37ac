"""A proof among 1,000,000 entries: `python -m tests.benchmarks.bench_proofs [entries]`. CPU times of this process."""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

from msgspec.structs import astuple
from rich.console import Console

from db.queries.log import Place
from db.tables import journal
from db.transaction import Transaction
from eum_app.domain.facts import CheckRecorded, MarkRead, encode_fact
from eum_app.domain.journal import Author, head_of, next_entry
from eum_app.domain.proof_slips import encode_slip
from eum_app.usecases.proofs.log_head import sign_log_head
from eum_app.usecases.proofs.make_slip import slip_of
from eum_app.usecases.session import Session
from tests.benchmarks.ratios import Figure
from tests.builders import Clock, make_store

BATCH = 10_000
PROOF_MS = 5.0
HEAD_S = 60.0


def figures(folder: Path, *, entries: int = 1_000_000, asked: int = 400) -> list[Figure]:
    """Make a journal of one device with that many checks, sign the log's head, and prove some of them."""
    session = make_store(folder / "hq", "hq", "HQ-01", Clock())
    fill(session, entries)
    began = time.process_time()
    sign_log_head(session)
    head_s = time.process_time() - began
    chance = random.Random(31)
    took, sizes = [], []
    with session.writing() as transaction:
        for _ in range(asked):
            place = Place("FLD-0042", 1, chance.randrange(entries) + 1)
            began = time.process_time()
            slip, _ = slip_of(session, transaction, 1, place)
            data = encode_slip(slip)
            took.append((time.process_time() - began) * 1_000)
            sizes.append(len(data))
    session.store.close()
    return [
        Figure(f"proof slip among {entries:,} entries, p95", statistics.quantiles(took, n=20)[-1], PROOF_MS, "ms"),
        Figure(f"proof slip among {entries:,} entries, largest", max(sizes), 12_000, "bytes"),
        Figure(f"first head of a log of {entries:,} entries", head_s, HEAD_S, "s"),
    ]


def fill(session: Session, entries: int) -> None:
    """Append a device's checks to the journal alone."""
    author = Author("FLD-0042", 1, "INS-017", "f" * 32, lambda: 1)
    done = 0
    while done < entries:
        with session.writing() as transaction:
            done += _append(transaction, author, done, min(BATCH, entries - done))


def _append(transaction: Transaction, author: Author, done: int, count: int) -> int:
    head = transaction.head(author.origin, author.epoch)
    rows = []
    for number in range(done, done + count):
        check = CheckRecorded(
            observed_at="2026-11-21T08:00:00.000000Z",
            check_id=f"{number:032x}",
            visit_id="a" * 32,
            item_id=f"{number:032x}",
            outcome="verified",
            reason="",
            mark=MarkRead(read_by="camera", raw=b"D1HLD9NVG-31A786950", serial="786950"),
            checklist=None,
            answers=(),
            all_as_expected=True,
            grade="A",
            note=None,
            photos=(),
        )
        entry = next_entry(
            head,
            author,
            recorded_at="2026-11-21T08:00:00.000000Z",
            kind="CheckRecorded",
            kind_version=1,
            payload=encode_fact(check),
        )
        head = head_of(entry)
        rows.append((*astuple(entry), 1))
    names = [column.name for column in journal.columns]
    marks = ", ".join("?" * len(names))
    transaction.connection.exec_driver_sql(f"INSERT INTO journal ({', '.join(names)}) VALUES ({marks})", rows)
    return count


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        for figure in figures(Path(place), entries=int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000):
            Console().print(figure)
