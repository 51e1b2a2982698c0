"""The release that the message of a declaration is of (mpj.ledger.schema)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Make the column; every message of before is of release 3.2, the only one that could be made."""
    op.add_column("declaratie", sa.Column("release", sa.String(length=8), server_default="3.2", nullable=False))
