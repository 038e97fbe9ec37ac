"""Ways into a store, for the tests of keys."""

from __future__ import annotations

from pathlib import Path

from eum_app.usecases.people.accounts import add_account, list_accounts
from eum_app.usecases.session import Session
from eum_app.usecases.store.escrow import open_by_escrow
from eum_app.usecases.store.open_store import open_store
from tests.builders import PASSPHRASE

NEW = "an entirely other passphrase"


def reopen(session: Session, account: str = "INS-017", passphrase: str = PASSPHRASE) -> Session:
    return open_store(session.store.folder, account, passphrase, now=session.now)


def open_by_escrow_with_witness(hq: Session, folder: Path) -> Session:
    if len(list_accounts(hq)) == 1:
        add_account(hq, account="REV-009", role="reviewer", passphrase=PASSPHRASE)
    return open_by_escrow(hq, folder, "INS-017", NEW, witness="REV-009", witness_passphrase=PASSPHRASE)
