"""The sector of a party by the codebook's rulings 10.12, 10.16, 10.19 and 10.22: what the form of its words means."""

from __future__ import annotations

import re
from datetime import date

import msgspec

from detente.names import word_list
from detente.phrases import Hit, Phrase

# Events that are spoken or agreed, in which a people stands for its government.
SPOKEN = frozenset({"AGREE", "CONSULT", "ACCUSE", "REJECT", "SANCTION", "THREATEN", "CONCEDE", "SUPPORT"})
# Heads that say only that it is a human being.
ANYBODY = word_list("anybody")
# Words of arrest and trial: those they are said of are suspects (ruling 10.22).
CRIME = re.compile(
    r"\b(arrest|detain|convict|sentenc|charged|guilty|suspect|accused of|extradit|jail|murder|prison|trial|court)",
    re.IGNORECASE,
)
# Events whose recipients are mostly private people when only a name is known.
HARMED = frozenset({"ASSAULT", "COERCE", "RETREAT", "SANCTION", "AID"})
# Events that people, not a government, undergo in a place.
SUFFERED = frozenset({"ASSAULT", "COERCE", "AID", "AGREE"})


class Place(msgspec.Struct, frozen=True):
    """Where a mention stands: its event, its role in it, the day, and its sentence."""

    event: str
    role: str
    day: date | None
    sentence: str


def _also(also: str, place: Place) -> str:
    """PTY for an armed body that talks (ruling 10.12), GOV on the days on which it governed."""
    day = place.day
    if also == "PTY":
        return "PTY" if place.event in ("AGREE", "CONSULT", "SUPPORT") else ""
    for told in also.split():
        start, _, end = told.partition("/")
        if day and start <= day.isoformat() and (not end or day.isoformat() < end):
            return "GOV"
    return ""


def sector_of(phrase: Phrase, told: str, place: Place, *, code: str, also: str, is_person: bool) -> str:
    """The sector by the codebook: what the words say, else what the form of the phrase means in this event.

    `told` is the sector that the words or the office of the day give ("UNK" for none), `also` as in `Meaning`,
    `is_person` whether the phrase names someone in the tables.
    """
    if code in ("UNO", "EUR", "IGO"):
        return "IGO"
    if code == "MNC":
        return "BUS"
    if phrase.head == "security forces" and place.event in ("COERCE", "PROTEST"):
        return "COP"
    if also and not phrase.strong and (sector := _also(also, place)):
        return sector
    if told not in ("UNK", "CVL") or (told == "CVL" and phrase.head not in ANYBODY):
        return told
    if phrase.whole is not None and told == "UNK":
        return _of_country(phrase.whole, place, counted=phrase.whole.last - phrase.whole.first < len(phrase.tokens))
    if not is_person and (told == "CVL" or phrase.name_words):
        return _of_anybody(place, named=told == "UNK")
    if place.role == "recipient" and place.event == "ASSAULT":
        return "CVL"
    return told


def _of_country(whole: Hit, place: Place, *, counted: bool) -> str:
    """Sector of a phrase that is only a country's, people's or place's name (ruling 10.16)."""
    recipient = place.role == "recipient"
    if whole.form == "people" or (whole.form == "adjective" and counted):
        return "GOV" if not recipient and place.event in SPOKEN and not counted else "CVL"
    if not recipient and place.event == "PROTEST":
        return "CVL"
    if whole.form == "adjective" and not recipient and place.event in ("ASSAULT", "MOBILIZE"):
        return "MIL"
    if recipient and place.event == "ASSAULT" and whole.form in ("adjective", "capital", "seat"):
        return "CVL"
    if whole.form in ("region", "place"):
        return "CVL" if recipient and place.event in SUFFERED else "GOV"
    return "GOV" if whole.form in ("noun", "adjective", "seat", "capital") else "UNK"


def _of_anybody(place: Place, *, named: bool) -> str:
    """Sector of a man, people, or a name that nothing is known of: what is done by or to them tells (10.12, 10.22)."""
    crime = bool(CRIME.search(place.sentence))
    if place.role == "actor" and place.event == "ASSAULT":
        return "CRM" if crime else "UAF" if not named else "UNK"
    if place.role == "recipient" and crime and place.event in ("COERCE", "SANCTION", "ACCUSE"):
        return "CRM"
    if not named or place.event == "PROTEST" or (place.role == "recipient" and place.event in HARMED):
        return "CVL"
    return "UNK"
