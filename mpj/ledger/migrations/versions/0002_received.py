"""What a municipality received and verified (mpj.ledger.schema)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_COUNTS = sa.text("status <> 'niet_verzonden'")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "ontvangst",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("aanbieder", sa.String(length=8), nullable=False),
        sa.Column("gemeente", sa.String(length=4), nullable=False),
        sa.Column("identificatie", sa.String(length=12), nullable=False),
        sa.Column("declaratienummer", sa.String(length=12), nullable=False),
        sa.Column("maand", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("dagtekening", sa.Date(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("antwoord", sa.String(length=12), nullable=True),
        sa.Column("retourcodes", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ontvangst"),
        sa.UniqueConstraint("aanbieder", "identificatie", "sha256", name="uq_ontvangst_aanbieder_identificatie_sha256"),
    )
    for name in ("identificatie", "declaratienummer"):
        columns = ["aanbieder", name]
        op.create_index(f"uq_ontvangst_{name}", "ontvangst", columns, unique=True, sqlite_where=_COUNTS, postgresql_where=_COUNTS)
    op.create_table(
        "ontvangen_regel",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ontvangst_id", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.Integer(), nullable=False),
        sa.Column("stand", sa.String(length=16), nullable=False),
        sa.Column("retourcodes", sa.Text(), server_default="", nullable=False),
        sa.Column("aanbieder", sa.String(length=8), nullable=False),
        sa.Column("gemeente", sa.String(length=4), nullable=False),
        sa.Column("referentienummer", sa.String(length=20), nullable=False),
        sa.Column("vorig_referentienummer", sa.String(length=20), nullable=True),
        sa.Column("toewijzingnummer", sa.Integer(), nullable=True),
        sa.Column("productcategorie", sa.String(length=2), nullable=False),
        sa.Column("productcode", sa.String(length=5), nullable=False),
        sa.Column("begindatum", sa.Date(), nullable=False),
        sa.Column("einddatum", sa.Date(), nullable=False),
        sa.Column("volume", sa.Integer(), nullable=False),
        sa.Column("eenheid", sa.String(length=2), nullable=False),
        sa.Column("tarief_cent", sa.Integer(), nullable=True),
        sa.Column("bedrag_cent", sa.BigInteger(), nullable=False),
        sa.Column("debetcredit", sa.String(length=1), nullable=False),
        sa.ForeignKeyConstraint(["ontvangst_id"], ["ontvangst.id"], name="fk_ontvangen_regel_ontvangst_id_ontvangst"),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name="fk_ontvangen_regel_client_id_client"),
        sa.PrimaryKeyConstraint("id", name="pk_ontvangen_regel"),
    )
    for column in ("ontvangst_id", "client_id", "referentienummer", "vorig_referentienummer", "toewijzingnummer"):
        op.create_index(f"ix_ontvangen_regel_{column}", "ontvangen_regel", [column], unique=False)
