"""Lists that other people send: CSV, JSON and Excel, read as an inventory, as claims and as a filled worklist."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import xlsxwriter

from eum_app.list_files.claims_file import read_claims
from eum_app.list_files.filled_worklist import COLUMNS, read_filled_worklist
from eum_app.list_files.inventory_file import read_inventory
from tests.builders import HEADINGS, inventory_csv
from tests.fuzz.target import Target, choosing, chosen, refusals_into

_TODAY: Final = date(2026, 11, 21)
_READERS: Final[tuple[tuple[str, Callable[[Path], Any]], ...]] = (
    ("list.csv", lambda path: read_inventory(path, today=_TODAY)),
    ("list.csv", lambda path: read_claims(path, today=_TODAY)),
    ("list.csv", read_filled_worklist),
    ("list.json", read_filled_worklist),
)
_WORDS: Final = (
    *(*HEADINGS.split(","), *COLUMNS, "2026-11-21", "21/11/2026", "3/03/2024", "7.8695E+05", "#REF!", '"', ";", "\t"),
    *("<row r=", "<c r=", 't="s"', 't="d"', 't="e"', "<f>", "<v>", "numFmtId=", "formatCode=", "xml:space=", "_x001F_"),
)


def _csv_seeds(folder: Path) -> list[bytes]:
    inventory = inventory_csv(folder / "seed.csv", 3).read_bytes()
    filled = ",".join(COLUMNS).encode() + b"\n1,INS-022,2026-11-21T09:00:00Z,1,786950,verified,,786950,786950,,A,,\n"
    as_json = (
        b'[{"page":1,"saw":"INS-022","seen_at":"2026-11-21T09:00:00Z","outcome":"verified","row":1,"read":"786950"}]'
    )
    semicolons = inventory.replace(b",", b";").decode()
    texts = [inventory, semicolons.encode("utf-16"), semicolons.encode("cp1252"), inventory.replace(b",", b"\t")]
    claims = b"Serial Number,Quantity,Condition,Date\n786950,1,GOOD,21/11/2026\n"
    return [*(choosing(0, text) for text in texts), choosing(1, claims), choosing(2, filled), choosing(3, as_json)]


def csv_lists(folder: Path) -> Target:
    """Read any bytes as each kind of list."""

    def run(data: bytes) -> list[str]:
        codes: list[str] = []
        way, content = chosen(data, len(_READERS))
        name, read = _READERS[way]
        path = folder / name
        path.write_bytes(content)
        with refusals_into(codes):
            read(path)
        return codes

    return Target(run, _csv_seeds(folder), [word.encode() for word in _WORDS])


def _workbook() -> dict[str, bytes]:
    """The parts of a workbook with texts, numbers, dates, formulas, an error and styles."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    day, money = book.add_format({"num_format": "d-mmm-yy"}), book.add_format({"num_format": '[>=1000]#,##0.00"k";0.0'})
    sheet = book.add_worksheet("Depot 7")
    sheet.write_row(0, 0, HEADINGS.split(","))
    for row in range(1, 4):
        sheet.write_row(row, 0, ["XX", "XX-B-ABC", "001", "GOGGLE", "5855-01-000-0101", "NVG-31A", "1HLD9"])
        sheet.write_number(row, 7, 786950 + row, money)
        sheet.write_datetime(row, 10, datetime(2025, 2, 12), day)  # noqa: DTZ001 (a cell has no time zone)
        sheet.write_formula(row, 11, "=K2+5", day, 45705)
        sheet.write_rich_string(row, 12, "Depot ", day, "7")
    sheet.merge_range("A6:C6", "merged")
    book.add_worksheet("Second").write_boolean(0, 0, True)
    book.close()
    with zipfile.ZipFile(out) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _packed(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def workbooks(folder: Path) -> Target:
    """Read a workbook one of whose parts has any bytes; or any bytes as the whole file."""
    parts = _workbook()
    names = sorted(parts)
    path = folder / "list.xlsx"

    def run(data: bytes) -> list[str]:
        codes: list[str] = []
        way, content = chosen(data, len(names) + 1)
        path.write_bytes(content if way == len(names) else _packed(parts | {names[way]: content}))
        with refusals_into(codes):
            read_inventory(path, today=_TODAY)
        return codes

    seeds = [choosing(way, parts[name]) for way, name in enumerate(names)]
    whole = _packed(parts)
    longest = max(len(whole), *(len(seed) for seed in seeds)) + 1_000
    return Target(run, [*seeds, choosing(len(names), whole)], [word.encode() for word in _WORDS], longest)
