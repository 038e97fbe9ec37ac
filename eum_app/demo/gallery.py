"""Draws the kit for the eye: `python -m eum_app.demo.gallery OUT_DIR [WIDTHxHEIGHT [SCALE]]` writes PNGs.

One per sheet and theme. The sheets are made of the same parts as the pages, with invented contents, to be looked at
beside the design's pictures.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QGridLayout, QTableView, QWidget

from eum_app.domain.errors import Refusal, Trouble
from ui.kit.delegates import VISIT_HEIGHT, ChipSpec, RowContent, RowDelegate
from ui.kit.models import Column, IdsTableModel, list_view, select_id, table_view
from ui.kit.page import Page
from ui.kit.shell import DeviceState, Shell
from ui.kit.tasks import Tasks
from ui.kit.theme import dress, inset, theme
from ui.kit.theme.tokens import THEMES
from ui.kit.widgets import (
    BarChart,
    Card,
    Chip,
    ColumnPart,
    Columns,
    EmptyState,
    KeyValueGrid,
    LineChart,
    PhotoStrip,
    ReasonPanel,
    ScanField,
    SearchField,
    SegmentedAnswer,
    SignaturePad,
    StatTile,
    Tab,
    TabRow,
    Tiles,
    button,
    flow,
    hbox,
    label,
    panel,
    row,
    scrolled,
    search_placeholder,
    vbox,
)
from ui.window.unlock import UnlockPage

FIELD = DeviceState(
    account="INS-017",
    role="Inspector",
    lines=("Device FLD-0042", "Last HQ receipt 12 Nov, 14:20Z", "288 facts not yet received by HQ"),
    is_encrypted=True,
)
HQ = DeviceState(account="REV-004", role="Reviewer", lines=("HQ store on this workstation",))
ITEMS = (
    ("786950", "NVG-31A · Shelf B-04", "verified"),
    ("786951", "NVG-31A · Shelf B-04", "verified"),
    ("786953", "NVG-31A · Shelf B-04", "in_view"),
    ("786957", "NVG-31A · Shelf B-05", "discrepancy"),
    ("786960", "NVG-31A · Shelf B-05", "to_check"),
    ("0O1I5S8B-0B8S5I1O", "Look-alikes · Shelf B-05", "to_check"),
    ("786970", "NVG-31A · Vault 2", "not_found"),
    ("790112", "NVG-31A · Vault 2", "not_on_list"),
    ("786972", "NVG-31A · Vault 3", "no_access"),
    ("D1HLD9NVG-31A786953-00000000000000000000000042", "a long one", "to_check"),
)
FINDINGS = (
    ("high", "Item not found, no disposition", "NVG-31A · 786970 · Depot 7", "2 d"),
    ("high", "Serial seen at two sites within 24 h", "MPM-92 · 501877 · Depot 7 / Base 12", "3 d"),
    ("medium", "Seal number differs", "NVG-31A · 786957 · Depot 7", "2 d"),
    ("medium", "Item not on the list", "NVG-31A · 790112 · Depot 7", "2 d"),
    ("low", "Photo missing", "119 items · Base 12", "4 d"),
)


def _list(
    rows: tuple[tuple[str, ...], ...], present: Callable[[tuple[str, ...]], RowContent], **size: float
) -> QTableView:
    model = IdsTableModel([Column("", lambda found: present(found).spoken())])
    view = list_view(model, RowDelegate(present, **size), name="List")
    model.setParent(view)
    model.set_source(lambda: [str(at) for at in range(len(rows))], lambda ids: {at: rows[int(at)] for at in ids})
    return view


def _item(found: tuple[str, ...]) -> RowContent:
    return RowContent(found[0], found[1], chip=ChipSpec.of(found[2]), is_mono=True)


def _finding(found: tuple[str, ...]) -> RowContent:
    return RowContent(found[1], found[2], lead=ChipSpec.of(found[0]), trailing=found[3])


def _visit(found: tuple[str, ...]) -> RowContent:
    return RowContent(found[0], found[1], trailing=found[2], progress=((128, "ok"), (4, "warn"), (2, "bad")), total=214)


def visit_page() -> Page:
    """Return a page like field-visit.png, with invented contents."""
    page = Page("Depot 7, Northern Command")
    page.header.set_crumbs(["Visits", "Golden Sentry · Annual inventory"], first_is_link=True)
    page.header.set_progress(128, 214, ((122, "ok"), (4, "warn"), (2, "bad")))
    page.header.set_state("Saved 2 s ago")
    page.add_action("Site checklist · 18/24", "Ctrl+K", lambda: None, in_header=True)
    page.add_action("Close out…", "Ctrl+Return", lambda: None, kind="primary", in_header=True)
    page.note_keys("Answer a question: yes, no, not applicable, not observed", "Y  N  X  O")

    items = Card("Items", "", label("Shelf B-04 first", "cardsub"))
    tabs = TabRow(
        [
            Tab("all", "All 214"),
            Tab("to_check", "86", "circle", "To check, 86"),
            Tab("discrepancy", "4", "triangle-alert", "Discrepancy, 4"),
            Tab("not_found", "2", "x", "Not found, 2"),
        ]
    )
    items.add_padded(tabs, SearchField(search_placeholder()), margins=(12, 10, 12, 10))
    view = _list(ITEMS, _item)
    select_id(view, "2")
    items.add(view, 1)

    recent = Card("Recent", "Ctrl+Z takes back the last act")
    recent.add(row(Chip.of("verified"), label("786951", "mono"), label("camera · 1 photo", "sub"), 1, button("Undo")))
    recent.add(row(Chip.of("verified"), label("786950", "mono"), label("camera · 14:21:58Z", "sub"), 1))
    recent.add(row(Chip.of("discrepancy"), label("786957", "mono"), label("typed · seal differs", "sub"), 1))
    recent.add_stretch()
    scan = Card("Scan", "", Chip("Sweep · 4 in view", "accent"))
    scan.add_padded(hbox(ScanField("Scan or type serial / UII"), button("From photo…")))

    middle = panel(vbox(scan, recent, spacing=16))
    page.body.addWidget(
        Columns(
            [
                ColumnPart("items", "Items", items, 35),
                ColumnPart("scan", "Scan", middle, 41),
                ColumnPart("item", "Item", _item_card(), 40),
            ],
            front="item",
        ),
        1,
    )
    page.notice.show_message("ok", "Recorded · 786951 verified", action="Undo", on_action=lambda: None)
    return page


def _item_card() -> Card:
    card = Card("Night vision goggle NVG-31A", "", Chip("EEUM", "accent"))
    facts = KeyValueGrid()
    facts.add("Serial number", "786953", big=True)
    facts.add("UII", "D1HLD9NVG-31A786953", mono=True)
    facts.add("NSN", "5855-01-000-0101", mono=True)
    facts.add("Expected at", "Depot 7 · Shelf B-04")
    facts.add("Last check", "11 Dec 2025 · Verified")
    inner = vbox(facts)
    for at, (text, value) in enumerate(
        (
            ("Serial plate matches", "yes"),
            ("Tube serial matches", "no"),
            ("Complete", "not_applicable"),
            ("Place", None),
        )
    ):
        words = label(f"{at + 1}  {text}", wrap=True)
        line = row(words, SegmentedAnswer(text, value), tone="" if value else "warn")
        inner.addWidget(line)
    inner.addLayout(
        vbox(flow(button("Photo", icon="camera"), button("Note", icon="sticky-note")), margins=(16, 12, 16, 12))
    )
    inner.addStretch(1)
    card.add(scrolled(inner), 1)
    verified = button("Verified · 1 open", kind="primary", big=True)
    verified.setEnabled(False)
    discrepancy = button("Discrepancy…", kind="danger", big=True)
    card.add_foot(button("All as expected · A"), hbox(discrepancy, verified))
    return card


def review_page() -> Page:
    """Return a page like hq-review.png, with invented contents."""
    page = Page("Item not found, no disposition")
    page.header.set_crumbs(["Review", "Depot 7, Northern Command", "Golden Sentry · Annual inventory"])
    page.header.add_chip(Chip.of("high"))
    page.add_action("Ask for re-check", "R", lambda: None, in_header=True)
    page.add_action("Escalate as potential violation…", "E", lambda: None, kind="danger", in_header=True)
    page.add_action("Resolve…", "Ctrl+Return", lambda: None, kind="primary", in_header=True)
    findings = Card("Findings", "", Chip("Open 14"), Chip("Mine 5"))
    view = _list(FINDINGS, _finding)
    select_id(view, "0")
    findings.add(view, 1)
    evidence = Card("Evidence", "", Chip("3"))
    photos = PhotoStrip()
    for at, shade in enumerate(("#8f9daa", "#6f7f8c", "#a3b3a6")):
        picture = QImage(QSize(300, 400), QImage.Format.Format_RGB32)
        picture.fill(QColor(shade))
        photos.add(str(at), picture, f"Photo {at + 1}")
    facts = KeyValueGrid(margins=(0, 6, 0, 0), key_width=140)
    facts.add("Signed by", "FLD-0042 · INS-017")
    facts.add("Nothing altered", flow_of(Chip("hashes match", "ok", "check")))
    facts.add("Nothing withheld", flow_of(label("facts 4 101 – 4 388"), Chip("no gap", "ok", "check")))
    evidence.add_padded(photos, facts)
    evidence.add_stretch()
    reason = ReasonPanel(
        "Why was it not found?",
        [("lost", "Said to be lost"), ("repair", "Sent for repair"), ("other", "Other")],
        confirm="Record not found",
        note_needed=frozenset({"other"}),
        is_danger=True,
    )
    page.body.addWidget(
        Columns(
            [
                ColumnPart("findings", "Findings", findings, 4),
                ColumnPart("evidence", "Evidence", evidence, 4),
                ColumnPart("reason", "Decide", reason, 3),
            ]
        ),
        1,
    )
    page.notice.show_error(Refusal("review.comment"))
    return page


def flow_of(*widgets: QWidget) -> QWidget:
    """Return one widget in which these wrap."""
    made = QWidget()
    made.setLayout(flow(*widgets))
    return made


def overview_page() -> Page:
    """Return a page like hq-overview.png, with invented contents."""
    page = Page("Overview")
    page.header.set_title("Overview", "All programs · fiscal year 2027 to date · as of 22 Nov 2026 08:20Z")
    page.add_action("Export…", "Ctrl+E", lambda: None, in_header=True)
    page.body.addWidget(
        Tiles(
            StatTile("Under enhanced monitoring", "412 806", "+1 204 delivered this month"),
            StatTile("Inventoried within the year", "93.4 %", "6 880 due in 30 days", "ok"),
            StatTile("Initial inventory overdue", "1 377", "213 never, 1 164 late", "bad"),
            StatTile("Open findings", "214", "14 high · oldest 41 days"),
        )
    )
    bars = Card("Annual inventory by country", "", *(Chip.of(key) for key in ("on_time", "due_soon", "overdue")))
    chart = BarChart()
    values = (("A", 96, 1), ("B", 88, 8), ("C", 71, 21), ("D", 93, 5), ("E", 64, 22))
    chart.set_rows(
        [
            (f"Country {name}", ((ok, "ok"), (soon, "warn"), (100 - ok - soon, "bad")), f"{ok} %")
            for name, ok, soon in values
        ]
    )
    bars.add(chart)
    bars.add_stretch()
    line = Card("Compliance over two years", "share of items inventoried on time, by quarter")
    curve = LineChart()
    quarters = ("Q1 25", "Q2 25", "Q3 25", "Q4 25", "Q1 26", "Q2 26", "Q3 26", "Q4 26")
    curve.set_points(list(zip(quarters, (58, 60, 64, 70, 77, 85, 90, 93), strict=True)))
    line.add(curve, 1)
    late = Card("Longest overdue")
    rows = (("Missile, type C", "Base 12", "40", "212"), ("Night vision, type A", "Depot 3", "118", "97"))
    model = IdsTableModel(
        [
            Column("Item type", lambda found: found[0]),
            Column("Site", lambda found: found[1], width=120),
            Column("Items", lambda found: found[2], width=80, is_number=True),
            Column(
                "Days over", lambda found: found[3], width=110, chip=lambda found: ChipSpec(found[3], "bad", "clock")
            ),
        ]
    )
    table = table_view(model, name="Longest overdue")
    model.setParent(table)
    model.set_source(lambda: ["0", "1"], lambda ids: {at: rows[int(at)] for at in ids})
    select_id(table, "1")
    late.add(table, 1)
    empty = Card("Inbox")
    empty.add(EmptyState("inbox", "Nothing to import", "Bundles from field devices land here.", "Choose a file…"), 1)
    grid = QGridLayout()
    inset(grid, 0, 0, 0, 0, spacing=16)
    for at, card in enumerate((bars, late, line, empty)):
        grid.addWidget(card, at // 2, at % 2)
    grid.setColumnStretch(0, 6)
    grid.setColumnStretch(1, 5)
    grid.setRowStretch(0, 1)
    grid.setRowStretch(1, 1)
    page.body.addLayout(grid, 1)
    return page


def close_out_page() -> Page:
    """Return a page like field-close-out.png, with the cards of visits in place of the rest."""
    page = Page("Close out")
    page.header.set_crumbs(["Visits", "Depot 7, Northern Command"])
    page.add_action("Back to scanning", "Alt+Left", lambda: None, in_header=True)
    page.add_action("Seal visit", "Ctrl+Return", lambda: None, kind="primary", in_header=True).setEnabled(False)
    outcome = Card("Every item has an outcome")
    outcome.add(row(Chip.of("verified", "206"), label("verified"), 1))
    outcome.add(row(Chip.of("discrepancy", "4"), label("with a discrepancy"), 1, label("4 of 4 have a photo", "sub")))
    outcome.add(row(Chip.of("not_found", "2"), label("not found"), 1, label("reason stated for both", "sub")))
    to_do = row(Chip.of("to_check", "2"), label("still to check", "strong"), 1, button("Go to items"), tone="warn")
    to_do.setProperty("last", True)
    outcome.add(to_do)
    visits = Card("Visits")
    view = _list(
        (("Depot 7, Northern Command", "Golden Sentry · Annual inventory", "due 30 Nov 2026"),) * 3,
        _visit,
        height=VISIT_HEIGHT,
    )
    select_id(view, "1")
    visits.add(view, 1)
    inspector, host = SignaturePad(), SignaturePad()
    inspector.open_for("Sign here")
    host.close_with("You can sign when nothing is left open")
    first, second = Card("Inspector"), Card("Host-nation representative")
    first.add_padded(inspector, hbox(label("INS-017"), 1, button("Clear")))
    second.add_padded(host, hbox(button("Declined to sign…"), 1, label("Name and title", "sub")))
    columns = hbox(spacing=16)
    columns.addLayout(vbox(outcome, visits, spacing=16), 11)
    columns.addLayout(vbox(first, second, 1, spacing=16), 10)
    page.body.addLayout(columns, 1)
    page.notice.show_error(Trouble("disk.full", path="store"))
    return page


def make_window(brand: str, tasks: Tasks) -> Shell:
    """Return a window with a page of each kind, for the brand `EUM Field`, else for HQ. It is not shown."""
    shell = Shell(tasks, brand=brand)
    dress(shell)
    if brand == "EUM Field":
        shell.add_page("visits", "Visits", "clipboard-list", visit_page)
        shell.add_page("items", "Items", "package", close_out_page)
        for key, text, icon in (("sync", "Sync", "arrow-up-down"), ("settings", "Settings", "settings")):
            shell.add_page(key, text, icon, partial(Page, text))
        shell.rail.set_badge("visits", "3")
        shell.rail.set_badge("sync", "2")
        shell.rail.set_device(FIELD)
    else:
        shell.add_page("overview", "Overview", "layout-dashboard", overview_page)
        shell.add_page("review", "Review", "list-checks", review_page)
        for key, text, icon in (
            ("inbox", "Inbox", "inbox"),
            ("inventory", "Inventory", "boxes"),
            ("reports", "Reports", "file-chart-column"),
            ("devices", "Devices and people", "tablet-smartphone"),
        ):
            shell.add_page(key, text, icon, partial(Page, text))
        shell.rail.set_badge("review", "14", "bad")
        shell.rail.set_badge("inbox", "2")
        shell.rail.set_device(HQ)
    return shell


def main(arguments: list[str]) -> int:
    """Draw every sheet in every theme into a folder, which is made, and return 0. Earlier pictures are replaced."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    width, height = (int(side) for side in (arguments[1] if len(arguments) > 1 else "1440x900").split("x"))
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    tasks = Tasks()
    if len(arguments) > 2:
        theme().set_scale(int(arguments[2]))
    for name in THEMES:
        theme().set_mode(name)
        field, hq = make_window("EUM Field", tasks), make_window("EUM HQ", tasks)
        unlock = UnlockPage(brand="EUM Field", device="FLD-0042")
        for window, sheets in (
            (field, ("visits", "items", "keys")),
            (hq, ("overview", "review")),
            (unlock, ("unlock",)),
        ):
            window.resize(width, height)
            window.show()
            for sheet in sheets:
                if isinstance(window, Shell):
                    if sheet == "keys":
                        window.show_page("visits")
                        window.toggle_sheet()
                    else:
                        window.show_page(sheet)
                app.processEvents()
                window.grab().save(str(folder / f"{sheet}-{name}.png"))
            window.close()
    tasks.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
