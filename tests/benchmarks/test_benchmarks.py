"""The benchmarks run and give figures. In small; their times are judged by `make bench` alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.benchmarks import (
    bench_book,
    bench_idle,
    bench_import,
    bench_keys,
    bench_pages,
    bench_proofs,
    bench_record,
    bench_report,
    bench_statement,
    bench_unlock,
)
from tests.benchmarks.__main__ import save, table_of, table_of_figures
from tests.benchmarks.ratios import Figure, Ratio


def _gives_figures(ratio: Ratio, repeats: int) -> None:
    assert len(ratio.ratios) == repeats
    assert min(*ratio.ours_ms, *ratio.bare_ms) > 0
    assert ratio.bound > 0


def test_recording_is_measured(tmp_path: Path) -> None:
    _gives_figures(bench_record.measure(tmp_path / "world", items=8, checks=6, warm=2), 4)


def test_import_is_measured(tmp_path: Path) -> None:
    ratio = bench_import.measure(tmp_path / "world", visits=2, items=20, repeats=2)
    _gives_figures(ratio, 2)
    assert "40 checks" in ratio.name


def test_reports_are_measured(tmp_path: Path) -> None:
    for ending, measure in (("csv", bench_report.measure), ("xlsx", bench_report.measure_workbook)):
        (tmp_path / ending).mkdir()
        _gives_figures(measure(tmp_path / ending, items=30, repeats=2), 2)


@pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints")
def test_idle_pages_are_measured(tmp_path: Path) -> None:
    found = bench_idle.figures(tmp_path, settle_ms=1, rest_ms=5)
    assert len(found) > 15
    assert {figure.bound for figure in found} == {0.5}


@pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints")
def test_the_statement_is_measured(tmp_path: Path) -> None:
    assert [one.unit for one in bench_statement.figures(tmp_path, items=3)] == ["ms"]


def test_keys_are_measured(tmp_path: Path) -> None:
    found = bench_keys.figures(tmp_path, repeats=1, objects=20)
    assert [figure.bound for figure in found] == [1_000, 1_000, bench_keys.ROTATE_S_A_GIB]
    assert all(figure.value > 0 for figure in found)


@pytest.mark.slow
def test_unlocking_is_measured(tmp_path: Path) -> None:
    _gives_figures(bench_unlock.measure(tmp_path, repeats=2), 2)


def test_a_book_is_measured(tmp_path: Path) -> None:
    found = bench_book.figures(tmp_path, items=2_000, searches=3, photos=1)
    assert len(found) == 8
    assert all(figure.value > 0 for figure in found)


def test_proofs_are_measured(tmp_path: Path) -> None:
    found = bench_proofs.figures(tmp_path, entries=1_000, asked=5)
    assert [figure.unit for figure in found] == ["ms", "bytes", "s"]
    assert all(figure.value > 0 for figure in found)


def test_the_median_decides(tmp_path: Path) -> None:
    held = Ratio("a", "b", 2.0, (1.0, 30.0, 3.0), (1.0, 1.0, 2.0))
    missed = Ratio("a", "b", 1.0, (1.0, 30.0, 3.0), (1.0, 1.0, 2.0))
    assert (held.median, held.is_held, missed.is_held) == (1.5, True, False)
    assert table_of([held, missed]).row_count == 2
    figures = [Figure("read", 161, 162, is_floor=True), Figure("verdict", 99.5, 100, "ms")]
    assert [one.is_held for one in figures] == [False, True]
    assert table_of_figures(figures).row_count == 2
    save([held, missed], figures, tmp_path / "out" / "bench.json")
    figures = json.loads((tmp_path / "out" / "bench.json").read_text())["ratios"]
    assert [row["median_ratio"] for row in figures] == [1.5, 1.5]


@pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints")
def test_pages_are_measured(tmp_path: Path) -> None:
    found = bench_pages.figures(tmp_path, items=400, asked=3)
    assert len(found) == 13
    assert min(figure.value for figure in found) > 0
