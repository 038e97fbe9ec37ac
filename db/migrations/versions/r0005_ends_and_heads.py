"""An index of the journal for ends of devices' identities, and for heads that are fixed outside of a device's word."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ENDS = sa.text("kind IN ('DeviceEnrolled', 'DeviceRevoked', 'FactsReceived', 'LateHeadAccepted', 'PaperHeadNoted')")


def upgrade() -> None:
    """Create the index."""
    op.create_index("journal_ends", "journal", ["kind", "origin"], sqlite_where=ENDS, postgresql_where=ENDS)


def downgrade() -> None:
    """Raise NotImplementedError: a store is never taken back to an older schema."""
    message = "a store is never taken back to an older schema: restore the backup made before the upgrade"
    raise NotImplementedError(message)
