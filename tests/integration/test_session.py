"""A session that was closed: its keys are gone, code that still holds it is refused, and it can be taken up again."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest

from db.queries.people import all_accounts
from eum_app.domain.errors import Refusal
from eum_app.usecases.session import Ticket
from eum_app.usecases.store.open_store import open_store
from tests.builders import PASSPHRASE, Clock, make_store


def test_a_closed_session_holds_no_key_and_refuses(tmp_path: Path) -> None:
    session = make_store(tmp_path, "field", "FLD-0042", Clock())
    data_key = session.ticket.data_key
    session.close()
    gc.collect()
    tickets = [one for one in gc.get_objects() if isinstance(one, Ticket) and one.folder == tmp_path]
    assert [one for one in tickets if one.data_key or one.signing_key or one.account_key] == []
    holders = [one for one in gc.get_referrers(data_key) if not hasattr(one, "f_lineno")]
    assert holders == []
    with pytest.raises(Refusal, match=r"store\.locked"):
        session.read(all_accounts)
    assert session.name == "FLD-0042"


def test_a_closed_session_goes_on_once_its_account_has_unlocked_again(tmp_path: Path) -> None:
    session = make_store(tmp_path, "field", "FLD-0042", Clock())
    before = session.author.session_id
    session.close()
    session.take_up(open_store(tmp_path, "INS-017", PASSPHRASE))
    assert [row.account for row in session.read(all_accounts)] == ["INS-017"]
    assert session.author.session_id != before
    session.close()
