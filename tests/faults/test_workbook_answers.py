"""A process for workbooks that a hostile file took over: the app refuses its answers and takes little memory."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

import msgspec
import pytest

from eum_app import bounded_child
from eum_app.domain.errors import Refusal
from eum_app.list_files import workbook_source
from eum_app.list_files.headings import Layout
from eum_app.list_files.inventory_file import read_inventory
from eum_app.list_files.source import Profile
from eum_app.list_files.workbook_answer import LENGTH, MAX_PART_BYTES, memory_limit
from eum_app.list_files.workbook_source import read_in_child
from tests.faults.test_stopped_workbooks import written

ROOT = Path(__file__).resolve().parents[2]
LAYOUT = Layout("", ("case", "serial"), (), ())
HEADINGS = {"line": 1, "cells": ["Case"], "columns": ["case"], "rows": 1}
ROW = {"line": 2, "cells": ["XX"], "kinds": ["text"], "end": 0}


def part(value: object) -> bytes:
    data = msgspec.msgpack.encode(value)
    return LENGTH.pack(len(data)) + data


END = LENGTH.pack(0)
HEAD = part({"headings": HEADINGS})
DEEP = b"\x82\xa4code\xaba.b\xa6values\x81\xa1a" + b"\x91" * 200_000 + b"\xc0"
ANSWERS = {
    "nothing": b"",
    "short": LENGTH.pack(10) + b"short",
    "long": LENGTH.pack(MAX_PART_BYTES + 1),
    "no msgpack": LENGTH.pack(5) + b"\xff\xff\xff\xff\xff",
    "a refusal named code": part({"code": "x.y", "values": {"code": "z"}}) + END,
    "a refusal named self": part({"code": "x.y", "values": {"self": "z"}}) + END,
    "a refusal with an escape": part({"code": "x\x1b[2J", "values": {}}) + END,
    "a refusal with a name of another form": part({"code": "x.y", "values": {"a b": "z"}}) + END,
    "a refusal with nested values": part({"code": "x.y", "values": {"a": [[["z"]]]}}) + END,
    "a refusal, and rows": part({"code": "x.y"}) + part([ROW]) + END,
    "deep": LENGTH.pack(len(DEEP)) + DEEP,
    "neither rows nor refusal": part({}) + END,
    "a column that no list has": part({"headings": {**HEADINGS, "columns": ["origin"]}}) + END,
    "a column too many": part({"headings": {**HEADINGS, "columns": ["case", "serial"]}}) + END,
    "a heading before the file": part({"headings": {**HEADINGS, "line": -1}}) + END,
    "a row before the file": HEAD + part([{**ROW, "line": 0}]) + END,
    "a row with an end": HEAD + part([{**ROW, "end": 9}]) + END,
    "a kind too few": HEAD + part([{**ROW, "kinds": []}]) + END,
    "an unknown kind": HEAD + part([{**ROW, "kinds": ["python"]}]) + END,
    "a row of another type": HEAD + part([{**ROW, "cells": [1]}]) + END,
    "no end": HEAD + part([ROW]),
}


def answer_with(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Let each new child run this code instead of the reader."""
    bounded_child.end_children()
    workbook_source._idle.clear()
    monkeypatch.setattr(bounded_child, "command_line", lambda _command: [sys.executable, "-c", code])


@pytest.mark.parametrize("name", ANSWERS)
def test_a_malformed_answer_is_one_refusal(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before, these raised TypeError and RecursionError in the app, or were taken for a refusal."""
    answer = tmp_path / "answer"
    answer.write_bytes(ANSWERS[name])
    answer_with(monkeypatch, f"import sys; sys.stdout.buffer.write(open({str(answer)!r}, 'rb').read())")
    with pytest.raises(Refusal) as refused:
        read_in_child(b"x", "h", Profile(), LAYOUT)
    assert refused.value.code == "inventory.workbook_crashed"


@pytest.mark.skipif(sys.platform != "linux", reason="counts kibibytes on Linux")
def test_an_endless_answer_takes_little_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before, one answer of 2 GB was read whole, and 30 MB of small values took 2.5 GB."""
    rows = [{"line": 2, "cells": ["ab"] * 1_000, "kinds": ["text"] * 1_000, "end": 0}] * 100
    (tmp_path / "rows").write_bytes(part(rows))
    answer_with(
        monkeypatch,
        f"import sys; out = sys.stdout.buffer.write; out({HEAD!r})\n"
        f"rows = open({str(tmp_path / 'rows')!r}, 'rb').read()\n"
        "while True: out(rows)",
    )
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(Refusal) as refused:
        read_in_child(b"x", "h", Profile(), LAYOUT)
    assert refused.value.code == "inventory.workbook_crashed"
    taken = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    assert taken < 2 * memory_limit(1)


def test_a_child_cannot_name_another_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The import compares the hash of the file with that of the preview: the parent states it, not the child."""
    answer = tmp_path / "answer"
    answer.write_bytes(part({"headings": HEADINGS, "sha384": "other"}) + part([ROW]) + END)
    answer_with(monkeypatch, f"import sys; sys.stdout.buffer.write(open({str(answer)!r}, 'rb').read())")
    source = read_in_child(b"x", "h", Profile(), LAYOUT)
    assert (source.sha384, [row.cells for row in source.records]) == ("h", [("XX",)])


def test_a_long_list_comes_in_parts(tmp_path: Path) -> None:
    preview = read_inventory(written(tmp_path / "list.xlsx", rows=30_000))
    assert [preview.accepted[at].serial for at in (0, 29_999)] == ["0786950", "0816949"]
