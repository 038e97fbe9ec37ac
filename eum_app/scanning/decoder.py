"""Read symbols in a gray picture with zxing-cpp: their exact bytes, their kind, and their corners."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING

import zxingcpp
from zxingcpp import BarcodeFormat

from eum_app.domain.errors import Refusal
from eum_app.scanning.barcodes import Corners, extra_of, read_barcodes, stated_data
from eum_app.scanning.budget import Budget
from eum_app.scanning.sequences import Part, part_of
from eum_app.scanning.symbologies import USUAL, formats_of, known

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from eum_app.scanning.preparations import Place, Prepared

DEFAULT_FORMATS = formats_of(USUAL)  # a search for all formats takes three times as long
_MATRIX_FORMATS = (BarcodeFormat.DataMatrix, BarcodeFormat.QRCode, BarcodeFormat.PDF417, BarcodeFormat.Aztec)
_LARGE_PX = 2_000_000  # a plain pass of a larger picture takes longer than two passes of it made smaller
_CLOSE_UP = 0.3  # of the picture's shorter side: a symbol as large is what the picture was taken for
_MAX_SEARCH_PX = 16_000_000  # larger pictures are scaled down for the search, which takes about 30 bytes a pixel
_MIN_SIDE = 16  # px; the smallest symbol has 8 modules
# A picture without a symbol passes the error correction of the smallest Data Matrix (8 codewords, 2 corrected) once in
# 10^6 tries, and that of an IUID mark (32, 7 corrected) once in 10^10. An unused share makes this far rarer still.
_MARGIN = 0.15
# These carry Reed-Solomon error correction: a read that passes is right, unless all of it was used (a symbol under
# another one was once misread in that way). A linear symbol has a weak checksum or none.
_ERROR_CORRECTED = ("Data Matrix", "QR", "PDF417", "Aztec")
# Starts of zxing-cpp's names of formats, with the symbology that they belong to.
_SYMBOLOGIES = (
    ("Data Matrix", "Data Matrix"),
    ("QR", "QR"),
    ("Micro QR", "QR"),
    ("rMQR", "QR"),
    ("PDF417", "PDF417"),
    ("Compact PDF417", "PDF417"),
    ("MicroPDF417", "PDF417"),
    ("Aztec", "Aztec"),
    ("Code 128", "Code 128"),
    ("Code 39", "Code 39"),
    ("EAN", "EAN/UPC"),
    ("UPC", "EAN/UPC"),
)


@dataclass(frozen=True)
class Symbol:
    """One symbol that was read."""

    raw: bytes  # control characters intact
    symbology: str  # "Data Matrix", "QR", "Code 128", "Code 39", "PDF417", "Aztec"
    corners: Corners  # pixels of the picture given: top left, top right, bottom right, bottom left of the symbol
    ms: float  # from the start of the search until this symbol was read
    preparation: str = "plain"
    error_corrected: bool = True
    aim: str = ""  # AIM symbology identifier, "]d1"; "]d2" says GS1
    margin: float = 0.0  # share of the error correction that was not needed; 0 if unknown
    text: str = ""  # for display only, decoded by the symbol's own character sets (ECI)
    part_of: str = ""  # file id of the label that a PDF417 symbol belongs to; zxing-cpp does not say which part it is
    part: Part | None = None  # of a message in several Data Matrix, QR or Aztec symbols
    sets_up_scanner: bool = False  # its data are orders to a scanner
    stated: bytes = b""  # the data with AIM prefix and designators, if the symbol states character sets (ECI)

    @property
    def centre(self) -> tuple[float, float]:
        """Center of the symbol in pixels (x, y)."""
        return sum(x for x, _ in self.corners) / 4, sum(y for _, y in self.corners) / 4

    @property
    def data(self) -> bytes:
        """Data to parse and to keep: with the character sets that the symbol states."""
        return self.stated or self.raw

    def require_whole_mark(self) -> None:
        """Require that the symbol may be the whole mark of an item. `part_of` is not considered.

        Raises Refusal `mark.sets_up_scanner`, `mark.part_of_sequence`, `mark.part_of_known_sequence` (its number is
        known).
        """
        if self.sets_up_scanner:
            raise Refusal("mark.sets_up_scanner")
        if self.part is not None and self.part.number and self.part.of:
            raise Refusal("mark.part_of_known_sequence", part=self.part.number, parts=self.part.of)
        if self.part is not None:
            raise Refusal("mark.part_of_sequence")


def decode(
    grey: NDArray[np.uint8], *, formats: tuple[BarcodeFormat, ...] = DEFAULT_FORMATS, preparation: str = "plain"
) -> list[Symbol]:
    """Return every symbol of these formats in a gray picture (height × width); empty if there is none.

    `Symbol.raw` holds zxing-cpp's bytes; symbols without data are left out. `ms` of each is the time of the whole pass.
    Its text would show control characters and spaces as pictures by default.
    """
    started = time.perf_counter()
    found = read_barcodes(grey, formats)
    ms = (time.perf_counter() - started) * 1000
    return [_symbol(barcode, ms, preparation) for barcode in found if barcode.bytes]


def read_still(
    grey: NDArray[np.uint8],
    budget_ms: float = 1000,
    *,
    sweep: bool = False,
    kinds: Sequence[str] = USUAL,
    stopped: Callable[[], bool] | None = None,
) -> list[Symbol]:
    """Return the symbols of a still, with every effort within about `budget_ms` if it cannot be read plainly.

    `budget_ms` is processor time of this thread. Once `stopped` returns true, the symbols found so far are returned.

    A large picture is read made smaller first: if one matrix symbol fills much of it, that is enough. Else the symbols
    of a plain pass are returned immediately. On a miss, or always with `sweep` (many symbols in one picture, some of
    them poor), more steps follow. Linear symbols are read strip by strip. Places that look like a matrix symbol go
    through the ladder of preparations, and finally are read by their own grid.

    A wrong read is worse than a miss. A read from a prepared picture counts only if much of its error correction was
    left or a second preparation agrees. The same holds for a plain read that used all of it. `kinds` are names of
    `symbologies.ALL`; others are ignored, and without any the usual ones are read. Empty if nothing is read.
    """
    wanted = known(kinds)
    budget = Budget(budget_ms, stopped) if stopped is not None else Budget(budget_ms)
    return _read_still(grey, budget, wanted, sweep=sweep)


def _read_still(grey: NDArray[np.uint8], budget: Budget, wanted: tuple[str, ...], *, sweep: bool) -> list[Symbol]:
    formats = formats_of(wanted)
    found: list[Symbol] = []
    if grey.size > _LARGE_PX:
        _add(found, _close_up(grey, formats, budget), wanted)
    if found and not sweep:
        return found
    for symbol in decode(grey, formats=formats):
        is_used_up = symbol.symbology in _ERROR_CORRECTED and not symbol.error_corrected
        _add(found, _once_more(grey, symbol, budget) if is_used_up else [symbol], wanted)
    if (found and not sweep) or min(grey.shape) < _MIN_SIDE:
        return found
    if grey.size > _MAX_SEARCH_PX:
        from eum_app.scanning.preparations import shrink

        smaller, scale = shrink(grey, _MAX_SEARCH_PX // 2)
        for symbol in _read_still(smaller, budget, wanted, sweep=sweep):
            _add(found, [replace(symbol, corners=_moved(symbol.corners, _whole(grey), scale))], wanted)
        return found
    return _search(grey, found, budget, wanted, sweep=sweep)


def _search(
    grey: NDArray[np.uint8],
    found: list[Symbol],
    budget: Budget,
    wanted: tuple[str, ...],
    *,
    sweep: bool,
) -> list[Symbol]:
    """Add to the symbols that a plain pass found those that take more effort, and return them all."""
    from eum_app.scanning.preparations import MAX_SIDE, matrix_places

    whole, is_small = _whole(grey), max(grey.shape) <= MAX_SIDE
    if is_small and not found:  # most likely one symbol
        _add(found, _climb(grey, whole, budget) or _by_grid(grey, whole, budget), wanted)
    elif not (found or sweep):
        _add(found, _close_up(grey, formats_of(wanted), budget), wanted)
    if sweep or not found:
        _add(found, _linear(grey, found, budget, sweep=sweep), wanted)
    if (sweep and found) or not (found or is_small):
        places = matrix_places(grey, [_box(symbol.corners) for symbol in found])
        for read_place, place in [*((_climb, one) for one in (*places, whole)), *((_by_grid, one) for one in places)]:
            if budget.is_over or (found and (not sweep or place is whole)):
                continue
            if not any(place.holds(symbol.centre) for symbol in found):
                _add(found, read_place(grey, place, budget), wanted)
    return found


def _close_up(grey: NDArray[np.uint8], formats: tuple[BarcodeFormat, ...], budget: Budget) -> list[Symbol]:
    """Return the symbols of a picture made smaller, if one of them fills much of it.

    Made smaller, the dots of a mark on metal join to modules, and the grain of the metal goes. On photographs of
    dot-peened parts, modules of 10 px are read and modules of 30 px are not.
    """
    from eum_app.scanning.preparations import reduced

    wanted = tuple(one for one in formats if one in _MATRIX_FORMATS)
    if not wanted:
        return []
    found = _certain(_reads(reduced(grey), _whole(grey), wanted), budget)
    return found if any(_size(one.corners) >= _CLOSE_UP * min(grey.shape) for one in found) else []


def _linear(grey: NDArray[np.uint8], known: Sequence[Symbol], budget: Budget, *, sweep: bool) -> list[Symbol]:
    """Return linear symbols that strips of their bars agree on; all with `sweep`, else the first."""
    from eum_app.scanning.bars import read_bars

    found: list[Symbol] = []
    for read in read_bars(grey, budget.half(), [symbol.centre for symbol in known]):
        symbol = _symbol(read.barcode, budget.spent_ms, read.preparation)
        found.append(replace(symbol, corners=read.corners))
        if not sweep:
            break
    return found


def _once_more(grey: NDArray[np.uint8], symbol: Symbol, budget: Budget) -> list[Symbol]:
    """Return a plainly read symbol that used all of its error correction, if a prepared picture agrees."""
    from eum_app.scanning.preparations import again

    place = _around(symbol, grey)
    return _certain(chain([[symbol]], _reads(again(_crop(grey, place)), place)), budget)


def _climb(grey: NDArray[np.uint8], place: Place, budget: Budget) -> list[Symbol]:
    """Prepare one place of a picture in ever other ways until a symbol is certain."""
    from eum_app.scanning.preparations import ladder

    return _certain(_reads(ladder(_crop(grey, place)), place), budget)


def _by_grid(grey: NDArray[np.uint8], place: Place, budget: Budget) -> list[Symbol]:
    """Redraw the Data Matrix of one place from its grid, by one guess after another, until it is certain."""
    return _certain(_drawn(grey, place), budget)


def effort(grey: NDArray[np.uint8], first: str = "") -> Iterator[list[Symbol]]:
    """Yield the matrix symbols of each attempt to read a picture of one place: as it is, prepared, and redrawn by its
    grid. Attempts that read nothing yield an empty list.

    The preparation named `first` is tried before all others. No attempt counts by itself: `Agreement` decides.
    """
    from eum_app.scanning.preparations import ladder, prepared_as

    whole = _whole(grey)
    yield from _reads(prepared_as(first, grey), whole)
    yield decode(grey, formats=_MATRIX_FORMATS)
    yield from _reads(ladder(grey), whole)
    yield from _drawn(grey, whole)


class Agreement:
    """Decide which reads of one place count.

    Symbols count if enough of their error correction was left, or if two preparations gave the same.
    """

    def __init__(self) -> None:
        self._unsure: set[tuple[str, bytes]] = set()

    def take(self, symbols: Sequence[Symbol]) -> list[Symbol]:
        """Add one more read, and return those of its symbols that are certain now."""
        certain = [one for one in symbols if one.margin >= _MARGIN or (one.symbology, one.raw) in self._unsure]
        self._unsure.update((one.symbology, one.raw) for one in symbols)
        return certain


def _reads(
    pictures: Iterable[Prepared], place: Place, formats: tuple[BarcodeFormat, ...] = _MATRIX_FORMATS
) -> Iterator[list[Symbol]]:
    """Yield the symbols of each picture that was prepared from one place."""
    for prepared in pictures:
        symbols = decode(prepared.picture, formats=formats, preparation=prepared.name)
        yield [replace(one, corners=_moved(one.corners, place, prepared.scale)) for one in symbols]


def _drawn(grey: NDArray[np.uint8], place: Place) -> Iterator[list[Symbol]]:
    from eum_app.scanning.grids import redrawn

    for drawn in redrawn(_crop(grey, place)):
        corners = _moved([(float(x), float(y)) for x, y in drawn.corners], place, 1)
        symbols = decode(drawn.picture, formats=(BarcodeFormat.DataMatrix,), preparation=drawn.name)
        yield [replace(one, corners=corners) for one in symbols]


def _certain(reads: Iterable[list[Symbol]], budget: Budget) -> list[Symbol]:
    """Return the first symbols that are certain (`Agreement`); empty if there are none within the budget."""
    agreement = Agreement()
    for symbols in reads:
        certain = agreement.take(symbols)
        if certain:
            return [replace(one, ms=budget.spent_ms) for one in certain]
        if budget.is_over:
            break
    return []


def _whole(grey: NDArray[np.uint8]) -> Place:
    from eum_app.scanning.preparations import Place

    return Place(0, 0, grey.shape[1], grey.shape[0])


def _crop(grey: NDArray[np.uint8], place: Place) -> NDArray[np.uint8]:
    return grey[place.y : place.y + place.height, place.x : place.x + place.width]


def _add(found: list[Symbol], more: list[Symbol], wanted: Sequence[str]) -> None:
    """Add the symbols that are new and of a wanted kind. The same data nearby are the same symbol.

    One of another kind must not count as found: it would end the search.
    """
    for symbol in more:
        if symbol.symbology not in wanted:
            continue
        (x, y), size = symbol.centre, _size(symbol.corners)
        if not any(
            one.raw == symbol.raw and abs(one.centre[0] - x) < size and abs(one.centre[1] - y) < size for one in found
        ):
            found.append(symbol)


def _box(corners: Corners) -> Place:
    from eum_app.scanning.preparations import Place

    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return Place(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))


def _around(symbol: Symbol, grey: NDArray[np.uint8]) -> Place:
    """Return a symbol's place with a quarter of its size added on each side."""
    from eum_app.scanning.preparations import Place

    box, margin = _box(symbol.corners), _size(symbol.corners) // 4
    return Place(box.x - margin, box.y - margin, box.width + 2 * margin, box.height + 2 * margin).inside(grey)


def _size(corners: Corners) -> int:
    return max(
        max(x for x, _ in corners) - min(x for x, _ in corners), max(y for _, y in corners) - min(y for _, y in corners)
    )


def _moved(corners: Iterable[tuple[float, float]], place: Place, scale: float) -> Corners:
    """Convert corners in a prepared picture to corners in the picture it was made from."""
    return _four((round(x / scale) + place.x, round(y / scale) + place.y) for x, y in corners)


def _four(points: Iterable[tuple[int, int]]) -> Corners:
    first, second, third, fourth = points
    return first, second, third, fourth


def _symbol(barcode: zxingcpp.Barcode, ms: float, preparation: str) -> Symbol:
    name = str(barcode.format)
    symbology = next((ours for theirs, ours in _SYMBOLOGIES if name.startswith(theirs)), name)
    place = barcode.position
    extra = extra_of(barcode)
    return Symbol(
        raw=bytes(barcode.bytes),
        symbology=symbology,
        corners=_four((p.x, p.y) for p in (place.top_left, place.top_right, place.bottom_right, place.bottom_left)),
        ms=ms,
        preparation=preparation,
        error_corrected=symbology in _ERROR_CORRECTED and float(extra.get("UEC", 1.0)) > 0,
        aim=str(barcode.symbology_identifier),
        margin=float(extra.get("UEC", 0.0)),
        text=str(barcode.text),
        part_of=str(extra.get("FileId", "")) if symbology == "PDF417" else "",
        part=part_of(barcode),
        sets_up_scanner=bool(extra.get("ReaderInit")),
        stated=stated_data(barcode),
    )
