"""What goes on paper, by commands."""

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
    visit_id = world.plan().visit_id
    world.hand_over()
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
