"""The digest of the lines of a received message (mpj.ledger.schema)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Make the column; of what was received before no digest is known."""
    op.add_column("ontvangst", sa.Column("regels_sha256", sa.String(length=64), nullable=True))
