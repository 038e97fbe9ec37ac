"""Creating a store that fails: nothing stays, also in a folder that was there before or that is a link."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from eum_app.domain.errors import Refusal, Trouble
from tests.builders import Clock, make_store


class _Stops(Clock):
    """A clock that fails when the first fact is dated, after the database was made."""

    def __call__(self) -> None:  # type: ignore[override]
        raise Trouble("store.failed", reason="the clock stopped")


@pytest.mark.parametrize("place", ["new", "empty", "link"])
def test_a_failed_creation_leaves_the_folder_as_it_was(tmp_path: Path, place: str) -> None:
    folder = tmp_path / "store"
    target = folder if place != "link" else tmp_path / "target"
    if place != "new":
        target.mkdir()
    if place == "link":
        try:
            folder.symlink_to(target, target_is_directory=True)
        except OSError:
            pytest.skip("no links here")
    for _ in range(2):
        with pytest.raises(Trouble, match="the clock stopped"):
            make_store(folder, "hq", "HQ-01", _Stops())
        assert target.exists() is (place != "new")
        assert folder.is_symlink() is (place == "link")
        assert not target.exists() or not list(target.iterdir())
    make_store(folder, "hq", "HQ-01", Clock()).store.close()
    assert (target / "store.db").is_file()


def test_a_file_is_no_place_for_a_store(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("kept", "utf-8")
    with pytest.raises(Refusal, match=r"store\.not_folder"):
        make_store(file, "hq", "HQ-01", Clock())
    with pytest.raises(Trouble, match=r"disk\.failed"):
        make_store(file / "below", "hq", "HQ-01", Clock())
    assert file.read_text("utf-8") == "kept"


def test_a_folder_whose_target_is_not_text_is_refused(tmp_path: Path) -> None:
    """A link with a plain name may lead into a folder whose name is not text."""
    odd = tmp_path / os.fsdecode(b"caf\xe9")
    odd.mkdir()
    link = tmp_path / "link"
    link.symlink_to(odd)
    with pytest.raises(Refusal, match=r"file\.name_not_text"):
        make_store(link / "hq", "hq", "HQ-01", Clock())
    assert list(odd.iterdir()) == []
