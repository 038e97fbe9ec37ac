"""Check whether a hand scanner transmits a mark unchanged: a known symbol to scan, and what arrived."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from eum_app.domain.errors import Refusal
from eum_app.domain.mark_syntax import EOT, GS, HEADER, RS
from eum_app.domain.marks import parse_mark

# Every separator of ISO/IEC 15434 format 06, and the characters that another keyboard layout changes.
CALIBRATION = f"{HEADER}{RS}06{GS}17V1HLD9{GS}1PTEST-/01{GS}SYZ0189{RS}{EOT}".encode("ascii")
_SEPARATORS = dict.fromkeys(map(ord, f"{RS}{GS}{EOT}"))

Way = Literal["bytes", "control", "alt_keypad", "mapped", "pictures", "caret", "names", "none"]
Kind = Literal["whole", "as_pictures", "as_text", "lost", "layout", "cut", "other"]


@dataclass(frozen=True)
class ScannerCheck:
    """Result of the check.

    `kind` is whole (unchanged), as_pictures or as_text (separators arrive in another form and are understood), lost (no
    separators), layout (right length, other characters), cut (only the beginning) or other (another symbol).
    """

    kind: Kind
    prefix: str = ""  # an AIM identifier sent before the data, "]d1"


_CARET = re.compile(r"\^[\^\]D]")
_NAMED = re.compile(r"[<{«\[½](?:RS|GS|EOT)|\\(?:x|u00)(?:1[dDeE]|04)")


def way_of(raw: bytes, keys: Collection[str], read_by: str) -> Way:
    """By what means the separators of a scan arrived; `keys` is `Burst.ways`.

    bytes (serial port) · control (Ctrl codes) · alt_keypad · mapped (keys that the device is set to) · pictures (U+2400
    to U+2421) · caret (`^]`) · names (`<GS>`, `½GSW`, `\\x1d`) · none.
    """
    text = raw.decode("utf-8", "replace")
    if any(one in text for one in (GS, RS, EOT)):
        if read_by == "serial":
            return "bytes"
        if "mapped" in keys:
            return "mapped"
        return "alt_keypad" if "alt_keypad" in keys else "control"
    if any(0x2400 <= ord(one) <= 0x2421 for one in text):
        return "pictures"
    if _CARET.search(text):
        return "caret"
    return "names" if _NAMED.search(text) else "none"


def check_scan(raw: bytes) -> ScannerCheck:
    """Compare a scan with `CALIBRATION`."""
    text, wanted = raw.decode("utf-8", "replace"), CALIBRATION.decode("ascii")
    is_prefixed = text.startswith("]") and len(text) > 3
    prefix, text = (text[:3], text[3:]) if is_prefixed else ("", text)
    if text == wanted:
        return ScannerCheck("whole", prefix)
    bare = wanted.translate(_SEPARATORS)
    if text.translate(_SEPARATORS) == bare:
        return ScannerCheck("lost", prefix)
    try:
        mark = parse_mark(raw)
    except Refusal:
        mark = None
    if mark is not None and mark.elements == parse_mark(CALIBRATION).elements:
        has_pictures = any(0x2400 <= ord(one) <= 0x2421 for one in text)
        return ScannerCheck("as_pictures" if has_pictures else "as_text", prefix)
    if len(text) > len(HEADER) and (wanted.startswith(text) or bare.startswith(text)):
        return ScannerCheck("cut", prefix)
    if len(text) in {len(wanted), len(bare)}:
        return ScannerCheck("layout", prefix)
    return ScannerCheck("other", prefix)
