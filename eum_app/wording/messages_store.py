"""Sentences about stores, journals and keys: code → (what happened, what to do next); see `messages`."""

from __future__ import annotations

from eum_app.domain.translatable import QT_TRANSLATE_NOOP

STORE_SENTENCES: dict[str, tuple[str, str]] = {
    # Journals, facts, stores
    "chain.altered": (
        QT_TRANSLATE_NOOP("messages", "Fact {seq} of {origin} was altered: its hash does not match."),
        QT_TRANSLATE_NOOP("messages", "Keep the file and tell HQ."),
    ),
    "chain.broken": (
        QT_TRANSLATE_NOOP("messages", "Fact {seq} of {origin} does not follow the previous one."),
        QT_TRANSLATE_NOOP("messages", "Keep the file and tell HQ."),
    ),
    "chain.foreign": (
        QT_TRANSLATE_NOOP("messages", "Fact {seq} of {origin} belongs to another journal."),
        QT_TRANSLATE_NOOP("messages", "Keep the file and tell HQ."),
    ),
    "chain.forked": (
        QT_TRANSLATE_NOOP(
            "messages", "{origin} has two different facts {seq}: the device was cloned or restored to an earlier state."
        ),
        QT_TRANSLATE_NOOP("messages", "Stop using the device and tell HQ."),
    ),
    "chain.gap": (
        QT_TRANSLATE_NOOP("messages", "Facts of {origin} are missing: {expected} was expected, {found} arrived."),
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
        QT_TRANSLATE_NOOP("messages", "Enroll this device first, or choose another folder."),
    ),
    "store.name": (
        QT_TRANSLATE_NOOP("messages", "{name} is not a valid store name."),
        QT_TRANSLATE_NOOP("messages", "Use 1 to 40 of A–Z, a–z, 0–9, dot and hyphen; start with a letter or digit."),
    ),
    "account.name": (
        QT_TRANSLATE_NOOP("messages", "{name} is not a valid account code."),
        QT_TRANSLATE_NOOP(
            "messages", "Use 1 to 40 of A–Z, a–z, 0–9, dot, hyphen and underscore; start with a letter or digit."
        ),
    ),
    "store.exists": (
        QT_TRANSLATE_NOOP("messages", "There is already a store at {path}."),
        QT_TRANSLATE_NOOP("messages", "Choose another folder."),
    ),
    "store.not_folder": (
        QT_TRANSLATE_NOOP("messages", "A store is a folder, and {path} is a file."),
        QT_TRANSLATE_NOOP("messages", "Choose another folder."),
    ),
    "folder.link": (
        QT_TRANSLATE_NOOP("messages", "{path} is a link to another place, or no regular file. It was not followed."),
        QT_TRANSLATE_NOOP(
            "messages", "Find out who put it there. Put the real file or folder in its place, or delete the link."
        ),
    ),
    "store.kind": (
        QT_TRANSLATE_NOOP("messages", "{kind} is not a kind of store."),
        QT_TRANSLATE_NOOP("messages", "Use one of: {known}."),
    ),
    "store.newer": (
        QT_TRANSLATE_NOOP("messages", "The store was written by a newer version ({found})."),
        QT_TRANSLATE_NOOP("messages", "Install that version; this one supports {known}."),
    ),
    "store.other_database": (
        QT_TRANSLATE_NOOP("messages", "This is the address of another store's database ({server})."),
        QT_TRANSLATE_NOOP("messages", "Correct the address in this workstation's settings."),
    ),
    "program.mistake": (
        QT_TRANSLATE_NOOP("messages", "Something went wrong in the app. Nothing was changed."),
        QT_TRANSLATE_NOOP("messages", "Try again; if this happens again, tell your administrator."),
    ),
    "task.crashed": (
        QT_TRANSLATE_NOOP("messages", "Something went wrong in the app before this was finished."),
        QT_TRANSLATE_NOOP(
            "messages", "Check what was done, then try again. If this happens again, tell your administrator."
        ),
    ),
    "store.busy": (
        QT_TRANSLATE_NOOP("messages", "The store is in use."),
        QT_TRANSLATE_NOOP("messages", "Wait a moment and try again."),
    ),
    "store.key_changed": (
        QT_TRANSLATE_NOOP("messages", "The store was given a new key elsewhere; this window still has the old key."),
        QT_TRANSLATE_NOOP(
            "messages",
            "What was confirmed is safe. Lock and unlock again; if this happens again, copy keyslots.json and "
            "database.json from the place where the key was changed.",
        ),
    ),
    "store.chain_damaged": (
        QT_TRANSLATE_NOOP("messages", "The journal in the store is inconsistent ({why})."),
        QT_TRANSLATE_NOOP("messages", "Stop work on this device and tell HQ."),
    ),
    "journal.only_hq": (
        QT_TRANSLATE_NOOP("messages", "{device} is a device: a new identity starts its new journal."),
        QT_TRANSLATE_NOOP("messages", "Write a request for a new identity (Sync), and let HQ sign it."),
    ),
    "time.foreign_chain": (
        QT_TRANSLATE_NOOP("messages", "A device can correct only the times in its journal, not those of {origin}."),
        QT_TRANSLATE_NOOP("messages", "Ask HQ to correct it."),
    ),
    "time.no_such_entries": (
        QT_TRANSLATE_NOOP("messages", "This store has the entries 1 to {held} of {origin}, not these."),
        QT_TRANSLATE_NOOP("messages", "Look up the numbers in the activity log."),
    ),
    "time.source": (
        QT_TRANSLATE_NOOP("messages", "Unknown source of time: {source}."),
        QT_TRANSLATE_NOOP("messages", "Use one of: {known}."),
    ),
    "time.reason_missing": (
        QT_TRANSLATE_NOOP("messages", "A time correction needs a reason."),
        QT_TRANSLATE_NOOP("messages", "State how you know the correct time."),
    ),
    "time.offset": (
        QT_TRANSLATE_NOOP("messages", "This is not a valid clock difference."),
        QT_TRANSLATE_NOOP("messages", "State by how much the clock was wrong."),
    ),
    "database.only_server": (
        QT_TRANSLATE_NOOP("messages", "This store's database is a file: it has no roles."),
        QT_TRANSLATE_NOOP("messages", "Roles are for a store on a PostgreSQL server."),
    ),
    "database.not_owner": (
        QT_TRANSLATE_NOOP("messages", "Only the owner of the database can grant roles."),
        QT_TRANSLATE_NOOP("messages", "Set the owner's address first: eum store database-url."),
    ),
    "database.role_unknown": (
        QT_TRANSLATE_NOOP("messages", "The server has no role {role}."),
        QT_TRANSLATE_NOOP("messages", "Create it there first: CREATE ROLE … LOGIN."),
    ),
    "store.owner_needed": (
        QT_TRANSLATE_NOOP("messages", "The store's tables must be upgraded, and this address may not do that."),
        QT_TRANSLATE_NOOP(
            "messages",
            "Open the store once with the owner's address (eum store database-url), then continue with this one.",
        ),
    ),
    "notice.not_accepted": (
        QT_TRANSLATE_NOOP("messages", "The notice of this store was not accepted. Nothing was opened."),
        QT_TRANSLATE_NOOP(
            "messages", "Read it and accept it first; at the command line: EUM_NOTICE_ACCEPTED={notice_id}."
        ),
    ),
    "notice.text": (
        QT_TRANSLATE_NOOP("messages", "A notice needs a text of at most {limit} characters."),
        QT_TRANSLATE_NOOP("messages", "Write the text that people must accept."),
    ),
    "store.entries_lost": (
        QT_TRANSLATE_NOOP(
            "messages",
            "Entries that were recorded here are missing: {count} ({first} to {last}). The database's log"
            " was damaged, or the store was restored to an earlier state. The remaining entries are intact.",
        ),
        QT_TRANSLATE_NOOP(
            "messages",
            "Look for them in a backup. A device sends its records to HQ (Sync) and then gets a new"
            " identity; HQ starts a new journal (eum store renew).",
        ),
    ),
    "store.copied": (
        QT_TRANSLATE_NOOP(
            "messages",
            "This store is a copy or was restored to an earlier state: {device} may be in use elsewhere.",
        ),
        QT_TRANSLATE_NOOP(
            "messages",
            "Send its records to HQ (Sync), then get a new identity: write a request and let HQ sign it.",
        ),
    ),
    "store.failed": (
        QT_TRANSLATE_NOOP("messages", "The store failed: {reason}."),
        QT_TRANSLATE_NOOP("messages", "Try again; if this happens again, tell HQ."),
    ),
    "store.tables_foreign": (
        QT_TRANSLATE_NOOP(
            "messages", "Tables of the store were replaced on the server, or rows can be hidden ({names})."
        ),
        QT_TRANSLATE_NOOP("messages", "Stop work on this store, and ask who administers the database server."),
    ),
    "store.triggers_foreign": (
        QT_TRANSLATE_NOOP("messages", "Foreign database rules were added to the journal ({names})."),
        QT_TRANSLATE_NOOP("messages", "Stop work on this device and tell HQ."),
    ),
    "store.upgrade_failed": (
        QT_TRANSLATE_NOOP(
            "messages", "The store could not be upgraded to this version. It is unchanged; nothing is lost."
        ),
        QT_TRANSLATE_NOOP("messages", "Continue with your previous version, and tell HQ."),
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
            "The backup is damaged: {part} is missing or altered (such files: {parts}). Nothing was restored.",
        ),
        QT_TRANSLATE_NOOP(
            "messages", "Use another backup. If only photos are damaged, restore with --without-damaged."
        ),
    ),
    "backup.database_elsewhere": (
        QT_TRANSLATE_NOOP("messages", "The database of this store is on the server {server}, not in its folder."),
        QT_TRANSLATE_NOOP("messages", "Back it up there (pg_dump) first, then copy the folder."),
    ),
    "backup.inside_store": (
        QT_TRANSLATE_NOOP("messages", "The folder {path} is inside the store."),
        QT_TRANSLATE_NOOP("messages", "Choose a folder outside, best on another drive."),
    ),
    "content.absent": (
        QT_TRANSLATE_NOOP("messages", "The content {object_id} is not on this device."),
        QT_TRANSLATE_NOOP("messages", "Import the bundle that contains it."),
    ),
    "withhold.only_hq": (
        QT_TRANSLATE_NOOP("messages", "Content can be withheld only at HQ."),
        QT_TRANSLATE_NOOP("messages", "Ask HQ."),
    ),
    "withhold.not_an_object": (
        QT_TRANSLATE_NOOP("messages", "This is not a content number: {object_id}."),
        QT_TRANSLATE_NOOP(
            "messages", "Enter the full number (96 characters) from the visit record's list of evidence."
        ),
    ),
    "withhold.reason_missing": (
        QT_TRANSLATE_NOOP("messages", "A request to withhold needs a reason."),
        QT_TRANSLATE_NOOP("messages", "State who ordered it and why."),
    ),
    "withhold.withheld_already": (
        QT_TRANSLATE_NOOP("messages", "The content {object_id} is already withheld."),
        QT_TRANSLATE_NOOP("messages", "Nothing more is needed."),
    ),
    "withhold.not_asked": (
        QT_TRANSLATE_NOOP("messages", "There is no such request: {request_id}."),
        QT_TRANSLATE_NOOP("messages", "List the open requests: eum content list."),
    ),
    "withhold.own_request": (
        QT_TRANSLATE_NOOP("messages", "{account} made this request and cannot confirm it."),
        QT_TRANSLATE_NOOP("messages", "Let another person confirm."),
    ),
    "content.withheld": (
        QT_TRANSLATE_NOOP("messages", "The content {object_id} is withheld by order."),
        QT_TRANSLATE_NOOP("messages", "Its record is kept; the content is gone permanently."),
    ),
    # Keys, certificates, bundles
    "certificate.bad_epoch": (
        QT_TRANSLATE_NOOP("messages", "The certificate names an impossible epoch ({epoch})."),
        QT_TRANSLATE_NOOP("messages", "Ask HQ for a new certificate."),
    ),
    "certificate.bad_name": (
        QT_TRANSLATE_NOOP("messages", "The certificate's name is not a valid device or account ({name})."),
        QT_TRANSLATE_NOOP("messages", "Ask HQ for a new certificate."),
    ),
    "certificate.chain_shape": (
        QT_TRANSLATE_NOOP("messages", "The certificates do not lead from a device to HQ ({roles})."),
        QT_TRANSLATE_NOOP("messages", "Ask the sender for the whole chain."),
    ),
    "certificate.expired": (
        QT_TRANSLATE_NOOP("messages", "The certificate of {origin} expired {until}."),
        QT_TRANSLATE_NOOP("messages", "Check this device's clock. If it is right, ask HQ to renew the certificate."),
    ),
    "certificate.not_yet_valid": (
        QT_TRANSLATE_NOOP("messages", "The certificate of {origin} is valid only from {since}."),
        QT_TRANSLATE_NOOP("messages", "Check this device's clock."),
    ),
    "certificate.revoked": (
        QT_TRANSLATE_NOOP("messages", "The certificate of {origin} was revoked."),
        QT_TRANSLATE_NOOP("messages", "Do not use the device; ask HQ."),
    ),
    "certificate.invalid": (
        QT_TRANSLATE_NOOP("messages", "The certificate cannot be read or its signature is invalid."),
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
        QT_TRANSLATE_NOOP("messages", "The certificate uses {suite}, but {expected} was expected."),
        QT_TRANSLATE_NOOP("messages", "Ask HQ for a certificate of this suite."),
    ),
    "certificate.unknown_root": (
        QT_TRANSLATE_NOOP("messages", "The certificate does not come from a known HQ."),
        QT_TRANSLATE_NOOP("messages", "Enroll with that HQ first, or ask where it comes from."),
    ),
    "identity.invalid": (
        QT_TRANSLATE_NOOP("messages", "The identity file cannot be read."),
        QT_TRANSLATE_NOOP("messages", "Restore it from the backup, or enroll again."),
    ),
    "identity.mismatch": (
        QT_TRANSLATE_NOOP("messages", "The identity and its certificate do not belong together."),
        QT_TRANSLATE_NOOP("messages", "Use the certificate issued for this device."),
    ),
    "identity.no_kem": (
        QT_TRANSLATE_NOOP("messages", "This identity has no key to open sealed files with."),
        QT_TRANSLATE_NOOP("messages", "Enroll this device again."),
    ),
    "request.invalid": (
        QT_TRANSLATE_NOOP("messages", "The enrollment request cannot be read or its signature is invalid."),
        QT_TRANSLATE_NOOP("messages", "Make it again on the device."),
    ),
    "request.wrong_role": (
        QT_TRANSLATE_NOOP("messages", "The enrollment request asks for the role {role}."),
        QT_TRANSLATE_NOOP("messages", "Make it again on the device."),
    ),
    "kdf.out_of_bounds": (
        QT_TRANSLATE_NOOP("messages", "The key file demands more computing than allowed."),
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
        QT_TRANSLATE_NOOP("messages", "A photo or document does not match its record."),
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
        QT_TRANSLATE_NOOP("messages", "Copy it again from its source; if this happens again, tell HQ."),
    ),
    "stream.too_long": (
        QT_TRANSLATE_NOOP("messages", "The sealed file is longer than allowed."),
        QT_TRANSLATE_NOOP("messages", "Split the content."),
    ),
    "stream.wrong_key": (
        QT_TRANSLATE_NOOP("messages", "The key does not open this file."),
        QT_TRANSLATE_NOOP("messages", "Ask the sender to seal it again."),
    ),
    "suite.unknown": (
        QT_TRANSLATE_NOOP("messages", "The cipher suite {suite} is unknown here."),
        QT_TRANSLATE_NOOP("messages", "Update this app."),
    ),
}
