"""The actions of the visit workspace, and their keys."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction, QKeySequence

from ui.field.parts import name_header_buttons
from ui.field.visit.current_work import CurrentWork
from ui.field.visit.sweep_work import SweepWork
from ui.field.visit.undoing import Undoing
from ui.field.visit.workspace import Workspace
from ui.kit.page import Page
from ui.kit.tips import set_tip

translate = QCoreApplication.translate
Keys = QKeySequence.StandardKey


def add_ways(page: Page, work: CurrentWork) -> QAction:
    """Add header actions that lead to the visit's other pages. Return the one for the site checklist."""

    def go_to(key: str) -> Callable[[], None]:
        return lambda: page.navigate_requested.emit(key, work.visit_id)

    page.add_action(translate("VisitPage", "Paper list"), "F9", go_to("transcribe"), in_header=True)
    to_site = page.add_action(translate("VisitPage", "Site checklist"), "Ctrl+K", go_to("site"), in_header=True)
    page.add_action(
        translate("VisitPage", "Close out…"), "Ctrl+Return", go_to("close_out"), in_header=True, kind="primary"
    )
    name_header_buttons(page.header, "paper_list_button", "site_checklist_button", "close_out_button")
    return to_site


def add_keys(page: Page, at: Workspace, undoing: Undoing, sweep: SweepWork, escape: Callable[[], None]) -> None:
    """Add the workspace's actions, which the shortcuts sheet lists."""
    item = at.column.item
    page.add_own_key(translate("VisitPage", "Take back the last act"), Keys.Undo, undoing.undo)
    page.add_own_key(translate("VisitPage", "Do again what was taken back"), Keys.Redo, undoing.redo)
    page.add_action(translate("VisitPage", "Go to the scan field"), "F2", at.focus_scan)
    page.add_action(translate("VisitPage", "Filter the items"), "F3", at.focus_filter)
    page.add_action(translate("VisitPage", "Close the item"), "Esc", escape)
    page.add_button_key(at.scan.by_hand, "F8")
    page.add_action(translate("VisitPage", "Take all expected items in view"), "F5", sweep.take_in_view)
    page.add_action(translate("VisitPage", "All as expected"), "A", at.column.answer_all)
    set_tip(item.all_button, translate("VisitPage", "All as expected (A)"))
    page.add_button_key(item.discrepancy_button, "F4")
    page.add_button_key(item.not_found_button, "F6")
    page.add_button_key(item.no_access_button, "F7")
    page.add_button_key(item.sighting.evidence, "Ctrl+E")
    page.add_button_key(item.fate_button, "Ctrl+D")
    page.add_button_key(item.extras.photo_button, "Ctrl+P")
    page.add_button_key(item.extras.note_button, "Ctrl+N")
    page.note_keys(translate("VisitPage", "Record as verified"), "Enter")
    page.note_keys(translate("VisitPage", "Show the next questions"), "PgDown")
    page.note_keys(translate("VisitPage", "Answer yes or no"), "Y / N")
    page.note_keys(translate("VisitPage", "Not applicable, not observed"), "X / O")
