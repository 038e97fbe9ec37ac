"""An account for one country at the command line: nothing of another is listed, printed, exported or decided."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from eum_app.cli import run
from tests.builders import PASSPHRASE, inventory_csv
from tests.flows.test_cli import Eum


def test_a_reviewer_for_one_country_works_on_that_alone(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EUM_PASSPHRASE", PASSPHRASE)
    admin = Eum(capfd, tmp_path / "hq", "ADM-001")
    admin("store", "create", "--kind", "hq", "--name", "HQ-01", "--role", "administrator", "--suite", "p384")
    for account, country in (("REV-004", ""), ("REV-009", "XX")):
        reading, writing = os.pipe()
        os.write(writing, f"{PASSPHRASE}\n".encode())
        os.close(writing)
        scope = ("--country", country) if country else ()
        new = ("store", "add-account", account, "--role", "reviewer", *scope, "--new-passphrase-fd", str(reading))
        assert run([*new, *admin.who]) == 0
    everything, one = Eum(capfd, tmp_path / "hq", "REV-004"), Eum(capfd, tmp_path / "hq", "REV-009")
    yy = inventory_csv(tmp_path / "yy.csv", 2, "Depot 9", 900_001)
    yy.write_text(yy.read_text("utf-8").replace("XX,XX-B-ABC", "YY,YY-B-DEF"), "utf-8")
    everything("inventory", "import", inventory_csv(tmp_path / "xx.csv", 3))
    everything("inventory", "import", yy)

    assert "has no access to this" in one("inventory", "import", yy, code=1)
    report = tmp_path / "book.csv"
    assert one("report", "inventory", report)["rows"] == 3
    assert "900001" not in report.read_text("utf-8-sig")
    assert everything("report", "inventory", tmp_path / "all.csv")["rows"] == 5
    assert "has no access to this" in one("report", "inventory", tmp_path / "yy-only.csv", "--country", "YY", code=1)
    assert "not in this store" in one("report", "inventory", tmp_path / "9.csv", "--site", "Depot 9", code=1)
    assert not (tmp_path / "yy-only.csv").exists()

    def listed(eum: Eum) -> int:
        return int(eum("log", "list", "--kind", "ItemListed")["total"])

    assert (listed(everything), listed(one)) == (5, 3)
    assert one("log", "export", tmp_path / "log.csv")["rows"] > 3
    assert "Depot 9" not in (tmp_path / "log.csv").read_text("utf-8-sig")
    labels = ("labels", tmp_path / "labels.pdf")
    assert "900001" in one(*labels, "--serial", "900001", code=1)
    assert one(*labels, "--serial", "786950")["labels"] == 1
