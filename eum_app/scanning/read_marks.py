"""Read the marks in picture files, and turn them into JSON for the command line and other readers of photos."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eum_app.domain.errors import Refusal
from eum_app.domain.marks import Mark, claims_within, parse_mark
from eum_app.scanning.decoder import Symbol, read_still
from eum_app.scanning.images import IMAGE_SUFFIXES, load_grey

BUDGET_MS = 5000  # per picture; longer than in the live view, where a person waits

Sentence = Callable[[str, Mapping[str, object]], str]


@dataclass(frozen=True)
class SymbolReading:
    """One symbol of a picture, with its mark or the refusal of its data; exactly one of the two is set.

    Without a symbol, the refusal is of the picture.
    """

    file: Path
    symbol: Symbol | None
    mark: Mark | None = None
    refusal: Refusal | None = None


def read_marks(path: Path, *, sweep: bool = False) -> Iterator[SymbolReading]:
    """Yield the symbols in a picture, or in all pictures of a folder and its subfolders, sorted by path.

    In a folder, only files with `IMAGE_SUFFIXES` are read, and links to folders are not followed.

    With `sweep`, a picture is a whole scene: small and poor symbols are also searched, even if others are read plainly.
    A picture without symbols yields nothing. In a folder, a damaged picture yields one reading with the refusal, and
    the others continue. A damaged picture by itself raises Refusal as `load_grey` does.
    """
    for file in _pictures(path):
        try:
            grey = load_grey(file)
        except Refusal as refusal:
            if file == path:
                raise
            yield SymbolReading(file, None, refusal=refusal)
            continue
        for symbol in read_still(grey, BUDGET_MS, sweep=sweep):
            yield read_symbol(file, symbol)


def read_symbol(file: Path, symbol: Symbol) -> SymbolReading:
    """Read the data of a symbol. A part of a container's label gives claims only, which may be none.

    A refusal is returned, not raised, so that other symbols of the picture are read too.
    """
    try:
        if symbol.part_of:  # part of a container's label: complete marks within it are claims
            mark = Mark(symbol.raw, symbol.text, symbol.symbology, claimed=claims_within(symbol.raw))
            return SymbolReading(file, symbol, mark=mark)
        symbol.require_whole_mark()
        return SymbolReading(file, symbol, mark=parse_mark(symbol.data, symbol.aim or symbol.symbology))
    except Refusal as refusal:
        return SymbolReading(file, symbol, refusal=refusal)


def _pictures(path: Path) -> list[Path]:
    if not os.path.isdir(path):  # noqa: PTH112 - Path.is_dir raises for a name that is too long
        return [path]
    return sorted(one for one in path.rglob("*") if one.suffix.lower() in IMAGE_SUFFIXES and one.is_file())


def reading_as_json(reading: SymbolReading, sentence: Sentence) -> dict[str, Any]:
    """Return the line of `eum read-marks` for one symbol; `sentence` turns a code and its values into words.

    Every field is always there. What is not known is None or empty: all but the file and the error for a picture that
    was refused.
    """
    symbol = reading.symbol
    return {
        "file": str(reading.file),
        "symbology": symbol.symbology if symbol else None,
        "bytes_hex": symbol.raw.hex() if symbol else None,
        "text": symbol.text if symbol else None,
        "part_of": (symbol.part_of or None) if symbol else None,
        **_said(reading.mark, reading.refusal, sentence),
        "corners": [list(corner) for corner in symbol.corners] if symbol else [],
        "ms": round(symbol.ms, 1) if symbol else None,
        "preparation": symbol.preparation if symbol else None,
    }


def mark_as_json(raw: bytes, sentence: Sentence) -> dict[str, Any]:
    """Return the document of `eum parse-mark`: the mark's data in parts, or why it was refused ("error", "error_code").

    Every field is always there; what does not apply is None or empty.
    """
    try:
        return _said(parse_mark(raw), None, sentence)
    except Refusal as refusal:
        return _said(None, refusal, sentence)


def _said(mark: Mark | None, refusal: Refusal | None, sentence: Sentence) -> dict[str, Any]:
    construct: str | int | None = mark.uii.construct if mark and mark.uii else None
    candidates = refusal.values.get("candidates") if refusal else None
    return {
        "uii": mark.uii.value if mark and mark.uii else None,
        "construct": int(construct) if construct in ("1", "2") else construct,
        "elements": _elements(mark) if mark else {},
        "serial": mark.serial if mark else None,
        "part_number": mark.part_number if mark else None,
        "claims": list(mark.claims) if mark else [],
        "warnings": [sentence(warning.code, warning.values) for warning in mark.warnings] if mark else [],
        "error": sentence(refusal.code, refusal.values) if refusal else None,
        "error_code": refusal.code if refusal else None,
        "candidates": list(candidates) if isinstance(candidates, tuple) else [],
    }


def _elements(mark: Mark) -> dict[str, str | list[str]]:
    """Map each identifier to its value, or to the list of values if it is repeated."""
    all_values: dict[str, list[str]] = {}
    for identifier, value in mark.elements.pairs:
        all_values.setdefault(identifier, []).append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in all_values.items()}
