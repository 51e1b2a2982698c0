"""The first version of the tables (mpj.ledger.schema)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_CONCEPT = sa.text("debetcredit = 'D' AND status = 'concept'")
_CREDIT = sa.text("debetcredit = 'C' AND (status = 'concept' OR status = 'verzonden' OR status = 'toegekend')")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "client",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("bsn", sa.String(length=9), nullable=True),
        sa.Column("gewist", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_client"),
        sa.UniqueConstraint("bsn", name="uq_client_bsn"),
    )
    op.create_table(
        "declaratie",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("aanbieder", sa.String(length=8), nullable=False),
        sa.Column("gemeente", sa.String(length=4), nullable=False),
        sa.Column("declaratienummer", sa.String(length=12), nullable=False),
        sa.Column("maand", sa.Integer(), nullable=False),
        sa.Column("dagtekening", sa.Date(), nullable=False),
        sa.Column("xsd_versie", sa.String(length=20), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("identificatie", sa.String(length=12), nullable=True),
        sa.Column("verzonden_op", sa.Date(), nullable=True),
        sa.Column("afgesloten_op", sa.Date(), nullable=True),
        sa.Column("retourcodes", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_declaratie"),
        sa.UniqueConstraint("aanbieder", "declaratienummer", name="uq_declaratie_aanbieder_declaratienummer"),
        sa.UniqueConstraint("aanbieder", "identificatie", name="uq_declaratie_aanbieder_identificatie"),
    )
    op.create_index("ix_declaratie_status", "declaratie", ["status"], unique=False)
    op.create_table(
        "medewerker",
        sa.Column("naam", sa.Text(), nullable=False),
        sa.Column("inhoud", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("naam", name="pk_medewerker"),
    )
    op.create_table(
        "antwoord",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("declaratie_id", sa.Integer(), nullable=False),
        sa.Column("gemeente", sa.String(length=4), nullable=False),
        sa.Column("identificatie", sa.String(length=12), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["declaratie_id"], ["declaratie.id"], name="fk_antwoord_declaratie_id_declaratie"),
        sa.PrimaryKeyConstraint("id", name="pk_antwoord"),
        sa.UniqueConstraint("declaratie_id", name="uq_antwoord_declaratie_id"),
        sa.UniqueConstraint("gemeente", "identificatie", name="uq_antwoord_gemeente_identificatie"),
    )
    op.create_table(
        "herzien",
        sa.Column("client_id", sa.Integer(), nullable=False),
        sa.Column("maand", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name="fk_herzien_client_id_client"),
        sa.PrimaryKeyConstraint("client_id", "maand", name="pk_herzien"),
    )
    op.create_table(
        "opzij",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.Integer(), nullable=False),
        sa.Column("soort", sa.String(length=12), nullable=False),
        sa.Column("bron", sa.Text(), nullable=False),
        sa.Column("datum", sa.Date(), nullable=False),
        sa.Column("datum_tot", sa.Date(), nullable=False),
        sa.Column("aantal", sa.Integer(), nullable=False),
        sa.Column("gemeente", sa.String(length=4), nullable=False),
        sa.Column("reden", sa.String(length=40), nullable=False),
        sa.Column("waarde_cent", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name="fk_opzij_client_id_client"),
        sa.PrimaryKeyConstraint("id", name="pk_opzij"),
    )
    op.create_index("ix_opzij_client_id", "opzij", ["client_id"], unique=False)
    op.create_table(
        "record",
        sa.Column("soort", sa.String(length=12), nullable=False),
        sa.Column("bron", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Integer(), nullable=False),
        sa.Column("maand", sa.Integer(), nullable=False),
        sa.Column("maand_tot", sa.Integer(), nullable=True),
        sa.Column("berekend_tot", sa.Integer(), nullable=True),
        sa.Column("vervallen", sa.Boolean(), nullable=False),
        sa.Column("medewerker", sa.Text(), nullable=True),
        sa.Column("inhoud", sa.Text(), nullable=False),
        sa.Column("bestand", sa.Text(), nullable=False),
        sa.Column("rij", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name="fk_record_client_id_client"),
        sa.PrimaryKeyConstraint("soort", "bron", name="pk_record"),
    )
    op.create_index("ix_record_client_id_maand", "record", ["client_id", "maand"], unique=False)
    op.create_index("ix_record_maand", "record", ["maand"], unique=False)
    op.create_index("ix_record_medewerker", "record", ["medewerker"], unique=False)
    op.create_table(
        "regel",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("declaratie_id", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.Integer(), nullable=False),
        sa.Column("vorige_id", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("staat", sa.Boolean(), nullable=False),
        sa.Column("opnieuw", sa.Boolean(), nullable=False),
        sa.Column("sleutel", sa.Text(), nullable=False),
        sa.Column("referentienummer", sa.String(length=20), nullable=False),
        sa.Column("debetcredit", sa.String(length=1), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("aanbieder", sa.String(length=8), nullable=False),
        sa.Column("gemeente", sa.String(length=4), nullable=False),
        sa.Column("toewijzingnummer", sa.Integer(), nullable=True),
        sa.Column("perceel", sa.Text(), nullable=False),
        sa.Column("prestatiecode", sa.String(length=8), nullable=False),
        sa.Column("kwalificatieniveau", sa.String(length=8), nullable=False),
        sa.Column("productcategorie", sa.String(length=2), nullable=False),
        sa.Column("productcode", sa.String(length=5), nullable=False),
        sa.Column("maand", sa.Integer(), nullable=False),
        sa.Column("begindatum", sa.Date(), nullable=False),
        sa.Column("einddatum", sa.Date(), nullable=False),
        sa.Column("volume", sa.Integer(), nullable=False),
        sa.Column("normtijd", sa.String(length=16), nullable=False),
        sa.Column("tarief_cent", sa.Integer(), nullable=False),
        sa.Column("bedrag_cent", sa.BigInteger(), nullable=False),
        sa.Column("eenheid", sa.String(length=2), nullable=False),
        sa.Column("volume_bericht", sa.Integer(), nullable=False),
        sa.Column("in_bericht", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name="fk_regel_client_id_client"),
        sa.ForeignKeyConstraint(["declaratie_id"], ["declaratie.id"], name="fk_regel_declaratie_id_declaratie"),
        sa.ForeignKeyConstraint(["vorige_id"], ["regel.id"], name="fk_regel_vorige_id_regel"),
        sa.PrimaryKeyConstraint("id", name="pk_regel"),
        sa.UniqueConstraint("aanbieder", "referentienummer", name="uq_regel_aanbieder_referentienummer"),
    )
    op.create_index("ix_regel_client_id_maand", "regel", ["client_id", "maand"], unique=False)
    op.create_index("ix_regel_declaratie_id", "regel", ["declaratie_id"], unique=False)
    op.create_index("ix_regel_status", "regel", ["status"], unique=False)
    op.create_index("ix_regel_vorige_id", "regel", ["vorige_id"], unique=False)
    op.create_index(
        "uq_regel_concept",
        "regel",
        ["gemeente", "toewijzingnummer", "productcategorie", "productcode", "maand"],
        unique=True,
        sqlite_where=_CONCEPT,
        postgresql_where=_CONCEPT,
    )
    op.create_index(
        "uq_regel_credit",
        "regel",
        ["vorige_id"],
        unique=True,
        sqlite_where=_CREDIT,
        postgresql_where=_CREDIT,
    )
    op.create_index(
        "uq_regel_staat",
        "regel",
        ["gemeente", "toewijzingnummer", "productcategorie", "productcode", "maand"],
        unique=True,
        sqlite_where=sa.text("staat = 1"),
        postgresql_where=sa.text("staat = true"),
    )
    op.create_table(
        "toewijzing",
        sa.Column("gemeente", sa.String(length=4), nullable=False),
        sa.Column("toewijzingnummer", sa.Integer(), nullable=False),
        sa.Column("stempel", sa.String(length=40), nullable=False),
        sa.Column("client_id", sa.Integer(), nullable=False),
        sa.Column("begin", sa.Integer(), nullable=False),
        sa.Column("eind", sa.Integer(), nullable=True),
        sa.Column("inhoud", sa.Text(), nullable=False),
        sa.Column("bestand", sa.Text(), nullable=False),
        sa.Column("rij", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name="fk_toewijzing_client_id_client"),
        sa.PrimaryKeyConstraint("gemeente", "toewijzingnummer", "stempel", name="pk_toewijzing"),
    )
    op.create_index("ix_toewijzing_client_id", "toewijzing", ["client_id"], unique=False)
    op.create_table(
        "afkeuring",
        sa.Column("regel_id", sa.Integer(), nullable=False),
        sa.Column("retourcode", sa.String(length=4), nullable=False),
        sa.ForeignKeyConstraint(["regel_id"], ["regel.id"], name="fk_afkeuring_regel_id_regel"),
        sa.PrimaryKeyConstraint("regel_id", "retourcode", name="pk_afkeuring"),
    )
    op.create_table(
        "herkomst",
        sa.Column("regel_id", sa.Integer(), nullable=False),
        sa.Column("volg", sa.Integer(), nullable=False),
        sa.Column("soort", sa.String(length=12), nullable=False),
        sa.Column("bron", sa.Text(), nullable=False),
        sa.Column("datum", sa.Date(), nullable=False),
        sa.Column("eenheden", sa.Integer(), nullable=False),
        sa.Column("vinger", sa.String(length=16), nullable=False),
        sa.Column("inhoud", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["regel_id"], ["regel.id"], name="fk_herkomst_regel_id_regel"),
        sa.PrimaryKeyConstraint("regel_id", "volg", name="pk_herkomst"),
    )
