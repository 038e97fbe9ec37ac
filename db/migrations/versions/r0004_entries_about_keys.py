"""An index of the journal: the entries about keys, which decide each time whether HQ's vault is the right one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

KEYS = sa.text("kind IN ('AccountAdded', 'AccountRemoved', 'HqCertified', 'VaultSealed')")


def upgrade() -> None:
    """Create the index."""
    op.create_index("journal_keys", "journal", ["kind", "origin"], sqlite_where=KEYS, postgresql_where=KEYS)


def downgrade() -> None:
    """Raise NotImplementedError: a store is never taken back to an older schema."""
    message = "a store is never taken back to an older schema: restore the backup made before the upgrade"
    raise NotImplementedError(message)
