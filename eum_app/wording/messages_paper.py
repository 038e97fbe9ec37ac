"""The English sentences about serials entered by hand, worklists on paper and labels: code → (what, what next).

See `eum_app.wording.messages`.
"""

from __future__ import annotations

PAPER_SENTENCES: dict[str, tuple[str, str]] = {
    # By hand
    "entry.differs": (
        "The two entries differ, first at character {at}.",
        "Look at the plate again and type both anew.",
    ),
    "entry.empty": ("The serial number is empty.", "Type what the plate says, or pick the item from the list."),
    "entry.reason": ("It is not said why no mark was read.", "Choose a reason."),
    # Worklists
    "worklist.code": ("This is not the code of a worklist page: {text}.", "Scan the QR symbol at the top of the page."),
    "worklist.page": ("There is no page {number}; the list has {pages}.", "Type the number at the top of the page."),
    "worklist.differs": (
        "Page {number} was printed from an older book: other items stand on it now.",
        "Record these items one by one in the visit, from what the paper says.",
    ),
    "worklist.other_visit": ("This page belongs to another visit: {site}.", "Open that visit, then scan it again."),
    "worklist.empty": ("No page fits what was chosen.", "Choose other places, or print the whole list."),
    # Transcription
    "transcribe.nothing": ("No row of this page says anything.", "Choose an outcome in each row that has a tick."),
    "transcribe.who": ("It is not said who saw the items.", "Type the code that stands at the foot of the page."),
    "transcribe.future": ("{seen_at} lies ahead of this device's clock.", "Correct date and time."),
    "transcribe.before_visit": (
        "{seen_at} is before the visit was planned ({planned_at}).",
        "Correct date and time.",
    ),
    "transcribe.closed": (
        "The visit to {site} is closed out and signed; a look before the signing cannot be added under it.",
        "Record the items in the visit as seen today, and sign again.",
    ),
    "transcribe.not_on_page": ("The item {item_id} is not on page {number}.", "Choose the page that lies at hand."),
    "transcribe.serial_differs": (
        "The paper says {written} and the book {book}: that is not verified.",
        "Choose discrepancy, serial number differs; or correct the typing.",
    ),
    "transcribe.serial_same": (
        "The serial is said to differ from {book}, and no other one was typed.",
        "Type the serial as it stands on the paper.",
    ),
    "transcribe.no_serial": ("An item that is not on the list needs its serial.", "Type it twice, or empty the row."),
    "transcribe.is_listed": ("{serial} is on this visit's list.", "Find its row on its page and use that."),
    "transcribe.already": ("{serial} was transcribed already for this time.", "Leave this row empty."),
    # Filled in, as a file
    "filled.unreadable": (
        "{name} is neither CSV (UTF-8, with a heading line), nor .xlsx, nor a JSON list that can be read.",
        "Save it again in one of these, up to 5 MB.",
    ),
    "filled.encoding": (
        "{name} is not UTF-8, so that its letters would be a guess.",
        "Save it as “CSV UTF-8” or as .xlsx.",
    ),
    "filled.sheet_unread": (
        "The sheet {sheet} holds {rows} rows that would not be read.",
        "Put all lines on one sheet, or remove the other one.",
    ),
    "filled.quote_open": (
        "A quote without its pair makes one cell of the lines {lines}.",
        "Remove the quote, or double it.",
    ),
    "filled.cell_count": ("The cells do not fit the headings ({count}).", "Correct the line."),
    "filled.damaged": (
        "{column}: {text} may be what a spreadsheet made of the serial.",
        "Type what the paper says; in a workbook (.xlsx), in a cell with the format Text.",
    ),
    "filled.empty": ("{name} has no rows.", "Fill in at least one."),
    "filled.columns": ("These columns are missing: {lacking}.", "Known are: {known}."),
    "filled.no_row": (
        "The line names no item of page {number}, and only what is not on the list may leave that out.",
        "Give the row's number or the serial in the list.",
    ),
    "filled.which": (
        "On page {number} row {row} with the serial {serial} is none, or more than one.",
        "Give the row's number as it is printed.",
    ),
    # Labels
    "label.sheet": ("{sheet} is not a label sheet known here.", "Use one of: {known}."),
    "label.none": ("No item was chosen for labels.", "Choose at least one."),
    "label.too_many": ("{count} labels are more than one file holds ({limit}).", "Print them in parts."),
    "label.position": ("The sheet has {labels} labels; {start} is none of them.", "Count from 1, row by row."),
    "label.nothing_to_say": (
        "The item {serial} has neither a UII nor maker, part and serial.",
        "Complete the book, or leave it out.",
    ),
    "label.characters": ("{value} has characters that a mark cannot hold.", "Correct the book, or leave the item out."),
    "label.module_too_small": (
        "On this label the symbol of {serial} would have modules of {dots} printer dots ({dpi} dpi); 2 are needed.",
        "Choose a larger label or a finer printer.",
    ),
    "label.unreadable": (
        "The label of {serial} could not be read back, so none was printed.",
        "Try the other symbol; if it stays, tell HQ.",
    ),
}
