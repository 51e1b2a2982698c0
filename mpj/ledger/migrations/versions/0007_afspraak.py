"""The afspraak of a registratie in a column of its own, so that records that belong together are found (mpj.ledger.schema)."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make column and index, and fill them from the stored content."""
    op.add_column("record", sa.Column("afspraak", sa.Text(), nullable=True))
    connection = op.get_bind()
    table = sa.table("record", *(sa.column(name) for name in ("soort", "bron", "inhoud", "afspraak")))
    for row in connection.execute(sa.select(table).where(table.c.inhoud.contains('"afspraak":'))).all():
        afspraak = json.loads(row.inhoud).get("afspraak")
        own = (table.c.soort == row.soort, table.c.bron == row.bron)
        connection.execute(sa.update(table).where(*own).values(afspraak=afspraak))
    where = sa.text("afspraak IS NOT NULL")
    op.create_index("ix_record_afspraak", "record", ["client_id", "afspraak"], sqlite_where=where, postgresql_where=where)
