"""Indexes of the journal: entries by time (the log of one day), and the few entries that a rebuild must know first."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

AHEAD = sa.text("kind IN ('DeviceEnrolled', 'TimeCorrected')")


def upgrade() -> None:
    """Create the indexes."""
    # A BRIN index is enough on a server: entries are stored in order of arrival, and inserts need no sorting.
    op.create_index("journal_by_time", "journal", ["recorded_at"], postgresql_using="brin")
    op.create_index("journal_ahead", "journal", ["kind"], sqlite_where=AHEAD, postgresql_where=AHEAD)


def downgrade() -> None:
    """Raise NotImplementedError: a store is never taken back to an older schema."""
    message = "a store is never taken back to an older schema: restore the backup made before the upgrade"
    raise NotImplementedError(message)
