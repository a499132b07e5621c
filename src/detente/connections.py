"""Connections to the very addresses that were checked, within a time that cannot be stretched.

A name is resolved once, by `addresses.resolve`, and pinned here; nothing is connected to that was not pinned, so that
a name which stands for another machine the next time it is asked (DNS rebinding) gains nothing. The name stays what
the certificate is checked against and what the server is told. Imported where something is fetched, and not before:
it needs the HTTP library.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import httpcore2
import httpx2

CONNECT_SECONDS = 10.0
"""Longest wait for one address to answer; the next one of the same name is tried then."""

Clock = Callable[[], float]


class PinnedTransport(httpx2.BaseTransport):
    """HTTP/1.1 over connections to pinned addresses only; no proxies, no cookies, no credentials.

    `backend` makes the connections, None is the network; `clock` counts the seconds of `within`.
    """

    def __init__(self, *, backend: httpcore2.NetworkBackend | None = None, clock: Clock = time.monotonic) -> None:
        self._backend = _PinnedBackend(backend or httpcore2.SyncBackend(), clock)
        self._pool = httpcore2.ConnectionPool(
            ssl_context=httpx2.create_ssl_context(trust_env=False),
            max_connections=10,
            keepalive_expiry=60.0,
            network_backend=self._backend,
        )

    def pin(self, host: str, addresses: Iterable[str]) -> None:
        """From now on, this host is connected to by these addresses, tried in their order."""
        self._backend.pins[host] = tuple(addresses)

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """All reading and writing inside has to end within this time, however slowly it trickles."""
        self._backend.begin(seconds)
        try:
            yield
        finally:
            self._backend.end = None

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        url = request.url
        asked = httpcore2.Request(
            method=request.method,
            url=httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        with _errors_of_httpx():
            answer = self._pool.handle_request(asked)
        assert isinstance(answer.stream, Iterable)
        return httpx2.Response(
            answer.status, headers=answer.headers, stream=_Body(answer.stream), extensions=answer.extensions
        )

    def close(self) -> None:
        self._pool.close()


@contextmanager
def _errors_of_httpx() -> Iterator[None]:
    try:
        yield
    except httpcore2.ConnectTimeout as error:
        raise httpx2.ConnectTimeout(str(error)) from error
    except httpcore2.TimeoutException as error:
        raise httpx2.ReadTimeout(str(error)) from error
    except (httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.UnsupportedProtocol) as error:
        raise httpx2.ReadError(str(error)) from error


class _Body(httpx2.SyncByteStream):
    def __init__(self, stream: Iterable[bytes]) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        with _errors_of_httpx():
            yield from self._stream

    def close(self) -> None:
        if hasattr(self._stream, "close"):
            self._stream.close()


class _PinnedBackend(httpcore2.NetworkBackend):
    def __init__(self, backend: httpcore2.NetworkBackend, clock: Clock) -> None:
        self._backend, self._clock = backend, clock
        self.pins: dict[str, tuple[str, ...]] = {}
        self.end: float | None = None

    def begin(self, seconds: float) -> None:
        self.end = self._clock() + seconds

    def left(self, most: float | None) -> float | None:
        """The shorter of `most` and what is left of the time; ReadTimeout where nothing is."""
        if self.end is None:
            return most
        left = self.end - self._clock()
        if left <= 0:
            raise httpcore2.ReadTimeout("the time is over")
        return left if most is None else min(most, left)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        failed: Exception = httpcore2.ConnectError(f"{host} was not checked, so it is not connected to")
        for address in self.pins.get(host, ()):
            try:
                stream = self._backend.connect_tcp(
                    address, port, self.left(CONNECT_SECONDS), local_address, socket_options
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failed = error
            else:
                return _TimedStream(stream, self)
        raise failed

    def sleep(self, seconds: float) -> None:
        self._backend.sleep(seconds)


class _TimedStream(httpcore2.NetworkStream):
    """A connection on which no single wait goes beyond the backend's time."""

    def __init__(self, stream: httpcore2.NetworkStream, backend: _PinnedBackend) -> None:
        self._stream, self._backend = stream, backend

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._backend.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._backend.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        secure = self._stream.start_tls(ssl_context, server_hostname, self._backend.left(timeout))
        return _TimedStream(secure, self._backend)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
