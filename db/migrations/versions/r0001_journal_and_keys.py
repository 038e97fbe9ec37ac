"""Journal, content keys, key material and meta."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "journal",
        sa.Column("origin", TEXT, nullable=False),
        sa.Column("epoch", sa.BigInteger, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("prev_hash", sa.LargeBinary, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("recorded_at", TEXT, nullable=False),
        sa.Column("session_id", TEXT, nullable=False),
        sa.Column("elapsed_ms", sa.BigInteger, nullable=False),
        sa.Column("actor", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("kind_version", sa.BigInteger, nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.Column("known_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("origin", "epoch", "seq"),
    )
    op.create_table(
        "content",
        sa.Column("object_id", TEXT, primary_key=True),
        sa.Column("key", sa.LargeBinary),
        sa.Column("salt", sa.LargeBinary),
        sa.Column("sealed_size", sa.BigInteger, nullable=False),
        sa.Column("media_type", TEXT, nullable=False),
        sa.Column("sealed", sa.LargeBinary),
    )
    op.create_table(
        "secrets",
        sa.Column("purpose", TEXT, primary_key=True),
        sa.Column("value", sa.LargeBinary, nullable=False),
    )
    op.create_table("meta", sa.Column("name", TEXT, primary_key=True), sa.Column("value", TEXT, nullable=False))


def downgrade() -> None:
    """Raise NotImplementedError: a store is never taken back to an older schema."""
    message = "a store is never taken back to an older schema: restore the backup made before the upgrade"
    raise NotImplementedError(message)
