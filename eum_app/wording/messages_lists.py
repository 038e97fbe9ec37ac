"""Sentences about list files and workbooks: code → (what happened, what to do next); see `messages`."""

from __future__ import annotations

from eum_app.domain.translatable import QT_TRANSLATE_NOOP

LIST_SENTENCES: dict[str, tuple[str, str]] = {
    # Inventory lists
    "inventory.empty": (
        QT_TRANSLATE_NOOP("messages", "The list is empty."),
        QT_TRANSLATE_NOOP("messages", "Choose another file."),
    ),
    "inventory.no_rows": (
        QT_TRANSLATE_NOOP("messages", "No row follows the headings in line {line}."),
        QT_TRANSLATE_NOOP("messages", "Check that this is the right file."),
    ),
    "inventory.unreadable": (
        QT_TRANSLATE_NOOP("messages", "The file {name} cannot be read."),
        QT_TRANSLATE_NOOP("messages", "Check the drive, or copy the file again."),
    ),
    "inventory.too_large": (
        QT_TRANSLATE_NOOP("messages", "{name} has {bytes} bytes; at most {limit} are allowed."),
        QT_TRANSLATE_NOOP("messages", "Split the list."),
    ),
    "inventory.encoding": (
        QT_TRANSLATE_NOOP("messages", "Line {line} is not {encoding} text."),
        QT_TRANSLATE_NOOP("messages", "Choose the encoding that the list was saved with."),
    ),
    "inventory.encoding_unknown": (
        QT_TRANSLATE_NOOP("messages", "{encoding} is not a known encoding."),
        QT_TRANSLATE_NOOP("messages", "Use one of: {known}."),
    ),
    "inventory.heading_duplicate": (
        QT_TRANSLATE_NOOP("messages", "Two columns mean {column}: {headings} (line {line})."),
        QT_TRANSLATE_NOOP("messages", "Rename or remove one."),
    ),
    "inventory.headings_missing": (
        QT_TRANSLATE_NOOP("messages", "Columns are missing: {missing}. Line {line} has: {found}."),
        QT_TRANSLATE_NOOP("messages", "Assign a heading to each, or correct the headings."),
    ),
    "inventory.date_order": (
        QT_TRANSLATE_NOOP("messages", "The order of day and month is not clear ({why}): line {line}, {example}."),
        QT_TRANSLATE_NOOP("messages", "Choose in the import profile which comes first."),
    ),
    "inventory.profile": (
        QT_TRANSLATE_NOOP("messages", "The import profile is wrong at {field}: {value}."),
        QT_TRANSLATE_NOOP("messages", "Correct the profile."),
    ),
    # Lists
    "list.reason_missing": (
        QT_TRANSLATE_NOOP("messages", "A reason is needed to accept an identifier as it is on the plate."),
        QT_TRANSLATE_NOOP("messages", "State how you know, for example “read on the item by INS-017”."),
    ),
    "list.stated_nothing": (
        QT_TRANSLATE_NOOP("messages", "No row and no column was named."),
        QT_TRANSLATE_NOOP("messages", "Name the lines or the columns that the plate confirms."),
    ),
    "list.stated_column": (
        QT_TRANSLATE_NOOP("messages", "{column} does not identify an item."),
        QT_TRANSLATE_NOOP("messages", "Use one of: {known}."),
    ),
    "list.stated_unused": (
        QT_TRANSLATE_NOOP("messages", "These lines were not rejected for looking damaged: {lines}."),
        QT_TRANSLATE_NOOP("messages", "Name only lines that were rejected for a date, a number or lost digits."),
    ),
    "list.stated_claims": (
        QT_TRANSLATE_NOOP("messages", "Only inventory lists can be confirmed by the plate."),
        QT_TRANSLATE_NOOP("messages", "Correct the rejected rows of this list instead."),
    ),
    "inventory.changed": (
        QT_TRANSLATE_NOOP("messages", "{name} has changed since it was shown."),
        QT_TRANSLATE_NOOP("messages", "Read the list again, look at it, then import it."),
    ),
    "inventory.nul_byte": (
        QT_TRANSLATE_NOOP("messages", "Line {line}, column {column} contains a NUL byte."),
        QT_TRANSLATE_NOOP("messages", "This is not text; save the list again."),
    ),
    "inventory.not_text": (
        QT_TRANSLATE_NOOP("messages", "Line {line}, column {column} contains a control character."),
        QT_TRANSLATE_NOOP("messages", "This is not text; save the list again as CSV or .xlsx."),
    ),
    "inventory.quote_unclosed": (
        QT_TRANSLATE_NOOP("messages", "The quote in line {line} is never closed."),
        QT_TRANSLATE_NOOP("messages", "Close or remove it in the source."),
    ),
    "inventory.quote_stray": (
        QT_TRANSLATE_NOOP("messages", "Text follows a closed quote in line {line}."),
        QT_TRANSLATE_NOOP("messages", "Double the quote, or remove it."),
    ),
    "inventory.line_end_stray": (
        QT_TRANSLATE_NOOP("messages", "Line {line} breaks off inside a cell."),
        QT_TRANSLATE_NOOP("messages", "Save the list again as CSV or .xlsx."),
    ),
    "inventory.csv_syntax": (
        QT_TRANSLATE_NOOP("messages", "Line {line} cannot be read as CSV."),
        QT_TRANSLATE_NOOP("messages", "Save the list again as CSV or .xlsx."),
    ),
    "label.no_claims": (
        QT_TRANSLATE_NOOP("messages", "No complete identifier was read from this label."),
        QT_TRANSLATE_NOOP("messages", "Nothing was recorded. Scan its other parts."),
    ),
    "label.already_noted": (
        QT_TRANSLATE_NOOP("messages", "This label's claims are already recorded at this visit."),
        QT_TRANSLATE_NOOP("messages", "Nothing more is needed. Each item must still be seen."),
    ),
    "claims.already_imported": (
        QT_TRANSLATE_NOOP("messages", "{name} was already imported, on {at}."),
        QT_TRANSLATE_NOOP("messages", "Nothing more is needed."),
    ),
    "profile.name": (
        QT_TRANSLATE_NOOP("messages", "A profile needs a name of at most {limit} characters."),
        QT_TRANSLATE_NOOP("messages", "Give it a short name."),
    ),
    "profile.unknown": (
        QT_TRANSLATE_NOOP("messages", "There is no profile {name}."),
        QT_TRANSLATE_NOOP("messages", "Choose a saved one, or save this one under that name."),
    ),
    # Workbooks
    "inventory.cell_too_long": (
        QT_TRANSLATE_NOOP("messages", "A cell in line {line}, column {column} has {chars} characters."),
        QT_TRANSLATE_NOOP("messages", "Shorten it."),
    ),
    "inventory.not_workbook": (
        QT_TRANSLATE_NOOP("messages", "This is not an Excel workbook that can be read."),
        QT_TRANSLATE_NOOP("messages", "Save the list as .xlsx or CSV."),
    ),
    "inventory.several_sheets": (
        QT_TRANSLATE_NOOP("messages", "The workbook has several sheets: {sheets}."),
        QT_TRANSLATE_NOOP("messages", "Choose the one with the list."),
    ),
    "inventory.sheet_unknown": (
        QT_TRANSLATE_NOOP("messages", "The workbook has no sheet {sheet}; it has {sheets}."),
        QT_TRANSLATE_NOOP("messages", "Choose one of them."),
    ),
    "inventory.row_too_long": (
        QT_TRANSLATE_NOOP("messages", "The row in line {line} has more than {limit} characters."),
        QT_TRANSLATE_NOOP("messages", "Look for a quote without its pair there, or choose the delimiter of the list."),
    ),
    "inventory.too_many_columns": (
        QT_TRANSLATE_NOOP("messages", "Line {line} has more than {limit} columns."),
        QT_TRANSLATE_NOOP("messages", "Remove columns that are not needed."),
    ),
    "inventory.too_many_rows": (
        QT_TRANSLATE_NOOP("messages", "The sheet {sheet} has more than {limit} rows."),
        QT_TRANSLATE_NOOP("messages", "Split the list."),
    ),
    "inventory.row_twice": (
        QT_TRANSLATE_NOOP("messages", "The sheet {sheet} has row {line} twice, and one of them is hidden."),
        QT_TRANSLATE_NOOP("messages", "Open it in a spreadsheet, check that row, and save it again."),
    ),
    "inventory.cell_twice": (
        QT_TRANSLATE_NOOP("messages", "The sheet {sheet} has a cell of line {line}, column {column}, twice."),
        QT_TRANSLATE_NOOP("messages", "Open it in a spreadsheet, check that line, and save it again."),
    ),
    "inventory.workbook_strict": (
        QT_TRANSLATE_NOOP("messages", "This workbook was saved as Strict Open XML."),
        QT_TRANSLATE_NOOP("messages", "Save it as “Excel Workbook (.xlsx)”, or as CSV UTF-8."),
    ),
    "inventory.workbook_binary": (
        QT_TRANSLATE_NOOP("messages", "This is a binary Excel workbook (.xlsb)."),
        QT_TRANSLATE_NOOP("messages", "Save it as “Excel Workbook (.xlsx)”, or as CSV UTF-8."),
    ),
    "inventory.workbook_opendocument": (
        QT_TRANSLATE_NOOP("messages", "This is an OpenDocument file (.ods)."),
        QT_TRANSLATE_NOOP("messages", "Save it as “Excel 2007–365 (.xlsx)”, or as CSV in UTF-8."),
    ),
    "inventory.workbook_numbers": (
        QT_TRANSLATE_NOOP("messages", "This is a Numbers document."),
        QT_TRANSLATE_NOOP("messages", "Export it from Numbers as Excel (.xlsx) or as CSV in UTF-8."),
    ),
    "inventory.workbook_document": (
        QT_TRANSLATE_NOOP("messages", "This is a Word document."),
        QT_TRANSLATE_NOOP("messages", "Copy its table into a spreadsheet, and save that as .xlsx."),
    ),
    "inventory.zipped": (
        QT_TRANSLATE_NOOP("messages", "The list is zipped: {name}."),
        QT_TRANSLATE_NOOP("messages", "Unpack it, and choose the file inside."),
    ),
    "inventory.workbook_macros": (
        QT_TRANSLATE_NOOP("messages", "The workbook contains macros."),
        QT_TRANSLATE_NOOP("messages", "Save it as .xlsx without macros."),
    ),
    "inventory.workbook_old": (
        QT_TRANSLATE_NOOP("messages", "This is an old Excel file (.xls)."),
        QT_TRANSLATE_NOOP("messages", "Save it as .xlsx or CSV."),
    ),
    "inventory.workbook_parts": (
        QT_TRANSLATE_NOOP("messages", "The workbook has more than {limit} texts, formats or sheets."),
        QT_TRANSLATE_NOOP("messages", "Copy the list into a new workbook, or save it as CSV."),
    ),
    "inventory.workbook_slow": (
        QT_TRANSLATE_NOOP("messages", "Reading the workbook took over {minutes} minutes and was stopped."),
        QT_TRANSLATE_NOOP("messages", "Copy the list into a new workbook, or save it as CSV."),
    ),
    "inventory.workbook_memory": (
        QT_TRANSLATE_NOOP("messages", "The workbook needs more memory than a list may take."),
        QT_TRANSLATE_NOOP("messages", "Copy the list into a new workbook, or save it as CSV."),
    ),
    "inventory.workbook_crashed": (
        QT_TRANSLATE_NOOP("messages", "The workbook ended the process that reads workbooks. The app goes on."),
        QT_TRANSLATE_NOOP("messages", "Save the list as CSV. If you did not expect this, report the file."),
    ),
    "inventory.stopped": (
        QT_TRANSLATE_NOOP("messages", "Reading the list was stopped."),
        QT_TRANSLATE_NOOP("messages", "Read it again, or choose another file."),
    ),
    "inventory.zip_bomb": (
        QT_TRANSLATE_NOOP("messages", "The workbook would unpack to {bytes} bytes; at most {limit} are allowed."),
        QT_TRANSLATE_NOOP("messages", "Do not use it."),
    ),
}
