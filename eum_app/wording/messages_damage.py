"""Sentences about damage to a store's files: code → (what happened, what to do next); see `messages`."""

from __future__ import annotations

from eum_app.domain.translatable import QT_TRANSLATE_NOOP

DAMAGE_SENTENCES: dict[str, tuple[str, str]] = {
    "chain.renew_first": (
        QT_TRANSLATE_NOOP(
            "messages",
            "Nothing was sealed for {device}: this HQ store was restored to an earlier state or damaged, and the device"
            " may hold entries that are missing here. It would refuse others under their numbers.",
        ),
        QT_TRANSLATE_NOOP("messages", "Start a new journal (eum store renew), then seal for each device again."),
    ),
    "chain.outgoing_lost": (
        QT_TRANSLATE_NOOP(
            "messages",
            "Damage to the database took entries {first} to {last} of what HQ sealed for {device}. Later bundles"
            " continue behind them.",
        ),
        QT_TRANSLATE_NOOP(
            "messages",
            "If the device imported them, do nothing. If it waits for an earlier bundle, give it that file"
            " again. If there is no such file, start a new journal (eum store renew) and plan the visits again that the"
            " device lacks.",
        ),
    ),
    "store.damaged": (
        QT_TRANSLATE_NOOP("messages", "The store is damaged: the disk changed or lost part of its database."),
        QT_TRANSLATE_NOOP(
            "messages",
            "Copy its folder to another disk, and run eum store rebuild there: it recovers what is whole, and "
            "names what is lost. Or restore the latest backup; bundles sent to HQ are kept there.",
        ),
    ),
    "store.pages_damaged": (
        QT_TRANSLATE_NOOP("messages", "Of the pages of the database, {count} of {of} fail their checksum: {pages}."),
        QT_TRANSLATE_NOOP(
            "messages",
            "The disk is failing. Copy the store's folder to another disk, then run eum store rebuild there: it "
            "recovers what is whole, and names what is lost.",
        ),
    ),
    "store.structure_damaged": (
        QT_TRANSLATE_NOOP("messages", "The pages of the database do not fit together ({reason})."),
        QT_TRANSLATE_NOOP(
            "messages",
            "The disk lost a write. Copy the store's folder to another disk, then run eum store rebuild there.",
        ),
    ),
    "backup.other_store": (
        QT_TRANSLATE_NOOP("messages", "The backup at {path} is of another store."),
        QT_TRANSLATE_NOOP("messages", "Choose a backup of this store: its folder begins with the store's name."),
    ),
    "watermark.damaged": (
        QT_TRANSLATE_NOOP("messages", "A mark in {path} could not be read, so the other one was used."),
        QT_TRANSLATE_NOOP(
            "messages", "A power cut can cause this. It was written again; run the check once more to be sure."
        ),
    ),
}
