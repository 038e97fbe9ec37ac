"""Inquiries by commands: opened, answered, closed; nothing of them for an account of the other program."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from eum_app.cli import run
from tests.builders import PASSPHRASE
from tests.flows.test_cli import Eum


def test_an_inquiry_by_commands_and_none_for_the_other_program(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EUM_PASSPHRASE", PASSPHRASE)
    admin = Eum(capfd, tmp_path / "hq", "ADM-001")
    admin("store", "create", "--kind", "hq", "--name", "HQ-01", "--role", "administrator", "--suite", "p384")
    for account, program in (("REV-004", "blue_lantern"), ("REV-009", "golden_sentry")):
        reading, writing = os.pipe()
        os.write(writing, f"{PASSPHRASE}\n".encode())
        os.close(writing)
        new = ("store", "add-account", account, "--role", "reviewer", "--program", program)
        assert run([*new, "--new-passphrase-fd", str(reading), *admin.who]) == 0
    lantern, sentry = Eum(capfd, tmp_path / "hq", "REV-004"), Eum(capfd, tmp_path / "hq", "REV-009")
    request = (
        *("inquiry", "open", "BL-0031", "--kind", "post_shipment", "--country", "XX", "--due", "2020-12-04"),
        *("--requested-by", "Office CEA-02", "--requested-on", "2020-11-10", "--reason", "First order"),
        *("--party", "applicant:APP-01", "--party", "end_user:Unit EU-12:XX", "--article", "40:XII(c):Thermal sight T"),
        *("--form", "DSP-5", "--number", "50127"),
    )
    assert lantern(*request)["warnings"] == ["number"]
    assert "There is an inquiry BL-0031 already" in lantern(*request, code=1)
    assert "needs" in lantern("inquiry", "close", "BL-0031", "unfavorable", code=1)
    lantern("inquiry", "task", "BL-0031", "--to", "Embassy XX")
    assert lantern("inquiry", "list")[0]["state"] == "tasked"
    lantern(
        *("inquiry", "answer", "BL-0031", "favorable", "--answered-by", "Embassy XX", "--visit-mode", "in_person"),
        *("--receipt", "confirmed", "--reason", "articles_received_and_secured"),
    )
    (row,) = lantern("inquiry", "list")
    assert (row["state"], row["clock"]["state"], row["inquiry"]["authorization"]["number"]) == (
        "answered",
        "overdue",
        "50127",
    )

    assert sentry("inquiry", "list") == []
    for command in (("show", "BL-0031"), ("close", "BL-0031", "favorable"), ("show", row["inquiry_id"])):
        said = sentry("inquiry", *command, code=1)
        assert "There is no inquiry" in said
        assert "Thermal" not in said
    assert "has no access to this" in sentry(*request, code=1)
    for kind in ("InquiryOpened", "InquiryAnswered"):
        assert (lantern("log", "list", "--kind", kind)["total"], sentry("log", "list", "--kind", kind)["total"]) == (
            1,
            0,
        )
    sentry("log", "export", tmp_path / "log.csv")
    assert "BL-0031" not in (tmp_path / "log.csv").read_text("utf-8-sig")

    lantern("inquiry", "close", "BL-0031", "favorable")
    assert lantern("inquiry", "list", "--state", "closed")[0]["state"] == "closed"
    assert lantern("inquiry", "list", "--state", "opened") == []
    shown = lantern("inquiry", "show", "BL-0031")
    assert [one["fact"]["outcome"] for one in shown["closings"]] == ["favorable"]
