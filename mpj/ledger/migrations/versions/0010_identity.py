"""A line is the same line by what it means, not by the code it travels under; what was decided of it (mpj.ledger.schema)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
_IDENTITY = ["client_id", "gemeente", "toewijzingnummer", "perceel", "prestatiecode", "kwalificatieniveau", "maand"]


def upgrade() -> None:
    """Make the columns and the indexes anew; numbers and codes of lines stay as they were sent.

    Of two lines that stand for the same care, made while a code table changed, the older one stands beside the other: the next
    correction takes both back. What a line was made of says its code from now on.
    """
    op.add_column("regel", sa.Column("naast", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("regel", sa.Column("besloten", sa.Text(), server_default="", nullable=False))
    connection = op.get_bind()
    names = ("id", "staat", "naast", "sleutel", "debetcredit", "productcategorie", "productcode", *_IDENTITY)
    regel = sa.table("regel", *(sa.column(name) for name in names))
    rows = connection.execute(sa.select(regel).where(regel.c.sleutel != "", regel.c.debetcredit == "D")).all()
    coded = [
        {"key": row.id, "text": f"{row.sleutel}|{row.productcategorie}|{row.productcode}"}
        for row in rows
        if "|" not in row.sleutel.rpartition("#")[2]
    ]
    if coded:
        own = sa.update(regel).where(regel.c.id == sa.bindparam("key")).values(sleutel=sa.bindparam("text"))
        connection.execute(own, coded)
    later = regel.alias("later")
    same = [later.c[name] == regel.c[name] for name in _IDENTITY]
    older = sa.exists().where(later.c.staat == sa.true(), later.c.id > regel.c.id, *same)
    connection.execute(sa.update(regel).where(regel.c.staat == sa.true(), older).values(naast=sa.true()))
    for name, where in (
        ("uq_regel_staat", "staat = {true} AND naast = {false}"),
        ("uq_regel_concept", "debetcredit = 'D' AND status = 'concept'"),
    ):
        op.drop_index(name, "regel")
        lite, postgres = (sa.text(where.format(true=yes, false=no)) for yes, no in ((1, 0), ("true", "false")))
        op.create_index(name, "regel", _IDENTITY, unique=True, sqlite_where=lite, postgresql_where=postgres)
