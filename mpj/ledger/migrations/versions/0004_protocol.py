"""Under which protocol a declaration was made, where it is not a shipped one (mpj.ledger.schema)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the tables; what was declared before was declared under the shipped protocol."""
    op.create_table(
        "protocol",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("inhoud", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_protocol")),
    )
    op.create_table(
        "onder_protocol",
        sa.Column("declaratie_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["declaratie_id"], ["declaratie.id"], name=op.f("fk_onder_protocol_declaratie_id_declaratie"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["sha256"], ["protocol.sha256"], name=op.f("fk_onder_protocol_sha256_protocol")),
        sa.PrimaryKeyConstraint("declaratie_id", name=op.f("pk_onder_protocol")),
    )
    if op.get_bind().dialect.name == "postgresql":  # SQLite keeps to no length.
        op.alter_column("regel", "kwalificatieniveau", type_=sa.String(length=16))
