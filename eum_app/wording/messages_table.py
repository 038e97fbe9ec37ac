"""The English sentences: code → (what happened, what to do next). No Qt, no logic; see `eum_app.wording.messages`.

Placeholders are the values that the code comes with. Plain words, the field's terms, no blame.
"""

from __future__ import annotations

SENTENCES: dict[str, tuple[str, str]] = {
    # Unlocking and accounts
    "passphrase.differs": ("The two passphrases differ.", "Type the same passphrase twice."),
    "passphrase.wrong": (
        "The passphrase does not fit this account. Tries left: {left}.",
        "Check the account code and Caps Lock, then try again.",
    ),
    "passphrase.empty": ("The passphrase is empty.", "Type your passphrase."),
    "passphrase.too_short": (
        "The passphrase is shorter than {least} characters.",
        "Choose a longer one; several words are good.",
    ),
    "passphrase.too_long": ("The passphrase is too long.", "Use at most {limit} bytes."),
    "passphrase.not_text": ("The passphrase holds characters that cannot be used.", "Type it again."),
    "account.exists": ("The account {account} exists already.", "Choose another account code."),
    "account.unknown": (
        "There is no account {account} on this device.",
        "Check the account code, or ask HQ to add it.",
    ),
    "account.locked": (
        "This account is locked after three failed tries.",
        "Use a recovery code, or have an administrator unlock it.",
    ),
    "account.program": ("{program} is no program.", "Choose from: {known}; or leave it empty for all."),
    "account.own": ("This cannot be done to your own account {account}.", "Ask another administrator."),
    "account.last_administrator": (
        "Without {account} nobody could manage accounts here.",
        "Give another person the role of administrator first.",
    ),
    "attempts.damaged": (
        "The count of failed tries beside the store ({path}) cannot be read.",
        "Use a recovery code, or have whoever looks after this machine take that file away.",
    ),
    "recovery.mistyped": (
        "This is not a recovery code: {found} of {expected} characters, or one is wrong.",
        "Compare it group by group and type it again.",
    ),
    "recovery.wrong": (
        "This code does not open this account; each works once.",
        "Check the account, or use the next code.",
    ),
    "recovery.none_held": (
        "HQ holds no recovery codes of {account} on {device}.",
        "Have them made on the device and its results sent here.",
    ),
    "recovery.all_spent": (
        "All recovery codes of {account} on {device} have been used or read out.",
        "Have new ones made on the device after it is unlocked.",
    ),
    "escrow.witness": ("A second person must be there, not {account} again.", "Have somebody else type a passphrase."),
    "store.in_use": (
        "Somebody else has this store open, or another window of this program has.",
        "Close it everywhere else, then try again.",
    ),
    "store.locked": ("The store is locked.", "Unlock it again."),
    "store.work_running": (
        "Work in the background still has this store open.",
        "Let it come to its end, or stop it, then try again.",
    ),
    "store.not_confirmed": ("The name typed is not {name}.", "Type the store's name to confirm."),
    "store.erased": (
        "The keys of this store were destroyed after {failures} failed tries, as was ordered.",
        "Ask HQ for a backup or a new device.",
    ),
    "erase.broke_off": (
        "Erasing broke off by a mistake of the program.",
        "Whether the store still opens is not certain: seal its results first, then try again.",
    ),
    "erase.too_few": ("A store is not erased after fewer than {least} failed tries.", "Choose a higher number."),
    "escrow.absent": ("The store {store} was never given into HQ's keeping.", "Use a passphrase or a recovery code."),
    "escrow.other_key": (
        "The store {store} was given into the keeping of {hq}, under another recovery key.",
        "Open it at that HQ.",
    ),
    "store.older": (
        "This store was made by a program before the first release (format {found}).",
        "Open it with that program, or make a new store.",
    ),
    "keyslots.altered": (
        "Somebody without the key changed the file of keys ({path}).",
        "Do not go on; put the file back from a backup and tell HQ.",
    ),
    "role.unknown": ("{role} is not a role.", "Choose one of: {known}."),
    "permission.out_of_scope": (
        "The account {account} is not for this ({program} {country}).",
        "Ask somebody who works on that program and country.",
    ),
    "permission.denied": ("The role {role} may not do this ({permission}).", "Ask somebody whose role may."),
    # Checks, answers, signatures
    "check.foreign": (
        "The check was recorded on {origin}, not here.",
        "Only the device that recorded it can withdraw it.",
    ),
    "check.no_item": ("This outcome needs an item.", "Scan it, or choose it from the list."),
    "check.not_expected": ("The item {item_id} is not on this visit's list.", "Record it as not on the list."),
    "check.not_as_expected": (
        "Answers are not as expected: {count}, the first of them to “{first}”.",
        "Record a discrepancy, or correct the answer.",
    ),
    "check.questions_open": ("Questions are still open: {count}.", "Answer them, then record the check."),
    "check.repeated": ("An item was named twice; nothing was recorded.", "Take the items in view again."),
    "check.withdrawn": ("The check {check_id} was withdrawn already.", "Nothing more is needed."),
    "note.too_long": ("The note has more than {limit} characters.", "Shorten it."),
    "photo.kind": ("This file is not a photo that can be kept.", "Use a JPEG or PNG picture."),
    "photo.too_large": ("The photo is larger than {megabytes} MB.", "Take it at a lower resolution."),
    "photo.too_many": ("A check holds at most {limit} photos.", "Keep the ones that show most."),
    "signature.too_large": ("The signature of {party} is too large.", "Clear the pad and sign again."),
    "visit.closed": ("The visit {visit_id} is closed out; nothing was recorded.", "Amend it through HQ."),
    "visit.open": ("The visit has open points: {count}.", "Settle what is listed, then close out."),
    "visit.device_unknown": ("The device {device} is not enrolled.", "Enrol it, or choose another device."),
    "visit.inspector_missing": ("The visit has no inspector.", "Choose who will do it."),
    "visit.no_items": ("The site {site_id} has no items to inspect.", "Import its inventory list first."),
    "visit.program": ("{program} is not a program known here.", "Choose one of the programs offered."),
    "visit.purpose": ("{purpose} is not a purpose known here.", "Choose one of the purposes offered."),
    "site.unknown": ("The site {site_id} is not in this store.", "Check the code, or import the list that names it."),
    "finding.unknown": ("The finding {finding_id} is not in this store.", "Refresh the list and choose again."),
    "finding.decided": ("The finding is decided already: {decision}.", "Open its history to see by whom."),
    "finding.lapsed": ("The finding has lapsed: a later bundle explains it.", "Nothing is left to decide."),
    "check.outcome": ("{outcome} is not an outcome of a check.", "Choose an outcome again."),
    "check.reason": ("The outcome {outcome} needs one of its reasons.", "Choose a reason."),
    "check.unknown": ("The check {check_id} is not in this store.", "Refresh the list and choose again."),
    "answer.missing": ("A question is still open.", "Answer it, then record the check."),
    "answer.question": ("An answer belongs to another question.", "Answer the checklist again."),
    "answer.photo_missing": (
        "A question asks for a photo, and the answer came without a picture ({question_id}). Nothing was recorded.",
        "Take the photo, or choose a picture file.",
    ),
    "answer.value": ("{value} is not an answer to this question.", "Choose one of the answers offered."),
    "answer.comment_missing": ("The answer {value} needs a comment here.", "Write what you saw."),
    "answer.too_long": ("An answer has {chars} characters; {limit} are possible.", "Shorten it."),
    "signature.missing": ("A signature is missing ({party}).", "Sign, or state why it was declined."),
    "signature.name_missing": (
        "The name of the signer is missing ({party}).",
        "Write name and title beside the signature.",
    ),
    "signature.invalid": (
        "A signature does not fit what it signs: it was altered, or made with another key.",
        "Do not use it; ask the sender for a new one.",
    ),
    "visit.unknown": ("The visit {visit_id} is not on this device.", "Import the tasking from HQ that holds it."),
    "item.unknown": ("The item {item_id} is not in this store.", "Search for it by serial number or UII."),
    "review.comment": ("This decision needs a comment.", "Write why."),
    "review.decision": ("{decision} is not a decision.", "Choose one of the decisions offered."),
    "review.own_check": ("{account} made this check and cannot decide on it.", "Another reviewer has to decide."),
    "date.invalid": ("{text} is not a date.", "Write it as 2026-11-21."),
    "time.invalid": ("{text} is not a point in time.", "Write it as 2026-11-21T14:20:00Z."),
    "case.missing": ("The FMS case is missing.", "Give the case, e.g. XX-B-ABC."),
    "case.pattern": ("{text} is not the pattern of an FMS case.", "Write it as XX-B-ABC."),
    "licence.missing": ("The export licence is missing.", "Give form and number."),
    "licence.form": ("{form} is not a licence form.", "Use one of: {known}."),
    # Scanning
    "image.file_too_large": ("The picture file is larger than {megabytes} MB.", "Choose a smaller one."),
    "camera.no_such_file": ("There is no file {path}.", "Choose another file."),
    "image.missing": ("There is no picture {path}.", "Choose another file."),
    "image.too_large": ("The picture is larger than {megapixels} megapixels.", "Take it at a lower resolution."),
    "image.unreadable": ("This file is not a picture that can be read.", "Choose a JPEG or PNG file."),
    "label.too_long": ("The text has {length} characters: too long for a label.", "Shorten it."),
    # Inventory lists
    "inventory.empty": ("The list is empty.", "Choose another file."),
    "inventory.no_rows": ("No row follows the headings in line {line}.", "Check that this is the right file."),
    "inventory.unreadable": ("The file {name} cannot be read.", "Check the medium, or copy the file again."),
    "inventory.too_large": ("{name} has {bytes} bytes; {limit} are possible.", "Split the list."),
    "inventory.encoding": ("Line {line} is not {encoding} text.", "Choose the encoding that the list was saved with."),
    "inventory.encoding_unknown": ("{encoding} is not an encoding known here.", "Use one of: {known}."),
    "inventory.heading_duplicate": (
        "Two columns stand for {column}: {headings} (line {line}).",
        "Rename or remove one.",
    ),
    "inventory.headings_missing": (
        "Columns are missing: {missing}. Line {line} has: {found}.",
        "Say which heading stands for each, or correct the headings.",
    ),
    "inventory.date_order": (
        "The order of day and month is not clear ({why}): line {line}, {example}.",
        "Say in the import profile which comes first.",
    ),
    "inventory.profile": ("The import profile is wrong at {field}: {value}.", "Correct the profile."),
    # Checklists
    "checklist.bad_file": (
        "The checklist file {name} is wrong in line {line}: {reason}, {detail}.",
        "Correct the file.",
    ),
    "checklist.unknown": (
        "The checklist {checklist_id} version {version} is not here.",
        "Import the tasking that holds it.",
    ),
    # Journals, facts, stores
    "chain.altered": ("Fact {seq} of {origin} was altered: its hash does not fit.", "Keep the file and tell HQ."),
    "chain.broken": ("Fact {seq} of {origin} does not follow the one before it.", "Keep the file and tell HQ."),
    "chain.foreign": ("Fact {seq} of {origin} belongs to another journal.", "Keep the file and tell HQ."),
    "chain.forked": (
        "{origin} has two different facts {seq}: the device was cloned or set back.",
        "Stop using the device and tell HQ.",
    ),
    "chain.gap": (
        "Facts of {origin} are missing: {expected} was expected, {found} came.",
        "Import the earlier bundle first.",
    ),
    "entry.unreadable": ("A journal entry cannot be read: {reason}.", "Keep the file and tell HQ."),
    "fact.too_large": ("The fact {kind} is too large ({size} bytes).", "Move long text into a note or a document."),
    "fact.unreadable": ("A fact {kind} cannot be read: {reason}.", "Keep the file and tell HQ."),
    "store.absent": ("There is no store at {path}.", "Enrol this device first, or choose another folder."),
    "store.name": (
        "{name} is no name for a store.",
        "Use 1 to 40 of A–Z, a–z, 0–9, dot and hyphen, beginning with a letter or digit.",
    ),
    "account.name": (
        "{name} is no code for an account.",
        "Use 1 to 40 of A–Z, a–z, 0–9, dot, hyphen and underscore, beginning with a letter or digit.",
    ),
    "store.exists": ("There is a store at {path} already.", "Choose another folder."),
    "store.kind": ("{kind} is not a kind of store.", "Use one of: {known}."),
    "store.newer": (
        "The store was written by a newer version ({found}).",
        "Install that version; this one knows {known}.",
    ),
    "store.other_database": (
        "The address leads to the database of another store ({server}).",
        "Correct the address in this workstation's settings.",
    ),
    "program.mistake": (
        "The program made a mistake; nothing was changed by it.",
        "Try again; if it stays, tell whoever looks after this machine.",
    ),
    "store.busy": ("The store is in use.", "Wait a moment and try again."),
    "store.damaged": ("The store is damaged.", "Restore the latest backup; bundles sent to HQ are kept there."),
    "store.key_changed": (
        "The store was given a new key elsewhere; this program holds the old one still.",
        "What was confirmed is safe. Lock and unlock again; if it stays, take keyslots.json and database.json from "
        "where the key was changed.",
    ),
    "store.chain_damaged": (
        "The journal in the store does not fit together ({why}).",
        "Stop work on this device and tell HQ.",
    ),
    "journal.only_hq": (
        "{device} is a device: its journal begins anew with a new identity.",
        "Write a request for a new identity (Sync), and let HQ sign it.",
    ),
    "time.foreign_chain": (
        "A device corrects the time of its own journal only, not that of {origin}.",
        "Ask HQ to correct it.",
    ),
    "time.no_such_entries": (
        "Those are not entries of {origin} that are held here: it goes from 1 to {held}.",
        "Look their numbers up in the activity log.",
    ),
    "time.source": ("Unknown source of time: {source}.", "Say one of: {known}."),
    "time.reason_missing": ("A correction of time needs its reason.", "Say what the right time is known from."),
    "time.offset": ("That is no difference between two clocks.", "Say by how much the clock was wrong."),
    "database.only_server": (
        "This store's database is a file: it has no roles.",
        "Roles are for a store on a PostgreSQL server.",
    ),
    "database.not_owner": (
        "Only the owner of the database can grant roles.",
        "Give the owner's address first: eum store database-url.",
    ),
    "database.role_unknown": (
        "The server knows no role {role}.",
        "Make it there first: CREATE ROLE … LOGIN.",
    ),
    "store.owner_needed": (
        "The store needs tables of a new shape, and this address may not make them.",
        "Open the store once with the owner's address (eum store database-url), then go on with this one.",
    ),
    "notice.not_accepted": (
        "The notice of this store was not accepted. Nothing was opened.",
        "Read it and accept it first; at the command line: EUM_NOTICE_ACCEPTED={notice_id}.",
    ),
    "notice.text": ("A notice needs a text, of at most {limit} characters.", "Write what everybody is to accept."),
    "store.entries_lost": (
        "{count} entries that were recorded here are missing ({first} to {last}): the database's log was damaged, or"
        " the store was put back to an earlier state. What stands is whole.",
        "Look for them in a backup. A device hands in what it holds (Sync) and then gets a new identity; HQ begins a"
        " new journal (eum store renew).",
    ),
    "store.copied": (
        "This device's store is a copy, or was put back to an earlier state: {device} may go on elsewhere.",
        "Hand in what it holds (Sync), then give it a new identity: write a request, and let HQ sign it.",
    ),
    "store.failed": ("The store failed: {reason}.", "Try again; if it stays, tell HQ."),
    "store.triggers_foreign": (
        "Somebody added rules of their own to the journal ({names}).",
        "Stop work on this device and tell HQ.",
    ),
    "store.upgrade_failed": (
        "The store could not be brought up to this version. It is what it was before; nothing is lost.",
        "Work on with the version that you had, and tell HQ.",
    ),
    "store.triggers_missing": (
        "Protections of the store are missing ({names}).",
        "Stop work on this device and tell HQ.",
    ),
    "keyslots.damaged": (
        "The key file {path} is damaged.",
        "Restore it from the backup, or use the recovery code from HQ.",
    ),
    "backup.absent": ("There is no backup at {path}.", "Choose the folder that holds manifest.json."),
    "backup.damaged": (
        "The backup is damaged: {part} is missing or not what it was ({parts} files in all). Nothing was restored.",
        "Use another backup. Where only photos are damaged, restore with --without-damaged.",
    ),
    "backup.database_elsewhere": (
        "The database of this store is on the server {server} and not in its folder.",
        "Back it up there (pg_dump) first, then copy the folder.",
    ),
    "backup.inside_store": ("The folder {path} lies inside the store.", "Choose one outside, best on another medium."),
    "content.absent": ("The content {object_id} is not on this device.", "Import the bundle that carries it."),
    "withhold.only_hq": ("Content is withheld at HQ.", "Ask HQ."),
    "withhold.not_an_object": (
        "That is no content: {object_id}.",
        "Give its whole number (96 characters) as the visit record's list of evidence shows it.",
    ),
    "withhold.reason_missing": ("An order to withhold needs its reason.", "Say by whose order and why."),
    "withhold.withheld_already": ("The content {object_id} is withheld already.", "There is nothing left to do."),
    "withhold.not_asked": (
        "Nobody asked for that: {request_id}.",
        "List what was asked for: eum content list.",
    ),
    "withhold.own_request": (
        "{account} asked for it, and so cannot confirm it.",
        "Let another person confirm.",
    ),
    "content.withheld": (
        "The content {object_id} is withheld by order.",
        "Its record stands; the content is gone for good.",
    ),
    # Keys, certificates, bundles
    "certificate.bad_epoch": ("The certificate names an impossible epoch ({epoch}).", "Ask HQ for a new certificate."),
    "certificate.bad_name": (
        "The certificate names no device or account of ours ({name}).",
        "Ask HQ for a new certificate.",
    ),
    "certificate.chain_shape": (
        "The certificates do not lead from a device to HQ ({roles}).",
        "Ask the sender for the whole chain.",
    ),
    "certificate.expired": (
        "The certificate of {origin} ended {until}.",
        "Check this device's clock. If it is right, ask HQ to renew the certificate.",
    ),
    "certificate.not_yet_valid": ("The certificate of {origin} begins {since}.", "Check this device's clock."),
    "certificate.revoked": ("The certificate of {origin} was revoked.", "Do not use the device; ask HQ."),
    "certificate.invalid": ("The certificate cannot be read or its signature does not fit.", "Ask HQ for a new one."),
    "certificate.may_not_issue": ("A {role} certificate may not issue others.", "Use HQ's certificate."),
    "certificate.no_kem": ("The certificate has no key to seal to.", "Ask HQ for a new one."),
    "certificate.suite_mismatch": (
        "The certificate uses {suite}, and {expected} was expected.",
        "Ask HQ for a certificate of this suite.",
    ),
    "certificate.unknown_root": (
        "The certificate does not come from a known HQ.",
        "Enrol with that HQ first, or ask where it comes from.",
    ),
    "identity.invalid": ("The identity file cannot be read.", "Restore it from the backup, or enrol again."),
    "identity.mismatch": (
        "The identity and its certificate do not belong together.",
        "Use the certificate issued for this device.",
    ),
    "identity.no_kem": ("This identity has no key to open sealed files with.", "Enrol this device again."),
    "request.invalid": (
        "The enrolment request cannot be read or its signature does not fit.",
        "Make it again on the device.",
    ),
    "request.wrong_role": ("The enrolment request asks for the role {role}.", "Make it again on the device."),
    "kdf.out_of_bounds": ("The key file asks for more work than is allowed.", "Do not use it; restore the backup."),
    "key.invalid": ("A key cannot be used.", "Keep the file and tell HQ."),
    "object.altered": ("A photo or document was altered.", "Ask the sender to send it again."),
    "object.not_an_object": ("This is not a sealed object.", "Ask the sender to send it again."),
    "object.not_as_committed": (
        "A photo or document is not the one that its record names.",
        "Keep the file and tell HQ.",
    ),
    "object.wrong_key": ("The key does not open this object.", "Keep the file and tell HQ."),
    "seal.invalid": ("The file is not sealed for this device, or was altered.", "Ask the sender to seal it again."),
    "stream.altered": (
        "The sealed file was altered or cut short.",
        "Copy it again from its source; if it stays, tell HQ.",
    ),
    "stream.too_long": ("The sealed file is longer than is allowed.", "Split what is sent."),
    "stream.wrong_key": ("The key does not open this file.", "Ask the sender to seal it again."),
    "suite.unknown": ("The cipher suite {suite} is not known here.", "Update this program."),
}
