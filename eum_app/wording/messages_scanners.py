"""Sentences about hand scanners: what happened, and what to do next."""

from __future__ import annotations

from eum_app.domain.translatable import QT_TRANSLATE_NOOP

SCANNER_SENTENCES: dict[str, tuple[str, str]] = {
    "scanner.layout": (
        QT_TRANSLATE_NOOP(
            "messages", "The keyboard layout changed this mark: scanner and computer disagree (here: {layout})."
        ),
        QT_TRANSLATE_NOOP(
            "messages", "Set the scanner to this computer's keyboard layout, and check it on the hand scanner page."
        ),
    ),
    "scanner.caps_lock": (
        QT_TRANSLATE_NOOP("messages", "Caps Lock is on and changed the letters of this mark."),
        QT_TRANSLATE_NOOP("messages", "Switch Caps Lock off, then scan again."),
    ),
}
