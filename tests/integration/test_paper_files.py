"""Printed forms that replace earlier ones: all of them are written and recorded, or every path is as it was."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from db.queries import exchange
from eum_app.domain.errors import Trouble
from eum_app.domain.facts import LabelsPrinted
from eum_app.usecases.reporting.paper_files import Sheet, write_and_record
from eum_app.usecases.session import Session, new_id
from tests.builders import Clock, make_store


@pytest.fixture
def hq(tmp_path: Path) -> Iterator[Session]:
    session = make_store(tmp_path / "hq", "hq", "HQ-01", Clock())
    yield session
    session.store.close()


def sheet(session: Session, path: Path, pdf: bytes) -> Sheet:
    fact = LabelsPrinted(
        observed_at=session.observed_now(),
        print_id=new_id(),
        label_kind="shelf",
        symbol="qr",
        sheet_id="letter-30",
        items=("item",),
        copies=1,
        labels=1,
        file_name=path.name,
    )
    return fact, path, pdf


def test_a_failed_step_restores_what_was_replaced(hq: Session, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    first, second, new = (folder / name for name in ("a.pdf", "b.pdf", "new.pdf"))
    first.write_bytes(b"earlier a")
    target = tmp_path / "elsewhere.pdf"
    target.write_bytes(b"earlier b")
    second.symlink_to(target)
    before = hq.read(exchange.journal_heads)
    good = [sheet(hq, path, b"later") for path in (first, second, new)]
    with pytest.raises(Trouble, match=r"disk\.failed"):
        write_and_record(hq, [*good, sheet(hq, first / "below.pdf", b"later")])  # `first` is no folder
    assert (first.read_bytes(), second.read_bytes(), second.is_symlink()) == (b"earlier a", b"earlier b", True)
    assert sorted(path.name for path in folder.iterdir()) == ["a.pdf", "b.pdf"]
    assert hq.read(exchange.journal_heads) == before

    write_and_record(hq, good)
    assert [path.read_bytes() for path in (first, second, new)] == [b"later"] * 3
    assert target.read_bytes() == b"earlier b"  # the link was replaced, not followed
    assert sorted(path.name for path in folder.iterdir()) == ["a.pdf", "b.pdf", "new.pdf"]
