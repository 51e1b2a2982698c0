"""The terms of the contract that a line was kept under (mpj.ledger.schema)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the column; under which terms lines of before were kept is not known: of those the register of reasons decides."""
    op.add_column("regel", sa.Column("termen", sa.Text(), server_default="", nullable=False))
