"""Alembic environment: runs over the connection that `db.migrations.upgrade` hands over, in its transaction."""

from __future__ import annotations

from alembic import context

from db.tables import kept

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=kept, transactional_ddl=True)
context.run_migrations()
