"""Which declarations were made elsewhere and taken over (mpj.ledger.schema)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Make the column; nothing was taken over before."""
    op.add_column("declaratie", sa.Column("overgenomen", sa.Boolean(), server_default=sa.false(), nullable=False))
