"""The protocols that a ledger's declarations were made under: another than MPJ-16 stands in the ledger, as its file says it."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from sqlalchemy import Connection, func, select

from mpj.ledger import schema
from mpj.ledger.rows import add
from mpj.protocol import MPJ_16, Protocol, to_toml
from mpj.protocol.load import read_document
from mpj.reading.toml import parse_toml


def remember(connection: Connection, declaraties: Iterable[int], protocol: Protocol) -> None:
    """Keep under which protocol new declarations were made; of the shipped one nothing is said."""
    if protocol == MPJ_16:
        return
    text = to_toml(protocol)
    key = sha256(text.encode()).hexdigest()
    table = schema.protocol
    if connection.execute(select(table.c.sha256).where(table.c.sha256 == key)).first() is None:
        add(connection, table, [{"sha256": key, "inhoud": text}])
    add(connection, schema.onder_protocol, [{"declaratie_id": one, "sha256": key} for one in declaraties])


def protocol_of(connection: Connection, declaratie_id: int | None) -> Protocol:
    """Return the protocol that a declaration was made under."""
    under, table = schema.onder_protocol.c, schema.protocol
    query = select(table.c.inhoud).join(schema.onder_protocol).where(under.declaratie_id == declaratie_id)
    found = connection.execute(query).scalar()
    return MPJ_16 if found is None else read_document(parse_toml(found.encode(), "protocol.toml"))


def last_protocol(connection: Connection) -> Protocol:
    """Return the protocol of the last declaration, the shipped one in a ledger without any."""
    return protocol_of(connection, connection.execute(select(func.max(schema.declaratie.c.id))).scalar())
