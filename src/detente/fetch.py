"""Addresses of the web -> bytes, politely and within limits.

Every request is for a public address that was checked and is connected to as checked (`addresses`, `connections`),
allowed by the site's robots.txt and in its turn (`politeness`), and bounded in time, size and in what it unpacks to.
Redirects are followed here, each address checked like the first. What is not had is an InputError whose `reason`
is a key of `ingest.REASONS`.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import msgspec

from detente.addresses import Resolver, Target, check_url, resolve, system_resolver
from detente.config import Config
from detente.errors import InputError
from detente.politeness import ROBOTS_BYTES, TROUBLE_SECONDS, Politeness, Rules, read_rules, user_agent

if TYPE_CHECKING:
    import httpx2

MAX_REDIRECTS = 5
"""Redirects followed from one address; RFC 9309, section 2.3.1.2, asks for as many."""

MAX_RATIO = 200
"""How many times its packed size an answer may unpack to; pages reach twenty."""

RATIO_FROM = 1024 * 1024
"""Unpacked bytes from which on MAX_RATIO counts: a short page of one repeated line is no bomb."""

FIRST_PAUSE = 1.0
"""Seconds before the second try; twice as long before each further one, and between half and all of it by chance."""

_REDIRECTS = (301, 302, 303, 307, 308)
_TRANSIENT = (408, 425, 429, 500, 502, 503, 504)
_NO_TEXT = ("image/", "audio/", "video/", "font/", "model/", "text/css", "text/javascript", "application/javascript")
_ENCODINGS = {"gzip", "x-gzip", "deflate", "br", "identity"}


class Validators(msgspec.Struct, frozen=True):
    """What the answer of `url` said by which it can be asked whether it has changed (RFC 9110, section 8.8).

    Keep it with what was read, and give it to the next `fetch` of the same.
    """

    url: str
    etag: str | None = None
    last_modified: str | None = None


class Fetched(msgspec.Struct, frozen=True):
    """An answer. `url` is where it came from in the end, `unchanged` says that it is what it was: `body` is b"" then.

    `body` is unpacked as for the way it came; a file that is packed itself still is. `moved` is where the address has
    moved for good, if it has (status 301 or 308). `day` is the day on which it was fetched.
    """

    url: str
    body: bytes
    content_type: str
    charset: str | None
    day: date
    validators: Validators
    unchanged: bool = False
    moved: str | None = None


class Fetcher:
    """Asks for addresses one after the other; a context manager. One thread at a time; threads share a Politeness.

    `transport` carries the requests (None: the network, to pinned addresses), `resolver` knows the names, `politeness`
    keeps time and has the clock, `jitter` gives numbers in 0..1, `today` the day. All are for tests and for those
    who follow many sites. `allow_private` also connects to this machine and its network, for tests with a server of
    their own; no setting and no command does.
    """

    def __init__(
        self,
        config: Config,
        *,
        politeness: Politeness | None = None,
        transport: httpx2.BaseTransport | None = None,
        resolver: Resolver = system_resolver,
        jitter: Callable[[], float] = random.random,
        today: Callable[[], date] = lambda: datetime.now(UTC).date(),
        allow_private: bool = False,
    ) -> None:
        self.config = config
        self.politeness = politeness or Politeness()
        self._transport, self._made = transport, transport is None
        self._resolver, self._jitter, self._today = resolver, jitter, today
        self._allow_private = allow_private
        self._rules: dict[str, Rules] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End all connections; the next fetch opens new ones."""
        if self._transport is not None:
            self._transport.close()
        if self._made:
            self._transport = None

    def fetch(self, url: str, *, validators: Validators | None = None) -> Fetched:
        """The answer at an address, or that it has not changed since the one that `validators` came from.

        Raises InputError; see `ingest.REASONS` for its reasons.
        """
        moved: str | None = None
        for_good = True
        for _ in range(MAX_REDIRECTS + 1):
            target, addresses = self._checked(url)
            rules = self._rules_of(target, addresses)
            rules.check(target.url)
            answer = self._answer(target, addresses, validators, rules.delay, self.config.max_bytes)
            if answer.status not in _REDIRECTS:
                return self._fetched(target, answer, validators, moved)
            url = _location(target, answer)
            for_good = for_good and answer.status in (301, 308)
            moved = url if for_good else moved
        raise InputError("redirects", f"It redirects more than {MAX_REDIRECTS} times.")

    def _checked(self, url: str) -> tuple[Target, tuple[str, ...]]:
        if self._allow_private:
            target = check_url(url, ports=range(1, 65_536), local=True)
        else:
            target = check_url(url, ports=self.config.fetch_ports)
        return target, resolve(target, self._resolver, allow_private=self._allow_private)

    def _fetched(self, target: Target, answer: _Answer, validators: Validators | None, moved: str | None) -> Fetched:
        if answer.status == 304 and validators is not None:
            return Fetched(target.url, b"", "", None, self._today(), validators, unchanged=True, moved=moved)
        if answer.status != 200:
            raise InputError("http-status", f"The server answers {answer.status} {answer.phrase}".strip() + ".")
        kind, charset = _content_type(answer.headers.get("content-type", ""))
        return Fetched(
            url=target.url,
            body=answer.body,
            content_type=kind,
            charset=charset,
            day=self._today(),
            validators=Validators(target.url, answer.headers.get("etag"), answer.headers.get("last-modified")),
            moved=moved,
        )

    # -- robots.txt

    def _rules_of(self, target: Target, addresses: tuple[str, ...]) -> Rules:
        known = self._rules.get(target.origin)
        if known is None or known.until <= self.politeness.clock():
            known = self._rules[target.origin] = self._asked_rules(target, addresses)
        return known

    def _asked_rules(self, target: Target, addresses: tuple[str, ...]) -> Rules:
        """The rules at the root of a site, redirects followed to other sites as well (RFC 9309, section 2.3.1.2)."""
        place = msgspec.structs.replace(target, url=f"{target.origin}/robots.txt")
        try:
            for _ in range(MAX_REDIRECTS + 1):
                answer = self._answer(place, addresses, None, 0.0, ROBOTS_BYTES, whole=False)
                if answer.status not in _REDIRECTS:
                    return read_rules(answer.status, answer.body, self.politeness.clock())
                place, addresses = self._checked(_location(place, answer))
            return read_rules(404, b"", self.politeness.clock())
        except InputError as error:
            if error.reason == "wait":
                raise
            return Rules(self.politeness.clock() + TROUBLE_SECONDS, trouble=str(error)[:200])

    # -- one answer

    def _answer(
        self,
        target: Target,
        addresses: tuple[str, ...],
        validators: Validators | None,
        delay: float,
        limit: int,
        *,
        whole: bool = True,
    ) -> _Answer:
        """The answer of one host, asked in its turn and again where it is in passing trouble."""
        pause, tries = FIRST_PAUSE, 0
        self._connected(target, addresses)  # made before the turn is booked, for it takes its time
        while True:
            self.politeness.wait(target.host, delay=max(delay, self.config.fetch_delay), most=self.config.fetch_wait)
            asked = 0.0
            try:
                answer = self._once(target, addresses, validators, limit, whole=whole)
            except _PassingError as error:
                failure: InputError = error
            else:
                if answer.status not in _TRANSIENT:
                    return answer
                asked = retry_after(answer.headers.get("retry-after", ""))
                detail = f"The server answers {answer.status} {answer.phrase}."
                failure = InputError("http-status", detail, passing=True)
            quiet = max(asked, pause * (1 + self._jitter()) / 2)
            self.politeness.hold(target.host, quiet)
            if asked > self.config.fetch_wait:
                detail = f"{target.host} asks for {asked:,.0f} seconds of quiet; the longest wait is"
                again = f"{self.config.fetch_wait:g} (fetch_wait). Ask again later."
                raise InputError("wait", f"{detail} {again}", passing=True)
            tries += 1
            if tries >= self.config.fetch_tries:
                raise failure
            pause *= 2

    def _once(
        self,
        target: Target,
        addresses: tuple[str, ...],
        validators: Validators | None,
        limit: int,
        *,
        whole: bool,
    ) -> _Answer:
        import httpx2

        seconds = self.config.fetch_seconds
        transport = self._connected(target, addresses)
        end = self.politeness.clock() + seconds
        timeout = {"connect": seconds, "read": seconds, "write": seconds, "pool": seconds}
        headers = self._headers(target, validators)
        request = httpx2.Request("GET", target.url, headers=headers, extensions={"timeout": timeout})
        try:
            with transport.within(seconds) if hasattr(transport, "within") else nullcontext():
                response = transport.handle_request(request)
                response.request = request
                try:
                    body = self._body(response, limit, end, whole=whole)
                finally:
                    response.close()
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.ReadError, httpx2.ProtocolError) as error:
            raise _failure(target, error) from error
        except httpx2.TimeoutException as error:
            raise _too_slow(seconds) from error
        except httpx2.DecodingError as error:
            raise InputError("broken-body", f"The answer cannot be unpacked: {error}.") from error
        phrase = response.reason_phrase
        return _Answer(response.status_code, phrase, {k.lower(): v for k, v in response.headers.items()}, body)

    def _connected(self, target: Target, addresses: tuple[str, ...]) -> Any:
        """The transport, its next connection to this host pinned to the addresses that were checked."""
        if self._transport is None:
            from detente.connections import PinnedTransport

            self._transport = PinnedTransport(clock=self.politeness.clock)
        if hasattr(self._transport, "pin"):
            self._transport.pin(target.host, addresses)
        return self._transport

    def _headers(self, target: Target, validators: Validators | None) -> dict[str, str]:
        headers = {
            "User-Agent": user_agent(self.config.fetch_contact),
            "Accept": "text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8",
            "Accept-Encoding": "gzip, deflate, br",
            "Accept-Language": "en, *;q=0.5",
        }
        if validators and validators.url == target.url:
            conditions = {"If-None-Match": validators.etag, "If-Modified-Since": validators.last_modified}
            headers |= {name: value for name, value in conditions.items() if value}
        return headers

    def _body(self, response: httpx2.Response, limit: int, end: float, *, whole: bool) -> bytes:
        """The unpacked body of an answer with status 200, b"" of any other; with `whole` not set, its first `limit`
        bytes. It is given up as soon as it goes beyond a limit."""
        if response.status_code != 200:
            return b""
        kind = response.headers.get("content-type", "").strip().lower()
        if whole and kind.startswith(_NO_TEXT):
            raise InputError("content-type", f"It is of type {kind[:60]!r}, in which there is no article.")
        packings = [name.strip().lower() for name in response.headers.get("content-encoding", "").split(",")]
        if len(packings) > 2 or not set(packings) <= {*_ENCODINGS, ""}:
            raise InputError("broken-body", f"It is packed as {', '.join(packings)[:60]!r}, which is not read.")
        length = response.headers.get("content-length", "")
        if whole and length.isdecimal() and len(length) < 20 and int(length) > limit:
            raise InputError("too-large", f"It has {int(length):,} bytes; max_bytes is {limit:,}.")
        pieces, size = [], 0
        for piece in response.iter_bytes():
            pieces.append(piece)
            size += len(piece)
            if size > limit:
                if whole:
                    raise InputError("too-large", f"It has more than max_bytes ({limit:,}).")
                break
            if size > RATIO_FROM and size > MAX_RATIO * response.num_bytes_downloaded:
                raise InputError("over-packed", f"It unpacks to more than {MAX_RATIO} times its size.")
            if self.politeness.clock() > end:
                raise _too_slow(self.config.fetch_seconds)
        return b"".join(pieces)[:limit]


class _Answer(msgspec.Struct, frozen=True):
    """Status, headers by their names in lower case, and body of an answer."""

    status: int
    phrase: str
    headers: dict[str, str]
    body: bytes


class _PassingError(InputError):
    """What may be over at the next try, at once."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(reason, message, passing=True)


def _too_slow(seconds: float) -> InputError:
    return InputError("too-slow", f"It took longer than {seconds:g} seconds (fetch_seconds).", passing=True)


def _failure(target: Target, error: Exception) -> InputError:
    """A connection that failed: for good if the certificate is wrong, else perhaps in passing."""
    detail = f"{target.host} cannot be reached: {error or type(error).__name__}."
    for_good = "CERTIFICATE_VERIFY_FAILED" in detail
    return InputError("unreachable", detail) if for_good else _PassingError("unreachable", detail)


def _location(target: Target, answer: _Answer) -> str:
    import httpx2

    location = answer.headers.get("location", "")
    try:
        joined = str(httpx2.URL(target.url).join(location)) if location else ""
    except (httpx2.InvalidURL, ValueError) as error:
        raise InputError("redirects", f"It redirects to {location[:200]!r}, which is no address: {error}.") from error
    if not joined:
        raise InputError("redirects", f"The server answers {answer.status} and does not say where to look.")
    return joined


def _content_type(header: str) -> tuple[str, str | None]:
    """The media type in lower case and the charset that a Content-Type names."""
    from email.message import Message

    message = Message()
    message["Content-Type"] = header[:500].replace("\r", " ").replace("\n", " ")
    charset = message.get_param("charset")
    return message.get_content_type() if header else "", charset.strip().lower() if isinstance(charset, str) else None


def retry_after(value: str) -> float:
    """The seconds of a Retry-After: a number, or until a moment (RFC 9110, section 10.2.3); 0 for anything else."""
    value = value.strip()
    if value.isdecimal() and len(value) < 10:
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return 0.0
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, moment.timestamp() - time.time())
