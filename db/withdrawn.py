"""The condition for a withdrawal that counts; the projection and the queries share it."""

from __future__ import annotations

from sqlalchemy import ColumnElement, FromClause, and_

from db.tables import checks, withdrawals


def takes_back(of_checks: FromClause = checks) -> ColumnElement[bool]:
    """Return the condition that a row of `withdrawals` takes back a check: its own origin stated it, about its visit.

    A withdrawal that names another visit would change a signed visit without voiding its signatures. Queries of an
    alias of `checks` name it.
    """
    return and_(
        withdrawals.c.check_id == of_checks.c.check_id,
        withdrawals.c.origin == of_checks.c.origin,
        withdrawals.c.visit_id == of_checks.c.visit_id,
    )
