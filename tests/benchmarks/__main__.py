"""`make bench`: every ratio in one run, on screen and in bench-output/bench.json. Exit 1 where a bound is missed."""

from __future__ import annotations

import json
import os
import platform
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.benchmarks import bench_import, bench_postgres, bench_record, bench_report, bench_unlock
from tests.benchmarks.ratios import Ratio

OUTPUT = Path("bench-output") / "bench.json"
MEASUREMENTS: dict[str, Callable[[Path], Ratio]] = {
    "record": bench_record.measure,
    "import": bench_import.measure,
    "import-postgresql": bench_postgres.measure,
    "write-during-import": bench_postgres.measure_write_during_import,
    "unlock": bench_unlock.measure,
    "report": bench_report.measure,
}


def main(wanted: list[str]) -> int:
    """Run the measurements named, or all."""
    console = Console()
    ratios = []
    for name in wanted or MEASUREMENTS:
        with console.status(f"Measuring: {name}"), tempfile.TemporaryDirectory(prefix="eum-bench-") as folder:
            os.environ["EUM_STATE"] = f"{folder}/state"
            ratios.append(MEASUREMENTS[name](Path(folder)))
    console.print(table_of(ratios))
    save(ratios, OUTPUT)
    console.print(f"{OUTPUT}")
    return 0 if all(ratio.is_held for ratio in ratios) else 1


def table_of(ratios: list[Ratio]) -> Table:
    table = Table(title="Medians of ratios, measured in turn")
    for heading in ("what", "against", "ours, ms", "bare, ms", "ratio", "range", "bound", ""):
        table.add_column(heading, justify="left" if heading in {"what", "against", ""} else "right")
    for ratio in ratios:
        figures = ratio.as_figures()
        table.add_row(
            ratio.name,
            ratio.against,
            f"{figures['ours_median_ms']:,.2f}",
            f"{figures['bare_median_ms']:,.2f}",
            f"{ratio.median:.2f}",
            f"{figures['least']}-{figures['most']}",
            f"≤ {ratio.bound:g}",
            "held" if ratio.is_held else "[bold]missed[/bold]",
        )
    return table


def save(ratios: list[Ratio], path: Path) -> None:
    figures = {
        "machine": {"python": platform.python_version(), "system": platform.platform(), "cores": os.cpu_count()},
        "ratios": [ratio.as_figures() for ratio in ratios],
    }
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
