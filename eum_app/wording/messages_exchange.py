"""Sentences about bundles, enrollment and reports: code → (what happened, what to do next); see `messages`."""

from __future__ import annotations

from eum_app.domain.translatable import QT_TRANSLATE_NOOP

_COPY_AGAIN = QT_TRANSLATE_NOOP(
    "messages", "Copy it again from its source; if it stays, keep the file and tell the sender."
)

EXCHANGE_SENTENCES: dict[str, tuple[str, str]] = {
    # Bundles
    "bundle.unreadable": (
        QT_TRANSLATE_NOOP("messages", "The bundle holds something that is no fact ({reason})."),
        QT_TRANSLATE_NOOP("messages", "Keep the file and ask the sender."),
    ),
    "chain.entries_lost": (
        QT_TRANSLATE_NOOP(
            "messages",
            "Entries {seq} to {last} of {origin} were recorded and are missing: its log was damaged, or"
            " its store was put"
            " back to an earlier state.",
        ),
        QT_TRANSLATE_NOOP("messages", "Look for them in a backup and in what HQ has received. What stands is whole."),
    ),
    "chain.not_received": (
        QT_TRANSLATE_NOOP("messages", "{origin} sealed facts up to {seq}; {held} are held here."),
        QT_TRANSLATE_NOOP("messages", "Import the bundles that are still on their way."),
    ),
    "chain.rolled_back": (
        QT_TRANSLATE_NOOP(
            "messages", "HQ has received facts up to {seq} that this device does not hold: it was put back from a copy."
        ),
        QT_TRANSLATE_NOOP("messages", "Enrol the device anew before it is used again, and tell HQ."),
    ),
    "check.repeated": (
        QT_TRANSLATE_NOOP("messages", "A check in the bundle has the number of another device's check."),
        QT_TRANSLATE_NOOP("messages", "Keep the file and ask the sender."),
    ),
    "content.cut": (
        QT_TRANSLATE_NOOP("messages", "Content arrived shorter than it was sealed."),
        QT_TRANSLATE_NOOP("messages", "Import the bundle again; if it stays, tell HQ."),
    ),
    "content.missing": (
        QT_TRANSLATE_NOOP(
            "messages", "A fact names a photo, note or signature that is neither in the bundle nor here."
        ),
        QT_TRANSLATE_NOOP("messages", "Ask the sender to seal it again."),
    ),
    "fact.foreign_visit": (
        QT_TRANSLATE_NOOP("messages", "The bundle speaks of a visit that was not planned for {sender}."),
        QT_TRANSLATE_NOOP("messages", "Keep the file and ask the sender."),
    ),
    "head.foreign": (
        QT_TRANSLATE_NOOP("messages", "A signature in the bundle is over facts that it does not hold."),
        QT_TRANSLATE_NOOP("messages", "Keep the file and ask the sender."),
    ),
    "head.signer_unknown": (
        QT_TRANSLATE_NOOP("messages", "A signature in the bundle is by {account}, whom the device never named."),
        QT_TRANSLATE_NOOP("messages", "Keep the file and ask the sender."),
    ),
    "bundle.not_a_bundle": (
        QT_TRANSLATE_NOOP("messages", "The file is no bundle."),
        QT_TRANSLATE_NOOP("messages", "Choose a file that ends in .eumb."),
    ),
    "bundle.own": (
        QT_TRANSLATE_NOOP("messages", "This bundle was sealed here, by {name} itself."),
        QT_TRANSLATE_NOOP("messages", "Take it to the other side."),
    ),
    "bundle.altered": (QT_TRANSLATE_NOOP("messages", "The bundle was altered or damaged on its way."), _COPY_AGAIN),
    "bundle.truncated": (
        QT_TRANSLATE_NOOP("messages", "The bundle was cut short: it does not end as it was sealed."),
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
        QT_TRANSLATE_NOOP("messages", "Seal it again; if it stays, tell HQ."),
    ),
    "bundle.kind": (
        QT_TRANSLATE_NOOP("messages", "This file is sealed, but is not a kind of bundle known here ({kind})."),
        QT_TRANSLATE_NOOP("messages", "Update this program."),
    ),
    "bundle.no_recipient": (
        QT_TRANSLATE_NOOP("messages", "The bundle has nobody to be sealed to."),
        QT_TRANSLATE_NOOP("messages", "Enrol with HQ first."),
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
        QT_TRANSLATE_NOOP(
            "messages", "The bundle was sealed for somebody else and passed on as if it were for this device."
        ),
        QT_TRANSLATE_NOOP("messages", "Do not use it; keep the file and tell HQ."),
    ),
    "bundle.revoked": (
        QT_TRANSLATE_NOOP("messages", "The sender's certificate was revoked."),
        QT_TRANSLATE_NOOP("messages", "Keep the file; HQ decides whether it counts."),
    ),
    "bundle.too_large": (
        QT_TRANSLATE_NOOP("messages", "The bundle is larger than is allowed."),
        QT_TRANSLATE_NOOP("messages", "Ask the sender to export in smaller parts."),
    ),
    "bundle.unknown_sender": (
        QT_TRANSLATE_NOOP("messages", "The bundle comes from a sender that is not enrolled here."),
        QT_TRANSLATE_NOOP("messages", "Enrol the device first."),
    ),
    "bundle.version": (
        QT_TRANSLATE_NOOP("messages", "The bundle was written by another version."),
        QT_TRANSLATE_NOOP("messages", "Update this program, then import it again."),
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
        QT_TRANSLATE_NOOP("messages", "Enrol again with HQ's suite."),
    ),
    # Enrolment
    "device.enrolled_already": (
        QT_TRANSLATE_NOOP("messages", "HQ itself ({device}) asks nobody for an identity."),
        QT_TRANSLATE_NOOP("messages", "Nothing more is needed here."),
    ),
    "device.not_enrolled": (
        QT_TRANSLATE_NOOP("messages", "This device is not enrolled with HQ yet."),
        QT_TRANSLATE_NOOP("messages", "Enrol it first: send HQ the request."),
    ),
    "enrolment.altered": (
        QT_TRANSLATE_NOOP("messages", "The enrolment file was altered or damaged."),
        QT_TRANSLATE_NOOP("messages", "Ask for it again."),
    ),
    "enrolment.bad_name": (
        QT_TRANSLATE_NOOP("messages", "{device} is no name for a device."),
        QT_TRANSLATE_NOOP(
            "messages",
            "Make the store again: 1 to 40 of A–Z, a–z, 0–9, dot and hyphen, beginning with a letter or digit.",
        ),
    ),
    "enrolment.facts_outstanding": (
        QT_TRANSLATE_NOOP(
            "messages",
            "HQ has not received {facts} facts of {device}; with the new identity they could not be sent any more.",
        ),
        QT_TRANSLATE_NOOP(
            "messages",
            "Export them, and import HQ's receipt first. To leave them behind: eum device accept --leave-behind.",
        ),
    ),
    "enrolment.name_taken": (
        QT_TRANSLATE_NOOP("messages", "{device} cannot be told from {taken}, which is in use."),
        QT_TRANSLATE_NOOP("messages", "Give the device another name: make its store again."),
    ),
    "enrolment.request_revoked": (
        QT_TRANSLATE_NOOP(
            "messages", "This request was signed before (epoch {epoch} of {device}), and that certificate was revoked."
        ),
        QT_TRANSLATE_NOOP("messages", "Make a new request on the device: eum device request --anew."),
    ),
    "enrolment.fingerprint": (
        QT_TRANSLATE_NOOP("messages", "The fingerprints differ: the file shows {shown}, you were told {given}."),
        QT_TRANSLATE_NOOP("messages", "Do not enrol; ask HQ over another channel."),
    ),
    "enrolment.no_request": (
        QT_TRANSLATE_NOOP("messages", "There is no open enrolment request here."),
        QT_TRANSLATE_NOOP("messages", "Make a request first."),
    ),
    "enrolment.other_request": (
        QT_TRANSLATE_NOOP("messages", "The answer is for {device_id}, and this is {expected}."),
        QT_TRANSLATE_NOOP("messages", "Use the answer that belongs to this device's latest request."),
    ),
    "enrolment.other_root": (
        QT_TRANSLATE_NOOP("messages", "The answer comes from another HQ ({found})."),
        QT_TRANSLATE_NOOP("messages", "Do not use it; ask HQ."),
    ),
    "enrolment.too_large": (
        QT_TRANSLATE_NOOP("messages", "The enrolment file {name} is larger than {limit} bytes."),
        QT_TRANSLATE_NOOP("messages", "Choose the right file."),
    ),
    "enrolment.version": (
        QT_TRANSLATE_NOOP("messages", "The enrolment file was written by version {version}."),
        QT_TRANSLATE_NOOP("messages", "Update this program (it knows {known})."),
    ),
    # Files
    "file.missing": (
        QT_TRANSLATE_NOOP("messages", "The file is not there."),
        QT_TRANSLATE_NOOP("messages", "Choose another file."),
    ),
    "file.not_regular": (
        QT_TRANSLATE_NOOP("messages", "{name} is a pipe or a device, not a file."),
        QT_TRANSLATE_NOOP("messages", "Save what it gives as a file, and choose that file."),
    ),
    "file.unreadable": (
        QT_TRANSLATE_NOOP("messages", "The file cannot be read."),
        QT_TRANSLATE_NOOP("messages", "Check the medium, or copy the file again."),
    ),
    # HQ's database
    "database.only_hq": (
        QT_TRANSLATE_NOOP("messages", "Only an HQ store can be kept on a database server."),
        QT_TRANSLATE_NOOP("messages", "Leave the address away on other devices."),
    ),
    "database.url": (
        QT_TRANSLATE_NOOP("messages", "The address of the database cannot be used."),
        QT_TRANSLATE_NOOP("messages", "Correct it: postgresql://user@server/database?sslmode=verify-full."),
    ),
    "database.tls": (
        QT_TRANSLATE_NOOP("messages", "The connection to the database is not verified ({mode})."),
        QT_TRANSLATE_NOOP("messages", "Use one of: {known}."),
    ),
    "fact.not_storable": (
        QT_TRANSLATE_NOOP("messages", "A fact holds characters that the database cannot keep."),
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
        QT_TRANSLATE_NOOP("messages", "{name} is not a name for a report."),
        QT_TRANSLATE_NOOP("messages", "Choose a name that ends in .csv, .xlsx, .json or .pdf."),
    ),
    "report.altered": (
        QT_TRANSLATE_NOOP("messages", "A file of the report was altered after it was made."),
        QT_TRANSLATE_NOOP("messages", "Do not use it; ask for it again."),
    ),
    "report.cell_too_long": (
        QT_TRANSLATE_NOOP("messages", "Row {row} holds a text of {chars} characters; a sheet holds {limit}."),
        QT_TRANSLATE_NOOP("messages", "Export the report as .csv or .json."),
    ),
    "report.file_missing": (
        QT_TRANSLATE_NOOP("messages", "A file of the report is not there."),
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
        QT_TRANSLATE_NOOP("messages", "The sidecar names other files, not this one: nothing vouches for it."),
        QT_TRANSLATE_NOOP("messages", "Use the report under the name it was made with, or ask for it again."),
    ),
    "report.no_sidecar": (
        QT_TRANSLATE_NOOP("messages", "There is no sidecar beside {name}: nothing says where it comes from."),
        QT_TRANSLATE_NOOP("messages", "Put the report's other files (.sidecar.json and .sig) beside it."),
    ),
    "report.no_signature": (
        QT_TRANSLATE_NOOP("messages", "The report's signature is not there."),
        QT_TRANSLATE_NOOP("messages", "Put the .sig file beside the sidecar."),
    ),
    "report.other_root": (
        QT_TRANSLATE_NOOP("messages", "The report was signed under another authority ({found}) than you named."),
        QT_TRANSLATE_NOOP("messages", "Compare the fingerprint with HQ; do not use the report before."),
    ),
    "report.other_signer": (
        QT_TRANSLATE_NOOP("messages", "The report says it was made at {store}, and {signer} signed it."),
        QT_TRANSLATE_NOOP("messages", "Do not use it; tell HQ."),
    ),
    "report.pdf_failed": (
        QT_TRANSLATE_NOOP("messages", "The PDF could not be set: {reason}."),
        QT_TRANSLATE_NOOP("messages", "Try again; or export the report as .xlsx or .csv."),
    ),
    "report.read_only": (
        QT_TRANSLATE_NOOP("messages", "The file {name} is write-protected."),
        QT_TRANSLATE_NOOP("messages", "Choose another name, or take the protection off."),
    ),
    "report.rows_differ": (
        QT_TRANSLATE_NOOP("messages", "The report has {found} rows where {expected} were expected."),
        QT_TRANSLATE_NOOP("messages", "Make it again; if it stays, tell HQ."),
    ),
    "report.rows_unreadable": (
        QT_TRANSLATE_NOOP("messages", "A file of the report cannot be read, so its rows cannot be counted."),
        QT_TRANSLATE_NOOP("messages", "Do not use it; ask for the report again."),
    ),
    "report.sidecar_unreadable": (
        QT_TRANSLATE_NOOP("messages", "The sidecar {name} cannot be read: {reason}."),
        QT_TRANSLATE_NOOP("messages", "Ask for the report again."),
    ),
    "report.signer_revoked": (
        QT_TRANSLATE_NOOP("messages", "The certificate of {signer} was revoked."),
        QT_TRANSLATE_NOOP("messages", "Ask HQ whether the report counts."),
    ),
    "report.signer_role": (
        QT_TRANSLATE_NOOP("messages", "The signer is not an HQ, and only an HQ signs reports."),
        QT_TRANSLATE_NOOP("messages", "Do not use the report; tell HQ."),
    ),
    "report.too_many_rows": (
        QT_TRANSLATE_NOOP("messages", "The report has {rows} rows; a sheet holds {limit}."),
        QT_TRANSLATE_NOOP("messages", "Export it as .csv, or narrow the filters."),
    ),
}
