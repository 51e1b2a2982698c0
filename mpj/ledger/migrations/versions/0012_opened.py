"""Which records of before the begin a ledger declares after all (mpj.ledger.schema)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "opengesteld",
        sa.Column("soort", sa.String(length=12), nullable=False),
        sa.Column("bron", sa.Text(), nullable=False),
        sa.Column("akkoord", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("soort", "bron", name=op.f("pk_opengesteld")),
    )
