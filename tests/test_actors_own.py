"""Users' own actors: read and checked, laid over the packaged tables, and never mixed with another configuration's."""

from __future__ import annotations

import json
import pickle
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest

from detente import pipeline
from detente.actors import Resolution, explain, resolve
from detente.cli import main
from detente.coding import settings_of
from detente.config import Config, read_config
from detente.errors import ConfigError
from detente.nametables import PACKAGED, Names, names_with
from detente.ownactors import COLUMNS, NO_OWN_ACTORS, OwnActors, beside, known_codes, read_own_actors
from detente.pipeline import code_articles
from detente.records import Article, Coded, Document, Frame, Span

DAY = date(2023, 3, 17)
HEADER = ",".join(COLUMNS)


def written(folder: Path, text: str, name: str = "actors.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def own(folder: Path, text: str, name: str = "actors.csv") -> OwnActors:
    return read_own_actors([str(written(folder, text, name))])


def read(names: Names, words: str, *, context: str = "", on: date | None = DAY) -> Resolution:
    return resolve(words, context=context, on=on, names=names)


# ---- files -------------------------------------------------------------------------------------------------------


def test_csv_and_toml_say_the_same(tmp_path: Path) -> None:
    row = "Harbour Watch,HW|The Watch,CHE,SOC,2020-01-01,2024-01-01,body,,,,own notes\n"
    table = """
        [[actor]]
        name = "Harbour Watch"
        aliases = ["HW", "The Watch"]
        code = "CHE"
        sector = "SOC"
        from = 2020-01-01
        to = "2024-01-01"
        source = "own notes"
    """
    [from_csv] = own(tmp_path, f"{HEADER}\n{row}").files[0]
    [from_toml] = own(tmp_path, table, "actors.toml").files[0]
    assert from_csv.source == "actors.csv (own notes)"
    assert from_toml == msgspec.structs.replace(from_csv, source="actors.toml (own notes)")
    assert (from_csv.names, from_csv.start, from_csv.end) == (
        ("Harbour Watch", "HW", "The Watch"),
        date(2020, 1, 1),
        date(2024, 1, 1),
    )


def test_only_name_and_code_must_be_there(tmp_path: Path) -> None:
    [country, body] = own(tmp_path, "name,code,sector\nOldland,CHE,\nHarbour Watch,CHE,SOC\n").files[0]
    assert (country.kind, body.kind, body.rank) == ("alias", "body", 3)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name,code,colour\n", "line 1: unknown column colour. Known: name, aliases, code"),
        ("name,sector\n", "line 1: the header has no column code"),
        ("", "line 1: the header has no column name and no column code"),
        ("name,code\n,CHE\n", "line 2: name is ''; it must hold letters"),
        (
            "name,code\nOldland,CHEE\n",
            r"line 2 \(Oldland\): code is 'CHEE'; it must be an ISO 3166 .* Did you mean CHE",
        ),
        ("name,code\nOldland,\n", r"line 2 \(Oldland\): code is ''; it must be an ISO 3166 alpha-3 code"),
        (
            "name,code,sector\nOldland,CHE,\nWatch,CHE,ARMY\n",
            r"line 3 \(Watch\): sector is 'ARMY'; it must be one of IGO, GOV",
        ),
        ("name,code,kind\nWatch,CHE,body\n", "sector is ''; it must be one of IGO, GOV"),
        ("name,code,sector,kind\nOldland,CHE,GOV,alias\n", "an alias is a name of a country and has none"),
        ("name,code,kind\nWatch,CHE,group\n", "kind is 'group'; it must be one of person, body, alias"),
        ("name,code,from\nOldland,CHE,17 March\n", "from is '17 March'; it must be a day written YYYY-MM-DD"),
        ("name,code,from,to\nOldland,CHE,2023-01-02,2023-01-02\n", "to must be a later day"),
        ("name,code,sector,kind,rank\nA Test,CHE,GOV,person,9\n", "rank is '9'; it must be one of 1, 2, 3"),
        ("name,code\nOldland,CHE,GOV\n", "line 2: more values than the header has columns"),
    ],
)
def test_what_is_wrong_in_a_csv_is_told_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as error:
        own(tmp_path, text)
    assert "actors.csv" in str(error.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[actor]\n", "is not TOML"),
        ("[actors]\n", r"actors is not a list of actors. Write each actor as a table headed \[\[actor\]\]"),
        ("actor = 3\n", "actor is not a list of actors"),
        ('[[actor]]\nname = "A"\ncolour = 1\n', "actor 1: unknown column colour"),
        ('[[actor]]\nname = true\ncode = "CHE"\n', "actor 1: name is True; it must be text"),
        ('[[actor]]\nname = "Oldland"\ncode = "CHE"\naliases = [1.5]\n', "aliases is 1.5; it must be text"),
    ],
)
def test_what_is_wrong_in_a_toml_is_told_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        own(tmp_path, text, "actors.toml")


def test_files_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"Cannot read actors from .*nowhere\.csv: No such file"):
        read_own_actors([str(tmp_path / "nowhere.csv")])
    (tmp_path / "latin.csv").write_bytes(b"name,code\nC\xf4te,CIV\n")
    with pytest.raises(ConfigError, match="is not UTF-8 text"):
        read_own_actors([str(tmp_path / "latin.csv")])
    with pytest.raises(ConfigError, match=r"Actors are read from .toml and .csv files; .*actors\.json is neither"):
        own(tmp_path, "{}", "actors.json")


def test_the_key_is_of_the_content_alone(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one, same = own(tmp_path / "a", "name,code\nOldland,CHE\n"), own(tmp_path / "b", "name,code\nOldland,CHE\n")
    other = own(tmp_path / "b", "name,code\nOldland,AUT\n")
    assert one == same
    assert names_with(one) is names_with(same)
    assert one != other
    assert len({one.key, other.key, NO_OWN_ACTORS.key}) == 3
    assert read_own_actors([]) is NO_OWN_ACTORS
    assert names_with(NO_OWN_ACTORS) is PACKAGED


def test_every_code_of_the_packaged_people_may_be_used() -> None:
    assert {"KOR", "SUN", "KOS", "UNO", "IGO", "MNC", "IMG"} <= known_codes()


# ---- what they mean ----------------------------------------------------------------------------------------------


def test_an_alias_is_a_country(tmp_path: Path) -> None:
    names = names_with(own(tmp_path, "name,aliases,code\nOldland,Old Land|Landia,CHE\n"))
    for words in ("Oldland", "old-land", "Landia"):
        assert (read(names, words.title()).code, read(names, words.title()).sector) == ("CHE", "GOV")
    assert read(names, "Oldland troops").sector == "MIL"
    assert read(PACKAGED, "Oldland").code == ""


def test_a_body_has_its_sector_and_can_overrule_a_packaged_name(tmp_path: Path) -> None:
    names = names_with(own(tmp_path, "name,code,sector\nHarbour Watch,CHE,SOC\nMossad,CHE,BUS\n"))
    assert (read(names, "Harbour Watch").code, read(names, "Harbour Watch").sector) == ("CHE", "SOC")
    assert (read(names, "Mossad").code, read(names, "Mossad").sector) == ("CHE", "BUS")
    assert (read(PACKAGED, "Mossad").code, read(PACKAGED, "Mossad").sector) == ("ISR", "SPY")
    assert read(names, "Seoul") == read(PACKAGED, "Seoul")


def test_a_body_is_what_it_was_on_the_day(tmp_path: Path) -> None:
    rows = "Harbour Watch,CHE,SOC,,2020-01-01\nHarbour Watch,AUT,PTY,2020-01-01,2024-01-01\n"
    names = names_with(own(tmp_path, f"name,code,sector,from,to\n{rows}"))
    roles = {year: read(names, "Harbour Watch", on=date(year, 1, 1)) for year in (2019, 2020, 2023, 2024)}
    assert {year: (role.code, role.sector) for year, role in roles.items() if year < 2024} == {
        2019: ("CHE", "SOC"),
        2020: ("AUT", "PTY"),
        2023: ("AUT", "PTY"),
    }
    assert roles[2024].code == ""
    assert read(names, "Harbour Watch", on=None).code == ""
    assert "AUT, CHE" in read(names, "Harbour Watch", on=None).reason


def test_a_person_has_a_role_on_its_days_alone(tmp_path: Path) -> None:
    row = "Marta Testova,Testova,CHE,GOV,2022-01-01,2024-01-01,person,Minister of Harbours,2"
    names = names_with(own(tmp_path, f"name,aliases,code,sector,from,to,kind,title,rank\n{row}\n"))
    told = explain("Marta Testova", on=DAY, names=names)
    assert (told.code, told.sector, told.role) == ("CHE", "GOV", "Minister of Harbours on 2023-03-17")
    assert [each.source for each in told.candidates if each.chosen] == ["actors.csv"]
    assert read(names, "Marta Testova", on=date(2025, 1, 1)).sector == "ELI"
    assert read(names, "Minister Testova", context="Bern spoke. Marta Testova came.").name == "Marta Testova"


def test_an_own_president_is_found_by_title_and_sound(tmp_path: Path) -> None:
    row = "Marta Testova,CHE,GOV,2022-01-01,,person,President,1\n"
    names = names_with(own(tmp_path, f"name,code,sector,from,to,kind,title,rank\n{row}"))
    assert read(names, "President Tostova", context="Tokyo visit").name == "Marta Testova"
    assert read(PACKAGED, "President Tostova", context="Tokyo visit").name is None


def test_two_holders_of_a_title_and_name_are_not_chosen_between(tmp_path: Path) -> None:
    rows = "Marta Testova,FRA,GOV,2022-01-01,person,President,1\nOlga Testova,ITA,GOV,2022-01-01,person,President,1\n"
    names = names_with(own(tmp_path, f"name,code,sector,from,kind,title,rank\n{rows}"))
    for words in ("President Testova", "President Tostova"):
        told = explain(words, context="A visit.", on=DAY, names=names)
        assert (told.code, told.name) == ("", None)
        assert "two or more fit on 2023-03-17: Marta Testova (FRA), Olga Testova (ITA)" in told.reason
        assert {"FRA", "ITA"} <= {each.code for each in told.candidates}
        assert read(names, words, context="A visit to Rome.").name == "Olga Testova"
        assert read(names, words, context="A visit to Rome and Paris.").name is None


def test_own_terms_count_on_their_days_and_the_packaged_ones_on_all_others(tmp_path: Path) -> None:
    row = "Yoon Suk-yeol,KOR,OPP,2022-06-01,2023-06-01,person,Q16090635\n"
    names = names_with(own(tmp_path, f"name,code,sector,from,to,kind,entity\n{row}"))
    words, days = "Yoon Suk-yeol", (date(2020, 1, 1), date(2022, 5, 20), DAY, date(2024, 1, 1))
    assert [read(names, words, on=day).sector for day in days] == ["JUD", "GOV", "OPP", "GOV"]
    assert {read(names, words, on=day).entity for day in days} == {"Q16090635"}
    [chosen] = [each for each in explain(words, on=DAY, names=names).candidates if each.chosen]
    assert chosen.source.startswith("actors.csv over people.csv (")


def test_a_namesake_in_another_country_takes_the_name(tmp_path: Path) -> None:
    row = "Fumio Kishida,CHE,SOC,person\n"
    names = names_with(own(tmp_path, f"name,code,sector,kind\n{row}"))
    assert (read(names, "Fumio Kishida").code, read(names, "Fumio Kishida").sector) == ("CHE", "SOC")
    assert read(names, "Japanese Prime Minister Kishida").code == "JPN"
    assert read(PACKAGED, "Fumio Kishida").code == "JPN"


def test_a_later_file_overrules_an_earlier_one(tmp_path: Path) -> None:
    first = written(tmp_path, "name,code,sector\nHarbour Watch,CHE,SOC\nWatch Two,CHE,SOC\n", "first.csv")
    second = written(tmp_path, "name,code,sector\nHarbour Watch,AUT,BUS\n", "second.csv")
    names = names_with(read_own_actors([str(first), str(second)]))
    assert (read(names, "Harbour Watch").code, read(names, "Watch Two").code) == ("AUT", "CHE")
    names = names_with(read_own_actors([str(second), str(first)]))
    assert read(names, "Harbour Watch").code == "CHE"


# ---- configurations ----------------------------------------------------------------------------------------------

TEXT = "Oldland met South Korea on Thursday."


class StubReader:
    """Stands in for the model: Oldland and South Korea meet."""

    labels = SimpleNamespace(name="stub.v1")

    def read(self, document: Document) -> list[Frame]:
        def span(words: str) -> Span:
            start = document.article.text.index(words)
            return Span(words, start, start + len(words))

        parties = span("Oldland"), span("South Korea")
        return [
            Frame(event="CONSULT", trigger=span("met"), sentence=0, status="actual", actors=parties, confidence=0.9)
        ]


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "_reader", lambda *_: StubReader())


def configured(folder: Path, code: str) -> Config:
    return Config(actors=(str(written(folder, f"name,code\nOldland,{code}\n", f"{code}.csv")),))


def articles(number: int) -> list[Article]:
    return [Article(id=f"{index}", text=TEXT, published=DAY) for index in range(number)]


def codes(coded: Coded) -> list[str]:
    return [actor.code for event in coded.events for actor in event.actor]


def test_two_configurations_in_one_process_do_not_mix(tmp_path: Path, stub: None) -> None:
    swiss = code_articles(articles(3), config=configured(tmp_path, "CHE"))
    plain = code_articles(articles(3), config=Config())
    austrian = code_articles(articles(3), config=configured(tmp_path, "AUT"))
    found = [[codes(coded) for coded in turn] for turn in zip(swiss, plain, austrian, strict=True)]
    # who does not know Oldland takes it to be of the only country named
    assert found == [[["CHE", "KOR"], ["KOR", "KOR"], ["AUT", "KOR"]]] * 3
    assert PACKAGED.gazetteer.meanings.get("oldland") is None


def test_all_articles_of_a_run_are_read_with_the_actors_of_its_start(tmp_path: Path, stub: None) -> None:
    run = code_articles(articles(2), config=configured(tmp_path, "CHE"))
    first = codes(next(run))
    written(tmp_path, "name,code\nOldland,AUT\n", "CHE.csv")
    assert [first, codes(next(run))] == [["CHE", "KOR"]] * 2


def test_own_actors_reach_another_process_whole(tmp_path: Path) -> None:
    sent = own(tmp_path, "name,aliases,code,from\nOldland,Landia,CHE,2020-01-01\n")
    received = pickle.loads(pickle.dumps(sent))
    assert (received, received.files) == (sent, sent.files)


@pytest.mark.slow
def test_worker_processes_read_with_own_actors(tmp_path: Path) -> None:
    news = [
        Article(id="a", text="TOKYO - The foreign minister of Oldland met the Japanese prime minister.", published=DAY)
    ]
    config = configured(tmp_path, "CHE")
    [one], [two] = code_articles(news, config=config), code_articles(news, config=config, jobs=2)
    assert one == two
    assert "CHE" in codes(two)


def test_changed_actors_are_another_setting(tmp_path: Path) -> None:
    config = configured(tmp_path, "CHE")
    before = settings_of(config)
    assert before.startswith("actors=")
    assert settings_of(Config(min_confidence=0.5, actors=config.actors)) == f"min_confidence=0.5 {before}"
    written(tmp_path, "name,code\nOldland,AUT\n", "CHE.csv")
    assert settings_of(config) != before
    assert settings_of(Config()) == ""


def test_a_settings_file_names_actors_from_its_own_folder(tmp_path: Path) -> None:
    settings = written(tmp_path, 'actors = ["mine.csv"]\n', "detente.toml")
    assert read_config(settings).actors == (str(tmp_path / "mine.csv"),)


def test_the_files_beside_a_ledger_are_found_in_order(tmp_path: Path) -> None:
    assert beside(tmp_path / "news.detente") == ()
    for name in ("actors.toml", "actors.csv", "actors-wikidata.csv", "other.csv"):
        written(tmp_path, "", name)
    assert [Path(file).name for file in beside(tmp_path / "news.detente")] == [
        "actors-wikidata.csv",
        "actors.csv",
        "actors.toml",
    ]


# ---- the command -------------------------------------------------------------------------------------------------


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as exit_:
        main(["actors", *arguments])
    out, err = capsys.readouterr()
    return int(exit_.value.code or 0), out, err


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DETENTE_LEDGER", raising=False)
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path


def test_explain_prints_candidates_rule_and_role(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    code, out, err = run(capsys, "explain", "President Yun", "--on", "2023-03-17", "--context", "Tokyo visit")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "“President Yun” on 2023-03-17, beside “Tokyo visit”"
    assert lines[1] == "KOR GOV  Yoon Suk-yeol (Q16090635)"
    assert "  rule    person:Yoon Suk-yeol" in lines
    assert "  role    President on 2023-03-17" in lines
    assert [line for line in lines if line.startswith("* Yoon Suk-yeol  KOR GOV  President on 2023-03-17  [people.csv")]
    assert "  Japan  JPN  has no president about 2023-03-17  [the text around]" in lines


def test_explain_says_why_it_abstains(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    code, out, _ = run(capsys, "explain", "Congolese army")
    assert code == 0
    assert "no country: it abstains" in out
    assert "can be COD, COG" in out


def test_explain_uses_the_actors_beside_the_ledger_and_of_the_settings(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    (folder / "kept").mkdir()
    written(folder / "kept", "name,code\nOldland,CHE\nNewland,CHE\n")
    written(folder, "name,code\nNewland,AUT\n", "mine.csv")
    written(folder, 'actors = ["mine.csv"]\n', "detente.toml")
    found = {}
    for name in ("Oldland", "Newland"):
        _, out, _ = run(capsys, "explain", name, "--ledger", "kept/news.detente", "--json")
        found[name] = json.loads(out)["code"]
    assert found == {"Oldland": "CHE", "Newland": "AUT"}
    assert json.loads(run(capsys, "explain", "Oldland", "--json")[1])["code"] == ""


def test_a_broken_file_is_one_line_on_stderr(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    written(folder, "name,code\nOldland,XXXX\n")
    code, out, err = run(capsys, "explain", "Oldland")
    assert (code, out) == (1, "")
    assert err.startswith("error: actors.csv, line 2 (Oldland): code is 'XXXX'")
    assert err.count("\n") == 1
