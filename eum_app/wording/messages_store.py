"""Sentences about stores, journals and keys: code → (what happened, what to do next); see `messages`."""

from __future__ import annotations

from eum_app.domain.translatable import QT_TRANSLATE_NOOP

STORE_SENTENCES: dict[str, tuple[str, str]] = {
    # Journals, facts, stores
    "chain.altered": (
        QT_TRANSLATE_NOOP("messages", "Fact {seq} of {origin} was altered: its hash does not fit."),
        QT_TRANSLATE_NOOP("messages", "Keep the file and tell HQ."),
    ),
    "chain.broken": (
        QT_TRANSLATE_NOOP("messages", "Fact {seq} of {origin} does not follow the one before it."),
        QT_TRANSLATE_NOOP("messages", "Keep the file and tell HQ."),
    ),
    "chain.foreign": (
        QT_TRANSLATE_NOOP("messages", "Fact {seq} of {origin} belongs to another journal."),
        QT_TRANSLATE_NOOP("messages", "Keep the file and tell HQ."),
    ),
    "chain.forked": (
        QT_TRANSLATE_NOOP("messages", "{origin} has two different facts {seq}: the device was cloned or set back."),
        QT_TRANSLATE_NOOP("messages", "Stop using the device and tell HQ."),
    ),
    "chain.gap": (
        QT_TRANSLATE_NOOP("messages", "Facts of {origin} are missing: {expected} was expected, {found} came."),
        QT_TRANSLATE_NOOP("messages", "Import the earlier bundle first."),
    ),
    "entry.unreadable": (
        QT_TRANSLATE_NOOP("messages", "A journal entry cannot be read: {reason}."),
        QT_TRANSLATE_NOOP("messages", "Keep the file and tell HQ."),
    ),
    "fact.too_large": (
        QT_TRANSLATE_NOOP("messages", "The fact {kind} is too large ({size} bytes)."),
        QT_TRANSLATE_NOOP("messages", "Move long text into a note or a document."),
    ),
    "fact.unreadable": (
        QT_TRANSLATE_NOOP("messages", "A fact {kind} cannot be read: {reason}."),
        QT_TRANSLATE_NOOP("messages", "Keep the file and tell HQ."),
    ),
    "store.absent": (
        QT_TRANSLATE_NOOP("messages", "There is no store at {path}."),
        QT_TRANSLATE_NOOP("messages", "Enrol this device first, or choose another folder."),
    ),
    "store.name": (
        QT_TRANSLATE_NOOP("messages", "{name} is no name for a store."),
        QT_TRANSLATE_NOOP(
            "messages", "Use 1 to 40 of A–Z, a–z, 0–9, dot and hyphen, beginning with a letter or digit."
        ),
    ),
    "account.name": (
        QT_TRANSLATE_NOOP("messages", "{name} is no code for an account."),
        QT_TRANSLATE_NOOP(
            "messages", "Use 1 to 40 of A–Z, a–z, 0–9, dot, hyphen and underscore, beginning with a letter or digit."
        ),
    ),
    "store.exists": (
        QT_TRANSLATE_NOOP("messages", "There is a store at {path} already."),
        QT_TRANSLATE_NOOP("messages", "Choose another folder."),
    ),
    "store.kind": (
        QT_TRANSLATE_NOOP("messages", "{kind} is not a kind of store."),
        QT_TRANSLATE_NOOP("messages", "Use one of: {known}."),
    ),
    "store.newer": (
        QT_TRANSLATE_NOOP("messages", "The store was written by a newer version ({found})."),
        QT_TRANSLATE_NOOP("messages", "Install that version; this one knows {known}."),
    ),
    "store.other_database": (
        QT_TRANSLATE_NOOP("messages", "The address leads to the database of another store ({server})."),
        QT_TRANSLATE_NOOP("messages", "Correct the address in this workstation's settings."),
    ),
    "program.mistake": (
        QT_TRANSLATE_NOOP("messages", "The program made a mistake; nothing was changed by it."),
        QT_TRANSLATE_NOOP("messages", "Try again; if it stays, tell whoever looks after this machine."),
    ),
    "store.busy": (
        QT_TRANSLATE_NOOP("messages", "The store is in use."),
        QT_TRANSLATE_NOOP("messages", "Wait a moment and try again."),
    ),
    "store.damaged": (
        QT_TRANSLATE_NOOP("messages", "The store is damaged."),
        QT_TRANSLATE_NOOP("messages", "Restore the latest backup; bundles sent to HQ are kept there."),
    ),
    "store.key_changed": (
        QT_TRANSLATE_NOOP("messages", "The store was given a new key elsewhere; this program holds the old one still."),
        QT_TRANSLATE_NOOP(
            "messages",
            "What was confirmed is safe. Lock and unlock again; if it stays, take keyslots.json and database.json from "
            "where the key was changed.",
        ),
    ),
    "store.chain_damaged": (
        QT_TRANSLATE_NOOP("messages", "The journal in the store does not fit together ({why})."),
        QT_TRANSLATE_NOOP("messages", "Stop work on this device and tell HQ."),
    ),
    "journal.only_hq": (
        QT_TRANSLATE_NOOP("messages", "{device} is a device: its journal begins anew with a new identity."),
        QT_TRANSLATE_NOOP("messages", "Write a request for a new identity (Sync), and let HQ sign it."),
    ),
    "time.foreign_chain": (
        QT_TRANSLATE_NOOP("messages", "A device corrects the time of its own journal only, not that of {origin}."),
        QT_TRANSLATE_NOOP("messages", "Ask HQ to correct it."),
    ),
    "time.no_such_entries": (
        QT_TRANSLATE_NOOP(
            "messages", "Those are not entries of {origin} that are held here: it goes from 1 to {held}."
        ),
        QT_TRANSLATE_NOOP("messages", "Look their numbers up in the activity log."),
    ),
    "time.source": (
        QT_TRANSLATE_NOOP("messages", "Unknown source of time: {source}."),
        QT_TRANSLATE_NOOP("messages", "Say one of: {known}."),
    ),
    "time.reason_missing": (
        QT_TRANSLATE_NOOP("messages", "A correction of time needs its reason."),
        QT_TRANSLATE_NOOP("messages", "Say what the right time is known from."),
    ),
    "time.offset": (
        QT_TRANSLATE_NOOP("messages", "That is no difference between two clocks."),
        QT_TRANSLATE_NOOP("messages", "Say by how much the clock was wrong."),
    ),
    "database.only_server": (
        QT_TRANSLATE_NOOP("messages", "This store's database is a file: it has no roles."),
        QT_TRANSLATE_NOOP("messages", "Roles are for a store on a PostgreSQL server."),
    ),
    "database.not_owner": (
        QT_TRANSLATE_NOOP("messages", "Only the owner of the database can grant roles."),
        QT_TRANSLATE_NOOP("messages", "Give the owner's address first: eum store database-url."),
    ),
    "database.role_unknown": (
        QT_TRANSLATE_NOOP("messages", "The server knows no role {role}."),
        QT_TRANSLATE_NOOP("messages", "Make it there first: CREATE ROLE … LOGIN."),
    ),
    "store.owner_needed": (
        QT_TRANSLATE_NOOP("messages", "The store needs tables of a new shape, and this address may not make them."),
        QT_TRANSLATE_NOOP(
            "messages",
            "Open the store once with the owner's address (eum store database-url), then go on with this one.",
        ),
    ),
    "notice.not_accepted": (
        QT_TRANSLATE_NOOP("messages", "The notice of this store was not accepted. Nothing was opened."),
        QT_TRANSLATE_NOOP(
            "messages", "Read it and accept it first; at the command line: EUM_NOTICE_ACCEPTED={notice_id}."
        ),
    ),
    "notice.text": (
        QT_TRANSLATE_NOOP("messages", "A notice needs a text, of at most {limit} characters."),
        QT_TRANSLATE_NOOP("messages", "Write what everybody is to accept."),
    ),
    "store.entries_lost": (
        QT_TRANSLATE_NOOP(
            "messages",
            "{count} entries that were recorded here are missing ({first} to {last}): the database's log"
            " was damaged, or"
            " the store was put back to an earlier state. What stands is whole.",
        ),
        QT_TRANSLATE_NOOP(
            "messages",
            "Look for them in a backup. A device hands in what it holds (Sync) and then gets a new"
            " identity; HQ begins a"
            " new journal (eum store renew).",
        ),
    ),
    "store.copied": (
        QT_TRANSLATE_NOOP(
            "messages",
            "This device's store is a copy, or was put back to an earlier state: {device} may go on elsewhere.",
        ),
        QT_TRANSLATE_NOOP(
            "messages",
            "Hand in what it holds (Sync), then give it a new identity: write a request, and let HQ sign it.",
        ),
    ),
    "store.failed": (
        QT_TRANSLATE_NOOP("messages", "The store failed: {reason}."),
        QT_TRANSLATE_NOOP("messages", "Try again; if it stays, tell HQ."),
    ),
    "store.triggers_foreign": (
        QT_TRANSLATE_NOOP("messages", "Somebody added rules of their own to the journal ({names})."),
        QT_TRANSLATE_NOOP("messages", "Stop work on this device and tell HQ."),
    ),
    "store.upgrade_failed": (
        QT_TRANSLATE_NOOP(
            "messages", "The store could not be brought up to this version. It is what it was before; nothing is lost."
        ),
        QT_TRANSLATE_NOOP("messages", "Work on with the version that you had, and tell HQ."),
    ),
    "store.triggers_missing": (
        QT_TRANSLATE_NOOP("messages", "Protections of the store are missing ({names})."),
        QT_TRANSLATE_NOOP("messages", "Stop work on this device and tell HQ."),
    ),
    "keyslots.damaged": (
        QT_TRANSLATE_NOOP("messages", "The key file {path} is damaged."),
        QT_TRANSLATE_NOOP("messages", "Restore it from the backup, or use the recovery code from HQ."),
    ),
    "backup.absent": (
        QT_TRANSLATE_NOOP("messages", "There is no backup at {path}."),
        QT_TRANSLATE_NOOP("messages", "Choose the folder that holds manifest.json."),
    ),
    "backup.damaged": (
        QT_TRANSLATE_NOOP(
            "messages",
            "The backup is damaged: {part} is missing or not what it was ({parts} files in all). Nothing was restored.",
        ),
        QT_TRANSLATE_NOOP(
            "messages", "Use another backup. Where only photos are damaged, restore with --without-damaged."
        ),
    ),
    "backup.database_elsewhere": (
        QT_TRANSLATE_NOOP("messages", "The database of this store is on the server {server} and not in its folder."),
        QT_TRANSLATE_NOOP("messages", "Back it up there (pg_dump) first, then copy the folder."),
    ),
    "backup.inside_store": (
        QT_TRANSLATE_NOOP("messages", "The folder {path} lies inside the store."),
        QT_TRANSLATE_NOOP("messages", "Choose one outside, best on another medium."),
    ),
    "content.absent": (
        QT_TRANSLATE_NOOP("messages", "The content {object_id} is not on this device."),
        QT_TRANSLATE_NOOP("messages", "Import the bundle that carries it."),
    ),
    "withhold.only_hq": (
        QT_TRANSLATE_NOOP("messages", "Content is withheld at HQ."),
        QT_TRANSLATE_NOOP("messages", "Ask HQ."),
    ),
    "withhold.not_an_object": (
        QT_TRANSLATE_NOOP("messages", "That is no content: {object_id}."),
        QT_TRANSLATE_NOOP(
            "messages", "Give its whole number (96 characters) as the visit record's list of evidence shows it."
        ),
    ),
    "withhold.reason_missing": (
        QT_TRANSLATE_NOOP("messages", "An order to withhold needs its reason."),
        QT_TRANSLATE_NOOP("messages", "Say by whose order and why."),
    ),
    "withhold.withheld_already": (
        QT_TRANSLATE_NOOP("messages", "The content {object_id} is withheld already."),
        QT_TRANSLATE_NOOP("messages", "There is nothing left to do."),
    ),
    "withhold.not_asked": (
        QT_TRANSLATE_NOOP("messages", "Nobody asked for that: {request_id}."),
        QT_TRANSLATE_NOOP("messages", "List what was asked for: eum content list."),
    ),
    "withhold.own_request": (
        QT_TRANSLATE_NOOP("messages", "{account} asked for it, and so cannot confirm it."),
        QT_TRANSLATE_NOOP("messages", "Let another person confirm."),
    ),
    "content.withheld": (
        QT_TRANSLATE_NOOP("messages", "The content {object_id} is withheld by order."),
        QT_TRANSLATE_NOOP("messages", "Its record stands; the content is gone for good."),
    ),
    # Keys, certificates, bundles
    "certificate.bad_epoch": (
        QT_TRANSLATE_NOOP("messages", "The certificate names an impossible epoch ({epoch})."),
        QT_TRANSLATE_NOOP("messages", "Ask HQ for a new certificate."),
    ),
    "certificate.bad_name": (
        QT_TRANSLATE_NOOP("messages", "The certificate names no device or account of ours ({name})."),
        QT_TRANSLATE_NOOP("messages", "Ask HQ for a new certificate."),
    ),
    "certificate.chain_shape": (
        QT_TRANSLATE_NOOP("messages", "The certificates do not lead from a device to HQ ({roles})."),
        QT_TRANSLATE_NOOP("messages", "Ask the sender for the whole chain."),
    ),
    "certificate.expired": (
        QT_TRANSLATE_NOOP("messages", "The certificate of {origin} ended {until}."),
        QT_TRANSLATE_NOOP("messages", "Check this device's clock. If it is right, ask HQ to renew the certificate."),
    ),
    "certificate.not_yet_valid": (
        QT_TRANSLATE_NOOP("messages", "The certificate of {origin} begins {since}."),
        QT_TRANSLATE_NOOP("messages", "Check this device's clock."),
    ),
    "certificate.revoked": (
        QT_TRANSLATE_NOOP("messages", "The certificate of {origin} was revoked."),
        QT_TRANSLATE_NOOP("messages", "Do not use the device; ask HQ."),
    ),
    "certificate.invalid": (
        QT_TRANSLATE_NOOP("messages", "The certificate cannot be read or its signature does not fit."),
        QT_TRANSLATE_NOOP("messages", "Ask HQ for a new one."),
    ),
    "certificate.may_not_issue": (
        QT_TRANSLATE_NOOP("messages", "A {role} certificate may not issue others."),
        QT_TRANSLATE_NOOP("messages", "Use HQ's certificate."),
    ),
    "certificate.no_kem": (
        QT_TRANSLATE_NOOP("messages", "The certificate has no key to seal to."),
        QT_TRANSLATE_NOOP("messages", "Ask HQ for a new one."),
    ),
    "certificate.suite_mismatch": (
        QT_TRANSLATE_NOOP("messages", "The certificate uses {suite}, and {expected} was expected."),
        QT_TRANSLATE_NOOP("messages", "Ask HQ for a certificate of this suite."),
    ),
    "certificate.unknown_root": (
        QT_TRANSLATE_NOOP("messages", "The certificate does not come from a known HQ."),
        QT_TRANSLATE_NOOP("messages", "Enrol with that HQ first, or ask where it comes from."),
    ),
    "identity.invalid": (
        QT_TRANSLATE_NOOP("messages", "The identity file cannot be read."),
        QT_TRANSLATE_NOOP("messages", "Restore it from the backup, or enrol again."),
    ),
    "identity.mismatch": (
        QT_TRANSLATE_NOOP("messages", "The identity and its certificate do not belong together."),
        QT_TRANSLATE_NOOP("messages", "Use the certificate issued for this device."),
    ),
    "identity.no_kem": (
        QT_TRANSLATE_NOOP("messages", "This identity has no key to open sealed files with."),
        QT_TRANSLATE_NOOP("messages", "Enrol this device again."),
    ),
    "request.invalid": (
        QT_TRANSLATE_NOOP("messages", "The enrolment request cannot be read or its signature does not fit."),
        QT_TRANSLATE_NOOP("messages", "Make it again on the device."),
    ),
    "request.wrong_role": (
        QT_TRANSLATE_NOOP("messages", "The enrolment request asks for the role {role}."),
        QT_TRANSLATE_NOOP("messages", "Make it again on the device."),
    ),
    "kdf.out_of_bounds": (
        QT_TRANSLATE_NOOP("messages", "The key file asks for more work than is allowed."),
        QT_TRANSLATE_NOOP("messages", "Do not use it; restore the backup."),
    ),
    "key.invalid": (
        QT_TRANSLATE_NOOP("messages", "A key cannot be used."),
        QT_TRANSLATE_NOOP("messages", "Keep the file and tell HQ."),
    ),
    "object.altered": (
        QT_TRANSLATE_NOOP("messages", "A photo or document was altered."),
        QT_TRANSLATE_NOOP("messages", "Ask the sender to send it again."),
    ),
    "object.not_an_object": (
        QT_TRANSLATE_NOOP("messages", "This is not a sealed object."),
        QT_TRANSLATE_NOOP("messages", "Ask the sender to send it again."),
    ),
    "object.not_as_committed": (
        QT_TRANSLATE_NOOP("messages", "A photo or document is not the one that its record names."),
        QT_TRANSLATE_NOOP("messages", "Keep the file and tell HQ."),
    ),
    "object.wrong_key": (
        QT_TRANSLATE_NOOP("messages", "The key does not open this object."),
        QT_TRANSLATE_NOOP("messages", "Keep the file and tell HQ."),
    ),
    "seal.invalid": (
        QT_TRANSLATE_NOOP("messages", "The file is not sealed for this device, or was altered."),
        QT_TRANSLATE_NOOP("messages", "Ask the sender to seal it again."),
    ),
    "stream.altered": (
        QT_TRANSLATE_NOOP("messages", "The sealed file was altered or cut short."),
        QT_TRANSLATE_NOOP("messages", "Copy it again from its source; if it stays, tell HQ."),
    ),
    "stream.too_long": (
        QT_TRANSLATE_NOOP("messages", "The sealed file is longer than is allowed."),
        QT_TRANSLATE_NOOP("messages", "Split what is sent."),
    ),
    "stream.wrong_key": (
        QT_TRANSLATE_NOOP("messages", "The key does not open this file."),
        QT_TRANSLATE_NOOP("messages", "Ask the sender to seal it again."),
    ),
    "suite.unknown": (
        QT_TRANSLATE_NOOP("messages", "The cipher suite {suite} is not known here."),
        QT_TRANSLATE_NOOP("messages", "Update this program."),
    ),
}
