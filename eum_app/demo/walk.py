"""The whole job through the real windows, by events.

Each step prints one line and saves a picture if there is one to see.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from PySide6.QtWidgets import QWidget

from db.queries.items import ItemRow
from eum_app.demo.hands import Hands, answer_question
from eum_app.demo.scene import INSPECTOR, PASSPHRASE, REVIEWER, Scene
from eum_app.scanning.labels import iuid_message
from ui.field.question_row import QuestionRow
from ui.field.visit.visit_page import VisitPage
from ui.kit.theme import theme
from ui.window.app import build_window

SIZE: Final = (1440, 900)
Say = Callable[[str], None]


class Walk:
    """The whole job: one person after another works at the demo HQ and the demo device. Call it once.

    Pictures, a report and its sidecar are written to `output`. Raises StuckError at the first step that fails.
    `say` prints a line. `at_work` is called on the visit's page while the visit is open and some items are unchecked.
    """

    def __init__(
        self, scene: Scene, output: Path, say: Say, at_work: Callable[[Hands], object] = lambda _hands: None
    ) -> None:
        self.scene = scene
        self.output = output
        self._say = say
        self._at_work = at_work
        self._number = 0

    def __call__(self) -> None:
        with self.at(self.scene.hq, REVIEWER) as reviewer:
            self._inventory(reviewer)
            self._plan(reviewer)
        with self.at(self.scene.device, INSPECTOR) as inspector:
            self._take_tasking(inspector)
            self._inspect(inspector)
            self._site_checklist(inspector)
            self._close_out(inspector)
            self._seal(inspector)
        with self.at(self.scene.hq, REVIEWER) as reviewer:
            self._inbox(reviewer)
            self._review(reviewer)
            self._report(reviewer)
        with self.at(self.scene.device, INSPECTOR) as inspector:
            self._take_receipt(inspector)

    # At HQ

    def _inventory(self, hands: Hands) -> None:
        hands.press("rail_inventory")
        hands.press("inventory_import_list")
        hands.paste("inventory_file_field_edit", self.scene.inventory)
        hands.press("inventory_read_button")
        self._see(hands, "inventory-preview", "HQ reads an inventory list and sees what will happen to each row")
        hands.press("inventory_import_button")
        hands.row("items_table", 2)
        self._see(hands, "inventory", f"{len(self.scene.rows)} items are in the inventory")

    def _plan(self, hands: Hands) -> None:
        hands.press("rail_visits")
        hands.press("visits_plan")
        hands.choose("plan_site", "Depot 7")
        hands.choose("plan_purpose", "Annual")
        hands.choose("plan_device", "FLD-0042")
        hands.type("plan_inspector", INSPECTOR)
        hands.choose("plan_item_checklist", "Night")
        hands.choose("plan_site_checklist", "Physical")
        hands.paste("plan_folder_edit", self.scene.carried)
        self._see(hands, "plan-visit", "HQ plans an annual inventory of Depot 7")
        hands.press("plan_button")
        hands.until(lambda: list(self.scene.carried.glob("*tasking*.eumb")), "no tasking bundle")
        self._see(hands, "visits-hq", "the sealed tasking for FLD-0042 is in the folder that is carried to the device")

    # In the field

    def _take_tasking(self, hands: Hands) -> None:
        hands.press("rail_sync")
        hands.paste("inbox_path_edit", self.scene.carried)
        hands.press("import_button")
        self._see(hands, "sync-tasking", "the device verifies and imports the tasking")
        hands.press("rail_visits")
        self._see(hands, "visits-field", "the visit is on the device")

    def _inspect(self, hands: Hands) -> None:
        rows = self.scene.rows
        opened = hands.named_like("open_visit_", QWidget)
        hands.press(opened.objectName())
        for row in rows[:2]:
            hands.scan(iuid_message(row.cage, row.part_number, row.serial))
            hands.press("all_as_expected_button")
            hands.press("verified_button")
        self._say("two items scanned with a hand scanner, answered, recorded as verified")
        hands.key("Ctrl+Z")
        self._see(hands, "undo", "the last check is withdrawn by a new fact: nothing is deleted")
        hands.scan(iuid_message(rows[1].cage, rows[1].part_number, rows[1].serial))
        hands.press("all_as_expected_button")
        hands.press("verified_button")
        self._by_camera(hands)
        self._one_by_one(hands)

    def _by_camera(self, hands: Hands) -> None:
        """Use the frames of a video in place of a camera."""
        hands.choose("scan_source", "Video")
        hands.paste("scan_file_edit", self.scene.walk)
        hands.key("Return")
        hands.until(lambda: hands.is_ready("all_as_expected_button"), "no mark was read from the video")
        self._see(
            hands, "scan-camera", "marks are read from a camera's frames (here: a video), and shown with verdicts"
        )
        hands.press("all_as_expected_button")
        hands.press("verified_button")
        hands.choose("scan_source", "No")

    def _one_by_one(self, hands: Hands) -> None:
        """Check a photographed label, a damaged item, one not found and one not on the list; then the rest."""
        rows = self.scene.rows
        hands.press("from_photo_button")
        hands.paste("scan_photo_edit", self.scene.label)
        hands.key("Return")
        hands.until(lambda: hands.is_ready("all_as_expected_button"), "the photographed label was not read")
        self._see(hands, "scan-photo", "a photographed label is read")
        hands.press("all_as_expected_button")
        hands.press("verified_button")

        hands.type("scan_field", rows[10].serial)
        hands.key("Return")
        hands.press("add_photo_button")
        hands.paste("photo_path_edit", self.scene.damage)
        hands.press("photo_add_button")
        hands.press("discrepancy_button")
        hands.press("reason_damaged")
        hands.type("reason_note", "Housing cracked")
        self._see(hands, "discrepancy", "a discrepancy with its reason, a note and a photo")
        hands.press("reason_confirm_button")

        hands.type("scan_field", rows[11].serial)
        hands.key("Return")
        hands.press("not_found_button")
        hands.press("reason_sent_for_repair")
        hands.press("reason_confirm_button")

        hands.scan(iuid_message("1HLD9", "NVG-31A", "790112"))
        self._see(hands, "not-on-list", "a mark that is not on the list is shown as such")
        hands.press("not_on_list_button")
        hands.press("reason_not_in_inventory")
        hands.press("reason_confirm_button")

        self._dark(hands)
        self._at_work(hands)
        hands.press("filter_to_check")
        while hands.number_on("filter_to_check"):
            hands.row("items_list", 0)
            item = open_item(hands)
            hands.scan(iuid_message(item.cage, item.part_number, item.serial))  # a row of the list proves nothing
            hands.press("all_as_expected_button")
            hands.press("verified_button")
        hands.press("filter_all")
        self._see(hands, "visit-complete", "every expected item has an outcome")

    def _dark(self, hands: Hands) -> None:
        self._see(hands, "visit", "the visit's workspace")
        for name in ("dark", "sunlight"):
            theme().set_mode(name)
            self._see(hands, f"visit-{name}", f"the same in the {name} theme")
        theme().set_mode("light")

    def _site_checklist(self, hands: Hands) -> None:
        hands.key("Ctrl+K")
        self._see(hands, "site-checklist", "the site checklist, nothing pre-chosen")
        while questions := [one for one in hands.window.findChildren(QuestionRow) if one.isVisible() and one.is_open]:
            answer_question(hands, questions[0].question)
        self._see(hands, "site-checklist-answered", "every question is answered, comments where they are needed")

    def _close_out(self, hands: Hands) -> None:
        hands.key("Ctrl+Return")
        hands.draw("signature_inspector", 3)
        hands.draw("signature_host", 5)
        hands.type("signer_host", "Custodian, Depot 7")
        self._see(hands, "close-out", "both parties sign the journal up to its newest entry")
        hands.press("seal_visit_button")

    def _seal(self, hands: Hands) -> None:
        hands.until(lambda: hands.page_name() == "sync", "closing does not lead to Sync")
        hands.paste("outbox_path_edit", self.scene.carried)
        if not list(self.scene.carried.glob("*results*.eumb")):
            hands.press("seal_button")
        hands.until(lambda: list(self.scene.carried.glob("*results*.eumb")), "no results bundle")
        self._see(hands, "sync-sealed", "the results are sealed: signed, encrypted to HQ, not yet received")

    # Back at HQ

    def _inbox(self, hands: Hands) -> None:
        hands.press("rail_inbox")
        (bundle,) = self.scene.carried.glob("*results*.eumb")
        hands.paste("inbox_path_field_edit", bundle)
        hands.press("inbox_import_button")
        self._see(hands, "inbox", "HQ verifies the bundle, records it, and answers with a signed receipt")

    def _review(self, hands: Hands) -> None:
        hands.press("rail_review")
        hands.row("findings_list", 0)
        self._see(hands, "review", "rules raised findings; the evidence is shown beside the record")
        hands.press("review_resolve")
        hands.type("review_comment", "Repair papers seen")
        self._see(hands, "review-decision", "a reviewer, not the inspector, decides with a comment")
        hands.press("review_confirm")
        self._see(hands, "review-next", "the decision is recorded as a fact; the next finding is open")

    def _report(self, hands: Hands) -> None:
        hands.press("rail_reports")
        report = self.output / "inventory-status.csv"
        hands.paste("report_path_field_edit", report)
        hands.press("report_export_button")
        hands.until(report.exists, "no report")
        hands.choose("report_format", "PDF")
        hands.press("report_export_button")
        hands.until(report.with_suffix(".pdf").exists, "no report to read")
        self._see(hands, "reports", "the inventory report with its sidecar; its rows were counted again")

    def _take_receipt(self, hands: Hands) -> None:
        hands.press("rail_sync")
        hands.paste("inbox_path_edit", self.scene.carried)
        hands.press("import_button")
        self._see(hands, "sync-received", "HQ's receipt has arrived: the bundle is marked as received")
        hands.press("rail_visits")
        self._see(hands, "visits-received", "the visit is received by HQ")

    # Around it

    def _see(self, hands: Hands, title: str, words: str) -> None:
        path = hands.picture(title)
        self._say(f"{words}  ({path.name})")

    def _picture(self, title: str) -> Path:
        self._number += 1
        return self.output / f"{self._number:02d}-{title}.png"

    @contextmanager
    def at(self, store: Path, account: str) -> Iterator[Hands]:
        """Unlock a store as `account` for the block; the window is closed afterwards. Raises StuckError."""
        with self.before(store) as hands:
            hands.press("accept_notice_button")
            hands.type("account_field", account)
            hands.type("passphrase_field", PASSPHRASE)
            self._see(hands, "unlock", f"{account} unlocks {store.name}")
            hands.press("unlock_button")
            hands.until(lambda: hands.window.shell is not None, "the store does not unlock")
            yield hands

    @contextmanager
    def before(self, store: Path) -> Iterator[Hands]:
        """Show the locked window, or the first start, for the block; the window is closed afterwards."""
        window = build_window(store, outbox=self.scene.carried, inbox=self.scene.carried)
        window.resize(*SIZE)
        hands = Hands(window, self._picture)
        try:
            yield hands
        finally:
            window.close()
            window.deleteLater()
            hands.rest()


def open_item(hands: Hands) -> ItemRow:
    """Return the item that is open on the visit's page. Raises AssertionError if there is none."""
    shell = hands.window.shell
    page = shell.page("visit") if shell is not None else None
    assert isinstance(page, VisitPage)
    assert page.item.draft is not None
    assert page.item.draft.item is not None
    return page.item.draft.item
