"""What a line was kept under, without the stamp of its toewijzing; how long it is known that a stay goes on (mpj.ledger.schema)."""

from __future__ import annotations

import hashlib
import json

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
_STAMP = ("toewijzingsdatum", "toewijzingstijd", "reden_wijziging")


def upgrade() -> None:
    """Make the columns, and take the stamp out of what a line was made of.

    Under which terms lines of before were kept is not known: of those the register of reasons decides. Stays go on as far as they
    were computed.
    """
    op.add_column("regel", sa.Column("termen", sa.Text(), server_default="", nullable=False))
    op.add_column("record", sa.Column("bevestigd_tot", sa.Integer(), nullable=True))
    connection = op.get_bind()
    connection.execute(sa.text("UPDATE record SET bevestigd_tot = berekend_tot WHERE soort = 'verblijf'"))
    known: dict[str, str] = {}
    for (text,) in connection.execute(sa.text("SELECT DISTINCT inhoud FROM toewijzing")):
        without = {name: value for name, value in json.loads(text).items() if name not in _STAMP}
        known[_fingerprint(text)] = _fingerprint(json.dumps(without, ensure_ascii=False, separators=(",", ":")))
    rows = connection.execute(sa.text("SELECT id, sleutel FROM regel WHERE sleutel <> ''")).all()
    changed = [
        {"id": row.id, "sleutel": "#".join(known.get(part, part) for part in row.sleutel.split("#"))}
        for row in rows
        if any(known.get(part, part) != part for part in row.sleutel.split("#"))
    ]
    if changed:
        connection.execute(sa.text("UPDATE regel SET sleutel = :sleutel WHERE id = :id"), changed)


def _fingerprint(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
