"""The mark beside a database: how far its chain goes, never ahead of it, whatever is torn or written at once."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from db.chains import chain_head
from db.keyslots import new_data_key
from db.store import Store
from db.watermark import FILE_NAME, Watermark
from eum_app.domain.errors import Trouble
from eum_app.domain.facts import HeadSigned
from eum_app.domain.journal import Head
from eum_app.usecases.session import Session
from tests.builders import Clock, make_store
from tests.faults.disk import cut, flip

KEY = b"k" * 32


def head(seq: int, epoch: int = 1) -> Head:
    return Head("FLD-0042", epoch, seq, bytes([seq % 256]) * 48)


def own_head(store: Store) -> Head:
    with store.reading() as connection:
        return chain_head(connection, store.named.name, store.named.epoch)


def test_the_newest_mark_stays_and_an_older_one_never_replaces_it(tmp_path: Path) -> None:
    mark = Watermark(tmp_path, KEY)
    assert mark.read() is None
    for seq in (1, 2, 5, 4, 3):
        mark.move(head(seq))
    assert mark.read() == head(5)
    mark.move(head(1, epoch=2))
    assert mark.read() == head(1, epoch=2)
    mark.move(head(3), back=True)
    assert mark.read() == head(3)
    mark.close()
    assert mark.read() is None
    mark.move(head(9))
    assert Watermark(tmp_path, KEY).read() == head(3)
    assert Watermark(tmp_path, new_data_key()).read() is None


def test_a_torn_or_flipped_mark_tells_less_and_nothing_wrong(tmp_path: Path) -> None:
    mark = Watermark(tmp_path, KEY)
    mark.move(head(6))
    mark.move(head(7))
    path = tmp_path / FILE_NAME
    whole = path.read_bytes()
    for at in range(0, len(whole), 7):
        path.write_bytes(whole)
        flip(path, at, 1 << at % 8)
        assert mark.read() in {head(6), head(7)}
        path.write_bytes(whole)
        cut(path, at)
        assert mark.read() in {None, head(6), head(7)}
        later = head(8 + at)
        mark.move(later)
        assert mark.read() == later


def test_threads_at_once_leave_the_newest(tmp_path: Path) -> None:
    marks = [Watermark(tmp_path, KEY), Watermark(tmp_path, KEY)]

    def work(number: int) -> None:
        for seq in range(1 + number, 400, 2):
            marks[number].move(head(seq))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = Watermark(tmp_path, KEY).read()
    assert found is not None
    assert found == head(found.seq)
    assert found.seq <= 399


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return make_store(tmp_path / "s", "hq", "HQ-01", Clock(), role="administrator")


def test_a_store_marks_what_is_committed_and_nothing_else(session: Session, tmp_path: Path) -> None:
    store = session.store
    before = own_head(store)
    assert store.watermark.read() == before

    def record() -> HeadSigned:
        return HeadSigned(
            observed_at=session.observed_now(),
            account="REV-004",
            head_origin="HQ-01",
            head_epoch=1,
            head_seq=1,
            head_hash=b"",
            signature=b"",
        )

    def fail() -> None:
        with session.writing() as transaction:
            transaction.record(record())
            raise Trouble("disk.full", path="")

    with pytest.raises(Trouble, match=r"disk\.full"):
        fail()
    assert store.watermark.read() == before
    with session.writing() as transaction:
        transaction.record(record())
        assert store.watermark.read() == before
    assert store.watermark.read() == own_head(store) != before
    session.change_data_key(new_data_key())
    assert store.watermark.read() is None  # under another key; the next entry marks again
    with session.writing() as transaction:
        transaction.record(record())
    assert store.watermark.read() == own_head(store)
    session.close()
