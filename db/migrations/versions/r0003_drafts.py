"""Drafts: what a person has started but not recorded yet."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "drafts",
        sa.Column("account", TEXT, nullable=False),
        sa.Column("visit_id", TEXT, nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("part", TEXT, nullable=False),
        sa.Column("value", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("account", "visit_id", "subject", "part"),
    )


def downgrade() -> None:
    """Raise NotImplementedError: a store is never taken back to an older schema."""
    message = "a store is never taken back to an older schema: restore the backup made before the upgrade"
    raise NotImplementedError(message)
