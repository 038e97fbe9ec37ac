"""`make bench`: ratios and figures in one run, on screen and in bench-output/bench.json. Exit 1: a bound is missed."""

from __future__ import annotations

import json
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.benchmarks import (
    bench_book,
    bench_idle,
    bench_import,
    bench_keys,
    bench_match,
    bench_pages,
    bench_postgres,
    bench_proofs,
    bench_reading,
    bench_record,
    bench_report,
    bench_scan,
    bench_statement,
    bench_unlock,
)
from tests.benchmarks.ratios import Figure, Ratio

OUTPUT = Path("bench-output") / "bench.json"
MEASUREMENTS: dict[str, Callable[[Path], Ratio]] = {
    "record": bench_record.measure,
    "import": bench_import.measure,
    "import-postgresql": bench_postgres.measure,
    "write-during-import": bench_postgres.measure_write_during_import,
    "unlock": bench_unlock.measure,
    "report": bench_report.measure,
    "report-xlsx": bench_report.measure_workbook,
    "report-memory": bench_report.measure_memory,
}
FIGURES: dict[str, Callable[[Path], list[Figure]]] = {
    "keys": bench_keys.figures,
    "reading": bench_reading.figures,
    "match": bench_match.figures,
    "scan": bench_scan.figures,
    "pages": bench_pages.figures,
    "idle": bench_idle.figures,
    "statement": bench_statement.figures,
    "book": bench_book.figures,
    "proofs": bench_proofs.figures,
}


def main(wanted: list[str]) -> int:
    """Run the measurements named, or all."""
    console = Console()
    ratios: list[Ratio] = []
    figures: list[Figure] = []
    for name in wanted or (*MEASUREMENTS, *FIGURES):
        with console.status(f"Measuring: {name}"), tempfile.TemporaryDirectory(prefix="eum-bench-") as folder:
            os.environ["EUM_STATE"] = f"{folder}/state"
            if name in MEASUREMENTS:
                ratios.append(MEASUREMENTS[name](Path(folder)))
            else:
                figures += FIGURES[name](Path(folder))
    if ratios:
        console.print(table_of(ratios))
    if figures:
        console.print(table_of_figures(figures))
    save(ratios, figures, OUTPUT)
    console.print(f"{OUTPUT}")
    is_held = [ratio.is_held for ratio in ratios] + [figure.is_held for figure in figures]
    return 0 if all(is_held) else 1


def table_of(ratios: list[Ratio]) -> Table:
    table = Table(title="Medians of ratios, measured in turn")
    for heading in ("what", "against", "ours", "bare", "ratio", "range", "bound", ""):
        table.add_column(heading, justify="left" if heading in {"what", "against", ""} else "right")
    for ratio in ratios:
        figures = ratio.as_figures()
        table.add_row(
            ratio.name,
            ratio.against,
            f"{figures['ours_median']:,.2f} {ratio.unit}",
            f"{figures['bare_median']:,.2f} {ratio.unit}",
            f"{ratio.median:.2f}",
            f"{figures['least']}-{figures['most']}",
            f"≤ {ratio.bound:g}",
            "held" if ratio.is_held else "[bold]missed[/bold]",
        )
    return table


def table_of_figures(figures: Sequence[Figure]) -> Table:
    table = Table(title="Figures")
    for heading in ("what", "measured", "must", ""):
        table.add_column(heading, justify="right" if heading in {"measured", "must"} else "left")
    for one in figures:
        must = f"{'≥' if one.is_floor else '≤'} {one.bound:g}"
        held = "held" if one.is_held else "[bold]missed[/bold]"
        table.add_row(one.name, f"{one.value:,.2f}".rstrip("0").rstrip(".") + f" {one.unit}", must, held)
    return table


def save(ratios: Sequence[Ratio], measured: Sequence[Figure], path: Path) -> None:
    figures = {
        "machine": {"python": platform.python_version(), "system": platform.platform(), "cores": os.cpu_count()},
        "ratios": [ratio.as_figures() for ratio in ratios],
        "figures": [one.as_figures() for one in measured],
    }
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
