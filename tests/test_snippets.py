"""What the documentation shows runs, and prints what it is said to print."""

from __future__ import annotations

import io
import shutil
import signal
import sys
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from detente.cluster import make_shards
from detente.config import Config
from detente.division import divided
from detente.fetch import Fetched, Fetcher, Validators
from detente.interchange import export
from detente.ledger import open_ledger
from detente.memory import linked_events
from detente.shards import Job, Receipt
from detente.storage import Store
from tests.snippets import Block, Session, blocks, has_r

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.glob("*.md")), *sorted(DOCS.glob("*/*.md"))]
SHOWING = {page: found for page in PAGES if (found := blocks(page.read_text(encoding="utf-8")))}
OPTIONAL = ("altair", "pandas", "polars", "statsmodels", "vl_convert")  # packages of those who study, and of extras
FEED = """<rss version="2.0"><channel><title>Orbit</title><item><guid>tag:orbit.example,2023:1</guid>
<title>Ministers meet</title><description>Peru's foreign minister met his Chilean counterpart in Lima on Thursday.
</description><pubDate>Thu, 16 Mar 2023 23:30:00 -0500</pubDate></item></channel></rss>"""
STORY = """<html><head><title>A warning</title></head><body><article><h1>A warning</h1>
<p>Chile warned Peru on Friday that it would close the northern border crossing if trucks went on being held up there
for days on end.</p></article></body></html>"""


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.fixture(scope="session")
def workshop(demo_ledger: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a reader of the documentation would have: some articles, a feed, a ledger, files of GDELT."""
    folder = tmp_path_factory.mktemp("workshop")
    (folder / "news").mkdir()
    for article in sorted((ROOT / "demo" / "articles").glob("2023-03-*.txt"))[:4]:
        shutil.copy(article, folder / "news")
    (folder / "feeds.xml").write_text(FEED, encoding="utf-8")
    shutil.copy(demo_ledger, folder / "news.detente")
    rows = io.BytesIO()
    with open_ledger(demo_ledger, read_only=True) as ledger:
        export(linked_events(ledger, dyad=("JPN", "KOR")), rows, "gdelt2")
    _make_shards(folder / "news", folder / "shards")
    (folder / "downloads").mkdir()
    with zipfile.ZipFile(folder / "downloads" / "20250101.export.CSV.zip", "w") as packed:
        packed.writestr("20250101.export.CSV", rows.getvalue())
    return folder


def _make_shards(news: Path, shards: Path) -> None:
    settings = Config()
    pieces = divided(Store(str(shards)), [str(news)], config=settings)
    assert all(isinstance(made, Receipt) for made in make_shards(pieces, Job(str(shards), settings), jobs=0))


@pytest.fixture
def _there(workshop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A folder of the page's own to work in, with nobody outside to ask, for five minutes at most."""
    shutil.copytree(workshop, tmp_path / "work")
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("DETENTE_LEDGER", "")
    monkeypatch.delenv("DETENTE_LEDGER")

    really = Fetcher.fetch

    def fetch(self: Fetcher, url: str, *, validators: Validators | None = None) -> Fetched:
        if "example" not in url:
            return really(self, url, validators=validators)
        return Fetched(url, STORY.encode(), "text/html", "utf-8", date(2023, 3, 18), Validators(url))

    monkeypatch.setattr(Fetcher, "fetch", fetch)
    monkeypatch.setattr("detente.page.serve_page", lambda *_, **__: None)  # the real one serves until Ctrl-C

    def too_long(*_: object) -> None:
        raise TimeoutError("a block that does not end; mark it `<!-- not run: … -->`")

    before = signal.signal(signal.SIGALRM, too_long)
    signal.alarm(300)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.usefixtures("_there")
@pytest.mark.parametrize("page", SHOWING, ids=name)
def test_what_a_page_shows_is_true(page: Path) -> None:
    session = Session()
    for block in SHOWING[page]:
        if block.not_run is None and (block.language != "r" or has_r()):
            try:
                session.run(block)
            except ModuleNotFoundError as missing:
                if missing.name not in OPTIONAL:
                    raise
                pytest.skip(f"{name(page)} from line {block.line} on needs {missing.name}, which is not installed")
            except BaseException as error:
                error.add_note(f"in the block at line {block.line} of {name(page)}")
                raise


def test_what_is_not_run_is_counted(capsys: pytest.CaptureFixture[str]) -> None:
    everything = [(page, block) for page, found in SHOWING.items() for block in found]
    left = [(page, block) for page, block in everything if block.not_run is not None]
    told = [f"  {name(page)}:{block.line} {block.language}: {block.not_run}\n" for page, block in left]
    with capsys.disabled():
        sys.stdout.write(f"\n{len(everything)} blocks of documentation, {len(left)} not run:\n{''.join(told)}")
    assert all(block.not_run for _, block in left), "say why a block is not run"
    assert len(left) < len(everything) / 4


# -- the finder and the runner themselves


def test_blocks_are_found_with_their_output_and_their_marks() -> None:
    page = (
        "```python\nprint(1)\n```\n\n```\n1\n```\n\n```toml\na = 1\n```\n\n"
        "<!-- not run: needs a network -->\n```sh\ncurl x\n```\n\n<!-- exit 3 -->\n```console\n$ true\n```\n"
        "\n```\n$ false\n```\n"
    )
    python, network, excluded, unnamed = blocks(page)
    assert (python.language, python.shown, python.line) == ("python", "1\n", 1)
    assert network.not_run == "needs a network"
    assert excluded.exit_code == 3
    assert unnamed.language == "console"


@pytest.mark.parametrize(
    "block",
    [
        Block(1, "console", "$ echo one\ntwo\n"),
        Block(1, "console", "$ echo one\n…\ntwo\n"),
        Block(1, "console", "$ exit 3\n"),
        Block(1, "console", "echo one\n"),
        Block(1, "sh", "true\nfalse\n"),
        Block(1, "sh", "detente no-such-command\n"),
        Block(1, "python", "print(1)\n", "2\n"),
        Block(1, "python", "print(1)  # 2\n"),
        Block(1, "python", "print(1)\n# 2\n"),
        Block(1, "python", ">>> 1 + 1\n3\n"),
    ],
    ids=lambda block: block.body.strip().replace("\n", "; "),
)
def test_what_is_not_true_is_found(block: Block) -> None:
    with pytest.raises(AssertionError):
        Session().run(block)


@pytest.mark.parametrize(
    "block",
    [
        Block(1, "console", "$ echo one\none\n$ printf '1\\n2\\n3\\n'\n1\n…\n3\n"),
        Block(1, "console", "$ echo '0.71 here'\n0.72 here\n"),
        Block(1, "console", "$ printf '%s' a | cat\na\n"),
        Block(1, "console", "$ exit 3\n", exit_code=3),
        Block(1, "console", "$ detente --version | cut -c1-7\ndetente\n"),
        Block(1, "sh", "# a comment\n\ntrue \\\n  && true\n"),
        Block(1, "python", "for n in (1, 2):\n    print(n)  # 2\n", "1\n2\n"),
    ],
    ids=lambda block: block.body.strip().replace("\n", "; "),
)
def test_what_is_true_passes(block: Block) -> None:
    Session().run(block)
