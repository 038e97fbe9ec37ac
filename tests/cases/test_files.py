"""Files that come from other systems: names in other encodings, names in capitals, bundles altered on the way."""

from __future__ import annotations

import os
import shutil
import zipfile
from pathlib import Path

import pytest

from eum_app.usecases.exchange.seal_bundle import seal_results
from tests.builders import PASSPHRASE, make_world
from tests.cases.support import case, command

Capture = pytest.CaptureFixture[str]
NAME = os.fsdecode(b"\xd1\xea\xeb\xe0\xe4")  # "Depot" in Windows-1251, as a stick of an old machine names it


def test_case_21_a_list_and_a_picture_may_have_any_name(capfd: Capture, tmp_path: Path) -> None:
    listed, picture = tmp_path / f"{NAME}.csv", tmp_path / f"{NAME}.png"
    listed.write_text("Case,P/N,S/N\nXX-B-ABC,A,1\n")
    shutil.copyfile(case(21, "mark.png"), picture)
    assert command(capfd, "inventory", "import", listed, "--dry-run", "--json")[0] == 0
    assert command(capfd, "read-marks", picture)[0] == 0


def test_case_21_a_store_may_have_any_name_or_is_refused_in_words(
    capfd: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EUM_PASSPHRASE", PASSPHRASE)
    who = ("--name", "FLD-1", "--account", "INS-1", "--role", "inspector", "--suite", "p384")
    code, _, err = command(capfd, "store", "create", "--kind", "field", *who, "--store", tmp_path / NAME)
    assert code == 0 or (code == 1 and err)


def test_case_36_a_bundle_is_found_whatever_the_case_and_damage_is_named(
    capfd: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EUM_PASSPHRASE", PASSPHRASE)
    world = make_world(tmp_path / "w")
    sealed = seal_results(world.device, world.drop).path
    world.close()
    whole = sealed.read_bytes()
    stick, text, zipped = tmp_path / "stick", tmp_path / "t.eumb", tmp_path / "z.eumb"
    stick.mkdir()
    (stick / "RESULTS.EUMB").write_bytes(whole)
    text.write_bytes(whole.replace(b"\n", b"\r\n"))
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.write(stick / "RESULTS.EUMB")
    who = ("--store", tmp_path / "w" / "hq", "--account", "REV-004")
    assert "accepted" in command(capfd, "inbox", "import", stick, "--json", *who)[1]
    assert "text" in "".join(command(capfd, "inbox", "import", text, *who)[1:])
    assert "unpack" in "".join(command(capfd, "inbox", "import", zipped, *who)[1:])
