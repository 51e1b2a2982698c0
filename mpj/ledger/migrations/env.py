"""Alembic's entry: runs the migrations on the connection, and inside the transaction, that the ledger opened."""

from __future__ import annotations

from alembic import context

from mpj.ledger.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
