"""The tables, in one place. A BSN stands in `client` alone; every other table names a client by a number of the ledger's own.

Uniqueness is the database's to keep: a number is used once, of one line identity at most one debit stands and one is being
prepared, and a debit has at most one credit that counts. Months are whole numbers (`mpj.reading.periods`), money is eurocents.
`regel.staat` marks the debit that stands of its identity, `regel.opnieuw` a rejected line that may go out again unchanged, or one
that was not processed and that no run looked at since. `declaratie.overgenomen` marks what was declared before the ledger began;
the piece behind such a line is a `herkomst` of soort overgenomen (`mpj.ledger.begin`). `regel.naast` marks a debit that stands
beside that of its identity, from when a line was the same by its code; `regel.besloten` is what somebody decided of a granted line
(`mpj.ledger.hold`). `toewijzing_plaats` stands for the toewijzingnummer of an erased client. `declaratie.map` is the folder of the
run that made it, `declaratie.bericht` whether its message was written there, unknown where a program or an earlier mpj made it.

A column that a migration adds stands last in its table, where an older ledger gets it: so a new one is the same.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    and_,
    false,
    or_,
    true,
)

from mpj.engine.values import Identiteit

CONCEPT, VERZONDEN, BEANTWOORD, NIET_VERZONDEN = "concept", "verzonden", "beantwoord", "niet_verzonden"
TOEGEKEND, AFGEKEURD = "toegekend", "afgekeurd"
WACHT = "wacht"
REGISTRATIE, VERBLIJF, PRESTATIE = "registratie", "verblijf", "prestatie"
LOPEND = (VERBLIJF, PRESTATIE)
"""The kinds of records whose care can run over months: from `record.maand` to `record.maand_tot`, None where no end is known."""
OVERGENOMEN = "overgenomen"

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)
client = Table(
    "client",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("bsn", String(9), unique=True),
    Column("gewist", Date),
)
record = Table(
    "record",
    metadata,
    Column("soort", String(12), primary_key=True),
    Column("bron", Text, primary_key=True),
    Column("client_id", ForeignKey("client.id"), nullable=False),
    Column("maand", Integer, nullable=False),
    Column("maand_tot", Integer),
    Column("berekend_tot", Integer),
    Column("vervallen", Boolean, nullable=False),
    Column("medewerker", Text),
    Column("inhoud", Text, nullable=False),
    Column("bestand", Text, nullable=False),
    Column("rij", Integer, nullable=False),
    Column("bevestigd_tot", Integer),
    Column("afspraak", Text),
    Index(None, "client_id", "maand"),
    Index(None, "medewerker"),
    Index(None, "maand"),
)
_planned = record.c.afspraak.is_not(None)
Index("ix_record_afspraak", record.c.client_id, record.c.afspraak, sqlite_where=_planned, postgresql_where=_planned)
toewijzing = Table(
    "toewijzing",
    metadata,
    Column("gemeente", String(4), primary_key=True),
    Column("toewijzingnummer", Integer, primary_key=True),
    Column("stempel", String(40), primary_key=True),
    Column("client_id", ForeignKey("client.id"), nullable=False),
    Column("begin", Integer, nullable=False),
    Column("eind", Integer),
    Column("inhoud", Text, nullable=False),
    Column("bestand", Text, nullable=False),
    Column("rij", Integer, nullable=False),
    Index(None, "client_id"),
)
medewerker = Table("medewerker", metadata, Column("naam", Text, primary_key=True), Column("inhoud", Text, nullable=False))
declaratie = Table(
    "declaratie",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("aanbieder", String(8), nullable=False),
    Column("gemeente", String(4), nullable=False),
    Column("declaratienummer", String(12), nullable=False),
    Column("maand", Integer, nullable=False),
    Column("dagtekening", Date, nullable=False),
    Column("xsd_versie", String(20), nullable=False),
    Column("status", String(16), nullable=False),
    Column("identificatie", String(12)),
    Column("verzonden_op", Date),
    Column("afgesloten_op", Date),
    Column("retourcodes", Text, nullable=False, server_default=""),
    Column("sha256", String(64)),
    Column("overgenomen", Boolean, nullable=False, server_default=false()),
    Column("release", String(8), nullable=False, server_default="3.2"),
    Column("map", Text, nullable=False, server_default=""),
    Column("bericht", Boolean),
    Column("wie", Text, nullable=False, server_default=""),
    UniqueConstraint("aanbieder", "declaratienummer"),
    UniqueConstraint("aanbieder", "identificatie"),
    Index(None, "status"),
)
# Concepts that a run replaced, where their messages were written, and the numbers of what took their place.
vervangen = Table(
    "vervangen",
    metadata,
    Column("aanbieder", String(8), primary_key=True),
    Column("declaratienummer", String(12), primary_key=True),
    Column("gemeente", String(4), nullable=False),
    Column("maand", Integer, nullable=False),
    Column("map", Text, nullable=False),
    Column("door", Text, nullable=False),
)
# The protocols that are not the shipped one, and the declarations that were made under them.
protocol = Table("protocol", metadata, Column("sha256", String(64), primary_key=True), Column("inhoud", Text, nullable=False))
onder_protocol = Table(
    "onder_protocol",
    metadata,
    Column("declaratie_id", ForeignKey("declaratie.id", ondelete="CASCADE"), primary_key=True),
    Column("sha256", ForeignKey("protocol.sha256"), nullable=False),
)
regel = Table(
    "regel",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("declaratie_id", ForeignKey("declaratie.id"), nullable=False),
    Column("client_id", ForeignKey("client.id"), nullable=False),
    Column("vorige_id", ForeignKey("regel.id")),
    Column("status", String(16), nullable=False),
    Column("staat", Boolean, nullable=False),
    Column("opnieuw", Boolean, nullable=False),
    Column("sleutel", Text, nullable=False),
    Column("referentienummer", String(20), nullable=False),
    Column("debetcredit", String(1), nullable=False),
    Column("contract", Text, nullable=False),
    Column("aanbieder", String(8), nullable=False),
    Column("gemeente", String(4), nullable=False),
    Column("toewijzingnummer", Integer),
    Column("perceel", Text, nullable=False),
    Column("prestatiecode", String(8), nullable=False),
    Column("kwalificatieniveau", String(8).with_variant(String(16), "postgresql"), nullable=False),
    Column("productcategorie", String(2), nullable=False),
    Column("productcode", String(5), nullable=False),
    Column("maand", Integer, nullable=False),
    Column("begindatum", Date, nullable=False),
    Column("einddatum", Date, nullable=False),
    Column("volume", Integer, nullable=False),
    Column("normtijd", String(16), nullable=False),
    Column("tarief_cent", Integer, nullable=False),
    Column("bedrag_cent", BigInteger, nullable=False),
    Column("eenheid", String(2), nullable=False),
    Column("volume_bericht", Integer, nullable=False),
    Column("in_bericht", Boolean, nullable=False),
    Column("afronding", String(60), nullable=False, server_default=""),
    Column("afgedaan", Boolean, nullable=False, server_default=false()),
    Column("termen", Text, nullable=False, server_default=""),
    Column("naast", Boolean, nullable=False, server_default=false()),
    Column("besloten", Text, nullable=False, server_default=""),
    Column("toewijzing_plaats", Integer),
    UniqueConstraint("aanbieder", "referentienummer"),
    Index(None, "client_id", "maand"),
    Index(None, "declaratie_id"),
    Index(None, "vorige_id"),
    Index(None, "status"),
)
_IDENTITY = tuple(regel.c[name] for name in ("client_id", *Identiteit._fields))
_debet = regel.c.debetcredit == "D"
_counts = or_(regel.c.status == CONCEPT, regel.c.status == VERZONDEN, regel.c.status == TOEGEKEND)
for _name, _columns, _where in (
    ("uq_regel_staat", _IDENTITY, and_(regel.c.staat == true(), regel.c.naast == false())),
    ("uq_regel_concept", _IDENTITY, and_(_debet, regel.c.status == CONCEPT)),
    ("uq_regel_credit", (regel.c.vorige_id,), and_(regel.c.debetcredit == "C", _counts)),
):
    Index(_name, *_columns, unique=True, sqlite_where=_where, postgresql_where=_where)
herkomst = Table(
    "herkomst",
    metadata,
    Column("regel_id", ForeignKey("regel.id"), primary_key=True),
    Column("volg", Integer, primary_key=True),
    Column("soort", String(12), nullable=False),
    Column("bron", Text, nullable=False),
    Column("datum", Date, nullable=False),
    Column("eenheden", Integer, nullable=False),
    Column("vinger", String(16), nullable=False),
    Column("inhoud", Text, nullable=False),
)
antwoord = Table(
    "antwoord",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("declaratie_id", ForeignKey("declaratie.id"), nullable=False, unique=True),
    Column("gemeente", String(4), nullable=False),
    Column("identificatie", String(12), nullable=False),
    Column("sha256", String(64), nullable=False),
    UniqueConstraint("gemeente", "identificatie"),
)
afkeuring = Table(
    "afkeuring",
    metadata,
    Column("regel_id", ForeignKey("regel.id"), primary_key=True),
    Column("retourcode", String(4), primary_key=True),
)
opzij = Table(
    "opzij",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("client_id", ForeignKey("client.id"), nullable=False),
    Column("soort", String(12), nullable=False),
    Column("bron", Text, nullable=False),
    Column("datum", Date, nullable=False),
    Column("datum_tot", Date, nullable=False),
    Column("aantal", Integer, nullable=False),
    Column("gemeente", String(4), nullable=False),
    Column("reden", String(40), nullable=False),
    Column("waarde_cent", BigInteger),
    Column("geschat_cent", BigInteger),
    Index(None, "client_id"),
)
# Rows that could not be read, or came twice with other content, until they are repaired (`mpj.ledger.known`).
# `bewaard`: the ledger holds the record or toewijzing itself, so that each run judges it anew. `stempel` is of a toewijzing.
onleesbaar = Table(
    "onleesbaar",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("soort", String(12), nullable=False),
    Column("bron", Text, nullable=False),
    Column("bestand", Text, nullable=False),
    Column("rij", Integer, nullable=False),
    Column("reden", String(40), nullable=False),
    Column("oorzaak", Text, nullable=False),
    Column("gemeente", String(4), nullable=False),
    Column("maand", Integer, nullable=False),
    Column("sinds", Date, nullable=False),
    Column("client_id", ForeignKey("client.id")),
    Column("datum", Date),
    Column("stempel", String(32), nullable=False, server_default=""),
    Column("bewaard", Boolean, nullable=False, server_default=false()),
    Index(None, "client_id"),
)
# What a gemeente received and verified. A message has a number above zero, in the order of first verification; one that was
# taken over from before the ledger has a number below zero. So what came before a message has a lower number. `zorg` of a line is
# the care that its code names (`mpj.protocol.care_in`): a line of the same care may stand under another category.
ontvangst = Table(
    "ontvangst",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("aanbieder", String(8), nullable=False),
    Column("gemeente", String(4), nullable=False),
    Column("identificatie", String(12), nullable=False),
    Column("declaratienummer", String(12), nullable=False),
    Column("maand", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("dagtekening", Date, nullable=False),
    Column("status", String(16), nullable=False),
    Column("antwoord", String(12)),
    Column("retourcodes", Text, nullable=False, server_default=""),
    Column("regels_sha256", String(64)),
    UniqueConstraint("aanbieder", "identificatie", "sha256"),
)
for _name in ("identificatie", "declaratienummer"):
    _sent = ontvangst.c.status != NIET_VERZONDEN
    _number = (ontvangst.c.aanbieder, ontvangst.c[_name])
    Index(f"uq_ontvangst_{_name}", *_number, unique=True, sqlite_where=_sent, postgresql_where=_sent)
ontvangen_regel = Table(
    "ontvangen_regel",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("ontvangst_id", ForeignKey("ontvangst.id"), nullable=False),
    Column("client_id", ForeignKey("client.id"), nullable=False),
    Column("stand", String(16), nullable=False),
    Column("retourcodes", Text, nullable=False, server_default=""),
    Column("aanbieder", String(8), nullable=False),
    Column("gemeente", String(4), nullable=False),
    Column("referentienummer", String(20), nullable=False),
    Column("vorig_referentienummer", String(20)),
    Column("toewijzingnummer", Integer),
    Column("productcategorie", String(2), nullable=False),
    Column("productcode", String(5), nullable=False),
    Column("begindatum", Date, nullable=False),
    Column("einddatum", Date, nullable=False),
    Column("volume", Integer, nullable=False),
    Column("eenheid", String(2), nullable=False),
    Column("tarief_cent", Integer),
    Column("bedrag_cent", BigInteger, nullable=False),
    Column("debetcredit", String(1), nullable=False),
    Column("toewijzing_plaats", Integer),
    Column("zorg", String(5), nullable=False, server_default=""),
    Index(None, "ontvangst_id"),
    Index(None, "client_id"),
    Index(None, "referentienummer"),
    Index(None, "vorig_referentienummer"),
    Index(None, "toewijzingnummer"),
)
herzien = Table(
    "herzien",
    metadata,
    Column("client_id", ForeignKey("client.id"), primary_key=True),
    Column("maand", Integer, primary_key=True),
)
# Who did what, and when: what was agreed to has the code of the decision.
logboek = Table(
    "logboek",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("op", Date, nullable=False),
    Column("wie", Text, nullable=False),
    Column("handeling", String(16), nullable=False),
    Column("code", String(16)),
    Column("inhoud", Text, nullable=False),
    UniqueConstraint("handeling", "code"),
)
# From which month on the ledger declares: one row, or none where that was not said.
aanvang = Table(
    "aanvang",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("vanaf", Integer, nullable=False),
)
# What gemeenten paid, below zero what was paid back; one account may pay for more of them. `hand`: somebody coupled it.
betaling = Table(
    "betaling",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("datum", Date, nullable=False),
    Column("cent", BigInteger, nullable=False),
    Column("rekening", String(34), nullable=False),
    Column("gemeenten", Text, nullable=False),
    Column("omschrijving", Text, nullable=False),
    Column("kenmerk", Text, nullable=False),
    Column("nummers", Text, nullable=False),
    Column("hand", Boolean, nullable=False),
)
# Which part of a payment is for which declaration.
koppeling = Table(
    "koppeling",
    metadata,
    Column("betaling_id", ForeignKey("betaling.id"), primary_key=True),
    Column("declaratie_id", ForeignKey("declaratie.id"), primary_key=True),
    Column("cent", BigInteger, nullable=False),
)
# The records of before the begin that the ledger declares after all, and whether somebody agreed to that.
opengesteld = Table(
    "opengesteld",
    metadata,
    Column("soort", String(12), primary_key=True),
    Column("bron", Text, primary_key=True),
    Column("akkoord", Boolean, nullable=False),
)
