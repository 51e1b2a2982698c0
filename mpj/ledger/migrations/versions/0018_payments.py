"""What gemeenten paid, and for which declarations (mpj.ledger.payments)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "betaling",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("datum", sa.Date(), nullable=False),
        sa.Column("cent", sa.BigInteger(), nullable=False),
        sa.Column("rekening", sa.String(length=34), nullable=False),
        sa.Column("gemeenten", sa.Text(), nullable=False),
        sa.Column("omschrijving", sa.Text(), nullable=False),
        sa.Column("kenmerk", sa.Text(), nullable=False),
        sa.Column("nummers", sa.Text(), nullable=False),
        sa.Column("hand", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_betaling")),
    )
    op.create_table(
        "koppeling",
        sa.Column("betaling_id", sa.Integer(), nullable=False),
        sa.Column("declaratie_id", sa.Integer(), nullable=False),
        sa.Column("cent", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["betaling_id"], ["betaling.id"], name=op.f("fk_koppeling_betaling_id_betaling")),
        sa.ForeignKeyConstraint(["declaratie_id"], ["declaratie.id"], name=op.f("fk_koppeling_declaratie_id_declaratie")),
        sa.PrimaryKeyConstraint("betaling_id", "declaratie_id", name=op.f("pk_koppeling")),
    )
