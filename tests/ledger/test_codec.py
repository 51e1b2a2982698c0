"""What ledgers hold is read, and stays as it is."""

from __future__ import annotations

from datetime import date

from mpj.engine import Herkomst
from mpj.ledger.codec import dump, load

STORED = (
    '{"referentienummer":"43A1C0783B089EEA08C1","soort":"registratie","bron":"R1","datum":"2026-03-02","minuten":50,'
    '"kwalificatieniveau":"wo","aantal_eenheden":3,"bedrag_cent":7365,"afgetopt":false,"status":"gerealiseerd","medewerker":"m1",'
    '"onderaannemer":"","bestand":"registraties.csv","rij":2,"keuze":"enige","niveaus":["hbo","wo"],"maximum":"hbo","geteld":50,'
    '"som_voor":0,"eenheden_voor_limiet":4}'
)


def test_a_trace_is_stored_as_the_first_ledgers_did() -> None:
    trace = load(Herkomst, STORED)
    assert (trace.datum, trace.niveaus, trace.voor_limiet) == (date(2026, 3, 2), ("hbo", "wo"), 4)
    assert dump(trace) == STORED
