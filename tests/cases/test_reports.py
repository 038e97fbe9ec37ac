"""Reports that hold names in other scripts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest

from eum_app.list_files.inventory_file import read_inventory
from eum_app.usecases.lists.import_inventory import import_inventory
from eum_app.usecases.reporting.inventory_status import INVENTORY_STATUS
from eum_app.usecases.reporting.make_report import make_report
from eum_app.usecases.reporting.verify_report import verify_report
from eum_app.usecases.session import Session
from tests.builders import Clock, inventory_csv, make_store

SITES = ("평택 창고", "คลังสรรพาวุธ", "台中倉庫", "横田倉庫")
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@pytest.fixture
def hq(tmp_path: Path) -> Iterator[Session]:
    """HQ with one item at each of `SITES`."""
    session = make_store(tmp_path / "hq", "hq", "HQ-09", Clock())
    for number, site in enumerate(SITES):
        listed = inventory_csv(tmp_path / "list.csv", 1, site=site, first_serial=1_000 + number)
        import_inventory(session, read_inventory(listed))
    yield session
    session.store.close()


def test_case_16_a_pdf_is_made_whatever_the_script(hq: Session, tmp_path: Path) -> None:
    made = make_report(hq, INVENTORY_STATUS, tmp_path / "r.pdf")
    assert made.rows == len(SITES)
    words = " ".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(made.path))
    assert [site for site in SITES if site not in words] == []


def test_case_26_a_csv_report_says_that_it_is_utf_8(hq: Session, tmp_path: Path) -> None:
    made = make_report(hq, INVENTORY_STATUS, tmp_path / "r.csv")
    assert made.path.read_bytes().startswith(BYTE_ORDER_MARK)
    assert verify_report(made.path, hq).holds
    assert read_inventory(made.path).rows == len(SITES)
