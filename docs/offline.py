"""Make a built site ask nothing of any other machine: python docs/offline.py SITE.

Search in pages that are opened from a disk needs a small script, which the site's builder takes from another machine;
ours is `vendor/iframe-worker.js` (npm iframe-worker 1.0.4, MIT). Whatever else would be asked for is an error.
"""

from __future__ import annotations

import re
import shutil
import sys
from html.parser import HTMLParser
from pathlib import Path

VENDOR = Path(__file__).parent / "vendor"
SHIM = "https://unpkg.com/iframe-worker/shim"
OUR_SHIM = "assets/javascripts/iframe-worker.js"
LOADING = {"src", "srcset", "poster", "data", "background", "action", "xlink:href"}  # of any tag
LOADING_LINKS = {"stylesheet", "icon", "preload", "prefetch", "preconnect", "dns-prefetch", "modulepreload", "manifest"}
ELSEWHERE = re.compile(r"\s*(?:https?:)?//", flags=re.IGNORECASE)
STYLE = re.compile(r"(?:url\(\s*|@import\s+)[\"']?((?:https?:)?//[^\"')\s]+)", flags=re.IGNORECASE)


def main(site: Path) -> None:
    """Put the script in place, then look whether all is."""
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        up = "../" * (len(page.relative_to(site).parts) - 1)
        if SHIM in text:
            page.write_text(text.replace(SHIM, up + OUR_SHIM), encoding="utf-8")
    shutil.copyfile(VENDOR / "iframe-worker.js", site / OUR_SHIM)
    shutil.copyfile(VENDOR / "iframe-worker-LICENSE.txt", (site / OUR_SHIM).with_name("iframe-worker-LICENSE.txt"))
    if asked := requests_elsewhere(site):
        raise SystemExit("The site would ask other machines:\n" + "\n".join(asked))


def requests_elsewhere(site: Path) -> list[str]:
    """`page: address` of everything that a page or style sheet of the site would load from another machine."""
    found = []
    for page in sorted(site.rglob("*.html")):
        reader = _Loads()
        reader.feed(page.read_text(encoding="utf-8"))
        found += [f"{page.relative_to(site)}: {address}" for address in reader.found]
    for sheet in sorted((*site.rglob("*.css"), *site.rglob("*.svg"))):
        addresses = STYLE.findall(sheet.read_text(encoding="utf-8"))
        found += [f"{sheet.relative_to(site)}: {address}" for address in addresses]
    return found


class _Loads(HTMLParser):
    """Addresses on other machines that a browser asks for when it shows a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        loads = {name for name in attributes if name in LOADING}
        if tag == "link" and LOADING_LINKS & set(attributes.get("rel", "").lower().split()):
            loads.add("href")
        if tag in ("image", "use"):
            loads.add("href")
        self.found += [attributes[name] for name in sorted(loads) if ELSEWHERE.match(attributes.get(name, ""))]
        self.found += STYLE.findall(attributes.get("style", ""))

    def handle_data(self, data: str) -> None:
        if self.cdata_elem == "style":
            self.found += STYLE.findall(data)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
