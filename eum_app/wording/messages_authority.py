"""Sentences about HQ's keys and the authority: code → (what happened, what to do next); see `messages`."""

from __future__ import annotations

from eum_app.domain.translatable import QT_TRANSLATE_NOOP

AUTHORITY_SENTENCES: dict[str, tuple[str, str]] = {
    "vault.not_admitted": (
        QT_TRANSLATE_NOOP("messages", "The account {account} has no access to HQ's keys."),
        QT_TRANSLATE_NOOP(
            "messages", "Ask a person who may seal bundles. If you may, have an administrator reset your passphrase."
        ),
    ),
    "vault.no_reporter": (
        QT_TRANSLATE_NOOP("messages", "The account {account} cannot sign reports yet."),
        QT_TRANSLATE_NOOP(
            "messages", "Ask an administrator of HQ to open this store once, or to reset your passphrase."
        ),
    ),
    "report.other_account": (
        QT_TRANSLATE_NOOP("messages", "The report says that {stated} made it, but {signer} signed it."),
        QT_TRANSLATE_NOOP("messages", "Do not use it; tell HQ."),
    ),
}
