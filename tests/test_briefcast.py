"""Parties are named in full once and briefly after it, and nobody is guessed."""

from __future__ import annotations

import pytest

from detente.briefcast import Cast, family_name, without_country
from detente.records import Actor


def actor(text: str, code: str, sector: str = "GOV", name: str | None = None, entity: str | None = None) -> Actor:
    return Actor(text, 0, len(text), code, sector, name, entity)


def test_a_person_has_role_and_country_at_first_mention_only() -> None:
    cast = Cast()
    yoon = actor("South Korean President Yoon Suk Yeol", "KOR", name="Yoon Suk Yeol", entity="Q1")
    assert cast.party(yoon) == "President Yoon Suk Yeol of South Korea"
    assert cast.party(yoon) == "Yoon"


def test_two_people_of_one_family_name_keep_their_full_names() -> None:
    cast = Cast()
    cast.party(actor("Kim Jong-un", "PRK", name="Kim Jong-un", entity="Q2"))
    other = actor("Kim Yo-jong", "PRK", name="Kim Yo-jong", entity="Q3")
    assert cast.party(other) == "Kim Yo-jong of North Korea"
    assert cast.party(other) == "Kim Yo-jong"


@pytest.mark.parametrize(
    ("party", "told"),
    [
        (actor("Japan", "JPN", entity="JPN", name="Japan"), "Japan"),
        (actor("troops", "JPN", "MIL", entity="JPN", name="Japan"), "Japan's armed forces"),
        (actor("Supreme Court", "USA", "JUD", entity="USA", name="x"), "the US courts"),
        (actor("South Korea's Supreme Court", "KOR", "JUD"), "South Korea's Supreme Court"),
        (actor("Foreign Ministry", "JPN"), "Japan's Foreign Ministry"),
        (actor("government", "JPN"), "Japan's government"),
        (actor("ministry", "JPN"), "a ministry of Japan"),
        (actor("the U.S. Department of Commerce", "USA"), "the U.S. Department of Commerce"),
        (actor("South Korean destroyer", "KOR", "MIL"), "a South Korean destroyer"),
        (actor("Ukrainian delegate Davyd Arakhamia", "UKR"), "delegate Davyd Arakhamia of Ukraine"),
        (actor("Six Uyghurs", "CHN", "CVL"), "six Uyghurs"),
        (actor("Six students", "JPN", "CVL"), "six students in Japan"),
        (actor("Industry Minister Sung Yun-mo", "KOR"), "Industry Minister Sung Yun-mo of South Korea"),
        (actor("ASEAN", "IGO", "IGO", "ASEAN", "asean"), "ASEAN"),
        (actor("x", "USA", "GOV", "Department of State", "department-of-state"), "the US Department of State"),
        (actor("Hamas", "PSE", "PTY", "Hamas", "hamas"), "Hamas"),
        (actor("PAID - Group A", "JPN"), "Japan"),
        (actor("President Moon Jae-in of", "KOR", name="Moon Jae-in", entity="Q21001"),
         "President Moon Jae-in of South Korea"),
        (actor("President Bush", "USA", name="Jeb Bush", entity="Q221997"), "President Bush of the United States"),
        (actor("President George W. Bush", "USA", name="George H. W. Bush", entity="Q207"),
         "President George W. Bush of the United States"),
        (actor("court in Japan", "JPN", "JUD"), "a court in Japan"),
        (actor("Camp Taji", "IRQ", "MIL"), "Camp Taji of Iraq"),
        (actor("Troops", "JPN", "MIL"), "troops of Japan"),
        (actor("gunmen", "", "UAF"), None),
    ],
)  # fmt: skip
def test_parties(party: Actor, told: str | None) -> None:
    assert Cast().party(party) == told


def test_a_state_is_not_told_beside_its_own_people() -> None:
    moon = actor("Moon Jae-in", "KOR", name="Moon Jae-in", entity="Q21001")
    korea = actor("South Korea", "KOR", entity="KOR", name="South Korea")
    japan = actor("Japan", "JPN", entity="JPN", name="Japan")
    assert Cast().side([korea, moon, japan]) == "Moon Jae-in of South Korea and Japan"
    assert Cast().side([japan, actor("gunmen", "", "UAF")]) is None
    assert Cast().side([]) is None


@pytest.mark.parametrize(
    ("name", "code", "short"),
    [
        ("Xi Jinping", "CHN", "Xi"),
        ("Shinzō Abe", "JPN", "Abe"),
        ("Ursula von der Leyen", "DEU", "von der Leyen"),
        ("Robert F. Kennedy Jr.", "USA", "Kennedy"),
        ("Putin", "RUS", "Putin"),
    ],
)
def test_family_names(name: str, code: str, short: str) -> None:
    assert family_name(name, code) == short


def test_countries_are_taken_from_titles() -> None:
    assert without_country("President of the United States Barack Obama", "USA") == "President Barack Obama"
    assert without_country("China's leader Xi Jinping", "CHN") == "leader Xi Jinping"
    assert without_country("Pentagon", "USA") == "Pentagon"
