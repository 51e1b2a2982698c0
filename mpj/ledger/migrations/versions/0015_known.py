"""Where the message of a concept was written, what concepts were replaced, and which rows could not be read (mpj.ledger.schema)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Make columns and tables; of declarations of before it is not known whether and where their message was written."""
    op.add_column("declaratie", sa.Column("map", sa.Text(), server_default="", nullable=False))
    op.add_column("declaratie", sa.Column("bericht", sa.Boolean(), nullable=True))
    op.create_table(
        "vervangen",
        sa.Column("aanbieder", sa.String(length=8), nullable=False),
        sa.Column("declaratienummer", sa.String(length=12), nullable=False),
        sa.Column("gemeente", sa.String(length=4), nullable=False),
        sa.Column("maand", sa.Integer(), nullable=False),
        sa.Column("map", sa.Text(), nullable=False),
        sa.Column("door", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("aanbieder", "declaratienummer", name=op.f("pk_vervangen")),
    )
    op.create_table(
        "onleesbaar",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("soort", sa.String(length=12), nullable=False),
        sa.Column("bron", sa.Text(), nullable=False),
        sa.Column("bestand", sa.Text(), nullable=False),
        sa.Column("rij", sa.Integer(), nullable=False),
        sa.Column("reden", sa.String(length=40), nullable=False),
        sa.Column("oorzaak", sa.Text(), nullable=False),
        sa.Column("gemeente", sa.String(length=4), nullable=False),
        sa.Column("maand", sa.Integer(), nullable=False),
        sa.Column("sinds", sa.Date(), nullable=False),
        sa.Column("client_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_onleesbaar_client_id_client")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_onleesbaar")),
    )
    op.create_index(op.f("ix_onleesbaar_client_id"), "onleesbaar", ["client_id"])
