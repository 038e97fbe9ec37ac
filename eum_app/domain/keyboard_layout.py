"""A hand scanner's keys on a computer with another keyboard layout, or with Caps Lock on.

A scanner that acts as a keyboard sends the keys of one layout, mostly US, and the computer makes characters of them by
its own. Every message of ISO/IEC 15434 begins with `[)>`, so its first three characters name the layout. Control
characters are the same on all layouts. The identifiers of format 06 are capital letters (ANSI MH10.8.2), which Caps
Lock turns into small ones.
"""

from __future__ import annotations

import re
from typing import Final

from eum_app.domain.errors import Refusal
from eum_app.domain.mark_syntax import GS, HEADER, RS, split_aim_prefix

_LAYOUTS: Final = {
    "ü=:": "German or Swiss",
    "^0/": "French or Belgian",
    "0/": "French or Belgian",  # a dead key, which waits for a letter
    "è=:": "Italian or Swiss French",
    "`=:": "Spanish",
    "=:": "one with a dead key in place of [",
    "+=:": "Portuguese",
    "´)>": "Brazilian",
    "å=:": "Nordic",
    "š=:": "Croatian or Slovenian",
    "ú0:": "Czech or Slovak",
    "0:": "Czech or Slovak",
    "őÖ:": "Hungarian",
    "ğ=:": "Turkish",
    "х)Ю": "Ukrainian or Russian",
    "Х)ю": "Ukrainian or Russian",
    "ă)>": "Romanian",
}
"""Characters that the keys of `[)>` on a US scanner give in other layouts. UK, Korean and Polish ones give the same."""
OTHER: Final = "another"

_BODY = re.compile(f"(?P<head>[^{RS}{GS}]{{1,4}}){RS}(?P<format>[^{RS}{GS}]{{1,3}}){GS}")


def layout_of(text: str) -> str:
    """Return the name of the keyboard layout that changed a message, `OTHER` for one without a known name.

    Returns "" if none changed it, or if the text is not a message.
    """
    _, text = split_aim_prefix(text)
    found = _BODY.match(text)
    if found is not None:
        return "" if found["head"].endswith(HEADER) else _LAYOUTS.get(found["head"], OTHER)
    # Without its separators only a head that begins no serial number gives the layout away.
    return next((name for head, name in _LAYOUTS.items() if len(head) == 3 and text.startswith(f"{head}0")), "")


def has_caps_lock(text: str) -> bool:
    """Return whether Caps Lock changed a message: it has small letters, and not one capital in its identifiers."""
    _, text = split_aim_prefix(text)
    found = _BODY.match(text)
    if found is None or not found["head"].endswith(HEADER):
        return False
    elements = text[found.end() :]
    return any(letter.islower() for letter in elements) and not any(letter.isupper() for letter in elements)


def is_plain(text: str) -> bool:
    """Return whether the text of a scan has no structure that would give a wrong layout away."""
    return text.isprintable() and HEADER not in text


def require_own_layout(raw: bytes) -> None:
    """Require that a hand scanner's keys became the characters that it sent.

    Raises Refusal `scanner.layout` (value: `layout`), `scanner.caps_lock`.
    """
    text = raw.decode("utf-8", "replace")
    layout = layout_of(text)
    if layout:
        raise Refusal("scanner.layout", layout=layout)
    if has_caps_lock(text):
        raise Refusal("scanner.caps_lock")
