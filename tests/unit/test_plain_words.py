"""The guard of docs/style.md: what it reads, what it leaves out, and how its baseline shrinks."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

TOOL = Path(__file__).parents[2] / "tools" / "plain_words.py"


def load_tool() -> ModuleType:
    """Import the script by its path: `tools` is not a package."""
    spec = importlib.util.spec_from_file_location("plain_words", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


tool = load_tool()


def found_in(folder: Path, name: str, text: str) -> list[tuple[int, str]]:
    path = folder / name
    path.write_text(text, "utf-8")
    return [(use.line, use.found) for use in tool.uses_in(path, tool.load_words())]


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('"""What it gives."""', [(1, "what")]),
        ('"""Return it.\n\nMade anew."""', [(3, "anew")]),
        ("x = 1  # the colour", [(1, "colour")]),
        ('say("No licence left")', [(1, "licence")]),
        ('say("Enrolment")', [(1, "enrolment")]),
        ('say(f"{count} cancelled rows")', [(1, "cancelled")]),
        ("def test_nobody_reads() -> None: ...", [(1, "nobody")]),
        ('class A:\n    b: int\n    """Whoever asks."""', [(3, "whoever"), (3, "whoever")]),
    ],
)
def test_python_prose_is_read(tmp_path: Path, source: str, found: list[tuple[int, str]]) -> None:
    assert found_in(tmp_path, "a.py", source) == found


@pytest.mark.parametrize(
    "source",
    [
        'kind = "enrolment"',  # wire text
        "grey = colour(anew)",  # names in code
        '"""Return `licence` of ``colour``."""',
        'say(f"{colour} of {grey}")',
        '"""A stand-in stands for others; the bearer is outstanding."""',
    ],
)
def test_names_code_spans_and_wire_text_are_not_read(tmp_path: Path, source: str) -> None:
    assert found_in(tmp_path, "a.py", source) == []


def test_code_blocks_and_addresses_of_a_page_are_not_read(tmp_path: Path) -> None:
    page = "# Page\n\n```\ncolour\n```\n\n[a](colour.md) `grey`\nIt stands.\n"
    assert found_in(tmp_path, "a.md", page) == [(8, "stands")]


def test_more_uses_than_the_baseline_fail_and_fewer_pass() -> None:
    assert tool.judge({"a.py": 3}, {"a.py": 2}) == ["a.py"]
    assert tool.judge({"a.py": 1}, {"a.py": 2}) == []
    assert tool.judge({"a.py": 1}, {}) == ["a.py"]


def test_moved_text_passes_but_the_total_never_grows() -> None:
    assert tool.judge({"new.py": 2}, {"gone.py": 2}) == []
    assert tool.judge({"a.py": 1, "new.py": 2}, {"a.py": 3}) == []
    assert tool.judge({"new.py": 3}, {"gone.py": 2}) == ["new.py"]
    assert tool.judge({"a.py": 2, "new.py": 1}, {"a.py": 2}) == ["new.py"]
    assert tool.judge({"a.py": 1, "b.py": 2}, {"a.py": 2, "b.py": 1}) == ["b.py"]  # slack is not lent to listed files


def test_shrinking_writes_lower_counts_and_refuses_higher_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root, baseline = tmp_path / "root", tmp_path / "baseline.txt"
    (root / "ui").mkdir(parents=True)
    source = root / "ui" / "a.py"
    source.write_text("x = 1  # anew\n", "utf-8")
    baseline.write_text("ui/a.py 2\n", "utf-8")
    monkeypatch.setattr(tool, "BASELINE", baseline)
    monkeypatch.setattr(tool, "ROOT", root)
    assert tool.main(["--shrink"]) == 0
    assert baseline.read_text("utf-8") == "ui/a.py 1\n"
    source.write_text("x = 1  # anew\ny = 2  # anew\n", "utf-8")
    assert tool.main(["--shrink"]) == 1
    assert baseline.read_text("utf-8") == "ui/a.py 1\n"


def test_the_lower_of_two_merged_lines_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    baseline = tmp_path / "baseline.txt"
    baseline.write_text("ui/a.py 3\nui/a.py 2\nui/a.py 4\n", "utf-8")
    monkeypatch.setattr(tool, "BASELINE", baseline)
    assert tool.read_baseline() == {"ui/a.py": 2}
