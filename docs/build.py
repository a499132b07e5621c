"""Put the pages of the site together: python docs/build.py FOLDER. `sh scripts/docs` then makes HTML of them.

The folder gets the Markdown of the documentation, the reference made from the code, the figures that the pages give
with the commands that print them, the notebook as a page, and the changelog. Links that lead out of the documentation
become names of files, since a built site does not hold these.
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

import notebook
import reference

DOCS = Path(__file__).parent
ROOT = DOCS.parent
PICTURES = (".svg", ".png")
DOWNLOAD = '\nTo run it yourself: <a href="relation.ipynb" download>relation.ipynb</a>.\n'
LINK = re.compile(r"(?<!!)\[([^\]]*)\]\(([^)#\s]+)(#[^)\s]*)?\)")
EVALUATION = re.compile(r"`(python -m evaluation\.\w+|detente evaluate)[^`]*`")
FIGURE = re.compile(r"\d\.\d|\d %|\b\d[\d,]* (?:of|in) \d")
CODED_BAR = re.compile(r"(?<=`)\\\|(?=`)")  # forges want a bar escaped in the code of a table, the site does not
FENCE = re.compile(r"```.*?```", flags=re.DOTALL)


def main(folder: Path) -> None:
    """Write all pages to a folder, which is emptied first."""
    shutil.rmtree(folder, ignore_errors=True)
    pages = {path.relative_to(DOCS).as_posix(): path.read_text(encoding="utf-8") for path in sources()}
    pages |= {f"reference/{name}": text for name, text in reference.pages().items()}
    pages["reference/figures.md"] = figures_page(pages)
    pages["guides/notebook.md"] = notebook.as_markdown(DOCS / "relation.ipynb") + DOWNLOAD
    pages["changes.md"] = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    for name, text in pages.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(CODED_BAR.sub("|", without_links_out(text, name, pages)), encoding="utf-8")
    shutil.copyfile(DOCS / "relation.ipynb", folder / "guides" / "relation.ipynb")
    for picture in DOCS.rglob("*"):
        if picture.suffix in PICTURES:
            shutil.copyfile(picture, folder / picture.relative_to(DOCS))


def sources() -> list[Path]:
    """The Markdown that is written by hand."""
    return [*sorted(DOCS.glob("*.md")), *sorted(DOCS.glob("guides/*.md")), *sorted(DOCS.glob("concepts/*.md"))]


def without_links_out(text: str, name: str, pages: dict[str, str]) -> str:
    """A page whose links to files that are no pages are the names of these files."""

    def kept(link: re.Match[str]) -> str:
        target = link[2]
        if ":" in target or Path(target).suffix in PICTURES:
            return link[0]
        there = (DOCS / name).parent.joinpath(target).resolve()
        if there.is_relative_to(DOCS) and there.relative_to(DOCS).as_posix() in pages:
            return link[0]
        return f"{link[1]} (`{there.relative_to(ROOT).as_posix()}`)" if there.is_relative_to(ROOT) else link[1]

    return LINK.sub(kept, text)


# -- figures


def figures_page(pages: dict[str, str]) -> str:
    """Every section that gives figures and the command that prints them, as it stands on its own page."""
    parts = [
        "# Figures",
        "",
        "Accuracy and speed, each with the command that prints it and the data it is printed on, in the words of the",
        "pages that they come from. `GOLD` and `DATA` are data sets that are not part of the package.",
        "",
        "## The whole pipeline",
        "",
        *_section((ROOT / "README.md").read_text(encoding="utf-8"), "## How good it is"),
        "",
        "## The model",
        "",
        "From the card of the packaged model.",
        "",
        *_section((ROOT / "src/detente/model/card.md").read_text(encoding="utf-8"), "**How good.**"),
    ]
    for name, text in sorted(pages.items()):
        found = [section for section in _sections(text) if EVALUATION.search(section) and FIGURE.search(section)]
        if found:
            title = text.partition("\n")[0].removeprefix("# ")
            parts += [f"## {title}", "", f"From [{title.lower()}](../{name}).", ""]
            parts += [deeper(section, name) for section in found]
    return "\n".join(parts)


def _section(text: str, heading: str) -> list[str]:
    """The lines of a section or paragraph, without its heading, up to the next of its kind."""
    start = text.index(heading)
    mark = "\n## " if heading.startswith("## ") else "\n\n**"
    body = text[start:].split(mark)[0] if mark == "\n\n**" else text[start + 3 :].partition("\n")[2].split(mark)[0]
    return [re.sub(r"<!--.*?-->\n?", "", body).strip()]


def _sections(text: str) -> list[str]:
    """A page's sections; of what stands before the first, the part from its command on."""
    lead, *rest = re.split(r"^(?=## )", FENCE.sub("", text), flags=re.MULTILINE)
    paragraphs = lead.split("\n\n")
    named = [at for at, paragraph in enumerate(paragraphs) if EVALUATION.search(paragraph)]
    return ["\n\n".join(paragraphs[named[0] :]) + "\n", *rest] if named else rest


def deeper(section: str, name: str) -> str:
    """A section as part of another page: one level down, its links from there."""
    folder = Path(name).parent.as_posix()
    before = "../" if folder == "." else f"../{folder}/"
    moved = re.sub(r"\]\((?![a-z]+:|#)", f"]({before}", section)
    return re.sub(r"^#", "##", moved, flags=re.MULTILINE)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
