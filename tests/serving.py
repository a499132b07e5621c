"""The page, served for tests as a user's browser would meet it."""

from __future__ import annotations

import threading
from pathlib import Path

from detente.page import serve_page


def serve(path: Path) -> str:
    """Serve a ledger on a free port in a thread that ends with the process; its address, without the last slash."""
    addresses: list[str] = []
    begun = threading.Event()

    def ready(address: str) -> None:
        addresses.append(address)
        begun.set()

    threading.Thread(target=serve_page, args=(path,), kwargs={"port": 0, "ready": ready}, daemon=True).start()
    assert begun.wait(10)
    return addresses[0].removesuffix("/")
