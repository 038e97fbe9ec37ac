"""Unexpected pictures and marks: very large, very long, and data that would do harm if it were run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import zxingcpp

from db.queries.inventory import ItemFilter, find_item_ids
from eum_app.domain.marks import parse_mark
from eum_app.scanning import labels
from eum_app.scanning.consensus import Consensus
from eum_app.scanning.decoder import Symbol, decode, read_still
from eum_app.scanning.images import load_grey
from eum_app.scanning.sweep import SweepTracker
from eum_app.usecases.visits.match_mark import match_mark
from tests.builders import make_world
from ui.field.visit.match_words import offer_of, tag_of
from ui.shared.mark_view import mark_text

MESSAGE = labels.iuid_message("1HLD9", "NVG-31A", "463416")
STRANGE = {
    "address": "https://example.org/?a=<b>&c=1",
    "script": "<script>alert(1)</script>",
    "sql": "'; DROP TABLE items; --",
    "right to left": "A\u202e1234\u202cB\u2066x\u2069",
    "format codes": "%s%n {0} ${HOME} `id`",
    "nothing seen": "\u200b\ufeff \u00a0",
}


@pytest.mark.slow
def test_a_picture_of_a_hundred_megapixels_is_read() -> None:
    picture = np.full((10_000, 10_000), 180, np.uint8)
    mark = labels.data_matrix(MESSAGE, 12)
    picture[7000 : 7000 + len(mark), 2000 : 2000 + len(mark)] = mark
    grey = load_grey(labels.png(picture))
    assert [symbol.raw for symbol in read_still(grey, 100)] == [MESSAGE]


def test_a_mark_of_three_kilobytes_is_read_whole_and_told_as_one() -> None:
    data = bytes(48 + number % 10 for number in range(3_000))
    barcode = zxingcpp.create_barcode(data.decode(), zxingcpp.BarcodeFormat.DataMatrix)
    modules = np.array(barcode.to_image(scale=1, add_quiet_zones=False))
    picture = np.pad(np.kron(modules, np.ones((4, 4))).astype(np.uint8), 20, constant_values=255)
    (symbol,) = decode(picture)
    assert symbol.raw == data
    mark = parse_mark(symbol.raw, symbol.aim)
    assert (mark.uii, len(mark.text)) == (None, 3_000)


@pytest.mark.parametrize("name", STRANGE)
def test_what_a_mark_holds_is_data(tmp_path: Path, name: str) -> None:
    """Looked for as it is, found nowhere, shown with every sign that would hide or turn text made visible."""
    text = STRANGE[name]
    (symbol,) = decode(labels.qr(text))
    assert symbol.raw == text.encode()
    world = make_world(tmp_path, count=3)
    planned = world.plan()
    world.hand_over()
    before = world.device.read(find_item_ids, ItemFilter())
    match = match_mark(world.device, planned.visit_id, symbol.raw, read_by="camera", symbology=symbol.aim)
    assert (match.item, match.read.raw) == (None, symbol.raw)
    assert world.device.read(find_item_ids, ItemFilter()) == before
    world.close()
    shown = (mark_text(symbol.raw), tag_of(match)[1], *(value for _, value in offer_of(match).read))
    assert all(one.isprintable() for one in shown)


def test_the_same_mark_two_hundred_times_a_second_is_one_mark() -> None:
    symbol = Symbol(MESSAGE, "Data Matrix", ((10, 10), (90, 10), (90, 90), (10, 90)), 1.0)
    consensus, tracker = Consensus(), SweepTracker()
    given, tracks = [], set()
    for number in range(1_000):
        given += consensus.offer([symbol], number * 5.0)
        tracks |= {track.track_id for track in tracker.offer([symbol], number * 5.0, (640, 480))}
    assert given == [symbol]
    assert tracks == {1}
