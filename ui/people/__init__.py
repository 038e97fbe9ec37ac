"""Accounts, passphrases and recovery codes: the same pages for HQ and the field."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

translate = QCoreApplication.translate


if TYPE_CHECKING:
    from ui.kit.desk import Desk
    from ui.kit.shell import Shell


def add_people_pages(shell: Shell, desk: Desk) -> None:
    """Add the page of recovery codes and the accounts page, which is in the rail at HQ and behind Settings in the
    field.

    While shown codes are not confirmed, every other page that is opened shows a way back to them.
    """
    from ui.people.accounts_page import AccountsPage
    from ui.people.codes_page import CodesPage

    def accounts() -> AccountsPage:
        page = AccountsPage(desk)
        if page.store is not None:
            page.store.erase_requested.connect(shell.erase_requested)
            shell.erase_failed.connect(page.store.erase_failed)
        return page

    is_hq = desk.session.is_hq
    rail_key = "accounts" if is_hq else "settings"
    title = translate("people", "Accounts")
    shell.add_page("accounts", title, "users", accounts, is_in_rail=is_hq, rail_key=rail_key)

    words = translate("people", "Your recovery codes are not confirmed yet.")

    def remind(codes: CodesPage, key: str) -> None:
        """Show a way back to codes that are not confirmed yet, on every other page."""
        notice = shell.page(key).notice
        if codes.is_waiting and key != "codes":
            notice.show_message(
                "attention",
                words,
                detail=translate(
                    "people", "They are shown until you confirm that you have them, or until this window is closed."
                ),
                action=translate("people", "Back to the codes"),
                on_action=lambda: shell.show_page("codes"),
            )
        elif notice.text == words:
            notice.dismiss()

    def codes() -> CodesPage:
        page = CodesPage(desk.session.name, is_hq=is_hq)
        shell.page_shown.connect(partial(remind, page))
        return page

    shell.add_page(
        "codes", translate("people", "Recovery codes"), "key-round", codes, is_in_rail=False, rail_key=rail_key
    )
