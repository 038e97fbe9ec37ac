"""Whether the account of an open session is still what it was when the session began."""

from __future__ import annotations

from typing import Any

from db.queries.people import AccountRow, account_record, read_account
from db.store import Connection
from eum_app.domain.errors import Refusal


class Standing:
    """An account of a store, as the journal knew it when `require` was called first."""

    def __init__(self, account: str) -> None:
        self._account = account
        self._began_as: AccountRow | None = None
        self._unchanged: Any = None  # the account's row as last read; to compare rows is faster than to decode one

    def require(self, connection: Connection, origin: str, *, is_draft: bool = False) -> None:
        """Require that the account is unchanged in the store `origin`: another process may have removed it.

        Raises Refusal `account.removed`, or `account.changed` for another role, scope or key. Drafts of a changed
        account may still be kept (`is_draft`).
        """
        row = account_record(connection, origin, self._account)
        if row is not None and row == self._unchanged:
            return
        account = None if row is None else read_account(row)
        if account is None or account.removed_at:
            raise Refusal("account.removed", account=self._account)
        self._began_as = self._began_as or account
        if account == self._began_as:
            self._unchanged = row
        elif not is_draft:
            raise Refusal("account.changed", account=self._account)
