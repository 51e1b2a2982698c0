"""Of an erased client, which lines were of one toewijzing: its place among those of that client (mpj.ledger.erase)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Make the columns; of clients that were erased before it is not known."""
    for table in ("regel", "ontvangen_regel"):
        op.add_column(table, sa.Column("toewijzing_plaats", sa.Integer(), nullable=True))
