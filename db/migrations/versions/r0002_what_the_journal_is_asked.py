"""Indexes of the journal: entries by time (the log of one day), and those few that a rebuild must know first."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

AHEAD = sa.text("kind IN ('DeviceEnrolled', 'TimeCorrected')")


def upgrade() -> None:
    # On a server blocks in order of time are enough: entries lie as they came, and nothing is sorted as they come in.
    op.create_index("journal_by_time", "journal", ["recorded_at"], postgresql_using="brin")
    op.create_index("journal_ahead", "journal", ["kind"], sqlite_where=AHEAD, postgresql_where=AHEAD)


def downgrade() -> None:
    message = "a store is never taken back to an older schema: restore the backup made before the upgrade"
    raise NotImplementedError(message)
