"""Bytes that msgspec cannot read are refused everywhere, also those for which it raises an error of Python's own."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

import pytest

from eum_app.domain.errors import Refusal
from eum_app.reports.sidecar import decode_sidecar, decode_signature
from ui.kit.settings import ENTRIES, Settings

ROOT = Path(__file__).parents[2]
BAD_KEY = b'{"\xff\x80": 1}'
BAD_TEXT = b'{"theme": "\xff"}'
DEEP = b'{"x": ' + b"[" * 100_000
HOSTILE = [BAD_KEY, BAD_TEXT, DEEP, b"", b"{"]


@pytest.mark.parametrize("data", HOSTILE)
def test_a_settings_file_that_cannot_be_read_gives_the_defaults(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_bytes(data)
    read = Settings(path)
    assert [read.value(entry) for entry in ENTRIES] == [entry.default for entry in ENTRIES]


@pytest.mark.parametrize("data", HOSTILE)
@pytest.mark.parametrize("decode", [decode_sidecar, decode_signature])
def test_a_hostile_sidecar_is_refused(decode: Callable[[bytes, str], object], data: bytes) -> None:
    with pytest.raises(Refusal):
        decode(data, "report.csv.json")


def test_nothing_catches_only_some_of_them() -> None:
    """`except msgspec.DecodeError` alone lets two kinds through. ValidationError is for values, which are no bytes."""
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for folder in ("eum_app", "db", "sync", "ui")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if path.name != "unreadable.py"
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in {"DecodeError", "MsgspecError"}
    ]
    assert wrong == []
