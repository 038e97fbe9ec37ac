"""The README's quick start, word for word, by a newcomer at real windows: from nothing to a report that is proved."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractItemView, QLineEdit, QWidget

from eum_app.cli import run
from eum_app.crypto.passphrases import KdfParams
from eum_app.crypto.suites import Suite
from eum_app.demo.generate import depot_rows, write_inventory_csv
from eum_app.demo.hands import Hands, answer_question
from eum_app.demo.walk import open_item
from eum_app.scanning.labels import iuid_message
from tests.builders import PASSPHRASE
from ui.field.question_row import QuestionRow
from ui.kit import words
from ui.kit.theme import Theme
from ui.kit.widgets.fields import ValueText
from ui.window.app import build_window


class Newcomer:
    """Two machines, and a stick that goes between them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.stick = folder / "stick"
        self.stick.mkdir()

    @contextmanager
    def at(self, machine: str) -> Iterator[Hands]:
        window = build_window(
            self.folder / machine,
            outbox=self.stick,
            inbox=self.stick,
            kdf=KdfParams.fast_for_tests(Suite.HYBRID),
        )
        window.resize(1440, 900)
        hands = Hands(window, lambda title: self.folder / f"{title}.png")
        try:
            yield hands
        finally:
            window.close()
            window.deleteLater()
            hands.rest()

    def found(self, pattern: str) -> Path:
        (path,) = self.stick.glob(pattern)
        return path


def make_a_store(hands: Hands, kind: str, name: str, account: str, role: str) -> None:
    hands.press(f"kind_{kind}")
    hands.press("next_button")
    hands.paste("name_field", name)
    hands.press("next_button")
    hands.paste("account_field", account)
    hands.press(f"role_{role}")
    hands.press("next_button")
    hands.paste("passphrase_field", PASSPHRASE)
    hands.paste("passphrase_again_field", PASSPHRASE)
    hands.press("create_store_button")
    hands.until(lambda: hands.window.shell is not None, "no store is made")


def unlock(hands: Hands, account: str) -> None:
    hands.press("accept_notice_button")
    hands.paste("account_field", account)
    hands.paste("passphrase_field", PASSPHRASE)
    hands.press("unlock_button")
    hands.until(lambda: hands.window.shell is not None, "the store does not unlock")
    hands.settle()


def add_account(hands: Hands, account: str, role: str) -> None:
    hands.paste("add_account_field", account)
    hands.choose("add_role", words.role(role))
    hands.paste("add_passphrase_field", PASSPHRASE)
    hands.paste("add_passphrase_again_field", PASSPHRASE)
    hands.press("add_account_button")


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_quick_start_as_it_is_written(
    tmp_path: Path, look: Theme, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert look.name == "light"
    me = Newcomer(tmp_path)
    rows = depot_rows(7, 3, today=datetime.now(UTC).date())
    inventory = tmp_path / "inventory.csv"
    write_inventory_csv(inventory, rows)

    # Headquarters begins: a store, its codes, the others' accounts.
    with me.at("hq") as hands:
        make_a_store(hands, "hq", "HQ-01", "ADM-001", "administrator")
        hands.until(lambda: hands.page_name() == "codes", "no recovery codes are shown")
        hands.key("Space")
        hands.press("codes_done_button")
        hands.press("rail_accounts")
        add_account(hands, "REV-004", "reviewer")
        add_account(hands, "AUD-002", "auditor")
    # The inspector's device asks.
    with me.at("device") as hands:
        make_a_store(hands, "field", "FLD-0042", "INS-017", "inspector")
        hands.press("rail_sync")
        hands.press("make_request_button")
    # Headquarters: Inventory, Devices, Visits.
    with me.at("hq") as hands:
        unlock(hands, "REV-004")
        hands.press("rail_inventory")
        hands.press("inventory_import_list")
        hands.paste("inventory_file_field_edit", inventory)
        hands.press("inventory_read_button")
        hands.press("inventory_import_button")
        assert hands.find_as(QAbstractItemView, "items_table").model().rowCount() == 3
        hands.press("rail_devices")
        hands.paste("enrol_request_field_edit", me.found("*.eumreq"))
        hands.press("enrol_read_button")
        assert hands.find_as(ValueText, "enrol_fingerprint").toPlainText()
        box = hands.find("enrol_compared_box")
        box.setFocus()
        hands.key("Space")
        hands.press("enrol_sign_button")
        root = hands.find_as(ValueText, "hq_fingerprint").toPlainText()
        hands.press("rail_visits")
        hands.press("visits_plan")
        hands.choose("plan_site", "Depot 7")
        hands.choose("plan_purpose", "Annual")
        hands.choose("plan_device", "FLD-0042")
        hands.paste("plan_inspector", "INS-017")
        hands.choose("plan_item_checklist", "Night")
        hands.choose("plan_site_checklist", "Physical")
        hands.press("plan_button")
        hands.until(lambda: list(me.stick.glob("*tasking*.eumb")), "no tasking bundle")
    # Inspector: Sync, Visits, Site checklist, Close out, Sync.
    with me.at("device") as hands:
        unlock(hands, "INS-017")
        hands.press("rail_sync")
        hands.paste("answer_path_edit", me.found("*.eumans"))
        hands.press("read_answer_button")
        hands.paste("root_fingerprint_field", root)
        hands.press("accept_answer_button")
        hands.settle()
        if hands.page_name() == "codes":
            hands.key("Space")
            hands.press("codes_done_button")
        hands.press("rail_sync")
        hands.paste("inbox_path_edit", me.found("*tasking*.eumb"))
        hands.press("import_button")
        hands.press("rail_visits")
        hands.press(hands.named_like("open_visit_", QWidget).objectName())
        hands.scan(iuid_message(rows[0].cage, rows[0].part_number, rows[0].serial))
        hands.press("all_as_expected_button")
        hands.press("verified_button")
        hands.key("Ctrl+Z")
        hands.type("scan_field", rows[1].serial)
        hands.key("Return")
        hands.press("discrepancy_button")
        hands.press("reason_damaged")
        hands.paste("reason_note", "Housing cracked")
        hands.press("reason_confirm_button")
        hands.press("filter_to_check")
        while hands.number_on("filter_to_check"):
            hands.row("items_list", 0)
            item = open_item(hands)
            hands.scan(iuid_message(item.cage, item.part_number, item.serial))
            hands.press("all_as_expected_button")
            hands.press("verified_button")
        hands.key("Ctrl+K")
        while questions := [one for one in hands.window.findChildren(QuestionRow) if one.isVisible() and one.is_open]:
            answer_question(hands, questions[0].question)
        hands.key("Ctrl+Return")
        hands.draw("signature_inspector", 3)
        hands.draw("signature_host", 5)
        hands.paste("signer_host", "Custodian, Depot 7")
        hands.press("seal_visit_button")
        hands.until(lambda: hands.page_name() == "sync", "closing does not lead to Sync")
        if not list(me.stick.glob("*results*.eumb")):
            hands.press("seal_button")
        hands.until(lambda: list(me.stick.glob("*results*.eumb")), "no results bundle")
    # Headquarters: Inbox, Review.
    with me.at("hq") as hands:
        unlock(hands, "REV-004")
        hands.press("rail_inbox")
        hands.paste("inbox_path_field_edit", me.found("*results*.eumb"))
        hands.press("inbox_import_button")
        assert list(me.stick.glob("*receipt*.eumb"))
        hands.press("rail_review")
        hands.row("findings_list", 0)
        hands.press("review_resolve")
        hands.paste("review_comment", "Repair papers seen")
        hands.press("review_confirm")
    # Inspector: received by HQ.
    with me.at("device") as hands:
        unlock(hands, "INS-017")
        hands.press("rail_sync")
        hands.paste("inbox_path_edit", me.stick)
        hands.press("import_button")
        hands.press("rail_visits")
        assert hands.named_like("visit_card_", QWidget).accessibleName()
        said = [one.accessibleName() for one in hands.window.findChildren(QWidget) if one.isVisible()]
        assert any("Received by HQ" in one for one in said)
    # Auditor: Reports, eum verify, Activity log.
    report = tmp_path / "inventory-status.pdf"
    with me.at("hq") as hands:
        unlock(hands, "AUD-002")
        hands.press("rail_reports")
        hands.paste("report_path_field_edit", report)
        assert hands.find_as(QLineEdit, "report_path_field_edit").text() == str(report)
        hands.press("report_export_button")
        hands.until(report.exists, "no report")
        hands.settle()
        hands.press("rail_activity")
        log = hands.find_as(QAbstractItemView, "activity_table").model()
        hands.until(lambda: log.rowCount() > 10, "the log is empty")
    monkeypatch.setenv("EUM_PASSPHRASE", PASSPHRASE)
    capsys.readouterr()
    assert run(["verify", str(report), "--store", str(tmp_path / "hq"), "--account", "AUD-002", "--json"]) == 0
    assert "held" in json.dumps(json.loads(capsys.readouterr().out))
