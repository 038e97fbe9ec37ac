"""Check whether a hand scanner transmits a mark unchanged: a known symbol to scan, and what arrived."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Literal

from eum_app.domain.errors import Refusal
from eum_app.domain.keyboard_layout import has_caps_lock, layout_of
from eum_app.domain.mark_syntax import EOT, GS, HEADER, RS, split_aim_prefix
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


SLOWEST_GAP_MS: Final = 50
"""A scanner with a larger gap between two keys is as slow as a quick person, so it is not accepted."""
BEST_DELAY_MS: Final = 40
"""The delay between characters to set it below: what it sends jitters."""
_LEAST_GAP_MS: Final = 15
"""A USB keyboard is asked for its keys every 8 ms, so a smaller limit would break scans."""


@dataclass(frozen=True)
class Measured:
    """Measurements of a scanner that acts as a keyboard, from one scan of `CALIBRATION`.

    `prefix` and `suffix` are what it sends around the data, without AIM identifier and end key. `layout` is "US" where
    nothing was changed.
    """

    is_complete: bool
    slowest_ms: float
    characters: int
    end: str
    prefix: str = ""
    suffix: str = ""
    layout: str = "US"
    has_caps_lock: bool = False

    @property
    def is_too_slow(self) -> bool:
        """Return whether its keys come too slowly to tell them from typing."""
        return self.slowest_ms > SLOWEST_GAP_MS

    @property
    def max_gap_ms(self) -> float:
        """Return the largest gap to allow between two keys of this scanner."""
        return max(_LEAST_GAP_MS, self.slowest_ms * 1.5)


def measure(sent: str, slowest_ms: float, end: str) -> Measured:
    """Measure a scanner by the text that its keys sent, its slowest gap (ms) and the key that ended the scan.

    Without the whole `CALIBRATION` in the text, `is_complete` is False, and prefix and suffix are empty.
    """
    before, found, after = sent.partition(CALIBRATION.decode("ascii"))
    aim, rest = split_aim_prefix(before[-3:])
    prefix = before[: len(before) - len(aim)] if found and aim and not rest else before
    return Measured(
        is_complete=bool(found),
        slowest_ms=slowest_ms,
        characters=len(sent),
        end=end,
        prefix=prefix if found else "",
        suffix=after,
        layout=layout_of(sent) or "US",
        has_caps_lock=has_caps_lock(sent),
    )


def way_of(raw: bytes, keys: Collection[str], read_by: str) -> Way:
    """Return by what means the separators of a scan arrived; `keys` is `Burst.ways`.

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
    """Compare a scan with `CALIBRATION`, an AIM prefix aside. Any data gives a result."""
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
