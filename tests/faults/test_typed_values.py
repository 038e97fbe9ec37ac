"""Values that a person types by mistake: folders as files, numbers with too many digits, one folder twice."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from sqlalchemy import create_engine

import db.files
import sync.files
from db.engines import empty_log, sqlcipher_engine
from eum_app.domain.errors import Refusal, Trouble
from eum_app.usecases.store.erase import MOST_ERASE_AFTER, erase_after, set_erase_after
from eum_app.usecases.store.open_store import open_store
from eum_app.wording.messages import sentence
from tests.builders import PASSPHRASE, Clock, make_store
from ui.field.scanner_sheet import write_sheet

ROOT = Path(__file__).resolve().parents[2]
Written = Callable[[Path], AbstractContextManager[BinaryIO]]


@pytest.mark.parametrize("written_whole", [sync.files.written_whole, db.files.written_whole])
@pytest.mark.parametrize("named", [".", "..", "/", "folder", "folder/..", "link"])
def test_a_folder_in_the_place_of_a_file_is_refused_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written_whole: Written, named: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("folder")
    with pytest.raises(Refusal) as refused, written_whole(Path(named)):
        pytest.fail("the block must not run")
    assert refused.value.code == "file.is_folder"
    assert "is a folder" in sentence(refused.value).what
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "link"]


@pytest.mark.parametrize("failures", [MOST_ERASE_AFTER + 1, 2**63, int("9" * 31)])
def test_a_number_of_tries_with_too_many_digits_is_refused(tmp_path: Path, failures: int) -> None:
    clock = Clock()
    session = make_store(tmp_path / "hq", "hq", "HQ-01", clock, role="administrator")
    with pytest.raises(Refusal, match=r"erase\.too_many"):
        set_erase_after(session, failures)
    assert erase_after(session) == 0
    account = session.account
    session.close()
    open_store(tmp_path / "hq", account, PASSPHRASE, now=clock).close()


def test_the_scanner_sheet_replaces_no_file(tmp_path: Path, qapp: Any) -> None:
    path = tmp_path / "list.pdf"
    path.write_bytes(b"the list of the visit")
    with pytest.raises(Trouble, match=r"disk\.exists"):
        write_sheet(path)
    assert path.read_bytes() == b"the list of the visit"


_CREATE = """
import sys
from pathlib import Path
from eum_app.domain.errors import KnownError
from eum_app.usecases.store.open_store import create_store
sys.stdin.readline()
try:
    create_store(Path(sys.argv[1]), kind="hq", name=sys.argv[2], account="ADM-001", role="administrator",
                 passphrase="correct horse battery staple").close()
    print("created")
except KnownError as error:
    print(error.code)
"""


@pytest.mark.parametrize("was_there", [False, True])
def test_two_programs_that_create_a_store_in_one_folder_leave_one_whole_store(tmp_path: Path, was_there: bool) -> None:
    folder = tmp_path / "hq"
    if was_there:
        folder.mkdir()
    command = [sys.executable, "-c", _CREATE, str(folder)]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "cwd": ROOT}
    with (
        subprocess.Popen([*command, "HQ-01"], **pipes) as first,
        subprocess.Popen([*command, "HQ-02"], **pipes) as second,
    ):
        for one in (first, second):
            assert one.stdin is not None
            one.stdin.write("\n")
            one.stdin.flush()
        said = [one.communicate()[0].strip() for one in (first, second)]
    assert sorted(said) == ["created", "store.exists"]
    made = open_store(folder, "ADM-001", "correct horse battery staple")
    assert made.name == ("HQ-01", "HQ-02")[said.index("created")]
    made.close()
    assert not (folder / ".creating").exists()


def test_a_log_that_cannot_be_emptied_after_a_write_raises_nothing(tmp_path: Path) -> None:
    (tmp_path / "store.db").write_bytes(b"\xff" * 8192)  # as damaged between the write and the emptying
    empty_log(sqlcipher_engine(tmp_path / "store.db", b"k" * 32))
    empty_log(create_engine("sqlite://"))
