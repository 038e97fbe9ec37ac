"""The synthetic data: the same each time, readable by the product's own readers, and nothing real in it."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from eum_app.demo.generate import (
    PhotoKind,
    depot_rows,
    mark_image,
    photo,
    shelf_video,
    write_inventory_csv,
)
from eum_app.domain.errors import Refusal
from eum_app.domain.marks import parse_mark
from eum_app.list_files.inventory_file import read_inventory
from eum_app.scanning.decoder import decode
from eum_app.scanning.images import load_grey

TODAY = date(2026, 3, 1)


def test_the_same_seed_and_day_give_the_same_rows_and_another_seed_others() -> None:
    assert depot_rows(7, today=TODAY) == depot_rows(7, today=TODAY)
    assert len(depot_rows(7, today=TODAY)) == 24
    mine = {row.key for row in depot_rows(7, today=TODAY)}
    assert mine.isdisjoint(row.key for row in depot_rows(8, today=TODAY))


def test_a_depot_is_plausible() -> None:
    rows = depot_rows(7, 214, today=TODAY)
    assert len({row.key for row in rows}) == len({row.uii for row in rows}) == 214
    assert {row.country for row in rows} == {"XX"}
    assert Counter(row.eum_level for row in rows)["EEUM"] > 150
    never = [row for row in rows if row.last_inventory is None]
    late = [row for row in rows if row.last_inventory and TODAY - row.last_inventory > timedelta(days=365)]
    assert 5 < len(never) < 40
    assert 5 < len(late) < 45
    for row in rows:
        assert row.ship_date is not None
        assert row.delivery_date is not None
        assert row.ship_date < row.delivery_date < (row.last_inventory or TODAY) <= TODAY
        assert re.fullmatch(r"(R0|CLU)?\d{6}A?", row.serial)


def test_the_written_list_is_read_back_whole(tmp_path: Path) -> None:
    rows = depot_rows(7, 214, today=TODAY)
    path = tmp_path / "depot.csv"
    write_inventory_csv(path, rows)
    preview = read_inventory(path)
    assert preview.accepted == rows
    assert (preview.rejected, preview.warnings, preview.notes) == ([], [], ())
    with pytest.raises(Refusal, match=r"file\.is_folder"):
        write_inventory_csv(tmp_path, rows)


def test_a_label_says_what_its_row_says(tmp_path: Path) -> None:
    for row in depot_rows(7, 6, today=TODAY):
        path = tmp_path / "label.png"
        path.write_bytes(mark_image(row))
        (symbol,) = decode(load_grey(path))
        mark = parse_mark(symbol.raw, symbol.symbology)
        assert mark.uii is not None
        assert str(mark.uii) == row.uii


def test_every_label_is_read_somewhere_along_the_walk(tmp_path: Path) -> None:
    from eum_app.scanning.opencv import cv2

    rows = depot_rows(7, today=TODAY)
    path = tmp_path / "walk.avi"
    shelf_video(rows, path)
    capture = cv2.VideoCapture(str(path))
    seen: Counter[str | None] = Counter()
    frames = 0
    while True:
        there, frame = capture.read()
        if not there:
            break
        assert frame.shape == (720, 1280, 3)
        frames += 1
        seen.update(parse_mark(symbol.raw).serial for symbol in decode(np.ascontiguousarray(frame[:, :, 0])))
    capture.release()
    assert frames == 40
    assert set(seen) == {row.serial for row in rows}
    assert min(seen.values()) >= 3, "a consensus needs several equal reads"


@pytest.mark.parametrize("kind", get_args(PhotoKind))
def test_photos_are_repeatable_pictures_and_damage_shows(kind: PhotoKind) -> None:
    first = photo(kind, 3)
    assert first == photo(kind, 3)
    assert first != photo(kind, 4)
    assert first.startswith(b"\xff\xd8")
    assert load_grey(first).shape == (960, 1280)
    assert 20_000 < len(first) < 600_000
    whole = load_grey(photo("intact", 3)).astype(int)
    differing = np.abs(load_grey(first).astype(int) - whole) > 20
    assert (int(differing.sum()) > 200) == (kind != "intact")
