"""One cache of compiled SQL for all stores of a test process.

SQLAlchemy compiles each statement again for each engine, and most tests open several stores: that was a quarter of what
they cost. The app keeps a cache per engine on purpose: a cached statement holds the first values that it was used with,
and they go when the store is locked.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

_MOST = 1_000


def share_compiled_statements() -> None:
    """Let engines of one kind of database use each other's statements. A later SQLAlchemy may ignore it, no more."""
    cache: LRUCache[Any, Any] = LRUCache(_MOST)
    shared = property(lambda engine: cache, lambda engine, own: None)
    patches: list[tuple[type, str, object]] = [(Engine, "_compiled_cache", shared)]
    for dialect in (SQLiteDialect_pysqlite, PGDialect_psycopg):  # part of each key; one is made for each engine
        patches.append((dialect, "__eq__", lambda one, other: type(one) is type(other)))
        patches.append((dialect, "__hash__", lambda one: hash(type(one))))
    for owner, name, value in patches:
        setattr(owner, name, value)
