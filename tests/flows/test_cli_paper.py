"""Papers, printed and read by commands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from eum_app.cli import run
from eum_app.scanning.decoder import decode
from eum_app.scanning.labels import iuid_message
from tests.builders import PASSPHRASE, make_world
from tests.rasters import rastered


@pytest.fixture
def field(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, list[str]]:
    """A visit on a device that is closed, and how a command names that device."""
    monkeypatch.setenv("EUM_PASSPHRASE", PASSPHRASE)
    world = make_world(tmp_path / "w")
    visit_id = world.visit()
    world.close()
    return visit_id, ["--store", str(tmp_path / "w" / "fld-0042"), "--account", "INS-017"]


def asked(capfd: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> Any:
    capfd.readouterr()
    assert run([*arguments, "--json"]) == code
    out, err = capfd.readouterr()
    assert "Traceback" not in err
    return json.loads(out) if out.strip() else err


def test_labels_by_serial_and_by_site(
    field: tuple[str, list[str]], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    _, who = field
    path = str(tmp_path / "labels.pdf")
    said = asked(capfd, "labels", path, "--serial", "786951", "--copies", "2", *who)
    assert (said["labels"], said["sheets"]) == (2, 1)
    assert [one.raw for one in decode(rastered(Path(path), 0, 300))] == [iuid_message("1HLD9", "NVG-31A", "786951")] * 2
    assert asked(capfd, "labels", path, "--site", "Depot 7", "--symbol", "qr", "--shelf", *who)["labels"] == 6
    assert "is not in this store" in asked(capfd, "labels", path, "--serial", "999999", *who, code=1)
    assert "Choose at least one" in asked(capfd, "labels", path, *who, code=1)
    assert asked(capfd, "labels", path, "--site", "Depot 7", "--symbol", "aztec", *who, code=2)


def test_a_worklist(field: tuple[str, list[str]], tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    visit_id, who = field
    path = tmp_path / "list.pdf"
    said = asked(capfd, "visit", "worklist", visit_id, str(path), *who)
    assert (said["pages"], said["rows"]) == (1, 6)
    assert len(PdfReader(path).pages) == 1
    assert "not on this device" in asked(capfd, "visit", "worklist", "none", str(path), *who, code=1)
    assert "other places" in asked(capfd, "visit", "worklist", visit_id, str(path), "--place", "Vault 9", *who, code=1)


def test_a_filled_worklist(field: tuple[str, list[str]], tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    visit_id, who = field
    path = tmp_path / "filled.csv"
    head = "page,saw,seen_at,row,serial,outcome,reason,read,read_again,note"
    when = asked(capfd, "visit", "list", *who)[0]["planned_at"]

    def filled(*rows: str) -> list[str]:
        path.write_text("\n".join((head, *rows)) + "\n", encoding="utf-8")
        return ["visit", "transcribe", visit_id, str(path), *who]

    wrong = filled(
        f"1,INS-021,{when},1,,verified,,786950,786950,",
        f"1,INS-021,{when},2,,verified,,786951,786957,",  # the two entries differ
        f"1,INS-021,{when},,786999,verified,,,,",  # no such row
        f"1,,{when},3,,not_found,N2,,,",  # without the person who saw it
        "1,INS-021,yesterday,3,,not_found,N2,,,",
        f"9,INS-021,{when},3,,not_found,N2,,,",  # no such page
        f"1,INS-021,{when},4,,not_found,Z9,,,",  # no such code
        f"1,INS-021,{when},1,,verified,,,,",  # once more
        f"1,INS-021,{when},,,verified,,,,",  # of which item?
        f"1,INS-021,{when},5,,verified,,786999,786999,",  # not what the book says
    )
    said = asked(capfd, *wrong, code=1)
    assert [(one["line"], one["code"]) for one in said["refused"]] == [
        (3, "entry.differs"),
        (4, "filled.which"),
        (5, "transcribe.who"),
        (6, "time.invalid"),
        (7, "worklist.page"),
        (8, "check.reason"),
        (9, "transcribe.already"),
        (10, "filled.no_row"),
        (11, "transcribe.serial_differs"),
    ]
    assert all(one["words"] for one in said["refused"])
    assert asked(capfd, "visit", "list", *who)[0]["to_check"] == 6

    right = filled(
        f"1,INS-021,{when},1,,verified,,786950,786950,",
        f'1,INS-021,{when},,786951,not_found,N2,,,"repair, they say"',
        f"1,INS-021,{when},,,not_on_list,L2,ZZ-1,zz-1,",
    )
    assert asked(capfd, *right)["checks"] == 3
    (row,) = asked(capfd, "visit", "list", *who)
    assert (row["verified"], row["not_found"], row["not_on_list"]) == (1, 1, 1)
    assert asked(capfd, *right, code=1)["checks"] == 0  # not a second time

    path.write_text("page;saw\n1;INS-021\n", encoding="utf-8")
    assert "columns are missing" in asked(capfd, *right, code=1)
    path.write_bytes(b"\xff\xfe")
    assert "can be read" in asked(capfd, *right, code=1)
    path.write_text(head, encoding="utf-8")
    assert "no rows" in asked(capfd, *right, code=1)
    listed = tmp_path / "filled.json"
    listed.write_text(
        json.dumps([{"page": 1, "saw": "INS-021", "seen_at": when, "row": 3, "outcome": "no_access", "reason": "A1"}])
    )
    assert asked(capfd, "visit", "transcribe", visit_id, str(listed), *who)["checks"] == 1
