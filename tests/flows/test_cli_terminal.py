"""Text of other people on a terminal: it stays on its line and steers nothing, whatever command prints it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from eum_app.cli import run
from eum_app.cli.common import print_json
from eum_app.cli.streams import say
from tests.builders import PASSPHRASE, inventory_csv, make_world

FORGED = "x.eumb\naccepted  forged.eumb (9 facts)\x1b[2K\u202e\x9b31m"
CORRECT = ("log", "correct-time", "FLD-1", "1", "2", "--source", "person", "--reason", "x")
ROOT = Path(__file__).parents[2]
UNSAFE = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e]")


def _lines(capfd: pytest.CaptureFixture[str]) -> list[str]:
    """Return all lines that were printed, and require that none holds a character that steers a terminal."""
    out, err = capfd.readouterr()
    assert not UNSAFE.search(out + err), out + err
    return (out + err).split("\n")


def test_a_name_on_a_carrier_forges_no_line(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EUM_PASSPHRASE", PASSPHRASE)
    world = make_world(tmp_path / "world")
    world.close()
    carrier = tmp_path / "carrier"
    carrier.mkdir()
    (carrier / f"{FORGED}.eumb").write_bytes(b"no bundle")
    who = ("--store", str(tmp_path / "world" / "hq"), "--account", "REV-004")

    assert run(["inbox", "import", str(carrier), *who]) == 1
    lines = _lines(capfd)
    assert [line for line in lines if line] == [line for line in lines if line.startswith("refused  x.eumb\\naccepted")]

    for command in (
        ["bundle", "inspect", str(carrier / f"{FORGED}.eumb")],
        ["bundle", "verify", str(carrier / f"{FORGED}.eumb"), *who],
        ["verify", str(carrier / f"{FORGED}.eumb"), *who],
        ["visit", "plan", "--site", FORGED, "--device", FORGED, "--inspector", FORGED, "--due", "2026-12-11", *who],
    ):
        assert run(command) == 1
        assert not [line for line in _lines(capfd) if line.startswith("accepted")], command


def test_a_cell_of_a_list_steers_no_terminal(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    source = inventory_csv(tmp_path / "list.csv", 2)
    text = source.read_text("utf-8").replace("2025-02-12", '"20\u202e\nline 9: accepted"', 1)
    source.write_text(text, "utf-8")
    assert run(["inventory", "import", str(source), "--dry-run"]) == 0
    lines = _lines(capfd)
    assert any("\\u202e" in line for line in lines), lines
    assert not [line for line in lines if line.startswith("line 9")]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["visit", "list", "--passphrase-fd", "-5"], 2),
        (["visit", "list", "--passphrase-fd", "1" + "0" * 30], 2),
        ([*CORRECT, "--seconds", "1e300"], 1),
        ([*CORRECT, "--seconds", "nan"], 1),
        ([*CORRECT, "--seconds", "5", "--epoch", "1" + "0" * 30], 2),
    ],
)
def test_an_endless_number_is_refused(tmp_path: Path, arguments: list[str], code: int) -> None:
    assert run([*arguments, "--store", str(tmp_path / "none"), "--account", "REV-004"]) == code


def test_a_line_stays_one_line(capfd: pytest.CaptureFixture[str]) -> None:
    say("Depot 7", FORGED, "name \udcff", "Größe – 4\u00a0µm")
    say("a\rb", err=True)
    out, err = capfd.readouterr()
    assert out.count("\n") == 4
    assert out.splitlines()[2:] == ["name ?", "Größe – 4\u00a0µm"]
    assert err == "a\\rb\n"


def test_commands_print_only_through_one_place() -> None:
    """A command that wrote to a stream itself could print text of other people as it is."""
    # Beside `say`: JSON, and texts of this app alone.
    allowed = {"__init__.py": 1, "backup.py": 1, "first_paint.py": 1, "streams.py": 1, "common.py": 1}
    writes = re.compile(r"\bs?echo\(|\bprint\(|\b(?:stdout|stderr|stream)\.write\(")
    found = {
        path.name: len(writes.findall(path.read_text("utf-8"))) for path in (ROOT / "eum_app" / "cli").glob("*.py")
    }
    assert {name: count for name, count in found.items() if count} == allowed


def test_no_command_joins_lines_into_one() -> None:
    """`say` escapes a line break inside a line, so lines that are joined first come out as one."""
    joined = [path.name for path in (ROOT / "eum_app" / "cli").glob("*.py") if r'"\n".join' in path.read_text("utf-8")]
    assert joined == []


def test_json_steers_no_terminal_and_keeps_every_character(capfd: pytest.CaptureFixture[str]) -> None:
    data = {"name": FORGED, "more": "\x7f\x85\u2028\U000e0001 Größe – 4 µm", "bytes": "\udcff"}
    print_json(data)
    (line, end) = _lines(capfd)
    assert (json.loads(line), end) == (data | {"bytes": "?"}, "")
    assert "Größe – 4 µm" in line
