"""At HQ on PostgreSQL: server roles that may write but cannot change existing entries."""

from __future__ import annotations

from db.roles import Roles, grant
from eum_app.domain.people import Permission
from eum_app.usecases.session import Session


def grant_roles(session: Session, *, writer: str = "", intake: str = "", auditor: str = "") -> None:
    """Grant server roles their rights in this store's database (`db.roles`); repeat it after each upgrade.

    The roles must exist; an empty name is skipped.
    Raises Refusal `permission.denied`, `database.only_server`, `database.not_owner`, `database.role_unknown`.
    """
    session.require(Permission.ACCOUNT_MANAGE)
    with session.writing() as transaction:
        grant(transaction.connection, Roles(writer, intake, auditor))
