"""Facts on their way to people: a line on standard output, a line in a file, a POST to an address, a command.

Each is tried until it is delivered, at growing intervals, and what became of it is kept. A fact is delivered at least
once: a process that is killed between the delivery and its note delivers it again, to a webhook with the same
`Idempotency-Key`; the file is looked through first, so that a line stands there once.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from detente.addresses import Resolver, check_url, resolve, system_resolver
from detente.errors import InputError
from detente.fetch import retry_after
from detente.politeness import user_agent
from detente.watchfile import AlertSettings
from detente.watchstate import LONGEST_QUIET, State

if TYPE_CHECKING:
    from detente.connections import PinnedTransport

FIRST_PAUSE = 30.0
"""Seconds before the second try of a delivery; twice as long before each further one, up to LONGEST_PAUSE (ours)."""

LONGEST_PAUSE = 3600.0
"""Seconds between two tries, at most, but for what a server asks for (ours)."""

MOST_TRIES = 12
"""Tries of one delivery, over four and a half hours (ours)."""

WEBHOOK_SECONDS = 10.0
"""Longest time for the answer of a webhook (ours)."""

COMMAND_SECONDS = 30.0
"""Longest time for a command (ours)."""

TAIL = 1 << 20
"""Bytes at the end of a file in which a line is looked for that may have been written already (ours)."""

AT_ONCE = 50
"""Deliveries between two looks at everything else (ours)."""

_TRANSIENT = (408, 425, 429)


class Ways:
    """How things get out: `line` writes a line to standard output, webhooks are asked by the network.

    `contact` is told to servers, `resolver` knows names; `first_pause` is for tests.
    """

    def __init__(
        self,
        line: Callable[[str], None],
        *,
        contact: str = "",
        resolver: Resolver = system_resolver,
        first_pause: float = FIRST_PAUSE,
    ) -> None:
        self.line, self.resolver, self.first_pause = line, resolver, first_pause
        self.agent = user_agent(contact)
        self.quiet: dict[str, float] = {}  # webhooks that failed, until when they are left alone
        self._transport: PinnedTransport | None = None

    def transport(self) -> PinnedTransport:
        """Connections to addresses that were checked."""
        if self._transport is None:
            from detente.connections import PinnedTransport

            self._transport = PinnedTransport()
        return self._transport

    def close(self) -> None:
        """End all connections."""
        if self._transport is not None:
            self._transport.close()
            self._transport = None


class Delivery(msgspec.Struct, frozen=True):
    """A fact and one way on which it goes out. `record` is its JSON, `tries` are those before this one."""

    fact: int
    way: str
    tries: int
    alert: str
    text: str
    record: str


class _NotDeliveredError(Exception):
    """Why something was not delivered; `pause` is the quiet that was asked for, None where trying again is no use."""

    def __init__(self, why: str, pause: float | None = 0.0) -> None:
        super().__init__(why)
        self.pause = pause


def deliver_due(
    state: State, alerts: Sequence[AlertSettings], ways: Ways, *, tell: Callable[[str], None] = lambda line: None
) -> bool:
    """Deliver what is due; whether there was anything. `tell` gets a line for each failure."""
    settings = {alert.name: alert for alert in alerts}
    tried = False
    for each in _due(state):
        alert = settings.get(each.alert)
        target = _target(each, alert)
        if alert is None or target is None:
            _note(state, each, "dropped", "its alert is not set any more, or not to be delivered so")
            continue
        now = state.clock()
        if ways.quiet.get(target, 0.0) > now:
            state.execute(
                "UPDATE deliveries SET next_try = ? WHERE fact = ? AND way = ?", ways.quiet[target], each.fact, each.way
            )
            continue
        tried = True
        state.execute("UPDATE deliveries SET tries = tries + 1 WHERE fact = ? AND way = ?", each.fact, each.way)
        try:
            _send(each, alert, ways)
        except _NotDeliveredError as error:
            _failed(state, each, error, ways, target, tell)
        else:
            _note(state, each, "done", None)
    return tried


def _due(state: State) -> Iterable[Delivery]:
    rows = state.rows(
        "SELECT fact, way, tries, alert, text, record FROM deliveries INDEXED BY open_deliveries"
        " JOIN facts ON facts.id = fact WHERE state = 'open' AND next_try <= ? ORDER BY fact, way LIMIT ?",
        *(state.clock(), AT_ONCE),
    )
    return [Delivery(*row) for row in rows]


def _target(each: Delivery, alert: AlertSettings | None) -> str | None:
    """What a delivery goes to, None where its alert does not go there any more."""
    if alert is None:
        return None
    command = " ".join(alert.command)
    targets = {
        "stdout": "stdout" if alert.stdout else None,
        "file": str(alert.file) if alert.file else None,
        "webhook": alert.webhook,
        "command": command or None,
    }
    return targets[each.way]


def _note(state: State, each: Delivery, outcome: str, detail: str | None) -> None:
    state.execute(
        "UPDATE deliveries SET state = ?, done_at = ?, detail = ? WHERE fact = ? AND way = ?",
        *(outcome, state.clock(), detail, each.fact, each.way),
    )


def _failed(
    state: State, each: Delivery, error: _NotDeliveredError, ways: Ways, target: str, tell: Callable[[str], None]
) -> None:
    given_up = error.pause is None or each.tries + 1 >= MOST_TRIES
    if given_up:
        _note(state, each, "failed", str(error))
    else:
        asked = min(error.pause or 0.0, LONGEST_QUIET)
        pause = max(asked, min(ways.first_pause * 2**each.tries, LONGEST_PAUSE))
        ways.quiet[target] = state.clock() + pause
        state.execute(
            "UPDATE deliveries SET next_try = ?, detail = ? WHERE fact = ? AND way = ?",
            *(ways.quiet[target], str(error), each.fact, each.way),
        )
    again = "given up" if given_up else f"next try in {pause:,.0f} s"
    tell(f"alert {each.alert}: not delivered by {each.way}: {error}; {again}")


# -- the ways


def _send(each: Delivery, alert: AlertSettings, ways: Ways) -> None:
    match each.way:
        case "stdout":
            ways.line(each.text)
        case "file":
            assert alert.file is not None
            _append(alert.file, each)
        case "webhook":
            assert alert.webhook is not None
            _post(alert.webhook, each, ways, allow_private=alert.allow_private)
        case _:
            _run(alert.command, each)


def _id_of(each: Delivery) -> str:
    return str(msgspec.json.decode(each.record)["id"])


def _append(file: Path, each: Delivery) -> None:
    line = each.record.encode() + b"\n"
    try:
        with file.open("ab+") as lines:
            size = lines.seek(0, os.SEEK_END)
            lines.seek(max(0, size - (TAIL if each.tries else 1)))
            tail = lines.read()
            if each.tries and f'"id":"{_id_of(each)}"'.encode() in tail:
                return
            if tail and not tail.endswith(b"\n"):  # a line that was cut off
                line = b"\n" + line
            lines.write(line)
            lines.flush()
            os.fsync(lines.fileno())
    except OSError as error:
        raise _NotDeliveredError(f"{file}: {error.strerror or error}") from error


def _post(url: str, each: Delivery, ways: Ways, *, allow_private: bool) -> None:
    """A POST of the record; redirects are not followed. What a webhook's address holds besides its host is not told."""
    import httpx2

    try:
        target = check_url(url, ports=range(1, 65_536), local=allow_private)
        addresses = resolve(target, ways.resolver, allow_private=allow_private)
    except InputError as error:
        raise _NotDeliveredError(f"{error.reason}: {error}", 0.0 if error.passing else None) from error
    transport = ways.transport()
    transport.pin(target.host, addresses)
    timeout = dict.fromkeys(("connect", "read", "write", "pool"), WEBHOOK_SECONDS)
    headers = {
        "User-Agent": ways.agent,
        "Content-Type": "application/json",
        "Idempotency-Key": _id_of(each),
        "Connection": "close",
    }
    request = httpx2.Request(
        "POST", target.url, headers=headers, content=each.record.encode(), extensions={"timeout": timeout}
    )
    try:
        with transport.within(WEBHOOK_SECONDS):
            response = transport.handle_request(request)
            response.close()
    except (httpx2.TransportError, OSError) as error:
        raise _NotDeliveredError(f"{target.host} cannot be reached: {error or type(error).__name__}") from error
    if not 200 <= response.status_code < 300:
        why = f"{target.host} answers {response.status_code} {response.reason_phrase}".strip()
        passing = response.status_code in _TRANSIENT or response.status_code >= 500
        raise _NotDeliveredError(why, retry_after(response.headers.get("retry-after", "")) if passing else None)


def _run(command: Sequence[str], each: Delivery) -> None:
    """A command with the record on its standard input; no shell, no output."""
    record = msgspec.json.decode(each.record)
    places = {"name": each.alert, "text": each.text, "id": record["id"]}
    arguments = []
    for argument in command:
        for place, value in places.items():
            argument = argument.replace(f"{{{place}}}", value.replace("{", "(").replace("}", ")"))
        arguments.append(argument.replace("\0", ""))
    try:
        done = subprocess.run(
            arguments, input=each.record.encode() + b"\n", capture_output=True, timeout=COMMAND_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise _NotDeliveredError(f"{command[0]} took longer than {COMMAND_SECONDS:g} seconds") from error
    except OSError as error:
        raise _NotDeliveredError(f"{command[0]} cannot be run: {error.strerror or error}", None) from error
    if done.returncode:
        said = ""
        with suppress(IndexError):
            said = ": " + done.stderr.decode("utf-8", "replace").strip().splitlines()[-1][:200]
        raise _NotDeliveredError(f"{command[0]} ended with {done.returncode}{said}")
