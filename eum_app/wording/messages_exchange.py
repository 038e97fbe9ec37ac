"""Sentences about bundles, enrollment and reports: code → (what happened, what to do next); see `messages`."""

from __future__ import annotations

from eum_app.domain.translatable import QT_TRANSLATE_NOOP

_COPY_AGAIN = QT_TRANSLATE_NOOP(
    "messages", "Copy it again from its source; if this happens again, keep the file and tell the sender."
)

EXCHANGE_SENTENCES: dict[str, tuple[str, str]] = {
    # Bundles
    "bundle.unreadable": (
        QT_TRANSLATE_NOOP("messages", "The bundle contains an unreadable record ({reason})."),
        QT_TRANSLATE_NOOP("messages", "Keep the file and ask the sender."),
    ),
    "chain.entries_lost": (
        QT_TRANSLATE_NOOP(
            "messages",
            "Entries {seq} to {last} of {origin} were recorded and are missing: its log was damaged, or"
            " its store was restored to an earlier state.",
        ),
        QT_TRANSLATE_NOOP("messages", "Look for them in a backup and at HQ. The entries that are here are intact."),
    ),
    "chain.not_received": (
        QT_TRANSLATE_NOOP("messages", "{origin} sealed facts up to {seq}; only {held} are here."),
        QT_TRANSLATE_NOOP("messages", "Import the bundles that are still on their way."),
    ),
    "chain.rolled_back": (
        QT_TRANSLATE_NOOP(
            "messages", "HQ has facts up to {seq} that this device does not have: it was restored from a copy."
        ),
        QT_TRANSLATE_NOOP("messages", "Enroll the device again before using it, and tell HQ."),
    ),
    "check.repeated": (
        QT_TRANSLATE_NOOP("messages", "A check in the bundle has the number of another check."),
        QT_TRANSLATE_NOOP("messages", "Keep the file and ask the sender."),
    ),
    "check.of_other_visit": (
        QT_TRANSLATE_NOOP("messages", "A fact in the bundle changes a check of another visit than it names."),
        QT_TRANSLATE_NOOP("messages", "Keep the file and ask the sender."),
    ),
    "content.cut": (
        QT_TRANSLATE_NOOP("messages", "Some content arrived incomplete."),
        QT_TRANSLATE_NOOP("messages", "Import the bundle again; if this happens again, tell HQ."),
    ),
    "content.missing": (
        QT_TRANSLATE_NOOP(
            "messages", "A fact names a photo, note or signature that is neither in the bundle nor here."
        ),
        QT_TRANSLATE_NOOP("messages", "Ask the sender to seal it again."),
    ),
    "fact.foreign_visit": (
        QT_TRANSLATE_NOOP("messages", "The bundle refers to a visit that was not planned for {sender}."),
        QT_TRANSLATE_NOOP("messages", "Keep the file and ask the sender."),
    ),
    "head.foreign": (
        QT_TRANSLATE_NOOP("messages", "A signature in the bundle covers facts that are not in it."),
        QT_TRANSLATE_NOOP("messages", "Keep the file and ask the sender."),
    ),
    "head.signer_unknown": (
        QT_TRANSLATE_NOOP(
            "messages", "A signature in the bundle is by {account}, an account that the device never reported."
        ),
        QT_TRANSLATE_NOOP("messages", "Keep the file and ask the sender."),
    ),
    "bundle.not_a_bundle": (
        QT_TRANSLATE_NOOP("messages", "The file is not a bundle."),
        QT_TRANSLATE_NOOP("messages", "Choose a file that ends in .eumb."),
    ),
    "bundle.sent_as_text": (
        QT_TRANSLATE_NOOP("messages", "The bundle was changed on its way: something sent or copied it as text."),
        QT_TRANSLATE_NOOP("messages", "Ask for it again, sent as a file or zipped. The sender still has it."),
    ),
    "bundle.zipped": (
        QT_TRANSLATE_NOOP("messages", "The file is an archive (zip or similar), not a bundle."),
        QT_TRANSLATE_NOOP("messages", "Please unpack it first, and choose the file inside that ends in .eumb."),
    ),
    "bundle.own": (
        QT_TRANSLATE_NOOP("messages", "This bundle was sealed here, by {name}."),
        QT_TRANSLATE_NOOP("messages", "Take it to the other side."),
    ),
    "bundle.altered": (QT_TRANSLATE_NOOP("messages", "The bundle was altered or damaged in transit."), _COPY_AGAIN),
    "bundle.truncated": (
        QT_TRANSLATE_NOOP("messages", "The bundle is incomplete: its end is missing."),
        _COPY_AGAIN,
    ),
    "bundle.entries_changed": (
        QT_TRANSLATE_NOOP("messages", "The journal changed while it was being sealed."),
        QT_TRANSLATE_NOOP("messages", "Seal it again."),
    ),
    "bundle.foreign_origin": (
        QT_TRANSLATE_NOOP("messages", "The bundle holds facts of another device than its sender."),
        QT_TRANSLATE_NOOP("messages", "Keep the file and tell HQ."),
    ),
    "bundle.inconsistent": (
        QT_TRANSLATE_NOOP("messages", "The facts of the bundle do not follow each other."),
        QT_TRANSLATE_NOOP("messages", "Seal it again; if this happens again, tell HQ."),
    ),
    "bundle.kind": (
        QT_TRANSLATE_NOOP("messages", "This file is sealed, but its kind is unknown here ({kind})."),
        QT_TRANSLATE_NOOP("messages", "Update this app."),
    ),
    "bundle.no_recipient": (
        QT_TRANSLATE_NOOP("messages", "The bundle has no recipient."),
        QT_TRANSLATE_NOOP("messages", "Enroll with HQ first."),
    ),
    "bundle.nothing_to_seal": (
        QT_TRANSLATE_NOOP("messages", "There is nothing new to seal for {recipient}."),
        QT_TRANSLATE_NOOP("messages", "Record first, then export."),
    ),
    "bundle.object_altered": (
        QT_TRANSLATE_NOOP("messages", "A photo or document changed while it was being sealed."),
        QT_TRANSLATE_NOOP("messages", "Seal it again."),
    ),
    "bundle.other_recipient": (
        QT_TRANSLATE_NOOP("messages", "The bundle is not sealed for this device."),
        QT_TRANSLATE_NOOP("messages", "Ask the sender to seal it to this device."),
    ),
    "bundle.readdressed": (
        QT_TRANSLATE_NOOP("messages", "The bundle was sealed for another recipient and readdressed to this device."),
        QT_TRANSLATE_NOOP("messages", "Do not use it; keep the file and tell HQ."),
    ),
    "bundle.too_large": (
        QT_TRANSLATE_NOOP("messages", "The bundle is larger than allowed."),
        QT_TRANSLATE_NOOP("messages", "Ask the sender to export in smaller parts."),
    ),
    "bundle.unknown_sender": (
        QT_TRANSLATE_NOOP("messages", "The bundle comes from a sender that is not enrolled here."),
        QT_TRANSLATE_NOOP("messages", "Enroll the device first."),
    ),
    "bundle.version": (
        QT_TRANSLATE_NOOP("messages", "The bundle was written by another version."),
        QT_TRANSLATE_NOOP("messages", "Update this app, then import it again."),
    ),
    "bundle.wrong_role": (
        QT_TRANSLATE_NOOP("messages", "A {role} may not send a bundle of the kind {kind}."),
        QT_TRANSLATE_NOOP("messages", "Keep the file and tell HQ."),
    ),
    "fact.not_allowed": (
        QT_TRANSLATE_NOOP("messages", "The sender may not state a fact of the kind {kind}."),
        QT_TRANSLATE_NOOP("messages", "Keep the file and tell HQ."),
    ),
    "trust.suite_mismatch": (
        QT_TRANSLATE_NOOP("messages", "This device uses {suite}, and HQ uses {expected}."),
        QT_TRANSLATE_NOOP("messages", "Enroll again with HQ's suite."),
    ),
    # Enrollment
    "device.enrolled_already": (
        QT_TRANSLATE_NOOP("messages", "HQ ({device}) does not need to request an identity."),
        QT_TRANSLATE_NOOP("messages", "Nothing more is needed here."),
    ),
    "device.not_enrolled": (
        QT_TRANSLATE_NOOP("messages", "This device is not enrolled with HQ yet."),
        QT_TRANSLATE_NOOP("messages", "Enroll it first: send HQ the request."),
    ),
    "enrolment.altered": (
        QT_TRANSLATE_NOOP("messages", "The enrollment file was altered or damaged."),
        QT_TRANSLATE_NOOP("messages", "Ask for it again."),
    ),
    "enrolment.bad_name": (
        QT_TRANSLATE_NOOP("messages", "{device} is not a valid device name."),
        QT_TRANSLATE_NOOP(
            "messages",
            "Create the store again. Use 1 to 40 of A–Z, a–z, 0–9, dot and hyphen; start with a letter or digit.",
        ),
    ),
    "enrolment.facts_outstanding": (
        QT_TRANSLATE_NOOP(
            "messages",
            "Facts of {device} that HQ has not received: {facts}. They could not be sent with the new identity.",
        ),
        QT_TRANSLATE_NOOP(
            "messages",
            "Send them and import HQ's receipt first; HQ signed already, so two people there have to accept them. "
            "To leave them behind: eum device accept --leave-behind.",
        ),
    ),
    "enrolment.name_taken": (
        QT_TRANSLATE_NOOP("messages", "{device} looks like {taken}, which is in use."),
        QT_TRANSLATE_NOOP("messages", "Create the device's store again with another name."),
    ),
    "device.revoke_reason": (
        QT_TRANSLATE_NOOP("messages", "Revoking {device} needs its reason. Nothing was changed."),
        QT_TRANSLATE_NOOP("messages", "State why, e.g. when it was lost and who reported it."),
    ),
    "device.revoked_already": (
        QT_TRANSLATE_NOOP("messages", "Epoch {epoch} of {device} is revoked already. Nothing was changed."),
        QT_TRANSLATE_NOOP("messages", "The activity log says who revoked it and why."),
    ),
    "enrolment.fingerprint": (
        QT_TRANSLATE_NOOP("messages", "The fingerprints differ: the file shows {shown}, you entered {given}."),
        QT_TRANSLATE_NOOP("messages", "Do not enroll; ask HQ over another channel."),
    ),
    "enrolment.request_changed": (
        QT_TRANSLATE_NOOP(
            "messages",
            "The request file was replaced: it shows {shown} now, but {compared} was compared. Nothing was signed.",
        ),
        QT_TRANSLATE_NOOP("messages", "Read the request again, and compare its fingerprint with the device's again."),
    ),
    "enrolment.no_request": (
        QT_TRANSLATE_NOOP("messages", "There is no open enrollment request here."),
        QT_TRANSLATE_NOOP("messages", "Make a request first."),
    ),
    "enrolment.other_request": (
        QT_TRANSLATE_NOOP("messages", "The answer is for {device_id}, but this is {expected}."),
        QT_TRANSLATE_NOOP("messages", "Use the answer that belongs to this device's latest request."),
    ),
    "enrolment.other_root": (
        QT_TRANSLATE_NOOP("messages", "The answer comes from another HQ ({found})."),
        QT_TRANSLATE_NOOP("messages", "Do not use it; ask HQ."),
    ),
    "enrolment.too_large": (
        QT_TRANSLATE_NOOP("messages", "The enrollment file {name} is larger than {limit} bytes."),
        QT_TRANSLATE_NOOP("messages", "Choose the right file."),
    ),
    "enrolment.version": (
        QT_TRANSLATE_NOOP("messages", "The enrollment file was written by version {version}."),
        QT_TRANSLATE_NOOP("messages", "Update this app (it supports {known})."),
    ),
    "enrolment.not_a_request": (
        QT_TRANSLATE_NOOP("messages", "This file is not a request of a device."),
        QT_TRANSLATE_NOOP("messages", "Choose the file that ends in .eumreq."),
    ),
    "enrolment.not_an_answer": (
        QT_TRANSLATE_NOOP("messages", "This file is not HQ's answer to a request."),
        QT_TRANSLATE_NOOP("messages", "Choose the file that ends in .eumans."),
    ),
    # Files
    "folder.absent": (
        QT_TRANSLATE_NOOP("messages", "The folder {path} is not there. Nothing was written."),
        QT_TRANSLATE_NOOP("messages", "Connect its drive, or choose another folder."),
    ),
    "file.is_folder": (
        QT_TRANSLATE_NOOP("messages", "{name} is a folder, so no file can have this name."),
        QT_TRANSLATE_NOOP("messages", "Type a file name after it."),
    ),
    "file.missing": (
        QT_TRANSLATE_NOOP("messages", "The file does not exist."),
        QT_TRANSLATE_NOOP("messages", "Choose another file."),
    ),
    "file.name_not_text": (
        QT_TRANSLATE_NOOP("messages", "The name {name} holds characters that this computer cannot read as text."),
        QT_TRANSLATE_NOOP("messages", "Rename the file or folder, or choose another one."),
    ),
    "file.not_regular": (
        QT_TRANSLATE_NOOP("messages", "{name} is a pipe or a device, not a file."),
        QT_TRANSLATE_NOOP("messages", "Save its data to a file, and choose that file."),
    ),
    "file.unreadable": (
        QT_TRANSLATE_NOOP("messages", "The file cannot be read."),
        QT_TRANSLATE_NOOP("messages", "Check the drive, or copy the file again."),
    ),
    # HQ's database
    "database.only_hq": (
        QT_TRANSLATE_NOOP("messages", "Only an HQ store can be kept on a database server."),
        QT_TRANSLATE_NOOP("messages", "Leave the address empty on other devices."),
    ),
    "database.url": (
        QT_TRANSLATE_NOOP("messages", "The address of the database cannot be used."),
        QT_TRANSLATE_NOOP("messages", "Correct it: postgresql://user@server/database?sslmode=verify-full."),
    ),
    "database.tls": (
        QT_TRANSLATE_NOOP("messages", "The connection to the database is not verified ({mode})."),
        QT_TRANSLATE_NOOP("messages", "Use one of: {known}."),
    ),
    "database.standby": (
        QT_TRANSLATE_NOOP("messages", "{server} is a standby: it only repeats another server and records nothing."),
        QT_TRANSLATE_NOOP("messages", "Use the address of the primary server."),
    ),
    "database.distributed": (
        QT_TRANSLATE_NOOP("messages", "This database is distributed over several servers (Citus)."),
        QT_TRANSLATE_NOOP(
            "messages", "The app cannot verify the journal's protection there. Use a database on one server."
        ),
    ),
    "fact.not_storable": (
        QT_TRANSLATE_NOOP("messages", "A fact contains characters, or a long code, that the database cannot store."),
        QT_TRANSLATE_NOOP("messages", "Correct the text and try again."),
    ),
    "store.connection_lost": (
        QT_TRANSLATE_NOOP("messages", "The connection to the database was lost."),
        QT_TRANSLATE_NOOP("messages", "Check the network, then try again."),
    ),
    "clock.trigger": (
        QT_TRANSLATE_NOOP("messages", "{trigger} is not a date that a time limit can run from."),
        QT_TRANSLATE_NOOP("messages", "Use one of: {known}."),
    ),
    # Reports
    "report.filter": (
        QT_TRANSLATE_NOOP("messages", "{report} has no filter {name}."),
        QT_TRANSLATE_NOOP("messages", "Leave it out, or choose another report."),
    ),
    "report.filter_missing": (
        QT_TRANSLATE_NOOP("messages", "{report} needs a value for {name}."),
        QT_TRANSLATE_NOOP("messages", "Choose one."),
    ),
    "report.format": (
        QT_TRANSLATE_NOOP("messages", "{report} cannot be written as {name}."),
        QT_TRANSLATE_NOOP("messages", "Choose a name that ends in one of {formats}."),
    ),
    "entry.unknown": (
        QT_TRANSLATE_NOOP("messages", "The entry {entry_id} is not in this store."),
        QT_TRANSLATE_NOOP("messages", "Refresh the list and choose again."),
    ),
    "report.name": (
        QT_TRANSLATE_NOOP("messages", "{name} is not a valid name for a report."),
        QT_TRANSLATE_NOOP("messages", "Choose a name that ends in .csv, .xlsx, .json or .pdf."),
    ),
    "report.altered": (
        QT_TRANSLATE_NOOP("messages", "A file of the report was altered after it was made."),
        QT_TRANSLATE_NOOP("messages", "Do not use it; ask for it again."),
    ),
    "report.cell_too_long": (
        QT_TRANSLATE_NOOP("messages", "Row {row} has a text of {chars} characters; a sheet can hold {limit}."),
        QT_TRANSLATE_NOOP("messages", "Export the report as .csv or .json."),
    ),
    "designation.too_long": (
        QT_TRANSLATE_NOOP("messages", "A field of the CUI designation has more than {limit} characters."),
        QT_TRANSLATE_NOOP("messages", "Shorten it."),
    ),
    "report.exists": (
        QT_TRANSLATE_NOOP("messages", "There is a file named {name} already. It was not changed."),
        QT_TRANSLATE_NOOP("messages", "Choose another name, or replace it."),
    ),
    "report.file_missing": (
        QT_TRANSLATE_NOOP("messages", "A file of the report is missing."),
        QT_TRANSLATE_NOOP("messages", "Keep all its files in one folder."),
    ),
    "report.in_use": (
        QT_TRANSLATE_NOOP("messages", "The file {name} is open in another program."),
        QT_TRANSLATE_NOOP("messages", "Close it there, or choose another name."),
    ),
    "report.is_folder": (
        QT_TRANSLATE_NOOP("messages", "{name} is a folder."),
        QT_TRANSLATE_NOOP("messages", "Choose another name."),
    ),
    "report.not_named": (
        QT_TRANSLATE_NOOP("messages", "The sidecar names other files, not this one, so it cannot be verified."),
        QT_TRANSLATE_NOOP("messages", "Give the report its original name, or ask for it again."),
    ),
    "report.no_sidecar": (
        QT_TRANSLATE_NOOP("messages", "There is no sidecar beside {name}, so its source cannot be verified."),
        QT_TRANSLATE_NOOP("messages", "Put the report's other files (.sidecar.json and .sig) beside it."),
    ),
    "report.no_signature": (
        QT_TRANSLATE_NOOP("messages", "The report's signature is missing."),
        QT_TRANSLATE_NOOP("messages", "Put the .sig file beside the sidecar."),
    ),
    "report.other_root": (
        QT_TRANSLATE_NOOP(
            "messages", "The report was signed under another authority ({found}) than the one you entered."
        ),
        QT_TRANSLATE_NOOP("messages", "Compare the fingerprint with HQ before you use the report."),
    ),
    "report.other_signer": (
        QT_TRANSLATE_NOOP("messages", "The report says it was made at {store}, but {signer} signed it."),
        QT_TRANSLATE_NOOP("messages", "Do not use it; tell HQ."),
    ),
    "report.pdf_failed": (
        QT_TRANSLATE_NOOP("messages", "The PDF could not be created: {reason}."),
        QT_TRANSLATE_NOOP("messages", "Export the report as .xlsx or .csv, and tell support."),
    ),
    "report.read_only": (
        QT_TRANSLATE_NOOP("messages", "The file {name} is write-protected."),
        QT_TRANSLATE_NOOP("messages", "Choose another name, or remove the protection."),
    ),
    "report.rows_differ": (
        QT_TRANSLATE_NOOP("messages", "Rows in the report: {found}; expected: {expected}."),
        QT_TRANSLATE_NOOP("messages", "Make it again; if this happens again, tell HQ."),
    ),
    "report.rows_unreadable": (
        QT_TRANSLATE_NOOP("messages", "A file of the report cannot be read, so its rows cannot be counted."),
        QT_TRANSLATE_NOOP("messages", "Do not use it; ask for the report again."),
    ),
    "report.sidecar_unreadable": (
        QT_TRANSLATE_NOOP("messages", "The sidecar {name} cannot be read: {reason}."),
        QT_TRANSLATE_NOOP("messages", "Ask for the report again."),
    ),
    "report.signature_fields": (
        QT_TRANSLATE_NOOP(
            "messages", "The field {field} of the signature file says {value}, which is not what was signed."
        ),
        QT_TRANSLATE_NOOP("messages", "Do not rely on it. Ask for the report again, with its signature file."),
    ),
    "report.signer_revoked": (
        QT_TRANSLATE_NOOP("messages", "The certificate of {signer} was revoked."),
        QT_TRANSLATE_NOOP("messages", "Ask HQ whether the report counts."),
    ),
    "report.signer_role": (
        QT_TRANSLATE_NOOP("messages", "The signer is neither an HQ nor an account that an HQ lets sign reports."),
        QT_TRANSLATE_NOOP("messages", "Do not use the report; tell HQ."),
    ),
    "report.too_many_rows": (
        QT_TRANSLATE_NOOP("messages", "Rows in the report: {rows}; a sheet can hold {limit}."),
        QT_TRANSLATE_NOOP("messages", "Export it as .csv, or narrow the filters."),
    ),
}
