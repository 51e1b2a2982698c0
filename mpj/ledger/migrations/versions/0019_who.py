"""Who kept a declaration: with `vier_ogen` somebody else sends it (mpj.ledger.sending)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Add the column; of what is there nobody is known."""
    op.add_column("declaratie", sa.Column("wie", sa.Text(), nullable=False, server_default=""))
