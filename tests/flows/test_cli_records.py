"""`eum site` and `eum case`: list, show, set and import records, and refuse what cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders import PASSPHRASE, inventory_csv
from tests.flows.test_cli import Eum


@pytest.fixture
def hq(tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Eum:
    monkeypatch.setenv("EUM_PASSPHRASE", PASSPHRASE)
    made = Eum(capfd, tmp_path / "hq", "REV-004")
    made("store", "create", "--kind", "hq", "--name", "HQ-01", "--role", "reviewer", "--suite", "p384")
    made("inventory", "import", inventory_csv(tmp_path / "list.csv", 2))
    return made


def test_a_site_is_set_listed_and_shown_with_its_history(hq: Eum) -> None:
    stated = ("--set", "position=50.4501 30.5234", "--set", "custodian=Depot officer", "--source", "Survey")
    assert hq("site", "set", "Depot 7", *stated)["changed"] == ["position", "custodian"]
    closed = ("--set", "access=closed", "--since", "2026-05-01", "--source", "Cable", "--reason", "Fighting")
    hq("site", "set", "Depot 7", *closed)
    assert "replaced or cleared without a reason" in hq(
        "site", "set", "Depot 7", "--clear", "custodian", "--source", "Cable", code=1
    )
    assert "position on Earth" in hq("site", "set", "Depot 7", "--set", "position=91 0", "--source", "x", code=1)
    assert "is not in this store" in hq("site", "set", "Depot 99", "--set", "access=open", "--source", "x", code=1)
    shown = hq("site", "show", "Depot 7")
    assert shown["values"]["access"] == "closed"
    assert [one["field"] for one in shown["history"]] == ["access", "custodian", "position"]
    (listed,) = hq("site", "list")
    assert (listed["name"], listed["access_since"]) == ("Depot 7", "2026-05-01")
    assert hq("site", "list", "--as-of", "2026-04-30")[0]["values"] == {}


def test_a_case_is_set_and_shown_beside_the_book(hq: Eum) -> None:
    stated = ("--set", "accepted_on=2025-12-01", "--line", "001=120@2026-01-02", "--source", "LOA")
    assert hq("case", "set", "XX-B-ABC", *stated)["changed"] == ["accepted_on", "line 001"]
    shown = hq("case", "show", "xx-b-abc-A01")
    assert (shown["delivered"], shown["on_book"]) == (120, {"001": 2})
    odd = hq("case", "set", "XX/7", "--program", "golden_sentry", "--country", "XX", "--source", "LOA")
    assert odd["warnings"] == ["case.pattern"]
    assert [one["case_id"] for one in hq("case", "list")] == ["XX-B-ABC", "XX/7"]
    assert "no record" in hq("case", "show", "YY-B-DEF", code=1)


def test_lists_are_shown_first_and_differences_need_a_reason(hq: Eum, tmp_path: Path) -> None:
    sites = tmp_path / "sites.csv"
    sites.write_text("Site,Country,Radius,Access\nDepot 7,XX,400,open\nBase 4,XX,-1,open\n")
    dry = hq("site", "import", sites, "--dry-run")
    assert (dry["compared"], dry["rejected"]) == ({"2": "new"}, {"3": ["radius_m.unreadable"]})
    assert hq("site", "import", sites)["changed"] == 1
    sites.write_text("Site,Country,Radius,Access\nDepot 7,XX,500,open\n")
    assert hq("site", "import", sites)["left"] == 1
    assert hq("site", "import", sites, "--update", "--reason", "Measured again")["changed"] == 1
    cases = tmp_path / "cases.csv"
    cases.write_text("Case,Line,Qty\nXX-B-ABC,001,120\nXX-B-ABC,001,100\nXX-B-ABC,002,4\n")
    assert hq("case", "import", cases)["rejected"] == {"2": ["line.contradicts"], "3": ["line.contradicts"]}
    (case,) = hq("case", "list")
    assert [line["rsn"] for line in case["lines"]] == ["002"]
