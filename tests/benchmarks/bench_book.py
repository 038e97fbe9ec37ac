"""A large book: opening it, searching it while a person types, checking its chain, rebuilding its tables; photos.

`python -m tests.benchmarks.bench_book 1000000` is `make bench-large`, some minutes; `make bench` does the same with
100,000 items. Searches, check and rebuild are CPU times of the process that asks: other programs are not counted.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import re
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Any, Final

from db.chains import verify_all_chains
from db.queries.activity import activity_by_id, newest_activity_ids
from db.queries.inventory import ItemFilter, find_item_ids
from db.queries.items import ItemRow, items_by_id
from eum_app.domain.people import Scope
from eum_app.usecases.session import Session, Ticket, resumed
from eum_app.usecases.store.open_store import rebuild_store
from tests.benchmarks.book import make_book
from tests.benchmarks.ratios import Figure, timed_ms
from tests.builders import Clock
from tests.pictures import photo

FIRST_PAGE: Final = 200
SEARCHES: Final = 40
PHOTOS: Final = 9
PHOTO_SIDE: Final = 2_236  # noise: 5,000,000 bytes


def figures(folder: Path, *, items: int = 100_000, searches: int = SEARCHES, photos: int = PHOTOS) -> list[Figure]:
    """Opening and searching from a separate process: a cold start, and memory that nothing else took."""
    session = make_book(folder / "book", items)
    ticket = session.ticket
    session.store.close()
    opened, typed, megabytes = _in_a_process(_open_and_search, ticket, searches)
    rebuilt, kept = _in_a_process(_rebuild, ticket, 3)
    with resumed(ticket, Clock()) as session:
        checked = _facts_a_second(session, partial(session.read, verify_all_chains), 5)
        logged = [_log_of(session, country) for country in ("XX", "YY")]
        stored = _photos(session, photos)
    book = f"{items:,} items"
    return [
        Figure(f"open and first page, {book}", statistics.median(opened), 1_000, "ms"),
        Figure(f"search as typed, first page, 95 %, {book}", statistics.quantiles(typed, n=20)[-1], 50, "ms CPU"),
        Figure(f"memory while searching, {book}", megabytes, 300, "MB"),
        Figure("full check of a chain", checked, 100_000, "entries/s CPU", is_floor=True),
        Figure("rebuild of the read tables", rebuilt, 20_000, "facts/s CPU", is_floor=True),
        Figure(f"memory after a rebuild, {book}", kept, 300, "MB"),
        Figure("log of an account for one country, first page", max(logged), 200, "ms CPU"),
        Figure("photo of 5 MB stored", statistics.median(stored), 150, "ms"),
    ]


def _in_a_process(work: Callable[[Ticket, int, Pipe], None], ticket: Ticket, times: int) -> Any:
    """Result of `work` in a process that did nothing before."""
    context = multiprocessing.get_context("spawn")
    heard, say = context.Pipe(duplex=False)
    child = context.Process(target=work, args=(ticket, times, say))
    child.start()
    say.close()
    found = heard.recv()
    child.join()
    return found


def _open_and_search(ticket: Ticket, searches: int, say: Pipe) -> None:
    opened = [timed_ms(partial(_first_page_of, ticket)) for _ in range(3)]
    with resumed(ticket, Clock()) as session:
        rows = _some_rows(session, searches)
        typed = [_cpu_ms(partial(_first_page, session, words)) for words in _as_typed(rows)]
    say.send((opened, typed, _megabytes("VmHWM")))


def _rebuild(ticket: Ticket, times: int, say: Pipe) -> None:
    with resumed(ticket, Clock()) as session:
        rebuilt = _facts_a_second(session, partial(rebuild_store, session), times)
        say.send((rebuilt, _megabytes("VmRSS")))


def _megabytes(kind: str) -> float:
    """The memory that this program holds (`VmRSS`), or the most that it held (`VmHWM`). On Linux not by `getrusage`,
    which says what its parent held if that was more."""
    status = Path("/proc/self/status")
    if status.exists():
        (kib,) = re.findall(rf"^{kind}:\s+(\d+) kB$", status.read_text(), re.MULTILINE)
        return int(kib) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _first_page_of(ticket: Ticket) -> None:
    with resumed(ticket, Clock()) as session:
        assert len(_first_page(session, "")) == FIRST_PAGE


def _first_page(session: Session, words: str) -> dict[str, ItemRow]:
    ids = session.read(find_item_ids, ItemFilter(words=words), FIRST_PAGE)
    return session.read(items_by_id, ids)


def _some_rows(session: Session, searches: int) -> list[ItemRow]:
    """Items from all over the book."""
    chance = random.Random(32)
    ids = session.read(find_item_ids, ItemFilter(words=str(chance.randrange(1, 9))), 0)
    found = session.read(items_by_id, chance.sample(ids, searches))
    return list(found.values())


def _as_typed(rows: list[ItemRow]) -> Iterator[str]:
    """Each keystroke of each search: a serial, a UII, a serial's ending, words of an article, both."""
    for number, row in enumerate(rows):
        words = row.nomenclature.replace(",", "").lower()
        said = (row.serial, row.uii, row.serial[-5:], words, f"{words.split()[0]} {row.serial}")[number % 5]
        yield from (said[:length] for length in range(1, len(said) + 1))


def _log_of(session: Session, country: str) -> float:
    """The median of five first pages; every item is of XX, and none of YY."""

    def first_page() -> None:
        with session.store.reading(Scope(countries=(country,))) as connection:
            activity_by_id(connection, newest_activity_ids(connection, FIRST_PAGE))

    return statistics.median(_cpu_ms(first_page) for _ in range(5))


def _facts_a_second(session: Session, work: Callable[[], object], times: int) -> float:
    """The median of several runs: processor time too varies by half where others share the memory."""
    with session.store.reading() as connection:
        facts = sum(head.seq for head in verify_all_chains(connection))
    return statistics.median(facts / _cpu_ms(work) * 1000 for _ in range(times))


def _cpu_ms(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return (time.process_time() - started) * 1000


def _photos(session: Session, photos: int = PHOTOS) -> list[float]:
    chance = random.Random(33)
    times = []
    for _ in range(photos):
        picture = photo(PHOTO_SIDE, chance)

        def store(picture: bytes = picture) -> None:
            with session.writing() as transaction:
                transaction.seal_content(picture, "image/png")

        times.append(timed_ms(store))
    return times


def main(items: int) -> int:
    from rich.console import Console

    from tests.benchmarks.__main__ import save, table_of_figures

    console = Console()
    with console.status(f"Measuring: {items:,} items"), tempfile.TemporaryDirectory(prefix="eum-bench-") as folder:
        os.environ["EUM_STATE"] = f"{folder}/state"
        found = figures(Path(folder), items=items)
    console.print(table_of_figures(found))
    save([], found, Path("bench-output") / "bench-large.json")
    return 0 if all(one.is_held for one in found) else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
