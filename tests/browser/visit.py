"""A tab of the tests' browser."""

from __future__ import annotations

from typing import Any


class Visit:
    """A tab that notes every request and every complaint of the browser."""

    def __init__(self, browser: Any, *, width: int = 1280, scheme: str = "light") -> None:
        self.context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        self.tab = self.context.new_page()
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.context.on("request", lambda request: self.requests.append(request.url))
        self._answered = 0
        for event in ("requestfinished", "requestfailed"):
            self.context.on(event, lambda request: self._count())
        self.tab.on("console", lambda message: self.complaints.append(message.text))
        self.tab.on("pageerror", lambda error: self.complaints.append(str(error)))

    def __enter__(self) -> Visit:
        return self

    def __exit__(self, *error: object) -> None:
        self.context.close()

    def open(self, address: str) -> int:
        """Go there, until its scripts ask for nothing more; the HTTP status."""
        status = int(self.tab.goto(address, wait_until="load").status)
        quiet = 0
        while quiet < 2:
            self.tab.wait_for_timeout(25)
            quiet = quiet + 1 if self._answered >= len(self.requests) else 0
        return status

    def _count(self) -> None:
        self._answered += 1

    def heading(self) -> str:
        return str(self.tab.locator("h1").inner_text())
