"""What can be done in the visit workspace, and by which key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QAction, QKeySequence

from ui.field.parts import name_header_buttons

if TYPE_CHECKING:
    from ui.field.visit.visit_page import VisitPage


def add_keys(page: VisitPage) -> QAction:
    """Add the workspace's actions, listed in its shortcuts sheet; returns the one that leads to the site checklist."""
    tr = page.tr
    page.add_action(
        tr("Paper list"),
        "F9",
        lambda: page.navigate_requested.emit("transcribe", page.visit_id),
        in_header=True,
    )
    to_site = page.add_action(
        tr("Site checklist"),
        "Ctrl+K",
        lambda: page.navigate_requested.emit("site", page.visit_id),
        in_header=True,
    )
    page.add_action(
        tr("Close out…"),
        "Ctrl+Return",
        lambda: page.navigate_requested.emit("close_out", page.visit_id),
        in_header=True,
        kind="primary",
    )
    name_header_buttons(page.header, "paper_list_button", "site_checklist_button", "close_out_button")
    undo = tr("Withdraw the last check")
    page.add_action(undo, QKeySequence(QKeySequence.StandardKey.Undo), page.undo_last)
    page.add_action(tr("Go to the scan field"), "F2", page.focus_scan)
    page.add_action(tr("Filter the items"), "F3", page.focus_filter)
    page.add_action(tr("Put the item away"), "Esc", page.escape)
    page.add_button_key(page.scan.by_hand, "F8")
    page.add_action(tr("Take all expected items in view"), "F5", page.sweep.take_in_view)
    page.add_action(tr("All as expected"), "A", page.answer_all)
    page.item.all_button.setToolTip(tr("All as expected (A)"))
    page.add_button_key(page.item.discrepancy_button, "F4")
    page.add_button_key(page.item.not_found_button, "F6")
    page.add_button_key(page.item.no_access_button, "F7")
    page.add_button_key(page.item.photo_button, "Ctrl+P")
    page.add_button_key(page.item.note_button, "Ctrl+N")
    page.note_keys(tr("Record as verified"), "Enter")
    page.note_keys(tr("Answer yes or no"), "Y / N")
    page.note_keys(tr("Not applicable, not observed"), "X / O")
    return to_site
