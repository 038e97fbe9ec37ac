"""Marks: whatever a scanner types or a camera reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from eum_app.domain.container_labels import Labels, add_part, part_scanned
from eum_app.domain.marks import claims_within, parse_mark
from eum_app.scanning.labels import iuid_message
from eum_app.wording.messages_marks import describe
from tests.fuzz.target import Target, choosing, chosen, refusals_into

_SYMBOLOGIES: Final = (None, "Data Matrix", "QR Code", "PDF417", "Code 128", "Code 39", "]d2", "]C1", "]Q3", "]L1")
_VECTORS: Final = Path(__file__).resolve().parents[1] / "data" / "marks.json"
_WORDS: Final = (
    *("[)>", "\x1d", "\x1e", "\x04", "05", "06", "12", "DD", "07", "17V", "1P", "25S", "18S", "UID", "CAG", "PNO"),
    *(
        "SER",
        "SEQ",
        "7001",
        "8003",
        "8004",
        "95",
        "^]",
        "<GS>",
        "{GS}",
        "\\000026",
        "\\92800000\\026",
        "\\922",
        "\\923",
    ),
)


def marks(_: Path) -> Target:
    """Parse any bytes as a mark of any symbology, and as a part of a container label."""
    vectors = json.loads(_VECTORS.read_text("utf-8"))
    seeds = [
        iuid_message("1HLD9", "NVG-31A", "786950"),
        *(vector["data"].encode() for vector in vectors if "error" not in vector),
    ]
    return Target(_run, [choosing(0, seed) for seed in seeds], [word.encode() for word in _WORDS])


def _run(data: bytes) -> list[str]:
    codes: list[str] = []
    way, raw = chosen(data, len(_SYMBOLOGIES))
    with refusals_into(codes):
        mark = parse_mark(raw, _SYMBOLOGIES[way])
        assert mark.raw == raw
        assert all(describe(warning.code, warning.values) for warning in mark.warnings)
    with refusals_into(codes):
        claims_within(raw)
    with refusals_into(codes):
        labels: Labels = ()
        for piece in raw.split(b"\n"):
            part = part_scanned(piece)
            labels = add_part(labels, part) if part else labels
        assert all(isinstance(label.message, bytes) for label in labels)
    return codes
