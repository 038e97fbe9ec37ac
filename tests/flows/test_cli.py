"""The command line: the job by commands, exit codes, and no secret where others can see it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from db.queries.visits import work_ids
from eum_app.cli import run
from eum_app.domain.stores import SessionEnd
from eum_app.scanning.labels import data_matrix, iuid_message, png
from eum_app.usecases.store.open_store import open_store
from eum_app.usecases.visits.record_check import record_no_access
from tests.builders import PASSPHRASE, inventory_csv
from tests.integration.test_decoder_stills import noisy, turned
from tests.pictures import code_39

ENVIRONMENT = {"EUM_PASSPHRASE": PASSPHRASE}


@pytest.fixture(autouse=True)
def _passphrase_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EUM_PASSPHRASE", PASSPHRASE)


class Eum:
    """Runs commands on one store and reads the JSON that they print."""

    def __init__(self, capfd: pytest.CaptureFixture[str], store: Path, account: str) -> None:
        self._capfd = capfd
        self.who = ["--store", str(store), "--account", account]

    def __call__(self, *arguments: str | Path, code: int = 0) -> Any:
        return self.bare(*arguments, *self.who, code=code)

    def bare(self, *arguments: str | Path, code: int = 0) -> Any:
        self._capfd.readouterr()
        found = run([*map(str, arguments), "--json"])
        out, err = self._capfd.readouterr()
        assert found == code, (out, err)
        assert PASSPHRASE not in out + err
        assert "Traceback" not in err
        return json.loads(out) if out.strip() else err


def test_a_store_may_be_named_before_or_after_the_command(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EUM_STORE", str(tmp_path / "of-the-environment"))

    def said(*arguments: str) -> tuple[int, str]:
        code = run([*arguments, "--account", "INS-017"])
        return code, capfd.readouterr().err

    one, other = str(tmp_path / "one"), str(tmp_path / "other")
    for before, after, used in (
        (["--store", one], [], one),
        ([], ["--store", one], one),
        (["--store", one], ["--store", one], one),
        ([], [], str(tmp_path / "of-the-environment")),
    ):
        code, words = said(*before, "visit", "list", *after)
        assert (code, f"no store at {used}." in words) == (1, True), words
    code, words = said("--store", one, "visit", "list", "--store", other)
    assert code == 2
    assert "two stores are named" in words


def test_the_job_by_commands(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    hq = Eum(capfd, tmp_path / "hq", "REV-004")
    field = Eum(capfd, tmp_path / "fld", "INS-017")
    suite = ("--suite", "p384")
    hq("store", "create", "--kind", "hq", "--name", "HQ-01", "--role", "reviewer", *suite)
    field("store", "create", "--kind", "field", "--name", "FLD-0042", "--role", "inspector", *suite)
    assert "already" in hq("store", "create", "--kind", "hq", "--name", "HQ-01", "--role", "reviewer", *suite, code=1)

    # Enrollment, with both fingerprints compared.
    request = field("device", "request", tmp_path / "d.eumreq")
    hq("device", "sign", tmp_path / "d.eumreq", tmp_path / "d.eumans", "--fingerprint", "AAAA-BBBB", code=1)
    hq("device", "sign", tmp_path / "d.eumreq", tmp_path / "d.eumans", "--fingerprint", request["fingerprint"])
    root = hq("device", "list")["root_fingerprint"]
    assert run(["device", "accept", str(tmp_path / "d.eumans"), "--root", "AAAA", *field.who]) == 1
    assert run(["device", "accept", str(tmp_path / "d.eumans"), "--root", root, *field.who]) == 0

    # Inventory, visit, tasking.
    source = inventory_csv(tmp_path / "list.csv")
    dry = hq.bare("inventory", "import", source, "--dry-run")
    assert (dry["rows"], dry["accepted"], dry["rejected"]) == (6, 6, {})
    assert hq("inventory", "import", source)["listed"] == 6
    assert hq("inventory", "import", source)["already_held"] == 6
    plan = ("visit", "plan", "--site", "Depot 7", "--device", "FLD-0042", "--inspector", "INS-017")
    assert hq(*plan, "--due", "2026-12-11")["expected"] == 6
    hq(*plan, "--due", "tomorrow", code=1)
    tasking = hq("bundle", "seal", "--device", "FLD-0042", "--to", tmp_path)
    assert tasking["kind"] == "tasking"
    assert field.bare("bundle", "inspect", tasking["path"])["sender"] == "HQ-01"
    assert field("bundle", "verify", tasking["path"])["holds"] is True
    assert field("bundle", "open", tasking["path"])["kinds"]["ItemListed"] == 6
    assert field("inbox", "import", tasking["path"])[0]["outcome"] == "accepted"
    assert field("visit", "list")[0]["to_check"] == 6

    # A photo for a recorded check.
    visit_id = field("visit", "list")[0]["visit_id"]
    session = open_store(tmp_path / "fld", "INS-017", PASSPHRASE, notice_accepted_at="2026-01-01T00:00:00.000000Z")
    record_no_access(session, visit_id, session.read(work_ids, visit_id)[:1], reason="unsafe")
    session.close(SessionEnd.COMMAND)
    picture = tmp_path / "plate.png"
    picture.write_bytes(png(data_matrix(b"786950")))
    made = field("visit", "photo", visit_id, picture, "--serial", "786950")
    assert field("visit", "photo", visit_id, picture, "--check", made["check_id"])["check_id"] == made["check_id"]
    field("visit", "photo", visit_id, picture, "--serial", "999", code=1)
    field("visit", "photo", visit_id, tmp_path / "none.png", "--serial", "786950", code=1)

    # A visit with open points is not signed.
    drawn = ("--signature", picture, "--host-signature", picture, "--host-name", "Depot officer")
    assert "open" in field("visit", "close", visit_id, *drawn, "--yes", code=1)

    # Results, receipt, report.
    results = field("bundle", "seal", "--to", tmp_path)
    (outcome,) = hq("inbox", "import", results["path"], "--receipts", tmp_path / "receipts")
    assert outcome["outcome"] == "accepted"
    assert hq("inbox", "import", results["path"])[0]["outcome"] == "already_held"
    assert field("inbox", "import", outcome["receipt_path"])[0]["outcome"] == "accepted"
    damaged = tmp_path / "damaged.eumb"
    damaged.write_bytes(Path(results["path"]).read_bytes()[:-1])
    assert hq("inbox", "import", damaged, code=1)[0]["outcome"] == "refused"
    assert hq("bundle", "verify", damaged, code=1)["holds"] is False
    report = hq("report", "inventory", tmp_path / "status.csv")
    assert report["rows"] == 6
    assert Path(report["sidecar"]).is_file()

    # The store itself.
    assert hq("store", "check")["nothing_altered"] is True
    assert hq("store", "rebuild")["facts_applied"] > 10


def test_a_device_is_revoked_by_command(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    hq, field = Eum(capfd, tmp_path / "hq", "REV-004"), Eum(capfd, tmp_path / "fld", "INS-017")
    hq("store", "create", "--kind", "hq", "--name", "HQ-01", "--role", "reviewer", "--suite", "p384")
    field("store", "create", "--kind", "field", "--name", "FLD-0042", "--role", "inspector", "--suite", "p384")
    said = field("device", "request", tmp_path / "d.eumreq")["fingerprint"]
    hq("device", "sign", tmp_path / "d.eumreq", tmp_path / "d.eumans", "--fingerprint", said)
    assert "reason" in hq("device", "revoke", "FLD-0042", "--reason", " ", code=1)
    assert "FLD-9999" in hq("device", "revoke", "FLD-9999", "--reason", "Lost", code=1)
    assert "FLD-0042" in hq("device", "revoke", "FLD-0042", "--epoch", "2", "--reason", "Lost", code=1)
    assert hq("device", "revoke", "FLD-0042", "--reason", "Lost") == {"device": "FLD-0042", "epoch": 1}
    assert hq("device", "list")["devices"][0]["revoked_at"]
    assert "already" in hq("device", "revoke", "FLD-0042", "--reason", "Lost", code=1)


def test_marks_by_command(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    picture = tmp_path / "mark.png"
    picture.write_bytes(png(data_matrix(iuid_message("1HLD9", "NVG-31A", "786950"))))
    assert run(["read-marks", "--json", str(picture)]) == 0
    (line,) = capfd.readouterr().out.splitlines()
    reading = json.loads(line)
    assert reading["uii"] == "D1HLD9NVG-31A786950"
    assert bytes.fromhex(reading["bytes_hex"]) == iuid_message("1HLD9", "NVG-31A", "786950")
    assert {"file", "symbology", "text", "elements", "warnings", "corners", "ms"} <= set(reading)
    assert reading["preparation"] == "plain"
    (tmp_path / "none.png").write_bytes(b"none")
    assert run(["read-marks", str(tmp_path / "none.png"), str(picture)]) == 1
    refused, read = map(json.loads, capfd.readouterr().out.splitlines())
    assert refused["error"]
    assert read["uii"] == reading["uii"]


def test_a_sweep_by_command_reads_the_poor_marks_too(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    poor, good = noisy(turned(code_39("604023", 3), 5), 10, 2.0), data_matrix(iuid_message("1HLD9", "X", "786950"), 4)
    side = max(poor.shape[0], good.shape[0])
    pair = [np.pad(one, ((0, side - len(one)), (20, 20)), constant_values=200) for one in (poor, good)]
    (tmp_path / "scene.png").write_bytes(png(np.hstack(pair)))
    texts = []
    for options in ([], ["--sweep"]):
        assert run(["read-marks", *options, str(tmp_path / "scene.png")]) == 0
        texts.append({json.loads(line)["bytes_hex"] for line in capfd.readouterr().out.splitlines()})
    assert texts[1] - texts[0] == {b"604023".hex()}


def eum(*arguments: str | Path, stdin: bytes = b"", environment: dict[str, str] | None = None) -> tuple[int, str, str]:
    """The real program in a separate process."""
    done = subprocess.run(
        [sys.executable, "-m", "eum_app", *map(str, arguments)],
        input=stdin,
        capture_output=True,
        check=False,
        env={**{name: value for name, value in os.environ.items() if name != "EUM_PASSPHRASE"}, **(environment or {})},
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_parse_mark_reads_bytes_from_standard_input() -> None:
    code, out, _ = eum("parse-mark", "--json", stdin=b"[)>\x1e06\x1d18SA33091234567\x1e\x04")
    assert (code, json.loads(out)["uii"]) == (0, "DA33091234567")
    code, out, _ = eum("parse-mark", stdin=b"[)>\x1e06\x1d17V1HLD9\x1d1PWIDGET-99\x1e\x04")
    assert (code, json.loads(out)["error"]) == (1, "incomplete construct 2: no serial number")


def test_exit_codes_and_where_a_passphrase_may_come_from(tmp_path: Path) -> None:
    assert eum("--version")[0] == 0
    assert eum("no-such-command")[0] == 2
    assert eum("store", "check", "--account", "X", "--store", tmp_path / "none")[0] == 2  # nowhere to ask
    code, out, err = eum("store", "check", "--account", "X", "--store", tmp_path / "none", environment=ENVIRONMENT)
    assert (code, out) == (1, "")
    assert "Traceback" not in err
    assert "--passphrase " not in eum("store", "create", "--help")[1]


@pytest.mark.skipif(os.name == "nt", reason="file descriptors are handed over differently there")
def test_a_passphrase_by_file_descriptor(tmp_path: Path) -> None:
    read_end, write_end = os.pipe()
    os.write(write_end, PASSPHRASE.encode() + b"\n")
    os.close(write_end)
    arguments = ["store", "create", "--kind", "hq", "--name", "HQ-01", "--role", "reviewer", "--account", "REV-004"]
    arguments += ["--store", str(tmp_path / "s"), "--suite", "p384", "--passphrase-fd", str(read_end)]
    done = subprocess.run(
        [sys.executable, "-m", "eum_app", *arguments],
        pass_fds=[read_end],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    os.close(read_end)
    assert done.returncode == 0, done.stderr
    assert eum("store", "check", "--account", "REV-004", "--store", tmp_path / "s", environment=ENVIRONMENT)[0] == 0
