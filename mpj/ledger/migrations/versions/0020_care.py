"""Which care a received line declares: its code without the category, of a product the whole code (mpj.ledger.schema)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Make the column and fill it; what a ledger of before received was MPJ-16 care, whose codes end in two signs and a level."""
    op.add_column("ontvangen_regel", sa.Column("zorg", sa.String(length=5), nullable=False, server_default=""))
    op.execute("UPDATE ontvangen_regel SET zorg = substr(productcode, 3)")
