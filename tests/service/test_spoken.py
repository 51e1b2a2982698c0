"""A problem is told in the language that a request asks for, whoever refuses it; codes, places and what was found stay."""

from __future__ import annotations

import json

import pytest

from service.support import FIELDS, Client, month

ENGLISH = {"Accept-Language": "en-GB,en;q=0.9"}
DUTCH = {"Accept-Language": "nl,en;q=0.8"}


def test_who_asks_for_english_is_told_in_english() -> None:
    wrong = FIELDS | {"periode": "maart"}
    dutch, english = (Client().post("declare", month(), wrong, headers=asked).json() for asked in (DUTCH, ENGLISH))
    assert dutch["detail"] == dutch["meldingen"][0]["toelichting"] and english["detail"] == english["meldingen"][0]["toelichting"]
    assert english["detail"] != dutch["detail"]
    assert [english[name] for name in ("type", "title", "status")] == [dutch[name] for name in ("type", "title", "status")]
    for one, other in zip(english["meldingen"], dutch["meldingen"], strict=True):
        same = ("formaat", "soort", "code", "bestand", "rij", "regel", "kolom")
        assert [one[name] for name in same] == [other[name] for name in same] and one.keys() == other.keys()


@pytest.mark.parametrize("asked", ["", "nl,en;q=0.8", "fr", "en;q=x, nl;q=0.1", "*"])
def test_dutch_is_what_it_says_of_itself(asked: str) -> None:
    answer = Client().ask("GET", "/api/v1/nergens", headers={"Accept-Language": asked})
    assert answer.json()["detail"] == "dit adres is er niet: /openapi.json zegt welke er zijn"
    assert "content-language" not in answer.headers


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        ({"Host": "kwaad.nl"}, ("this host is not of this service", "one of the names at which it listens")),
        ({"Origin": "http://kwaad.nl"}, ("this request comes from another site", "a request of this site or of a program")),
        ({}, ("there is no such address: /openapi.json says which there are", "")),
    ],
)
def test_a_refusal_at_the_door_too(headers: dict[str, str], told: tuple[str, str]) -> None:
    answer = Client().ask("GET", "/api/v1/nergens", headers=headers | ENGLISH)
    (one,) = answer.json()["meldingen"]
    assert (one["toelichting"], one["verwacht"]) == told
    assert answer.headers["content-language"] == "en" and answer.headers["content-type"] == "application/problem+json"
    assert int(answer.headers["content-length"]) == len(answer.content) and answer.headers["cache-control"] == "no-store"


def test_what_is_no_problem_is_the_same_in_every_language() -> None:
    dutch, english = (Client().ask("GET", "/openapi.json", headers=asked) for asked in (DUTCH, ENGLISH))
    assert json.loads(dutch.content) == json.loads(english.content)
