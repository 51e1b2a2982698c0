"""From which month on a ledger declares (mpj.ledger.schema)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Make the table; a ledger of before has no begin, and declares care of any month."""
    op.create_table(
        "aanvang",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("vanaf", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_aanvang")),
    )
