"""Views of the app with the steps that lead to them, for `eum_app.demo.screens`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from PySide6.QtWidgets import QApplication, QDialog, QWidget

from db.queries.visits import all_visits
from eum_app.demo.hands import Hands
from eum_app.demo.scene import PASSPHRASE, Scene
from ui.kit.theme import gathered

ADMINISTRATOR: Final = "ADM-001"

View = tuple[str, QWidget]
"""A name, and the widget to photograph: the window or a separate dialog."""


def before_unlocking(hands: Hands, account: str) -> Iterator[View]:
    """Yield the locked window, and the form for a recovery code."""
    yield "unlock", hands.window
    hands.type("account_field", account)  # first: after a lock, another name takes the acceptance back
    hands.press("accept_notice_button")
    yield "unlock-accepted", hands.window
    hands.press("recovery_link")
    yield "recovery", hands.window
    hands.press("recovery_back_button")


def first_start(hands: Hands) -> Iterator[View]:
    """Yield the views of a new machine: the steps to an HQ, its codes, its accounts, dialogs about the whole store."""
    window = hands.window
    hands.press("kind_hq")
    yield "first-start-kind", window
    hands.press("next_button")
    hands.type("name_field", "HQ-02")
    yield "first-start-place", window
    hands.press("next_button")
    hands.type("account_field", ADMINISTRATOR)
    hands.press("role_administrator")
    yield "first-start-account", window
    hands.press("next_button")
    hands.paste("passphrase_field", PASSPHRASE)
    hands.paste("passphrase_again_field", PASSPHRASE)
    yield "first-start-passphrase", window
    hands.press("create_store_button")
    hands.until(lambda: hands.page_name() == "codes", "no recovery codes are shown")
    yield "codes", window
    hands.key("Space")
    hands.press("codes_done_button")
    assert window.shell is not None
    window.shell.show_page("accounts")
    hands.settle()
    yield "accounts", window
    hands.press("erase_button")
    hands.until(lambda: dialogs(window), "the dialog before erasing does not open")
    (erasing,) = dialogs(window)
    yield "erase", erasing
    erasing.reject()
    for key in window.shell.page_keys:
        if key not in {"codes", "accounts"}:
            window.shell.show_page(key)
            hands.settle()
            yield f"empty-{key}", window
    window.shell.toggle_sheet()
    yield "keys", window
    window.shell.toggle_sheet()


def dialogs(window: QWidget) -> list[QDialog]:
    """Return the visible dialogs other than `window`."""
    return [
        one
        for one in gathered(QApplication.topLevelWidgets)
        if isinstance(one, QDialog) and one.isVisible() and one is not window
    ]


def in_the_field(hands: Hands) -> Iterator[View]:
    """Yield every page of the device, with a visit that is closed. Raises ValueError if it has no visit."""
    yield from _pages(hands, {"visit", "site", "close_out", "transcribe"})


def at_work(hands: Hands, scene: Scene) -> Iterator[View]:
    """Yield the views of an open visit that exist only while an item is checked."""
    hands.type("scan_field", scene.rows[13].serial)
    hands.key("Return")
    yield "item", hands.window
    hands.press("discrepancy_button")
    hands.press("reason_damaged")
    yield "reason", hands.window
    hands.press("reason_cancel_button")
    hands.key("Escape")
    hands.press("by_hand_button")
    yield "by-hand", hands.window
    hands.press("typed_away_button")
    hands.press("filter_to_check")
    hands.row("items_list", 0)
    hands.press("all_as_expected_button")
    yield "item-unread", hands.window
    hands.press("enter_serial_button")
    hands.press("no_read_illegible")
    hands.type("typed_serial", "78695")
    hands.type("typed_again", "7869")
    yield "item-serial", hands.window
    hands.press("typed_away_button")
    hands.press("seen_by_others_button")
    hands.press("grade_B")
    hands.type("evidence_saw", "INS-022, field office")
    yield "item-evidence", hands.window
    hands.press("evidence_done_button")
    yield "item-witness", hands.window
    for _ in ("the evidence", "the answers"):
        hands.key("Ctrl+Z")
    hands.key("Escape")
    hands.press("filter_all")


def at_hq(hands: Hands, scene: Scene) -> Iterator[View]:
    """Yield every page of HQ, and the views that exist only during a task.

    Raises ValueError without a visit, StuckError.
    """
    yield from _pages(hands, set())
    hands.press("rail_inventory")
    hands.row("items_table", 2)
    yield "inventory-item", hands.window
    hands.press("inventory_import_list")
    hands.paste("inventory_file_field_edit", scene.inventory)
    hands.press("inventory_read_button")
    yield "import-preview", hands.window
    hands.press("inventory_import_cancel")
    hands.press("inventory_open_claims")
    yield "claims", hands.window
    hands.press("claims_back")
    hands.press("rail_visits")
    hands.row("visits_list", 0)
    yield "visit-followed", hands.window
    hands.press("visits_plan")
    yield "plan", hands.window
    hands.press("plan_cancel")
    hands.press("rail_review")
    hands.press("review_resolve")
    yield "decision", hands.window
    hands.press("review_cancel")


def _pages(hands: Hands, of_a_visit: set[str]) -> Iterator[View]:
    shell, session = hands.window.shell, hands.window.session
    assert shell is not None
    assert session is not None
    (visit, *_) = session.read(all_visits)
    for key in shell.page_keys:
        shell.show_page(key, visit.visit_id if key in of_a_visit else None)
        hands.settle()
        yield key, hands.window
