"""Reference pages from the code itself: commands from their `--help`, functions and records from their docstrings.

`pages()` gives them by name. Functions and classes are those that the Markdown of the documentation imports, so that
what a page shows is explained here; records are all of `detente.records`.
"""

from __future__ import annotations

import importlib
import inspect
import re
import types
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, get_type_hints

import typer.main

import detente
from detente import codebook, records
from detente.cli import app

DOCS = Path(__file__).parent
NAMED = re.compile(r"(`[^`]+`)  +(?=\S)")
IMPORT = re.compile(r"^from (detente\.\w+) import (.+)$", flags=re.MULTILINE)
SPELT = re.compile(r"\bdetente\.(?:records|config|errors)\.|\bpathlib\._local\.|\bpathlib\.|\bdatetime\.(?=date\b)")


def pages() -> dict[str, str]:
    """Markdown of each reference page, by its file name."""
    return {
        "commands.md": commands_page(),
        "python.md": python_page(),
        "records.md": records_page(),
        "labels.md": labels_page(),
    }


def cell(text: str) -> str:
    """Text that stays within one cell of a table; within backticks a "|" does not end one."""
    parts = re.split(r"(`[^`]*`)", re.sub(r"\s+", " ", text).strip())
    return "".join(part if part.startswith("`") else part.replace("|", "\\|") for part in parts)


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """Lines of a Markdown table, none where there are no rows."""
    lines = ["| " + " | ".join(map(cell, row)) + " |" for row in rows]
    if lines:
        yield from ("", "| " + " | ".join(head) + " |", "|" + "---|" * len(head), *lines, "")


def prose(docstring: str | None) -> str:
    """A docstring as Markdown: examples for the interpreter become blocks, lines that each explain a name a list."""
    told = []
    for paragraph in inspect.cleandoc(docstring or "").split("\n\n"):
        lines = paragraph.splitlines()
        if lines and lines[0].lstrip().startswith(">>>"):
            shown = "\n".join(line.removeprefix(" " * 4) for line in lines)
            told.append("```pycon\n" + re.sub(r"  # doctest:.*", "", shown) + "\n```")
        elif NAMED.match(paragraph):
            told.append("\n".join(map(_item, lines)))
        else:
            told.append(paragraph)
    return "\n\n".join(told)


def _item(line: str) -> str:
    """A line that explains a name as an item of a list, one that goes on as a part of it."""
    return NAMED.sub(r"- \1: ", line) if NAMED.match(line) else f"  {line.strip()}"


# -- commands


def commands_page() -> str:
    """Every command with its arguments and options."""
    root: Any = typer.main.get_command(app)
    lines = [
        "# Commands",
        "",
        "What `--help` says of each command. How they behave together (output, exit codes, what `--as-of` means):",
        "[the command line](../cli.md).",
        "",
    ]
    for words, command in _commands(root, ("detente",)):
        lines += _command(words, command)
    return "\n".join(lines)


def _commands(group: Any, words: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, command in sorted(group.commands.items()):
        if command.hidden:
            continue
        if hasattr(command, "commands"):
            yield from _commands(command, (*words, name))
        else:
            yield (*words, name), command


def _command(words: tuple[str, ...], command: Any) -> Iterator[str]:
    if words[-1] == "show":  # the command that a group of that name means where no other is named
        words = words[:-1]
    shown = [param for param in command.params if not getattr(param, "hidden", False)]
    arguments = [param for param in shown if param.param_type_name == "argument"]
    yield f"## {' '.join(words)}"
    yield ""
    usage = [*words, *map(_metavar, arguments)]
    yield f"```\n{' '.join(usage)} [OPTIONS]\n```"
    yield ""
    for paragraph in inspect.cleandoc(command.help or "").split("\n\n"):
        example = re.match(r"Example: (.*)", paragraph, flags=re.DOTALL)
        yield f"Example: `{cell(example[1])}`" if example else paragraph
        yield ""
    rows = [(f"`{_spelling(param)}`", _option_help(param)) for param in shown]
    yield from table(("argument or option", "meaning"), rows)


def _spelling(param: Any) -> str:
    if param.param_type_name == "argument":
        return _metavar(param)
    return ", ".join(param.opts) + ("" if param.is_flag else f" {_metavar(param)}")


def _metavar(param: Any) -> str:
    return str(param.metavar or param.name.upper())


def _option_help(param: Any) -> str:
    told = str(getattr(param, "help", None) or "").rstrip(".")
    more = []
    if param.param_type_name == "option" and not param.is_flag and param.default not in (None, (), [], ""):
        more.append(f"default: `{param.default}`")
    if getattr(param, "multiple", False):
        more.append("may be given several times")
    if getattr(param, "envvar", None):
        more.append(f"also from `{param.envvar}`")
    return ". ".join(part for part in (told, "; ".join(more)) if part)


# -- Python


def documented() -> dict[str, list[str]]:
    """Names by module: those the documentation's Python imports from modules of detente, and the public functions."""
    found: dict[str, set[str]] = {
        "detente.pipeline": {"code"},
        "detente.ledger": {"Ledger"},
        "detente.config": {"Config"},
    }
    for page in [*DOCS.glob("*.md"), *DOCS.glob("*/*.md")]:
        for module, names in IMPORT.findall(page.read_text(encoding="utf-8")):
            if module != "detente.records" and "(" not in names:
                found.setdefault(module, set()).update(name.split(" as ")[0].strip() for name in names.split(","))
    return {module: sorted(names, key=str.lower) for module, names in sorted(found.items())}


def python_page() -> str:
    """Functions and classes, module by module."""
    public = ", ".join(f"`{name}`" for name in detente.__all__)
    lines = [
        "# Python",
        "",
        f"`import detente` gives {public}; all else is imported from its module. Records: [records](records.md).",
        "Dates and offsets are half-open.",
        "",
    ]
    for name, members in documented().items():
        module = importlib.import_module(name)
        lines += [f"## {name}", "", prose((module.__doc__ or "").split("\n\n")[0]), ""]
        for member in members:
            lines += _member(name, member, getattr(module, member))
    return "\n".join(lines)


def _member(module: str, name: str, value: Any) -> Iterator[str]:
    if isinstance(value, types.FunctionType):
        yield from _function(f"### {name}", name, value)
    elif isinstance(value, type):
        yield from (f"### {name}", "", prose(value.__doc__), "")
        if hasattr(value, "__struct_fields__"):
            yield from fields(value)
        for method, function in vars(value).items():
            plain = getattr(function, "__func__", function)
            if isinstance(plain, types.FunctionType) and not method.startswith("_"):
                yield from _function(f"#### {name}.{method}", method, plain)
    else:
        raise TypeError(f"{module}.{name} is neither a function nor a class; the documentation cannot show it.")


def _function(heading: str, name: str, function: types.FunctionType) -> Iterator[str]:
    plain = inspect.unwrap(function)
    signature = _signature(plain)
    if len(name + signature) > 96:
        signature = _broken(signature)
    yield from (heading, "", f"```python\n{name}{signature}\n```", "", prose(plain.__doc__), "")


class _Spelt:
    """What `inspect` shall print as it stands."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text


def _signature(function: types.FunctionType) -> str:
    """Parameters as they are written; defaults that have no short name of their own are dots."""
    found = inspect.signature(function)
    parameters = []
    for parameter in found.parameters.values():
        if isinstance(parameter.annotation, str):
            parameter = parameter.replace(annotation=_Spelt(parameter.annotation))
        if parameter.default is not parameter.empty and repr(parameter.default).startswith("<"):
            parameter = parameter.replace(default=_Spelt("..."))
        parameters.append(parameter)
    returned = found.return_annotation
    shown = found.replace(
        parameters=parameters, return_annotation=_Spelt(returned) if isinstance(returned, str) else returned
    )
    return SPELT.sub("", str(shown))


def _broken(signature: str) -> str:
    """A long signature, a parameter a line."""
    inside, _, rest = signature[1:].rpartition(")")
    if " -> " in rest or not rest:
        parts = re.split(r", (?![^\[\]()]*[\])])", inside)
        return "(\n" + "".join(f"    {part},\n" for part in parts) + ")" + rest
    return signature


def fields(record: type) -> Iterator[str]:
    """A table of a record's fields with their types and defaults."""
    import msgspec

    hints = get_type_hints(record)
    rows = []
    for field in msgspec.structs.fields(record):
        hint = hints[field.name]
        spelt = hint.__name__ if isinstance(hint, type) and not hasattr(hint, "__args__") else str(hint)
        default = "" if field.default is msgspec.NODEFAULT else f"`{field.default!r}`"
        rows.append((f"`{field.name}`", f"`{SPELT.sub('', spelt)}`", default))
    yield from table(("field", "type", "default"), rows)


def records_page() -> str:
    """All records, in the order of their module."""
    lines = ["# Records", "", prose(records.__doc__), "", "What the words mean: [glossary](../glossary.md).", ""]
    for name, value in vars(records).items():
        if isinstance(value, type) and value.__module__ == records.__name__:
            lines += [f"## {name}", "", prose(value.__doc__), "", *fields(value)]
    return "\n".join(lines)


# -- labels


def labels_page() -> str:
    """The labels of the codebook, from its tables."""
    kinds = (
        (f"`{kind.name}`", str(kind.quad), f"{kind.scale:+g}", ", ".join(kind.modes), kind.definition)
        for kind in codebook.event_types().values()
    )
    quads = ((str(number), name) for number, name in codebook.QUAD_NAMES.items())
    sectors = ((f"`{name}`", meaning) for name, meaning in codebook.sectors().items())
    lines = [
        "# Labels",
        "",
        "From the tables in `detente/data/codebook`. Choices, and CAMEO: [codebook](../codebook.md).",
        "",
        "## Event types and modes",
        *table(("type", "quad", "scale", "modes", "definition"), kinds),
        "## Quad codes",
        *table(("code", "meaning"), quads),
        "## Sectors",
        *table(("sector", "definition"), sectors),
        "## Statuses",
        "",
        ", ".join(f"`{name}`" for name in codebook.STATUSES) + ": see [status](../concepts/status.md).",
        "",
        "## Contexts",
        "",
        ", ".join(f"`{name}`" for name in codebook.contexts()) + ".",
        "",
    ]
    return "\n".join(lines)
