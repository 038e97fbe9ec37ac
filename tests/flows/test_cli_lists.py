"""`eum inventory import`: dry runs, profiles by name and by file, claims, and bad files that leave nothing behind."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.builders import PASSPHRASE, inventory_csv
from tests.flows.test_cli import Eum

DATES = "Case,P/N,S/N,Dlvd,Whose\nXX-B-ABC,A,1,03/04/2025,Unit 4\n"


@pytest.fixture
def hq(tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Eum:
    monkeypatch.setenv("EUM_PASSPHRASE", PASSPHRASE)
    made = Eum(capfd, tmp_path / "hq", "REV-004")
    made("store", "create", "--kind", "hq", "--name", "HQ-01", "--role", "reviewer", "--suite", "p384")
    return made


@pytest.mark.data
def test_the_messy_sample_is_reported_as_expected(capfd: pytest.CaptureFixture[str], shared_data: Path) -> None:
    eum = Eum(capfd, Path("none"), "")
    told = eum.bare("inventory", "import", shared_data / "baseline-messy.csv", "--dry-run")
    expected = json.loads((shared_data / "baseline-messy.expected.json").read_text("utf-8"))
    assert {key: told[key] for key in expected} == expected


@pytest.mark.data
def test_the_sample_depot_and_its_partners_report(hq: Eum, shared_data: Path) -> None:
    depot = hq("inventory", "import", shared_data / "baseline-depot-7.xlsx")
    assert (depot["rows"], depot["accepted"], depot["listed"]) == (214, 214, 214)
    report = (shared_data / "partner-report.csv", "--as", "partner-report")
    dry = hq.bare("inventory", "import", *report, "--dry-run")
    assert (dry["rows"], dry["accepted"], dry["values"]["3"]["disposition"]) == (40, 40, "IN_MAINTENANCE")
    kept = hq("inventory", "import", *report)
    assert kept["claims"] == 40 == kept["matched"] + kept["unmatched"] + kept["ambiguous"]
    assert "was already imported" in hq("inventory", "import", *report, code=1)


def test_a_profile_is_saved_and_used_by_name_or_from_a_file(hq: Eum, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(DATES)
    assert "day and month" in hq.bare("inventory", "import", path, "--dry-run", code=1)
    profile = tmp_path / "profile.json"
    profile.write_text(json.dumps({"date_order": "day first", "columns": {"Whose": "location"}}))
    saved = hq("inventory", "import", path, "--profile", profile, "--save-profile", "Depot lists", "--dry-run")
    assert (saved["values"]["2"]["delivery_date"], saved["columns"]["Whose"]) == ("2025-04-03", "location")
    assert "listed" not in saved
    done = hq("inventory", "import", path, "--profile", "Depot lists")
    assert (done["listed"], done["profile"]["date_order"]) == (1, "day first")
    assert "no profile" in hq("inventory", "import", path, "--profile", "Other lists", code=1)
    hq.bare("inventory", "import", path, "--profile", tmp_path / "none.json", "--dry-run", code=1)
    profile.write_text("{")
    assert "profile is wrong" in hq.bare("inventory", "import", path, "--profile", profile, "--dry-run", code=1)


def test_rejected_rows_go_round(hq: Eum, tmp_path: Path) -> None:
    path = inventory_csv(tmp_path / "list.csv", 3)
    path.write_text(path.read_text("utf-8").replace(",786951,", ",7.86951E+05,"), "utf-8")
    mended = tmp_path / "rejected.csv"
    assert hq("inventory", "import", path, "--rejected", mended)["listed"] == 2
    mended.write_text(mended.read_text("utf-8-sig").replace("7.86951E+05", "786951"), "utf-8")
    assert hq("inventory", "import", mended)["listed"] == 1
