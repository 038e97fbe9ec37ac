"""English sentences about serials typed by hand, paper worklists and labels: code → (what happened, what to do next).

See `eum_app.wording.messages`.
"""

from __future__ import annotations

from eum_app.domain.translatable import QT_TRANSLATE_NOOP

PAPER_SENTENCES: dict[str, tuple[str, str]] = {
    # By hand
    "entry.differs": (
        QT_TRANSLATE_NOOP("messages", "The two entries differ, first at character {at}."),
        QT_TRANSLATE_NOOP("messages", "Look at the plate again and retype both."),
    ),
    "entry.empty": (
        QT_TRANSLATE_NOOP("messages", "The serial number is empty."),
        QT_TRANSLATE_NOOP("messages", "Type what the plate says, or pick the item from the list."),
    ),
    "entry.reason": (
        QT_TRANSLATE_NOOP("messages", "The reason why no mark was read is missing."),
        QT_TRANSLATE_NOOP("messages", "Choose a reason."),
    ),
    # Worklists
    "worklist.code": (
        QT_TRANSLATE_NOOP("messages", "This is not the code of a worklist page: {text}."),
        QT_TRANSLATE_NOOP("messages", "Scan the QR symbol at the top of the page."),
    ),
    "worklist.page": (
        QT_TRANSLATE_NOOP("messages", "There is no page {number}; the last page is {pages}."),
        QT_TRANSLATE_NOOP("messages", "Type the number at the top of the page."),
    ),
    "worklist.differs": (
        QT_TRANSLATE_NOOP("messages", "Page {number} was printed from an older list; it now has other items."),
        QT_TRANSLATE_NOOP("messages", "Record these items one by one in the visit, from what the paper says."),
    ),
    "worklist.other_visit": (
        QT_TRANSLATE_NOOP("messages", "This page belongs to another visit: {site}."),
        QT_TRANSLATE_NOOP("messages", "Open that visit, then scan it again."),
    ),
    "worklist.empty": (
        QT_TRANSLATE_NOOP("messages", "No page matches your choice."),
        QT_TRANSLATE_NOOP("messages", "Choose other places, or print the whole list."),
    ),
    # Transcription
    "transcribe.nothing": (
        QT_TRANSLATE_NOOP("messages", "No row of this page is filled in."),
        QT_TRANSLATE_NOOP("messages", "Choose an outcome in each row that has a tick."),
    ),
    "transcribe.who": (
        QT_TRANSLATE_NOOP("messages", "The person who saw the items is missing."),
        QT_TRANSLATE_NOOP("messages", "Type the code at the foot of the page."),
    ),
    "transcribe.future": (
        QT_TRANSLATE_NOOP("messages", "{seen_at} is later than this device's clock."),
        QT_TRANSLATE_NOOP("messages", "Correct date and time."),
    ),
    "transcribe.before_visit": (
        QT_TRANSLATE_NOOP("messages", "{seen_at} is before the visit was planned ({planned_at})."),
        QT_TRANSLATE_NOOP("messages", "Correct date and time."),
    ),
    "transcribe.closed": (
        QT_TRANSLATE_NOOP(
            "messages",
            "The visit to {site} is closed out and signed; earlier sightings cannot be added to it.",
        ),
        QT_TRANSLATE_NOOP("messages", "Record the items in the visit as seen today, and sign again."),
    ),
    "transcribe.not_on_page": (
        QT_TRANSLATE_NOOP("messages", "The item {item_id} is not on page {number}."),
        QT_TRANSLATE_NOOP("messages", "Choose the page that you have."),
    ),
    "transcribe.serial_differs": (
        QT_TRANSLATE_NOOP("messages", "The paper says {written}, the book says {book}: this is not verified."),
        QT_TRANSLATE_NOOP("messages", "Choose discrepancy, serial number differs; or correct the typing."),
    ),
    "transcribe.serial_same": (
        QT_TRANSLATE_NOOP("messages", "The serial is marked as different from {book}, but no other one was typed."),
        QT_TRANSLATE_NOOP("messages", "Type the serial as written on the paper."),
    ),
    "transcribe.no_serial": (
        QT_TRANSLATE_NOOP("messages", "An item that is not on the list needs its serial."),
        QT_TRANSLATE_NOOP("messages", "Type it twice, or clear the row."),
    ),
    "transcribe.is_listed": (
        QT_TRANSLATE_NOOP("messages", "{serial} is on this visit's list."),
        QT_TRANSLATE_NOOP("messages", "Find its row on its page and use that."),
    ),
    "transcribe.already": (
        QT_TRANSLATE_NOOP("messages", "{serial} was already transcribed for this time."),
        QT_TRANSLATE_NOOP("messages", "Leave this row empty."),
    ),
    # Filled in, as a file
    "filled.unreadable": (
        QT_TRANSLATE_NOOP(
            "messages",
            "{name} is neither CSV (UTF-8, with a heading line), nor .xlsx, nor a JSON list that can be read.",
        ),
        QT_TRANSLATE_NOOP("messages", "Save it again in one of these, up to 5 MB."),
    ),
    "filled.encoding": (
        QT_TRANSLATE_NOOP("messages", "{name} is not UTF-8, so its letters would be a guess."),
        QT_TRANSLATE_NOOP("messages", "Save it as “CSV UTF-8” or as .xlsx."),
    ),
    "filled.sheet_unread": (
        QT_TRANSLATE_NOOP("messages", "The sheet {sheet} would not be read; rows in it: {rows}."),
        QT_TRANSLATE_NOOP("messages", "Put all lines on one sheet, or remove the other one."),
    ),
    "filled.quote_open": (
        QT_TRANSLATE_NOOP("messages", "A quote without its pair makes one cell of the lines {lines}."),
        QT_TRANSLATE_NOOP("messages", "Remove the quote, or double it."),
    ),
    "filled.cell_count": (
        QT_TRANSLATE_NOOP("messages", "The cells do not match the headings ({count})."),
        QT_TRANSLATE_NOOP("messages", "Correct the line."),
    ),
    "filled.damaged": (
        QT_TRANSLATE_NOOP("messages", "{column}: a spreadsheet may have changed the serial to {text}."),
        QT_TRANSLATE_NOOP(
            "messages", "Type what the paper says; in a workbook (.xlsx), in a cell with the format Text."
        ),
    ),
    "filled.empty": (
        QT_TRANSLATE_NOOP("messages", "{name} has no rows."),
        QT_TRANSLATE_NOOP("messages", "Fill in at least one."),
    ),
    "filled.columns": (
        QT_TRANSLATE_NOOP("messages", "These columns are missing: {lacking}."),
        QT_TRANSLATE_NOOP("messages", "Known columns: {known}."),
    ),
    "filled.no_row": (
        QT_TRANSLATE_NOOP(
            "messages", "The line names no item of page {number}; only an item that is not on the list may omit it."
        ),
        QT_TRANSLATE_NOOP("messages", "Enter the row's number or the serial in the list."),
    ),
    "filled.which": (
        QT_TRANSLATE_NOOP("messages", "Page {number} has no row {row} with the serial {serial}, or more than one."),
        QT_TRANSLATE_NOOP("messages", "Enter the row's number as printed."),
    ),
    # Labels
    "label.sheet": (
        QT_TRANSLATE_NOOP("messages", "{sheet} is not a known label sheet."),
        QT_TRANSLATE_NOOP("messages", "Use one of: {known}."),
    ),
    "label.none": (
        QT_TRANSLATE_NOOP("messages", "No item was chosen for labels."),
        QT_TRANSLATE_NOOP("messages", "Choose at least one."),
    ),
    "label.too_many": (
        QT_TRANSLATE_NOOP("messages", "Labels: {count}; one file can hold {limit}."),
        QT_TRANSLATE_NOOP("messages", "Print them in parts."),
    ),
    "label.position": (
        QT_TRANSLATE_NOOP("messages", "There is no label {start}; the last one on the sheet is {labels}."),
        QT_TRANSLATE_NOOP("messages", "Count from 1, row by row."),
    ),
    "label.nothing_to_say": (
        QT_TRANSLATE_NOOP("messages", "The item {serial} has neither a UII nor maker, part and serial."),
        QT_TRANSLATE_NOOP("messages", "Complete the book, or leave it out."),
    ),
    "label.characters": (
        QT_TRANSLATE_NOOP("messages", "{value} has characters that a mark cannot hold."),
        QT_TRANSLATE_NOOP("messages", "Correct the book, or leave the item out."),
    ),
    "label.module_too_small": (
        QT_TRANSLATE_NOOP(
            "messages",
            "On this label the symbol of {serial} would have modules of {dots} printer dots ({dpi} dpi); 2 are needed.",
        ),
        QT_TRANSLATE_NOOP("messages", "Choose a larger label or a finer printer."),
    ),
    "label.unreadable": (
        QT_TRANSLATE_NOOP("messages", "The label of {serial} could not be read back, so none was printed."),
        QT_TRANSLATE_NOOP("messages", "Try the other symbol; if this happens again, tell HQ."),
    ),
}
