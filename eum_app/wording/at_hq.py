"""The next step of HQ itself about a bundle, where the message for everyone says to tell HQ."""

from __future__ import annotations

from typing import Final

from eum_app.domain.translatable import QT_TRANSLATE_NOOP, Translate, in_english
from eum_app.wording.messages import CONTEXT

_ASK: Final = QT_TRANSLATE_NOOP(
    "messages",
    "Ask the inspector to seal it again. If it is refused again, call in the device: its app is damaged or altered.",
)
_NEXT: Final = {
    "chain.forked": QT_TRANSLATE_NOOP(
        "messages",
        "Call in the device, revoke it under Devices, and enroll it again. Have its checks since then made again. The "
        "finding “Device has two histories” waits under Review.",
    ),
    **dict.fromkeys(
        (
            *("bundle.foreign_origin", "bundle.wrong_role", "bundle.unreadable"),
            *("chain.altered", "chain.broken", "chain.foreign", "entry.unreadable"),
            *(
                "check.of_other_visit",
                "check.repeated",
                "disposition.of_other_visit",
                "disposition.repeated",
                "deficiency.repeated",
                "deficiency.of_other_visit",
                "content.missing",
                "content.cut",
                "fact.foreign_visit",
                "fact.not_allowed",
            ),
            *("head.foreign", "head.signer_unknown", "object.not_as_committed", "object.wrong_key"),
        ),
        _ASK,
    ),
}


def next_at_hq(code: str, otherwise: str, translate: Translate = in_english) -> str:
    """Return what HQ does next about a bundle refused with this code; `otherwise` unchanged for other codes."""
    return translate(CONTEXT, _NEXT[code]) if code in _NEXT else otherwise
