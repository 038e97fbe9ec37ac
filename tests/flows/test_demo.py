"""The demonstration, as `make demo` runs it without a display: the real windows, by events, the whole way."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest

from eum_app.demo.output import MARKER, take


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_demonstration_goes_the_whole_way(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in {"DISPLAY", "WAYLAND_DISPLAY"}}
    done = subprocess.run(
        [sys.executable, "-m", "eum_app", "demo", "--output", str(tmp_path / "out")],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert done.stderr == ""
    assert done.stdout.count(".png)") >= 20
    out = tmp_path / "out"
    assert len(list(out.glob("*.png"))) >= 20
    assert {path.name.split("_")[3].split("-")[0] for path in out.glob("*.eumb")} == {"tasking", "results", "receipt"}
    with (out / "inventory-status.csv").open(newline="", encoding="utf-8-sig") as file:
        outcomes = [row["Last Outcome"] for row in csv.DictReader(file)]
    assert outcomes.count("verified") == 22
    assert {"discrepancy", "not_found"} < set(outcomes)
    assert (out / "inventory-status.csv.sidecar.json").is_file()
    assert [path.name for path in take(out).iterdir()] == [MARKER]  # so the next demo takes the same folder
