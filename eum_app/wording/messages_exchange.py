"""The English sentences about bundles, enrolment, workbooks and reports: code → (what happened, what to do next)."""

from __future__ import annotations

_COPY_AGAIN = "Copy it again from its source; if it stays, keep the file and tell the sender."

EXCHANGE_SENTENCES: dict[str, tuple[str, str]] = {
    # Bundles
    "bundle.unreadable": (
        "The bundle holds something that is no fact ({reason}).",
        "Keep the file and ask the sender.",
    ),
    "chain.entries_lost": (
        "Entries {seq} to {last} of {origin} were recorded and are missing: its log was damaged, or its store was put"
        " back to an earlier state.",
        "Look for them in a backup and in what HQ has received. What stands is whole.",
    ),
    "chain.not_received": (
        "{origin} sealed facts up to {seq}; {held} are held here.",
        "Import the bundles that are still on their way.",
    ),
    "chain.rolled_back": (
        "HQ has received facts up to {seq} that this device does not hold: it was put back from a copy.",
        "Enrol the device anew before it is used again, and tell HQ.",
    ),
    "check.repeated": (
        "A check in the bundle has the number of another device's check.",
        "Keep the file and ask the sender.",
    ),
    "content.cut": ("Content arrived shorter than it was sealed.", "Import the bundle again; if it stays, tell HQ."),
    "content.missing": (
        "A fact names a photo, note or signature that is neither in the bundle nor here.",
        "Ask the sender to seal it again.",
    ),
    "fact.foreign_visit": (
        "The bundle speaks of a visit that was not planned for {sender}.",
        "Keep the file and ask the sender.",
    ),
    "head.foreign": (
        "A signature in the bundle is over facts that it does not hold.",
        "Keep the file and ask the sender.",
    ),
    "head.signer_unknown": (
        "A signature in the bundle is by {account}, whom the device never named.",
        "Keep the file and ask the sender.",
    ),
    "bundle.not_a_bundle": ("The file is no bundle.", "Choose a file that ends in .eumb."),
    "bundle.own": ("This bundle was sealed here, by {name} itself.", "Take it to the other side."),
    "bundle.altered": ("The bundle was altered or damaged on its way.", _COPY_AGAIN),
    "bundle.truncated": ("The bundle was cut short: it does not end as it was sealed.", _COPY_AGAIN),
    "bundle.entries_changed": ("The journal changed while it was being sealed.", "Seal it again."),
    "bundle.foreign_origin": (
        "The bundle holds facts of another device than its sender.",
        "Keep the file and tell HQ.",
    ),
    "bundle.inconsistent": (
        "The facts of the bundle do not follow each other.",
        "Seal it again; if it stays, tell HQ.",
    ),
    "bundle.kind": ("This file is sealed, but is not a kind of bundle known here ({kind}).", "Update this program."),
    "bundle.no_recipient": ("The bundle has nobody to be sealed to.", "Enrol with HQ first."),
    "bundle.nothing_to_seal": ("There is nothing new to seal for {recipient}.", "Record first, then export."),
    "bundle.object_altered": ("A photo or document changed while it was being sealed.", "Seal it again."),
    "bundle.other_recipient": (
        "The bundle is not sealed for this device.",
        "Ask the sender to seal it to this device.",
    ),
    "bundle.readdressed": (
        "The bundle was sealed for somebody else and passed on as if it were for this device.",
        "Do not use it; keep the file and tell HQ.",
    ),
    "bundle.revoked": ("The sender's certificate was revoked.", "Keep the file; HQ decides whether it counts."),
    "bundle.too_large": ("The bundle is larger than is allowed.", "Ask the sender to export in smaller parts."),
    "bundle.unknown_sender": ("The bundle comes from a sender that is not enrolled here.", "Enrol the device first."),
    "bundle.version": ("The bundle was written by another version.", "Update this program, then import it again."),
    "bundle.wrong_role": ("A {role} may not send a bundle of the kind {kind}.", "Keep the file and tell HQ."),
    "fact.not_allowed": ("The sender may not state a fact of the kind {kind}.", "Keep the file and tell HQ."),
    "trust.suite_mismatch": ("This device uses {suite}, and HQ uses {expected}.", "Enrol again with HQ's suite."),
    # Enrolment
    "device.enrolled_already": ("HQ itself ({device}) asks nobody for an identity.", "Nothing more is needed here."),
    "device.not_enrolled": ("This device is not enrolled with HQ yet.", "Enrol it first: send HQ the request."),
    "enrolment.altered": ("The enrolment file was altered or damaged.", "Ask for it again."),
    "enrolment.bad_name": (
        "{device} is no name for a device.",
        "Make the store again: 1 to 40 of A–Z, a–z, 0–9, dot and hyphen, beginning with a letter or digit.",
    ),
    "enrolment.facts_outstanding": (
        "HQ has not received {facts} facts of {device}; with the new identity they could not be sent any more.",
        "Export them, and import HQ's receipt first. To leave them behind: eum device accept --leave-behind.",
    ),
    "enrolment.name_taken": (
        "{device} cannot be told from {taken}, which is in use.",
        "Give the device another name: make its store again.",
    ),
    "enrolment.request_revoked": (
        "This request was signed before (epoch {epoch} of {device}), and that certificate was revoked.",
        "Make a new request on the device: eum device request --anew.",
    ),
    "enrolment.fingerprint": (
        "The fingerprints differ: the file shows {shown}, you were told {given}.",
        "Do not enrol; ask HQ over another channel.",
    ),
    "enrolment.no_request": ("There is no open enrolment request here.", "Make a request first."),
    "enrolment.other_request": (
        "The answer is for {device_id}, and this is {expected}.",
        "Use the answer that belongs to this device's latest request.",
    ),
    "enrolment.other_root": ("The answer comes from another HQ ({found}).", "Do not use it; ask HQ."),
    "enrolment.too_large": ("The enrolment file {name} is larger than {limit} bytes.", "Choose the right file."),
    "enrolment.version": (
        "The enrolment file was written by version {version}.",
        "Update this program (it knows {known}).",
    ),
    # Files
    "file.missing": ("The file is not there.", "Choose another file."),
    "file.not_regular": (
        "{name} is a pipe or a device, not a file.",
        "Save what it gives as a file, and choose that file.",
    ),
    "file.unreadable": ("The file cannot be read.", "Check the medium, or copy the file again."),
    # Workbooks
    "inventory.cell_too_long": ("A cell in line {line}, column {column} has {chars} characters.", "Shorten it."),
    "inventory.not_workbook": ("This is not an Excel workbook that can be read.", "Save the list as .xlsx or CSV."),
    "inventory.several_sheets": ("The workbook has several sheets: {sheets}.", "Say which one is the list."),
    "inventory.sheet_unknown": ("The workbook has no sheet {sheet}; it has {sheets}.", "Choose one of them."),
    "inventory.too_many_columns": ("Line {line} has more than {limit} columns.", "Remove columns that are not needed."),
    "inventory.too_many_rows": ("The sheet {sheet} has more than {limit} rows.", "Split the list."),
    "inventory.row_twice": (
        "The sheet {sheet} has the row {line} twice, so that one of them is hidden.",
        "Open it in a spreadsheet, check that row, and save it again.",
    ),
    "inventory.cell_twice": (
        "The sheet {sheet} has a cell of line {line}, column {column}, twice.",
        "Open it in a spreadsheet, check that line, and save it again.",
    ),
    "inventory.workbook_strict": (
        "This workbook was saved as Strict Open XML.",
        "Save it as “Excel Workbook (.xlsx)”, or as CSV UTF-8.",
    ),
    "inventory.workbook_binary": (
        "This is a binary Excel workbook (.xlsb).",
        "Save it as “Excel Workbook (.xlsx)”, or as CSV UTF-8.",
    ),
    "inventory.workbook_opendocument": (
        "This is an OpenDocument file (.ods).",
        "Save it as “Excel 2007–365 (.xlsx)”, or as CSV in UTF-8.",
    ),
    "inventory.workbook_numbers": (
        "This is a Numbers document.",
        "Export it from Numbers as Excel (.xlsx) or as CSV in UTF-8.",
    ),
    "inventory.workbook_document": (
        "This is a Word document.",
        "Copy its table into a spreadsheet, and save that as .xlsx.",
    ),
    "inventory.zipped": ("The list is zipped: {name}.", "Unpack it, and choose the file inside."),
    "inventory.workbook_macros": ("The workbook holds macros.", "Save it as .xlsx without macros."),
    "inventory.workbook_old": ("This is an old Excel file (.xls).", "Save it as .xlsx or CSV."),
    "inventory.zip_bomb": ("The workbook would unpack to {bytes} bytes; {limit} are possible.", "Do not use it."),
    # Lists
    "list.reason_missing": (
        "A reason is needed to take an identifier as the plate says it.",
        "Say how you know, for example “read on the item by INS-017”.",
    ),
    "list.stated_nothing": (
        "No row and no column was named.",
        "Name the lines or the columns that the plate confirms.",
    ),
    "list.stated_column": ("{column} does not identify an item.", "Use one of: {known}."),
    "list.stated_unused": (
        "These lines are not held for looking damaged: {lines}.",
        "Name only lines that were rejected for a date, a number or lost digits.",
    ),
    "list.stated_claims": (
        "Only a list of the book can be taken as the plate says it.",
        "Correct the rejected rows of this list instead.",
    ),
    "inventory.changed": (
        "{name} is not the file any more that was shown.",
        "Read the list again, look at it, then import it.",
    ),
    "inventory.nul_byte": ("Line {line}, column {column} holds a NUL byte.", "This is no text; save the list again."),
    "inventory.not_text": (
        "Line {line}, column {column} holds a control character.",
        "This is no text; save the list again as CSV or .xlsx.",
    ),
    "inventory.quote_unclosed": ("The quote in line {line} is never closed.", "Close or remove it in the source."),
    "inventory.quote_stray": ("Text follows a closed quote in line {line}.", "Double the quote, or remove it."),
    "inventory.line_end_stray": ("Line {line} breaks off inside a cell.", "Save the list again as CSV or .xlsx."),
    "inventory.csv_syntax": ("Line {line} cannot be read as CSV.", "Save the list again as CSV or .xlsx."),
    "label.no_claims": (
        "No identifier stands whole within what was read of this label.",
        "Nothing was recorded. Scan its other parts.",
    ),
    "label.already_noted": (
        "What this label claims is on record already, at this visit.",
        "Nothing more is needed. Each item is still to be seen itself.",
    ),
    "claims.already_imported": ("{name} came in already, on {at}.", "Nothing more is needed."),
    "profile.name": ("A profile needs a name of at most {limit} characters.", "Give it a short name."),
    "profile.unknown": ("There is no profile {name}.", "Choose a saved one, or save this one under that name."),
    # HQ's database
    "database.only_hq": (
        "Only an HQ store can be kept on a database server.",
        "Leave the address away on other devices.",
    ),
    "database.url": (
        "The address of the database cannot be used.",
        "Correct it: postgresql://user@server/database?sslmode=verify-full.",
    ),
    "database.tls": ("The connection to the database is not verified ({mode}).", "Use one of: {known}."),
    "fact.not_storable": ("A fact holds characters that the database cannot keep.", "Correct the text and try again."),
    "store.connection_lost": ("The connection to the database was lost.", "Check the network, then try again."),
    "clock.trigger": ("{trigger} is not a date that a time limit can run from.", "Use one of: {known}."),
    # Reports
    "report.log_format": ("{name} is not a name for a log.", "Choose a name that ends in .csv or .json."),
    "entry.unknown": ("The entry {entry_id} is not in this store.", "Refresh the list and choose again."),
    "report.name": ("{name} is not a name for a report.", "Choose a name that ends in .csv, .xlsx, .json or .pdf."),
    "report.altered": ("A file of the report was altered after it was made.", "Do not use it; ask for it again."),
    "report.cell_too_long": (
        "Row {row} holds a text of {chars} characters; a sheet holds {limit}.",
        "Export the report as .csv or .json.",
    ),
    "report.file_missing": ("A file of the report is not there.", "Keep all its files in one folder."),
    "report.in_use": ("The file {name} is open in another program.", "Close it there, or choose another name."),
    "report.is_folder": ("{name} is a folder.", "Choose another name."),
    "report.not_named": (
        "The sidecar names other files, not this one: nothing vouches for it.",
        "Use the report under the name it was made with, or ask for it again.",
    ),
    "report.no_sidecar": (
        "There is no sidecar beside {name}: nothing says where it comes from.",
        "Put the report's other files (.sidecar.json and .sig) beside it.",
    ),
    "report.no_signature": ("The report's signature is not there.", "Put the .sig file beside the sidecar."),
    "report.other_root": (
        "The report was signed under another authority ({found}) than you named.",
        "Compare the fingerprint with HQ; do not use the report before.",
    ),
    "report.other_signer": (
        "The report says it was made at {store}, and {signer} signed it.",
        "Do not use it; tell HQ.",
    ),
    "report.pdf_failed": ("The PDF could not be set: {reason}.", "Try again; or export the report as .xlsx or .csv."),
    "report.read_only": ("The file {name} is write-protected.", "Choose another name, or take the protection off."),
    "report.rows_differ": (
        "The report has {found} rows where {expected} were expected.",
        "Make it again; if it stays, tell HQ.",
    ),
    "report.sidecar_unreadable": ("The sidecar {name} cannot be read: {reason}.", "Ask for the report again."),
    "report.signer_revoked": ("The certificate of {signer} was revoked.", "Ask HQ whether the report counts."),
    "report.too_many_rows": (
        "The report has {rows} rows; a sheet holds {limit}.",
        "Export it as .csv, or narrow the filters.",
    ),
}
