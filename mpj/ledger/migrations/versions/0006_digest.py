"""The digest of every message that was sent (mpj.ledger.schema)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the column; of what was sent before no digest is known."""
    op.add_column("declaratie", sa.Column("sha256", sa.String(length=64), nullable=True))
