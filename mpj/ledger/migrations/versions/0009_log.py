"""Who did what, and what was agreed to (mpj.ledger.schema)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make the table; of what happened before it is not known who did it."""
    op.create_table(
        "logboek",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("op", sa.Date(), nullable=False),
        sa.Column("wie", sa.Text(), nullable=False),
        sa.Column("handeling", sa.String(16), nullable=False),
        sa.Column("code", sa.String(16), nullable=True),
        sa.Column("inhoud", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_logboek")),
        sa.UniqueConstraint("handeling", "code", name=op.f("uq_logboek_handeling_code")),
    )
