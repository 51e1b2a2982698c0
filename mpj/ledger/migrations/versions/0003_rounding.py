"""The rounding that a line was declared at, and whether a rejected line needs no repair any more (mpj.ledger.schema)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the columns; how lines of before were rounded is not known, so those follow the contract."""
    op.add_column("regel", sa.Column("afronding", sa.String(length=60), server_default="", nullable=False))
    op.add_column("regel", sa.Column("afgedaan", sa.Boolean(), server_default=sa.false(), nullable=False))
