"""Symbols that are one of a sequence (structured append): a message that its maker spread over several symbols.

zxing-cpp knows this, but its Python binding, up to 3.1.1, tells it only for PDF417 and Aztec. It does return the
modules of a symbol as they were read. In Data Matrix and QR the first codeword says whether the symbol is one of a
sequence (ISO/IEC 16022, 5.6; ISO/IEC 18004, structured append). It may be damaged, so it is not simply read: the symbol
is decoded again with that codeword replaced, and the error correction tells which value was right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

import numpy as np
import zxingcpp
from zxingcpp import BarcodeFormat

from eum_app.scanning.barcodes import Modules, extra_of, modules_of, read_modules

Place = tuple[int, int]

_DATA_MATRIX_PART: Final = 233
_QR_PARTS: Final = range(0x30, 0x40)  # mode 0011, then the number of the symbol
_NOT_READ: Final = -1.0


class Part(NamedTuple):
    """One symbol of a sequence: its number from 1 and the number of symbols, each 0 if unknown."""

    number: int = 0
    of: int = 0


class _Codeword(NamedTuple):
    """The places of a codeword's modules, most significant bit first, and the mask over them."""

    places: tuple[Place, ...]
    mask: int = 0

    def read(self, modules: Modules) -> int:
        bits = "".join("1" if modules[place] else "0" for place in self.places)
        return int(bits, 2) ^ self.mask

    def written(self, modules: Modules, value: int) -> Modules:
        changed = modules.copy()
        for place, bit in zip(self.places, f"{value ^ self.mask:08b}", strict=True):
            changed[place] = bit == "1"
        return changed


def part_of(barcode: zxingcpp.Barcode) -> Part | None:
    """Return which part of a sequence a symbol is, or None if it is a whole message.

    The numbers are 0 if the symbol was read with errors or does not state them. Also None for kinds other than Data
    Matrix, QR and Aztec; `Symbol.part_of` names the label of a PDF417 part.
    """
    if barcode.format == BarcodeFormat.Aztec:
        return Part() if str(barcode.symbology_identifier) in _AZTEC_PARTS else None
    find = _KINDS.get(barcode.format)
    if find is None:
        return None
    return find(barcode, modules_of(barcode))


_AZTEC_PARTS: Final = frozenset({"]z6", "]z7", "]z8", "]z9", "]zA", "]zB"})


def _data_matrix(barcode: zxingcpp.Barcode, modules: Modules) -> Part | None:
    for seen in (modules, np.ascontiguousarray(modules[::-1, ::-1].T)):  # zxing-cpp also reads symbols from behind
        if seen.shape[0] > seen.shape[1]:  # no symbol is higher than wide
            continue
        first, second = (_of_data_matrix(seen.shape, at) for at in ((4, 0), (2, 2)))
        if not _is_any(barcode, seen, first, [_DATA_MATRIX_PART], has_blocks=seen.shape[0] >= 52):
            continue
        if not _is_undamaged(barcode):
            return Part()
        number, of = divmod(second.read(seen), 16)
        return Part(number + 1, 17 - of)
    return None


def _of_data_matrix(shape: tuple[int, ...], corner: Place) -> _Codeword:
    """Return the codeword whose last module is at `corner` of the mapping matrix (ISO/IEC 16022, annex F)."""
    regions = [1 if side <= 26 else 2 if side <= 52 else 4 if side <= 104 else 6 for side in shape]
    inner = [side // count - 2 for side, count in zip(shape, regions, strict=True)]
    rows, columns = (side * count for side, count in zip(inner, regions, strict=True))
    places = []
    for down, right in ((-2, -2), (-2, -1), (-1, -2), (-1, -1), (-1, 0), (0, -2), (0, -1), (0, 0)):
        row, column = corner[0] + down, corner[1] + right
        if column < 0:
            row, column = row + 4 - (columns + 4) % 8, column + columns
        row %= rows
        places.append((row + 1 + 2 * (row // inner[0]), column + 1 + 2 * (column // inner[1])))
    return _Codeword(tuple(places))


def _qr(barcode: zxingcpp.Barcode, modules: Modules) -> Part | None:
    import qrcode.base  # for its tables; a symbol of this kind is rare
    import qrcode.constants

    side, mask = len(modules), int(extra_of(barcode).get("DataMask", -1))
    level = getattr(qrcode.constants, f"ERROR_CORRECT_{extra_of(barcode).get('ECLevel')}", None)
    if side < 21 or side % 4 != 1 or mask not in range(8) or level is None:  # Micro QR and rMQR know no sequences
        return None
    modules = min((modules, modules.T), key=lambda seen: _format_errors(seen, level, mask))
    first = _of_qr(side, 0, mask)
    blocks = len(qrcode.base.rs_blocks((side - 17) // 4, level))  # the codewords of blocks alternate
    near = range(blocks, (side - 9) // 4, blocks)  # those of the first block in the outermost two columns
    block = [_of_qr(side, number, mask) for number in near] if blocks > 1 else []
    if not _is_any(barcode, modules, first, _QR_PARTS, block, has_blocks=blocks > 1):
        return None
    if not _is_undamaged(barcode):
        return Part()
    of = (_of_qr(side, near[0], mask).read(modules) >> 4) + 1 if near else 0
    return Part(first.read(modules) % 16 + 1, of)


def _format_errors(modules: Modules, level: int, mask: int) -> int:
    """Return how many modules beside the upper right and lower left corners differ from the format information.

    A symbol that was read from behind has the two exchanged.
    """
    import qrcode.util

    bits = [bool(qrcode.util.BCH_type_info(level << 3 | mask) >> bit & 1) for bit in range(15)]
    right = [bool(modules[8, -1 - bit]) != bits[bit] for bit in range(8)]
    below = [bool(modules[bit - 15, 8]) != bits[bit] for bit in range(8, 15)]
    return sum(right) + sum(below)


def _of_qr(side: int, number: int, mask: int) -> _Codeword:
    """Return one of the first codewords of a QR symbol: they run up the outermost two columns."""
    places = tuple((side - 1 - 4 * number - bit // 2, side - 1 - bit % 2) for bit in range(8))
    bits = "".join("1" if _MASKS[mask](row, column) else "0" for row, column in places)
    return _Codeword(places, int(bits, 2))


_MASKS: Final[tuple[Callable[[int, int], bool], ...]] = (  # ISO/IEC 18004, data mask patterns
    lambda i, j: (i + j) % 2 == 0,
    lambda i, _: i % 2 == 0,
    lambda _, j: j % 3 == 0,
    lambda i, j: (i + j) % 3 == 0,
    lambda i, j: (i // 2 + j // 3) % 2 == 0,
    lambda i, j: i * j % 2 + i * j % 3 == 0,
    lambda i, j: (i * j % 2 + i * j % 3) % 2 == 0,
    lambda i, j: ((i + j) % 2 + i * j % 3) % 2 == 0,
)


def _is_any(
    barcode: zxingcpp.Barcode,
    modules: Modules,
    codeword: _Codeword,
    values: Iterable[int],
    same_block: Sequence[_Codeword] = (),
    *,
    has_blocks: bool = False,
) -> bool:
    """Whether the codeword has one of the values, its errors corrected.

    The right value leaves more error correction unused than it does with any of its bits wrong, and all bits wrong
    cost no more than one. Otherwise the places are not those of this codeword, because the symbol is mirrored.

    The share that is unused is that of the worst block. Where the codeword makes no difference to it, errors are added
    to codewords of `same_block` until its block is the worst. Where that is not possible, the modules are believed.
    """
    looks_so = codeword.read(modules) in values
    if _is_undamaged(barcode) and not looks_so:
        return False
    before, spoiled = float(extra_of(barcode).get("UEC", _NOT_READ)), modules
    for more in (None, *same_block):
        spoiled = spoiled if more is None else _inverted(spoiled, more.places)
        unused, value = max((_unused(barcode, codeword.written(spoiled, value)), value) for value in values)
        if unused < before and more is None:
            return False
        wrong = [_unused(barcode, codeword.written(spoiled, value ^ 1 << bit)) for bit in range(8)]
        if unused > max(wrong):
            return _unused(barcode, codeword.written(spoiled, value ^ 0xFF)) >= min(wrong)
        if unused < max(before, *wrong):
            return False
    return has_blocks and looks_so


def _inverted(modules: Modules, places: Iterable[Place]) -> Modules:
    changed = modules.copy()
    for place in places:
        changed[place] = not changed[place]
    return changed


def _is_undamaged(barcode: zxingcpp.Barcode) -> bool:
    return float(extra_of(barcode).get("UEC", 0.0)) >= 1


def _unused(barcode: zxingcpp.Barcode, modules: Modules) -> float:
    """Return the share of the error correction that reading the same data from these modules leaves unused.

    -1 if the data cannot be read from them.
    """
    found = read_modules(barcode.format, modules)
    same = [one for one in found if one.bytes == barcode.bytes]
    return float(extra_of(same[0]).get("UEC", _NOT_READ)) if same else _NOT_READ


_KINDS: Final[dict[BarcodeFormat, Callable[[zxingcpp.Barcode, Modules], Part | None]]] = {
    BarcodeFormat.DataMatrix: _data_matrix,
    BarcodeFormat.QRCode: _qr,
    BarcodeFormat.QRCodeModel2: _qr,
}
