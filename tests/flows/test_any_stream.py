"""Standard streams as odd callers leave them: a command answers, or says in one sentence why its answer is lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.builders import PASSPHRASE, Clock, make_store

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="/dev/full and closed descriptors as Linux has them")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("streams") / "検査 store"
    make_store(folder, "hq", "HQ-01", Clock()).close()
    return folder


def eum(store: Path, *words: str, streams: str, **given: str) -> subprocess.CompletedProcess[str]:
    """Run a command below a shell that redirects its streams."""
    kept = {name: value for name, value in os.environ.items() if name not in {"PYTHONIOENCODING", "DISPLAY"}}
    named = {"EUM_STORE": str(store), "EUM_PASSPHRASE": PASSPHRASE, "EUM_ACCOUNT": "REV-004", "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        ["sh", "-c", f'exec "$@" {streams}', "sh", sys.executable, "-m", "eum_app", *words],
        env={**kept, **named, "QT_QPA_PLATFORM": "offscreen", **given},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("words", "unbuffered"), [(("store", "check"), ""), (("store", "check", "--json"), "1"), (("--help",), "1")]
)
def test_an_answer_that_cannot_be_written_is_trouble(store: Path, words: tuple[str, ...], unbuffered: str) -> None:
    done = eum(store, *words, streams="> /dev/full", PYTHONUNBUFFERED=unbuffered)
    assert done.returncode == 3, done.stderr
    assert done.stderr.startswith("The answer cannot be written to standard output: No space left on device.")
    assert done.stderr.count("\n") == 1


def test_wrong_usage_keeps_its_code_where_its_message_cannot_be_written(store: Path) -> None:
    assert eum(store, "no-such-command", streams="> /dev/full 2> /dev/full").returncode == 2


def test_closed_streams_do_not_stop_a_command(store: Path) -> None:
    done = eum(store, "store", "check", streams="<&- >&- 2>&-")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_file_does_not_get_the_number_of_a_closed_stream(tmp_path: Path) -> None:
    """Otherwise a library that warns would write into it."""
    program = (
        "import os, sys; from eum_app.cli.streams import open_streams; open_streams();"
        "file = open(sys.argv[1], 'w'); os.write(1, b'answer'); os.write(2, b'warning')"
    )
    command = ["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", sys.executable, "-c", program, str(tmp_path / "file")]
    subprocess.run(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True)
    assert (tmp_path / "file").read_bytes() == b""


def test_every_part_works_with_closed_streams(store: Path) -> None:
    assert eum(store, "--self-check", streams="<&- >&- 2>&-").returncode == 0


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_a_character_that_the_terminal_lacks_is_escaped(store: Path, encoding: str) -> None:
    words = eum(store, "log", "list", streams="", PYTHONIOENCODING=encoding)
    assert (words.returncode, words.stderr) == (0, "")
    report = store.parent / f"検査 {encoding}.csv"
    made = eum(store, "report", "inventory", str(report), "--json", streams="", PYTHONIOENCODING=encoding)
    assert Path(json.loads(made.stdout)["sidecar"]).is_file(), made.stderr


def test_a_reader_that_leaves_early_gets_no_traceback(store: Path) -> None:
    done = eum(store, "--help", streams="| head -c 1")
    assert done.stderr == ""
