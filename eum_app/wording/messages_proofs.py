"""Sentences about HQ's log, proof slips and witnesses: code → (what happened, what to do next); see `messages`."""

from __future__ import annotations

from eum_app.domain.translatable import QT_TRANSLATE_NOOP

_NOT_THE_RECORD = QT_TRANSLATE_NOOP("messages", "Do not rely on it. Ask the sender for the slip again, and tell HQ.")
_ASK_AGAIN = QT_TRANSLATE_NOOP("messages", "Ask the sender for the file again.")
_PICTURES_AGAIN = QT_TRANSLATE_NOOP("messages", "Give all pictures of one file together, sharp and not cut off.")

PROOF_SENTENCES: dict[str, tuple[str, str]] = {
    "proof.unreadable": (
        QT_TRANSLATE_NOOP("messages", "The file is not a proof slip or a signed head, or it was changed or cut off."),
        _ASK_AGAIN,
    ),
    "proof.invalid": (QT_TRANSLATE_NOOP("messages", "The proof in the file cannot be right."), _NOT_THE_RECORD),
    "slip.not_included": (
        QT_TRANSLATE_NOOP(
            "messages", "The proof does not lead from the record to the head: HQ's log does not hold it."
        ),
        _NOT_THE_RECORD,
    ),
    "slip.other_size": (
        QT_TRANSLATE_NOOP("messages", "The slip is proved by a head of size {size}; this head has size {found}."),
        QT_TRANSLATE_NOOP("messages", "Give the head file of that size with --head, or ask for a slip with its head."),
    ),
    "slip.other_head": (
        QT_TRANSLATE_NOOP("messages", "The head in the slip is not the one that you hold."),
        QT_TRANSLATE_NOOP(
            "messages", "Compare the two heads with eum witness compare: HQ may have signed two histories."
        ),
    ),
    "slip.head_needed": (
        QT_TRANSLATE_NOOP("messages", "This short slip has no head: it is proved by HQ's head of size {size}."),
        QT_TRANSLATE_NOOP("messages", "Give that head file with --head, or ask HQ for the slip as a file."),
    ),
    "slip.too_long": (
        QT_TRANSLATE_NOOP("messages", "The record is too long for a QR symbol."),
        QT_TRANSLATE_NOOP("messages", "Hand over the slip as a file."),
    ),
    "slip.several_items": (
        QT_TRANSLATE_NOOP("messages", "Several items have the serial number {serial}: {count}."),
        QT_TRANSLATE_NOOP("messages", "Choose it under Inventory, or give one of these ids with --item: {items}."),
    ),
    "slip.no_check": (
        QT_TRANSLATE_NOOP("messages", "HQ holds no check of this item."),
        QT_TRANSLATE_NOOP("messages", "Import the bundles that are still on their way."),
    ),
    "slip.visit_open": (
        QT_TRANSLATE_NOOP("messages", "This visit is not closed out, so there is no record to prove."),
        QT_TRANSLATE_NOOP("messages", "Close it out and import its bundle, or prove the last check of an item."),
    ),
    "slip.no_head": (
        QT_TRANSLATE_NOOP(
            "messages", "No signed head that readers accept covers this record, and this account may not sign one."
        ),
        QT_TRANSLATE_NOOP("messages", "Ask a reviewer to sign the log's head: eum head export."),
    ),
    "slip.not_yet": (
        QT_TRANSLATE_NOOP("messages", "The head of size {size} was signed before HQ had this record."),
        QT_TRANSLATE_NOOP("messages", "Give the reader a newer head, or make the slip with its head inside."),
    ),
    "log.in_future": (
        QT_TRANSLATE_NOOP("messages", "The file is dated {time}, which is later than this computer's time."),
        QT_TRANSLATE_NOOP(
            "messages", "Check the date and time of this computer. If they are right, do not rely on the file: tell HQ."
        ),
    ),
    "log.claimed": (
        QT_TRANSLATE_NOOP(
            "messages", "The certificate of {signer} has ended, and nothing proves that the head was signed before."
        ),
        QT_TRANSLATE_NOOP(
            "messages",
            "Name a witness who cosigned it before (--witness), or ask HQ for a new slip or head.",
        ),
    ),
    "log.not_in_force": (
        QT_TRANSLATE_NOOP(
            "messages",
            "The certificate of {signer} is valid from {since} to {until}, but by this computer's clock it is {time}. "
            "No reader would accept a head, so nothing was signed.",
        ),
        QT_TRANSLATE_NOOP(
            "messages",
            "If the clock is wrong, set it. If the certificate has ended, get a new one from the authority: "
            "eum authority request.",
        ),
    ),
    "log.revoked": (
        QT_TRANSLATE_NOOP(
            "messages", "The certificate of {signer} was revoked. No reader would accept a head, so nothing was signed."
        ),
        QT_TRANSLATE_NOOP("messages", "Get new keys certified by the authority: eum authority request."),
    ),
    "log.only_hq": (
        QT_TRANSLATE_NOOP("messages", "Only HQ has a log that proves records; {device} is a device."),
        QT_TRANSLATE_NOOP("messages", "Send a bundle to HQ, and make the slip there."),
    ),
    "log.copied": (
        QT_TRANSLATE_NOOP(
            "messages", "{store} was copied or restored, so its log could contradict heads that it signed."
        ),
        QT_TRANSLATE_NOOP("messages", "Begin a new journal first (eum store renew). A new log begins with it."),
    ),
    "log.damaged": (
        QT_TRANSLATE_NOOP("messages", "The log's stored hashes do not lead to its signed head."),
        QT_TRANSLATE_NOOP(
            "messages",
            "Run eum store rebuild, which makes them again, and eum store check. If this happens again, the journal or "
            "the log's secret was changed: begin a new journal.",
        ),
    ),
    "log.entry_lost": (
        QT_TRANSLATE_NOOP("messages", "Entry {seq} of {origin} is in the log, but the disk lost it."),
        QT_TRANSLATE_NOOP(
            "messages", "Recover it from a backup or its bundle (eum store check). Or begin a new journal and log."
        ),
    ),
    "log.no_such_head": (
        QT_TRANSLATE_NOOP("messages", "The log never had a head of size {size}."),
        QT_TRANSLATE_NOOP("messages", "See the sizes with eum head list."),
    ),
    "log.other_signer": (
        QT_TRANSLATE_NOOP("messages", "{signer} signed a head of {origin}, which only {origin} may sign."),
        _NOT_THE_RECORD,
    ),
    "log.other_log": (
        QT_TRANSLATE_NOOP(
            "messages", "The heads are of two logs ({origin}, {other}), which say nothing about each other."
        ),
        QT_TRANSLATE_NOOP("messages", "Compare heads of one HQ, in one epoch and under one authority."),
    ),
    "witness.absent": (
        QT_TRANSLATE_NOOP("messages", "There is no witness's key in {path}."),
        QT_TRANSLATE_NOOP("messages", "Name the folder of the witness, or make one with eum witness create."),
    ),
    "witness.exists": (
        QT_TRANSLATE_NOOP("messages", "There is a witness's key in {path} already."),
        QT_TRANSLATE_NOOP("messages", "Use it, or choose another folder. Without its key, its cosignatures end."),
    ),
    "witness.damaged": (
        QT_TRANSLATE_NOOP("messages", "{path} of the witness is damaged or was changed."),
        QT_TRANSLATE_NOOP("messages", "Cosign nothing. Restore the folder from the newest backup, and find out why."),
    ),
    "witness.bad_name": (
        QT_TRANSLATE_NOOP("messages", "A witness cannot have the name “{name}”."),
        QT_TRANSLATE_NOOP("messages", "Choose a name of 1 to 100 printable characters, such as “Embassy”."),
    ),
    "witness.root_needed": (
        QT_TRANSLATE_NOOP("messages", "This is the first head of {origin} here."),
        QT_TRANSLATE_NOOP(
            "messages", "Have HQ read the fingerprint out over another channel, and give what you hear with --root."
        ),
    ),
    "witness.not_signed": (
        QT_TRANSLATE_NOOP("messages", "The head names {origin}, which is not the name of an HQ."),
        _ASK_AGAIN,
    ),
    "witness.invalid": (
        QT_TRANSLATE_NOOP("messages", "The cosignature of {witness} is not valid for this head."),
        _ASK_AGAIN,
    ),
    "witness.other_root": (
        QT_TRANSLATE_NOOP("messages", "The head of {origin} is signed under another authority than the heads before."),
        QT_TRANSLATE_NOOP("messages", "Do not cosign it. Ask HQ over another channel who signed it."),
    ),
    "witness.new_log": (
        QT_TRANSLATE_NOOP(
            "messages",
            "{origin} began a new log in epoch {epoch}; the last head cosigned here is of epoch {last}. Nothing proves "
            "that the new log holds what the old one held.",
        ),
        QT_TRANSLATE_NOOP(
            "messages", "Ask HQ why (its store was copied or restored). If the reason is good, cosign with --new-log."
        ),
    ),
    "witness.old_log": (
        QT_TRANSLATE_NOOP(
            "messages", "The head is of epoch {epoch} of {origin}; one of epoch {last} was cosigned here."
        ),
        QT_TRANSLATE_NOOP("messages", "Do not cosign it. Ask HQ for its newest head."),
    ),
    "witness.older": (
        QT_TRANSLATE_NOOP("messages", "The head has size {size}; one of size {last} was cosigned here before."),
        QT_TRANSLATE_NOOP("messages", "Ask HQ for its newest head."),
    ),
    "witness.no_proof": (
        QT_TRANSLATE_NOOP(
            "messages", "Nothing in the file proves that the head continues the one of size {size} cosigned here."
        ),
        QT_TRANSLATE_NOOP(
            "messages", "Ask HQ for it: eum head export FILE --since {size}. Do not cosign without the proof."
        ),
    ),
    "witness.fork": (
        QT_TRANSLATE_NOOP(
            "messages",
            "{origin} signed two histories: this head contradicts the one of size {size} cosigned here.",
        ),
        QT_TRANSLATE_NOOP(
            "messages", "Do not cosign it. Both heads are kept in {folder}: together they prove it to anyone."
        ),
    ),
    "witness.busy": (
        QT_TRANSLATE_NOOP("messages", "Another process is cosigning with this key, or was killed while it was."),
        QT_TRANSLATE_NOOP("messages", "Wait for it. If none is running, delete {path} and try again."),
    ),
    "witness.none": (
        QT_TRANSLATE_NOOP("messages", "No witness has cosigned this head."),
        QT_TRANSLATE_NOOP("messages", "Give the file that came back from the witness."),
    ),
    "witness.too_many": (
        QT_TRANSLATE_NOOP("messages", "A head takes the cosignatures of {limit} witnesses."),
        QT_TRANSLATE_NOOP("messages", "Sign a new head for the others: eum head export."),
    ),
    "symbols.none": (QT_TRANSLATE_NOOP("messages", "No QR symbol was read in the picture."), _PICTURES_AGAIN),
    "symbols.mixed": (QT_TRANSLATE_NOOP("messages", "The QR symbols do not belong to one file."), _PICTURES_AGAIN),
    "symbols.missing": (
        QT_TRANSLATE_NOOP("messages", "Of the {count} QR symbols of this file, these are missing: {numbers}."),
        _PICTURES_AGAIN,
    ),
    "symbols.too_long": (
        QT_TRANSLATE_NOOP("messages", "A file of {size} bytes is too long for QR symbols."),
        QT_TRANSLATE_NOOP("messages", "Hand it over as a file."),
    ),
}
