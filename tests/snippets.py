"""The commands and the Python that documentation shows, found and run.

A page is a session: its blocks run in order, in one folder and one Python namespace. `console` and `sh` blocks are
commands, `python` blocks are executed. What is shown as output has to come out: the lines below a command of a console
block, a block without a language (or `text`) right after one of Python, comments that follow the last line of Python,
and comments behind a `print`. A line `…` stands for any lines; the reader's confidences may differ in the last place.

A comment right before a block changes that: `<!-- not run: WHY -->` leaves it out, `<!-- exit N -->` expects its last
command to end with that code.
"""

from __future__ import annotations

import contextlib
import doctest
import glob
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from detente.cli import main

FENCE = re.compile(
    r"(?:^<!-- (?P<note>[^\n]*?) -->\n+)?^```(?P<language>[\w-]*)[^\n]*\n(?P<body>.*?)^```$", re.DOTALL | re.MULTILINE
)
CONFIDENCE = re.compile(r"\b[01]\.\d\d\b")  # int8 products round a little differently on other processors
RUN = ("console", "sh", "python", "r")


class Block(NamedTuple):
    """A block of a page; `shown` is the output in a block after it, `not_run` why it is left out."""

    line: int
    language: str
    body: str
    shown: str | None = None
    not_run: str | None = None
    exit_code: int = 0


def blocks(text: str) -> list[Block]:
    """The blocks of a page that can be run, and those marked as not."""
    found: list[Block] = []
    end = -1
    for fence in FENCE.finditer(text):
        note = fence["note"] or ""
        language = "console" if fence["body"].startswith("$ ") else fence["language"]
        if language in ("", "text") and found and not text[end : fence.start()].strip() and not note:
            if found[-1].language == "python":
                found[-1] = found[-1]._replace(shown=fence["body"])
        elif language in RUN:
            why = note.removeprefix("not run: ") if note.startswith("not run: ") else None
            code = int(note.removeprefix("exit ")) if note.startswith("exit ") else 0
            line = text.count("\n", 0, fence.start("language")) + 1
            found.append(Block(line, language, fence["body"], None, why, code))
            end = fence.end()
    return found


class Session:
    """Runs the blocks of one page in a folder; the caller has made it the current one."""

    def __init__(self) -> None:
        self.namespace: dict[str, Any] = {"__name__": "__main__"}

    def run(self, block: Block) -> None:
        """Run a block; an AssertionError says what was to come out and what did."""
        if block.language == "python":
            self._python(block)
        elif block.language == "r":
            command(f"Rscript -e {shlex.quote(block.body)}", 0)
        else:
            found = list(commands(block))
            assert found, "the block shows no command; in console blocks a command begins with “$ ”"
            for at, (line, shown) in enumerate(found):
                printed = command(line, block.exit_code if at == len(found) - 1 else 0)
                if shown:
                    compare(printed, shown)

    def _python(self, block: Block) -> None:
        if block.body.lstrip().startswith(">>>"):
            test = doctest.DocTestParser().get_doctest(block.body, self.namespace, "page", None, 0)
            assert doctest.DocTestRunner(verbose=False).run(test, clear_globs=False).failed == 0
            return
        with captured() as out:
            exec(compile(block.body, f"<block at line {block.line}>", "exec"), self.namespace)
        printed = out.getvalue().decode()
        if block.shown is not None:
            compare(printed, block.shown)
        compare_comments(printed, block.body)


def commands(block: Block) -> Iterator[tuple[str, str]]:
    """Each command of a block with the output that is shown of it."""
    joined = block.body.replace("\\\n", "\\\0")
    if block.language == "sh":
        for line in joined.splitlines():
            if line.strip() and not line.startswith("#"):
                yield line.replace("\\\0", "\\\n"), ""
        return
    for part in re.split(r"^\$ ", joined, flags=re.MULTILINE)[1:]:
        line, _, shown = part.partition("\n")
        yield line.replace("\\\0", "\\\n"), shown.strip("\n")


def command(line: str, expected: int) -> str:
    """What a command line prints; stages of a pipe that are `detente` run in this process, all others in a shell."""
    if assigned := re.fullmatch(r"export (\w+)=(\S+)", line.strip()):
        os.environ[assigned[1]] = assigned[2]
        return ""
    printed, code = b"", 0
    for stage in _stages(line):
        if stage[0] == "detente":
            printed, code = _detente(stage[1:], printed)
        else:
            done = subprocess.run(["sh", "-c", stage[1]], input=printed, stdout=subprocess.PIPE, check=False)
            printed, code = done.stdout, done.returncode
    assert code == expected, f"`{line}` ended with exit code {code}, not {expected}:\n{printed.decode()}"
    return printed.decode()


def _stages(line: str) -> Iterator[list[str]]:
    """The stages of a pipe: `detente` with its arguments, or `sh` and a piece of shell."""
    lexer = shlex.shlex(line.replace("\\\n", ""), posix=False, punctuation_chars="|;&()")
    lexer.whitespace_split = True
    stage: list[str] = []
    for token in [*lexer, "|"]:
        if token != "|":
            stage.append(token)
            continue
        words = shlex.split(" ".join(stage))
        if words[0] == "detente" and not set(stage) & {";", "&&", "||"}:
            yield ["detente", *(name for word in words[1:] for name in _expanded(word))]
        else:
            yield ["sh", " ".join(stage)]
        stage = []


def _expanded(word: str) -> list[str]:
    return sorted(glob.glob(word)) if "*" in word else [word]


def _detente(arguments: list[str], given: bytes) -> tuple[bytes, int]:
    """What `detente` prints in this process, and its exit code; `> FILE` is understood."""
    target = None
    if ">" in arguments:
        at = arguments.index(">")
        arguments, target = arguments[:at], Path(arguments[at + 1])
    code: int | str | None = 0
    before, sys.stdin = sys.stdin, io.TextIOWrapper(io.BytesIO(given))
    try:
        with captured() as out:
            main(arguments)
    except SystemExit as ended:
        code = ended.code
    finally:
        sys.stdin = before
    if target is not None:
        target.write_bytes(out.getvalue())
        return b"", int(code or 0)
    return out.getvalue(), int(code or 0)


@contextlib.contextmanager
def captured() -> Iterator[io.BytesIO]:
    """Standard output as bytes, whether it is written to as text or not."""
    out = io.BytesIO()
    text = io.TextIOWrapper(out, encoding="utf-8", write_through=True)
    with contextlib.redirect_stdout(text):
        try:
            yield out
        finally:
            text.detach()


def compare(printed: str, shown: str) -> None:
    """Hold what came out against what is shown."""
    pieces = [
        re.escape(CONFIDENCE.sub("~", piece.strip("\n"))) for piece in re.split(r"^ *…$", shown, flags=re.MULTILINE)
    ]
    pattern = r".*".join(pieces)
    found = "\n".join(line.rstrip() for line in CONFIDENCE.sub("~", printed).strip().splitlines())
    assert re.fullmatch(pattern.strip(), found, flags=re.DOTALL), f"shown:\n{shown}\nprinted:\n{printed}"


def compare_comments(printed: str, body: str) -> None:
    """Hold what came out against the comments that say so."""
    lines = [CONFIDENCE.sub("~", line) for line in printed.splitlines()]
    told = [line.partition(")  # ")[2] for line in body.splitlines() if line.lstrip().startswith("print(")]
    last = re.search(r"\n((?:# .*\n)+)$", body)
    told += [line.removeprefix("# ") for line in (last[1].splitlines() if last else ())]
    for words in filter(None, told):
        assert CONFIDENCE.sub("~", words) in lines, f"a comment says {words!r}; printed:\n{printed}"


def has_r() -> bool:
    """Whether R can run a block that reads Arrow's formats."""
    return shutil.which("Rscript") is not None
