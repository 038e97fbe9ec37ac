"""Stores for the tests of keys: an HQ, and a device that it has enrolled."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from eum_app.usecases.people.accounts import add_account
from eum_app.usecases.session import Session
from tests.builders import PASSPHRASE, Clock, enrol, make_store


@pytest.fixture
def hq(tmp_path: Path) -> Iterator[Session]:
    session = make_store(tmp_path / "hq", "hq", "HQ-01", Clock(), role="administrator")
    yield session
    session.store.close()


@pytest.fixture
def device(hq: Session, tmp_path: Path) -> Iterator[Session]:
    session = make_store(tmp_path / "d", "field", "FLD-0042", hq.now, role="administrator")  # type: ignore[arg-type]
    add_account(session, account="INS-018", role="inspector", passphrase=PASSPHRASE)
    enrol(hq, session, tmp_path)
    yield session
    session.store.close()
