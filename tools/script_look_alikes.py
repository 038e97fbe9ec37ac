"""Write `eum_app/domain/script_look_alikes.py`: characters of other scripts that look like those of identifiers.

    pip download --no-deps confusable-homoglyphs==3.3.1, unpack it, then
    python -m tools.script_look_alikes confusable_homoglyphs/confusables.json

The package holds Unicode's confusables.txt (UTS #39). It is not a dependency: it had no release since January 2024, and
we need a small part of its data. Kept are single characters that look like one of A–Z, 0–9, hyphen or slash, without
those that NFKC folds and those that are a digit of a script.
"""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from string import ascii_uppercase, digits

_TARGET = Path(__file__).parents[1] / "eum_app" / "domain" / "script_look_alikes.py"
_HEAD = '''"""Characters of other scripts that look like one of identifiers. Written by `tools.script_look_alikes`.

Source: confusables.txt of UTS #39 (© Unicode, Inc., Unicode License v3), as in the package confusable-homoglyphs 3.3.1
(MIT) of January 2024.
"""

from __future__ import annotations

from typing import Final

_ALIKES: Final = {
'''
_TAIL = '''}
LOOKS_LIKE: Final = {alike: character for character, alikes in _ALIKES.items() for alike in alikes}
"""Character of another script → the one of A–Z, 0–9, `-` and `/` that it looks like."""
'''


def looks_like(confusables: Mapping[str, Sequence[Mapping[str, str]]]) -> dict[str, str]:
    """Return character → the character of identifiers that it looks like, of the package's data.

    One that looks like two of them is left out.
    """
    found = {}
    for alike, others in confusables.items():
        wanted = {one["c"].upper() for one in others if one["c"].isascii()} & {*ascii_uppercase, *digits, "-", "/"}
        if len(alike) == 1 and len(wanted) == 1 and not (alike.isascii() or _is_folded(alike)):
            (found[alike],) = wanted
    return found


def _is_folded(character: str) -> bool:
    folds = unicodedata.normalize("NFKC", character) != character
    return folds or unicodedata.digit(character, None) is not None


def source(found: Mapping[str, str]) -> str:
    """Return the text of the module."""
    rows = []
    for character in sorted(set(found.values())):
        alikes = [_escaped(one) for one in sorted(found) if found[one] == character]
        lines = ["".join(alikes[at : at + 12]) for at in range(0, len(alikes), 12)]
        rows += [f'    "{character}": "{lines[0]}",'] if len(lines) == 1 else [f'    "{character}": (']
        rows += [*(f'        "{line}"' for line in lines), "    ),"] if len(lines) > 1 else []
    return _HEAD + "\n".join(rows) + "\n" + _TAIL


def _escaped(character: str) -> str:
    return f"\\u{ord(character):04x}" if ord(character) < 0x10000 else f"\\U{ord(character):08x}"


if __name__ == "__main__":
    _TARGET.write_text(source(looks_like(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))), encoding="utf-8")
