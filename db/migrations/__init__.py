"""Schema migrations of journals, key material and drafts. Read tables need none: they are rebuilt."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, inspect, text

from db.roles import is_owner
from db.tables import kept
from eum_app.domain.errors import Refusal, Trouble

if TYPE_CHECKING:
    from alembic.config import Config

HEAD: Final = "0005"
"""Newest schema revision."""
KNOWN: Final = ("0001", "0002", "0003", "0004", "0005")
"""Revisions that this version can open or upgrade."""


def current(connection: Connection) -> str:
    """Return the schema revision of the store, or "" for a new one."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")


def upgrade(connection: Connection) -> bool:
    """Bring the schema to `HEAD`; return whether anything was done.

    Raises Refusal `store.newer` for a store of a later version; Trouble `store.owner_needed` if only the owner of the
    database may do it.
    """
    revision = current(connection)
    if revision == HEAD:
        return False
    if revision and revision not in KNOWN:
        raise Refusal("store.newer", found=revision, known=HEAD)
    if revision and connection.dialect.name == "postgresql" and not is_owner(connection):
        raise Trouble("store.owner_needed")
    from alembic import command  # noqa: PLC0415 - 0.3 s, and rarely needed

    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    return True


def newest_script() -> str | None:
    """Return the newest revision among the scripts beside this file; None if they are missing (a frozen folder)."""
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    return ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    # Alembic reads the value through configparser, which takes a single "%" for the start of an interpolation.
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config


def take_back(connection: Connection) -> None:
    """Drop what `upgrade` made, for a store whose creation failed. A store in use is never downgraded."""
    kept.drop_all(connection)
    connection.execute(text("DROP TABLE IF EXISTS alembic_version"))
