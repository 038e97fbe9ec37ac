"""A deficiency from one visit to the next by commands: stated, sealed, imported, carried over, corrected, set aside."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.flows.test_cli_dispositions import _passphrase as _passphrase
from tests.flows.test_cli_dispositions import enrolled


def test_a_deficiency_from_one_visit_to_the_next(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    hq, field = enrolled(tmp_path, capfd)
    today = datetime.now(UTC).date()
    due = (today + timedelta(days=30)).isoformat()
    plan = ("visit", "plan", "--site", "Depot 7", "--device", "FLD-0042", "--inspector", "INS-017", "--due", due)
    visit_id = hq(*plan)["visit_id"]
    field("inbox", "import", hq("bundle", "seal", "--device", "FLD-0042", "--to", tmp_path)["path"])
    where = ("--what", "The fence has a hole", "--place", "North side", "--severity", "major", "--owner", "Depot 7")
    said = ("deficiency", "state", *where)
    late = (today - timedelta(days=2)).isoformat()
    assert "cannot be due" in field(*said, "--due", late, "--visit", visit_id, code=1)
    assert "Open the visit" in field(*said, "--due", due, code=1)
    found = field(*said, "--due", due, "--item", "786950", "--visit", visit_id)["deficiency_id"]
    hq("inbox", "import", field("bundle", "seal", "--to", tmp_path)["path"])

    (row,) = hq("deficiency", "list", "--site", "Depot 7")
    assert (row["state"], row["days_left"], row["deficiency"]["serial"]) == ("open", 30, "786950")
    second = hq(*plan)["visit_id"]
    field("inbox", "import", hq("bundle", "seal", "--device", "FLD-0042", "--to", tmp_path)["path"])
    asked = ("deficiency", "follow-up", found, "not_looked_at", "--visit", second)
    assert "why it was not looked at" in field(*asked, code=1)
    field(*asked, "--reason", "Snow")
    proof = ("deficiency", "correct", found, "--what", "New mesh", "--on", today.isoformat(), "--by", "Depot 7")
    assert "document or a photo" in hq(*proof, code=1)
    done = hq(*proof, "--document", "Work order 12")
    assert hq("deficiency", "list") == []
    assert hq("deficiency", "show", found)["state"] == "corrected"
    hq("deficiency", "set-aside", found, "--correction", done["correction_id"], "--reason", "Another depot")
    (row,) = hq("deficiency", "list")
    assert row["state"] == "open"
