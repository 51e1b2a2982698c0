"""The rounding that a line was declared at (mpj.ledger.schema)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the column; how lines of before were rounded is not known, so those follow the contract."""
    op.add_column("regel", sa.Column("afronding", sa.String(length=60), server_default="", nullable=False))
