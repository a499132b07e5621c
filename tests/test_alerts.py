"""Alerts: what is new is told once, also after a restart, and delivered where it was asked for."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import msgspec
import pytest

from detente import memory
from detente.alerts import look_for_facts, set_alerts, ways_of
from detente.deliveries import MOST_TRIES, Ways, deliver_due
from detente.ledger import Ledger, open_ledger
from detente.records import Coded, Pledge
from detente.watchfile import AlertSettings
from detente.watchhealth import alert_health
from detente.watchstate import State
from tests.factories import make_article, make_event

PAIR = ("JPN", "KOR")
MET = "Japan met South Korea in Tokyo on Thursday to talk about export controls on semiconductor materials, {}."


class Clock:
    """Seconds since 1970 that pass when they are told to."""

    def __init__(self, day: date) -> None:
        self.now = (day - date(1970, 1, 1)).days * 86_400.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock(date(2023, 3, 20))


@pytest.fixture
def state(tmp_path: Path, clock: Clock) -> Iterator[State]:
    with State(tmp_path / "news.detente.watch", clock=clock) as opened:
        yield opened


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(tmp_path / "news.detente") as opened:
        yield opened


def fill(ledger: Ledger, *reports: Coded, model: str = "m") -> None:
    run = ledger.begin_run(coder="detente test", model=model, codebook="plover-2024")
    ledger.store_all(reports, run)
    memory.update(ledger)


def met(name: str, words: str, *, day: int = 16, status: str = "actual") -> Coded:
    article = make_article(MET.format(words), id=name, published=date(2023, 3, day))
    return Coded(article, (make_event(article, status=status),))


def sanctioned(name: str, *, when: date = date(2023, 3, 16), text: str = "") -> Coded:
    article = make_article(text or f"Norway imposed sanctions on Russia, {name} says.", id=name, published=when)
    parties = (("Norway", "NOR"),), (("Russia", "RUS"),)
    event = make_event(
        article, event="SANCTION", actors=parties[0], recipients=parties[1], trigger="imposed", when=when
    )
    return Coded(article, (event,))


def aided(when: date) -> Coded:
    article = make_article(f"Norway sent {when:%B %Y} grain to Russia.", id=f"aid {when}", published=when)
    parties = (("Norway", "NOR"),), (("Russia", "RUS"),)
    event = make_event(article, event="AID", actors=parties[0], recipients=parties[1], trigger="sent", when=when)
    return Coded(article, (event,))


def look(state: State, ledger: Ledger, *alerts: AlertSettings) -> list[str]:
    """The lines that are told now."""
    told: list[str] = []
    set_alerts(state, ledger, alerts)
    look_for_facts(state, ledger, alerts, at_once=True)
    deliver_due(state, alerts, Ways(told.append))
    return told


# -- which facts


def test_an_act_is_told_once_however_many_report_it(state: State, ledger: Ledger) -> None:
    alert = AlertSettings("met", dyad=("KOR", "JPN"), event=("CONSULT",))
    assert look(state, ledger, alert) == []
    fill(ledger, met("a", "the Gazette said"))
    [line] = look(state, ledger, alert)
    assert line.startswith("met: 2023-03-16 CONSULT JPN GOV Japan → KOR GOV South Korea [actual, 1 report, 1 source]")
    fill(ledger, met("b", "officials in both capitals said", day=17))
    assert len(next(iter(memory.linked_events(ledger))).reports) == 2
    assert look(state, ledger, alert) == []


def test_what_is_in_the_ledger_when_an_alert_is_set_is_not_told(state: State, ledger: Ledger) -> None:
    fill(ledger, met("a", "the Gazette said"))
    alert = AlertSettings("met")
    assert look(state, ledger, alert) == []
    fill(ledger, sanctioned("b"))
    assert len(look(state, ledger, alert)) == 1
    changed = AlertSettings("met", event=("CONSULT",))
    assert look(state, ledger, changed) == [], "other conditions are another alert, from now on"


def test_what_a_new_model_reads_in_an_old_article_is_not_new(state: State, ledger: Ledger) -> None:
    fill(ledger, met("a", "the Gazette said"))
    alert = AlertSettings("met")
    assert look(state, ledger, alert) == []
    fill(ledger, met("a", "the Gazette said", status="planned"), sanctioned("b"), model="m2")
    [line] = look(state, ledger, alert)
    assert "SANCTION" in line
    fill(ledger, met("a", "the Gazette said in a new version of what it had printed", status="planned"), model="m2")
    assert len(look(state, ledger, alert)) == 1


@pytest.mark.parametrize(
    ("alert", "told"),
    [
        (AlertSettings("x"), 2),
        (AlertSettings("x", event=("SANCTION",)), 1),
        (AlertSettings("x", status=("planned",)), 1),
        (AlertSettings("x", dyad=("NOR", "RUS")), 1),
        (AlertSettings("x", dyad=("NOR", "RUS"), directed=True), 1),
        (AlertSettings("x", dyad=("RUS", "NOR"), directed=True), 0),
        (AlertSettings("x", dyad=("RUS", "KOR")), 0),
        (AlertSettings("x", min_confidence=0.95), 0),
        (AlertSettings("x", min_sources=2), 0),
    ],
)
def test_an_act_has_to_meet_every_condition(state: State, ledger: Ledger, alert: AlertSettings, told: int) -> None:
    set_alerts(state, ledger, [alert])
    fill(ledger, met("a", "the Gazette said", status="planned"), sanctioned("b"))
    assert len(look(state, ledger, alert)) == told


def test_an_act_is_told_when_enough_sources_report_it(state: State, ledger: Ledger) -> None:
    alert = AlertSettings("met", min_sources=2)
    set_alerts(state, ledger, [alert])
    fill(ledger, met("a", "the Gazette said"))
    assert look(state, ledger, alert) == []
    fill(ledger, met("b", "officials in both capitals said on the stairs of the ministry", day=17))
    [line] = look(state, ledger, alert)
    assert "2 reports, 2 sources" in line


def test_a_level_that_changes_is_told_once_a_month(state: State, ledger: Ledger) -> None:
    alert = AlertSettings("level", on="level", dyad=("NOR", "RUS"), min_change=0.2, over=2)
    months = [date(2021 + n // 12, n % 12 + 1, 10) for n in range(24)]
    fill(ledger, *map(aided, months[:20]))
    assert look(state, ledger, alert) == []
    harsh = [
        sanctioned(
            f"s{when}{n}", when=when + timedelta(n), text=f"Norway imposed {n} sanctions on Russia, {when} says."
        )
        for when in months[20:22]
        for n in range(12)
    ]
    fill(ledger, *harsh)
    [line] = look(state, ledger, alert)
    assert "the level of NOR and RUS is" in line
    assert "(worse)" in line
    fill(ledger, sanctioned("again", when=months[21]))
    assert look(state, ledger, alert) == []


def test_a_pledge_is_told_when_its_day_has_passed(state: State, ledger: Ledger, clock: Clock) -> None:
    alert = AlertSettings("due", on="overdue", dyad=PAIR)
    text = "Japan promised South Korea to return the stolen bronze statues by 30 March."
    article = make_article(text, id="p", published=date(2023, 3, 16))
    words = "return the stolen bronze statues"
    pledge = Pledge("RETREAT", words, text.index(words), text.index(words) + len(words), date(2023, 3, 31))
    event = msgspec.structs.replace(make_event(article, event="CONCEDE", trigger="promised"), pledge=pledge)
    set_alerts(state, ledger, [alert])
    fill(ledger, Coded(article, (event,)))
    assert look(state, ledger, alert) == []
    clock.now += 60 * 86_400.0
    [line] = look(state, ledger, alert)
    assert "JPN GOV Japan → KOR GOV South Korea pledged RETREAT on 2023-03-16" in line
    clock.now += 86_400.0
    assert look(state, ledger, alert) == []


def expelled(name: str, number: int, *, day: int = 17) -> Coded:
    article = make_article(f"Russia expelled {number} British diplomats.", id=name, published=date(2018, 3, day))
    parties = (("Russia", "RUS"),), (("British diplomats", "GBR"),)
    event = make_event(
        article,
        event="SANCTION",
        actors=parties[0],
        recipients=parties[1],
        trigger="expelled",
        when=date(2018, 3, 17),
    )
    return Coded(article, (event,))


def test_a_contradiction_is_told_once(state: State, ledger: Ledger) -> None:
    alert = AlertSettings("differs", on="contradiction", dyad=("GBR", "RUS"))
    fill(ledger, expelled("a", 23))
    assert look(state, ledger, alert) == []
    fill(ledger, expelled("b", 50))
    [line] = look(state, ledger, alert)
    assert line.startswith("differs: contradiction, number, number of diplomat expelled: 23 (a) / 50 (b)")
    fill(ledger, expelled("c", 61))
    assert look(state, ledger, alert) == []


def test_what_stands_already_is_not_told_and_is_looked_for_once_a_minute(
    state: State, ledger: Ledger, clock: Clock
) -> None:
    alert = AlertSettings("differs", on="contradiction", dyad=("GBR", "RUS"))
    fill(ledger, expelled("a", 23), expelled("b", 50))
    assert look(state, ledger, alert) == []
    fill(ledger, sanctioned("c"), expelled("d", 7), *(expelled(f"e{n}", 90 + n, day=18) for n in range(2)))
    assert look_for_facts(state, ledger, [alert]) == 0
    assert state.row("SELECT seen FROM alerts") != ledger.row("SELECT max(row) FROM events")
    clock.now += 61
    look_for_facts(state, ledger, [alert])
    assert state.row("SELECT seen FROM alerts") == ledger.row("SELECT max(row) FROM events")


# -- delivery


def facts(state: State, ledger: Ledger, alert: AlertSettings, number: int = 1) -> None:
    """Keep so many facts of an alert, not delivered yet."""
    set_alerts(state, ledger, [alert])
    fill(ledger, *(sanctioned(f"x{n}", when=date(2022, n % 12 + 1, 10)) for n in range(number)))
    assert look_for_facts(state, ledger, [alert]) == number


def deliveries(state: State) -> list[tuple[str, str, int]]:
    return [(way, outcome, tries) for way, outcome, tries in state.rows("SELECT way, state, tries FROM deliveries")]


def test_an_alert_goes_to_standard_output_unless_it_goes_elsewhere() -> None:
    assert ways_of(AlertSettings("a")) == ("stdout",)
    assert ways_of(AlertSettings("a", stdout=False, file=Path("f"), command=("x",))) == ("file", "command")


def test_a_line_of_a_file_stands_there_once_though_the_process_died_before_it_was_noted(
    tmp_path: Path, state: State, ledger: Ledger
) -> None:
    alert = AlertSettings("s", stdout=False, file=tmp_path / "alerts.jsonl")
    facts(state, ledger, alert)
    assert deliver_due(state, [alert], Ways(print))
    state.execute("UPDATE deliveries SET state = 'open'")
    deliver_due(state, [alert], Ways(print))
    assert deliveries(state) == [("file", "done", 2)]
    [line] = (tmp_path / "alerts.jsonl").read_text().splitlines()
    told = json.loads(line)
    assert (told["alert"], told["on"], told["actor"], told["recipient"]) == ("s", "event", ["NOR GOV"], ["RUS GOV"])
    assert told["reports"][0]["published"] == "2022-01-10"


def test_a_line_that_was_cut_off_does_not_spoil_the_next(tmp_path: Path, state: State, ledger: Ledger) -> None:
    alert = AlertSettings("s", stdout=False, file=tmp_path / "alerts.jsonl")
    (tmp_path / "alerts.jsonl").write_text('{"id": "f0')
    facts(state, ledger, alert)
    deliver_due(state, [alert], Ways(print))
    assert json.loads((tmp_path / "alerts.jsonl").read_text().splitlines()[1])["alert"] == "s"


def test_a_file_that_cannot_be_written_is_tried_again(
    tmp_path: Path, state: State, ledger: Ledger, clock: Clock
) -> None:
    alert = AlertSettings("s", stdout=False, file=tmp_path / "none" / "alerts.jsonl")
    facts(state, ledger, alert)
    told: list[str] = []
    ways = Ways(print)
    deliver_due(state, [alert], ways, tell=told.append)
    assert not deliver_due(state, [alert], ways)
    assert "next try in 30 s" in told[0]
    (tmp_path / "none").mkdir()
    clock.now += 31
    deliver_due(state, [alert], ways)
    assert deliveries(state) == [("file", "done", 2)]


def test_a_command_gets_the_words_without_a_shell(tmp_path: Path, state: State, ledger: Ledger) -> None:
    script = "import sys; open(sys.argv[1], 'w').write(sys.argv[2] + '|' + sys.stdin.read())"
    out = tmp_path / "out"
    alert = AlertSettings("s", stdout=False, command=(sys.executable, "-c", script, str(out), "{name}: {text}; $(id)"))
    facts(state, ledger, alert)
    deliver_due(state, [alert], Ways(print))
    words, _, record = out.read_text().partition("|")
    assert words.startswith("s: s: 2022-01-10 SANCTION")
    assert words.endswith("; $(id)")
    assert json.loads(record)["alert"] == "s"


@pytest.mark.parametrize(
    ("command", "outcome", "said"),
    [
        (("no-such-command-here",), "failed", "cannot be run: No such file"),
        ((sys.executable, "-c", "import sys; sys.exit('out of order')"), "open", "ended with 1: out of order"),
    ],
)
def test_a_command_that_fails(state: State, ledger: Ledger, command: tuple[str, ...], outcome: str, said: str) -> None:
    alert = AlertSettings("s", stdout=False, command=command)
    facts(state, ledger, alert)
    told: list[str] = []
    deliver_due(state, [alert], Ways(print), tell=told.append)
    assert deliveries(state) == [("command", outcome, 1)]
    assert said in told[0]


def test_what_is_not_asked_for_any_more_is_dropped(state: State, ledger: Ledger) -> None:
    facts(state, ledger, AlertSettings("s"))
    told: list[str] = []
    deliver_due(state, [], Ways(told.append))
    assert (told, deliveries(state)) == ([], [("stdout", "dropped", 0)])


class Hook:
    """A webhook on this machine that gives these statuses, one after the other, the last for ever."""

    def __init__(self, statuses: Sequence[int], headers: dict[str, str]) -> None:
        self.statuses, self.headers = list(statuses), headers
        self.posts: list[tuple[str, dict[str, object]]] = []
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                hook.posts.append((self.headers["Idempotency-Key"], json.loads(body)))
                self.send_response(hook.statuses.pop(0) if len(hook.statuses) > 1 else hook.statuses[0])
                for name, value in hook.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Nothing is printed."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}/secret-token"

    def __enter__(self) -> Hook:
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()


def webhook(url: str, *, allow_private: bool = True) -> AlertSettings:
    return AlertSettings("s", stdout=False, webhook=url, allow_private=allow_private)


def test_a_webhook_gets_json_and_is_tried_again_with_the_same_key(state: State, ledger: Ledger, clock: Clock) -> None:
    with Hook([503, 429, 204], {"Retry-After": "90"}) as hook:
        alert = webhook(hook.url)
        facts(state, ledger, alert)
        told: list[str] = []
        ways = Ways(print)
        for seconds in (0, 89, 2, 91):
            clock.now += seconds
            deliver_due(state, [alert], ways, tell=told.append)
        ways.close()
    assert deliveries(state) == [("webhook", "done", 3)]
    assert len({key for key, _ in hook.posts}) == 1
    assert hook.posts[0][1]["id"] == hook.posts[0][0]
    assert ["90 s" in line for line in told] == [True, True]
    assert not any("secret-token" in line for line in told)


def test_a_webhook_in_trouble_holds_up_its_other_facts(state: State, ledger: Ledger) -> None:
    with Hook([500], {}) as hook:
        alert = webhook(hook.url)
        facts(state, ledger, alert, 5)
        ways = Ways(print)
        deliver_due(state, [alert], ways)
        deliver_due(state, [alert], ways)
        ways.close()
    assert len(hook.posts) == 1


def test_a_webhook_that_refuses_is_given_up_and_that_is_kept(state: State, ledger: Ledger) -> None:
    with Hook([404], {}) as hook:
        alert = webhook(hook.url)
        facts(state, ledger, alert)
        ways = Ways(print)
        deliver_due(state, [alert], ways)
        ways.close()
    assert deliveries(state) == [("webhook", "failed", 1)]
    [found] = alert_health(state)
    assert (found.alert, found.facts, found.failed, found.detail) == ("s", 1, 1, "127.0.0.1 answers 404 Not Found")


def test_a_webhook_that_is_never_there_is_given_up_after_so_many_tries(
    state: State, ledger: Ledger, clock: Clock
) -> None:
    alert = webhook("http://hook.example/x")
    facts(state, ledger, alert)

    def nobody(host: str, port: int) -> Sequence[str]:
        raise OSError("no such name")

    ways = Ways(print, resolver=nobody)
    for _ in range(MOST_TRIES + 2):
        deliver_due(state, [alert], ways)
        clock.now += 3601
    assert deliveries(state) == [("webhook", "failed", MOST_TRIES)]


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "169.254.169.254"])
def test_a_webhook_of_this_network_is_refused_also_behind_a_public_name(
    state: State, ledger: Ledger, address: str
) -> None:
    alert = webhook("http://hook.example/x", allow_private=False)
    facts(state, ledger, alert)
    told: list[str] = []
    deliver_due(state, [alert], Ways(print, resolver=lambda host, port: [address]), tell=told.append)
    assert deliveries(state) == [("webhook", "failed", 1)]
    assert "private-address" in told[0]
