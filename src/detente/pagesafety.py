"""Who may use the page, and what a browser may do with it.

The page stands on a person's own computer and shows hostile input. So: a strict Content-Security-Policy on every
answer; only hosts that were named are answered, so that no site can reach the page by a name that resolves here (DNS
rebinding); what changes something needs a secret that only our own pages hold (CSRF), and must come from them; and
beyond this computer every request needs the token.
"""

from __future__ import annotations

import hmac
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
COOKIE = "detente-token"

# https://www.w3.org/TR/CSP3/: nothing may load, run, embed or be embedded, but our own files; forms go to us only.
HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self';"
    " img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


class SafeHeaders:
    """Adds HEADERS to every answer, and keeps what is not our own file out of the browser's store."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                headers.setdefault("cache-control", "no-cache")
            await send(message)

        await self.app(scope, receive, send_with_headers)


class TokenGate:
    """Answers only who brings the token, once in the address (`?token=`) and from then on in a cookie."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self.app = app
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
        if given and self._is_token(given):
            answer = RedirectResponse(scope["path"], status_code=303)
            answer.set_cookie(COOKIE, self._token, httponly=True, samesite="strict")
            await answer(scope, receive, send)
        elif self._is_token(_cookie(Headers(scope=scope))):
            await self.app(scope, receive, send)
        else:
            text = "This page needs its token: open the address that `detente serve` printed.\n"
            await PlainTextResponse(text, status_code=401)(scope, receive, send)

    def _is_token(self, given: str) -> bool:
        return hmac.compare_digest(given.encode(), self._token.encode())


def _cookie(headers: Headers) -> str:
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""


def refusal(headers: Headers, csrf: str, given: object) -> str | None:
    """Why a form is not obeyed: it came from another page, or without our secret. None where all is well.

    `headers` are the request's, `given` is the form's field `csrf`.
    """
    site = headers.get("sec-fetch-site", "same-origin")
    origin = headers.get("origin")
    if site not in ("same-origin", "none") or (origin is not None and not _is_own(origin, headers.get("host", ""))):
        return "This came from another site, so nothing was done. Use the form on the page itself."
    if not isinstance(given, str) or not hmac.compare_digest(given.encode(), csrf.encode()):
        return "This form is from before the page was last started, so nothing was done. Go back, load it again, retry."
    return None


def _is_own(origin: str, host: str) -> bool:
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and parts.netloc == host
