"""A loss from the field to the report by commands: stated, sealed, imported, its clock, and the next worklist."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest

from eum_app.cli import run
from tests.builders import PASSPHRASE, inventory_csv
from tests.flows.test_cli import Eum


@pytest.fixture(autouse=True)
def _passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EUM_PASSPHRASE", PASSPHRASE)


def enrolled(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> tuple[Eum, Eum]:
    """HQ with six items, and a device that HQ enrolled."""
    hq, field = Eum(capfd, tmp_path / "hq", "REV-004"), Eum(capfd, tmp_path / "fld", "INS-017")
    hq("store", "create", "--kind", "hq", "--name", "HQ-01", "--role", "reviewer", "--suite", "p384")
    field("store", "create", "--kind", "field", "--name", "FLD-0042", "--role", "inspector", "--suite", "p384")
    request = field("device", "request", tmp_path / "d.eumreq")
    hq("device", "sign", tmp_path / "d.eumreq", tmp_path / "d.eumans", "--fingerprint", request["fingerprint"])
    root = hq("device", "list")["root_fingerprint"]
    assert run(["device", "accept", str(tmp_path / "d.eumans"), "--root", root, *field.who]) == 0
    hq("inventory", "import", inventory_csv(tmp_path / "list.csv"))
    return hq, field


def test_a_loss_from_the_field_to_the_report(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    hq, field = enrolled(tmp_path, capfd)
    today = datetime.now(UTC).date().isoformat()
    plan = (
        "visit",
        "plan",
        "--site",
        "Depot 7",
        "--device",
        "FLD-0042",
        "--inspector",
        "INS-017",
        "--due",
        "2030-01-01",
    )
    visit_id = hq(*plan)["visit_id"]
    field("inbox", "import", hq("bundle", "seal", "--device", "FLD-0042", "--to", tmp_path)["path"])

    said = ("item", "state", "786950", "LOST", "--on", today, "--reported-by", "partner", "--reporter", "Depot 7")
    assert "document" in field(*said, "--visit", visit_id, code=1)
    assert "Open the visit" in field(*said, "--no-document", "None yet", code=1)
    done = field(*said, "--no-document", "None yet", "--visit", visit_id)
    hq("inbox", "import", field("bundle", "seal", "--to", tmp_path)["path"])

    told = hq("item", "history", "786950")
    assert (told["disposition"], told["listed_as"]) == ("LOST", "ON_HAND")
    assert [one["fact"]["statement_id"] for one in told["statements"]] == [done["statement_id"]]
    (loss,) = hq("incident", "list")["losses"]
    assert (loss["loss"]["serial"], loss["clock"]["state"], loss["clock"]["days_left"]) == ("786950", "running", 30)

    about = ("--kind", "loss", "--known-on", today, "--source", "Annual inventory", "--what", "Not in Vault 1")
    incident = hq("incident", "record", "--item", "786950", *about)["incident_id"]
    hq("incident", "notify", incident, "--told", "Office XX", "--how", "Phone", "--on", today)
    filing = ("incident", "file", incident, "--on", today, "--reference", "IR-17")
    assert "still empty" in hq(*filing, code=1)
    for part in ("circumstances", "items", "recovery", "prevention"):
        hq("incident", "describe", incident, part, f"About {part}")
    hq(*filing)
    (row,) = hq("incident", "list")["incidents"]
    assert row["clock"]["state"] == "filed"

    planned = hq(*plan)
    assert (planned["expected"], [one["serial"] for one in planned["gone"]]) == (5, ["786950"])
    report = tmp_path / "status.csv"
    hq("report", "inventory", report)
    lines = report.read_text("utf-8-sig").splitlines()
    head = next(at for at, line in enumerate(lines) if "Serial Number" in line)
    rows = {row["Serial Number"]: row for row in csv.DictReader(lines[head:])}
    assert (rows["786950"]["Disposition"], rows["786951"]["Disposition"]) == ("LOST", "ON_HAND")

    hq("item", "set-aside", done["statement_id"], "--reason", "Found behind the shelf")
    assert hq("item", "history", "786950")["disposition"] == "ON_HAND"
    assert hq("item", "state", "999", *said[3:], "--document", "x", code=1)
