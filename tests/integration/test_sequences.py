"""Symbols that are one of a sequence are found out, damaged and seen from behind too; whole ones are not mistaken."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
import zxingcpp
from numpy.typing import NDArray

from eum_app.domain.errors import Refusal
from eum_app.scanning.barcodes import modules_of, read_barcodes
from eum_app.scanning.decoder import DEFAULT_FORMATS, decode
from eum_app.scanning.images import load_grey
from eum_app.scanning.labels import data_matrix, qr
from eum_app.scanning.sequences import Part, part_of

PARTS = Path(__file__).parents[1] / "cases" / "05-structured-append-part-as-mark"
NAMES = ("dm_1of2.png", "dm_2of2.png", "dm_plain_1of2.png", "qr_1of2.png", "qr_2of2.png", "qr_plain_1of2.png")


def barcode_of(grey: NDArray[np.uint8]) -> zxingcpp.Barcode | None:
    found = read_barcodes(np.ascontiguousarray(grey), DEFAULT_FORMATS)
    return found[0] if found else None


def damaged(grey: NDArray[np.uint8], seed: int) -> NDArray[np.uint8]:
    """Return the symbol with up to four modules turned over; every other one is seen from behind."""
    chosen = random.Random(seed)
    barcode = barcode_of(grey)
    assert barcode is not None
    modules = modules_of(barcode).copy()
    for _ in range(chosen.randint(0, 4)):
        place = tuple(chosen.randrange(1, side - 1) for side in modules.shape)
        modules[place] = not modules[place]
    picture = np.where(np.kron(np.pad(modules, 4), np.ones((5, 5), np.bool_)), 0, 255).astype(np.uint8)
    return np.fliplr(picture) if seed % 2 else picture


@pytest.mark.parametrize("name", NAMES)
def test_a_part_says_which_it_is_and_is_refused(name: str) -> None:
    (symbol,) = decode(load_grey(PARTS / name))
    assert symbol.part == Part(int(name[-8]), 2)
    with pytest.raises(Refusal) as refused:
        symbol.require_whole_mark()
    assert refused.value.values == {"part": int(name[-8]), "parts": 2}


@pytest.mark.parametrize("name", NAMES)
def test_a_damaged_part_is_a_part(name: str) -> None:
    grey = load_grey(PARTS / name)
    read = [barcode for seed in range(24) if (barcode := barcode_of(damaged(grey, seed))) is not None]
    assert len(read) > 12
    assert all(part_of(barcode) is not None for barcode in read)


def test_a_damaged_whole_symbol_is_no_part() -> None:
    chosen, read = random.Random(7), 0
    for seed in range(40):
        text = "".join(chosen.choices("ABCDEFGH0123456789-/", k=chosen.randint(3, 60)))
        picture = data_matrix(text.encode(), 4) if seed % 3 else qr(text, 4)
        barcode = barcode_of(damaged(picture, seed))
        if barcode is not None:
            read += 1
            assert part_of(barcode) is None, text
    assert read > 30


@pytest.mark.parametrize(
    "text", ["AB-12", "AB-750148", "1HLD9NVG786950", "AB-750148-77-1HLD9", "1HLD9NVG-31A7869501234"]
)
def test_rectangular_symbols_are_read_and_are_no_parts(text: str) -> None:
    barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.DataMatrix, options="forceSquare=false")
    picture = np.kron(np.pad(np.asarray(barcode.to_image(scale=1)), 2, constant_values=255), np.ones((4, 4), np.uint8))
    for seen in (picture, np.fliplr(picture), np.rot90(picture)):
        (symbol,) = decode(np.ascontiguousarray(seen))
        assert (symbol.raw, symbol.part) == (text.encode(), None)
