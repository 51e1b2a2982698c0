"""What tells when a row is repaired, and what is set aside is estimated at (mpj.ledger.schema)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Make the columns; of rows and care of before, the next run that looks at them tells."""
    op.add_column("onleesbaar", sa.Column("datum", sa.Date(), nullable=True))
    op.add_column("onleesbaar", sa.Column("stempel", sa.String(length=32), server_default="", nullable=False))
    op.add_column("onleesbaar", sa.Column("bewaard", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("opzij", sa.Column("geschat_cent", sa.BigInteger(), nullable=True))
