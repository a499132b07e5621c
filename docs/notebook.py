"""Make the notebook from its cells: python docs/notebook.py LEDGER, with a ledger of the demonstration corpus.

Cells stand in `relation.py`, parted by `# %%` (code) and `# %% [markdown]`, as editors and jupytext know them. They are
run one after the other in one namespace, in a folder where the ledger is `demo.detente`, and what they print and show
is kept in `relation.ipynb` as Jupyter would keep it. Jupyter is not needed.
"""

from __future__ import annotations

import ast
import base64
import contextlib
import io
import json
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parent
CELL = re.compile(r"^# %%(?: \[(markdown)\])?\n", flags=re.MULTILINE)


def main(ledger: Path) -> None:
    """Run the cells on that ledger and write the notebook beside them."""
    book = executed(cells((DOCS / "relation.py").read_text(encoding="utf-8")), ledger)
    text = json.dumps(book, indent=1, ensure_ascii=False) + "\n"
    (DOCS / "relation.ipynb").write_text(text, encoding="utf-8")


def cells(script: str) -> list[tuple[str, str]]:
    """Kind (`markdown` or `code`) and source of each cell; what stands before the first is no cell."""
    _, *parts = CELL.split(script)
    found = []
    for kind, source in zip(parts[::2], parts[1::2], strict=True):
        if kind == "markdown":
            source = re.sub(r"^# ?", "", source, flags=re.MULTILINE)
        found.append((kind or "code", source.strip()))
    return found


def executed(parts: list[tuple[str, str]], ledger: Path) -> dict[str, Any]:
    """The notebook (nbformat 4.5) with the outputs of its code cells, run on a copy of the ledger."""
    made: list[dict[str, Any]] = []
    namespace: dict[str, Any] = {"__name__": "__main__"}
    with tempfile.TemporaryDirectory() as folder:
        shutil.copyfile(ledger, Path(folder) / "demo.detente")
        with contextlib.chdir(folder):
            for at, (kind, source) in enumerate(parts):
                cell: dict[str, Any] = {
                    "cell_type": kind,
                    "id": f"cell-{at}",
                    "metadata": {},
                    "source": source.splitlines(keepends=True),
                }
                if kind == "code":
                    count = 1 + sum(other["cell_type"] == "code" for other in made)
                    cell |= {"execution_count": count, "outputs": run(source, namespace, count)}
                made.append(cell)
    about = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    return {"cells": made, "metadata": about, "nbformat": 4, "nbformat_minor": 5}


def run(source: str, namespace: dict[str, Any], count: int) -> list[dict[str, Any]]:
    """The outputs of a cell: what it prints, then the value of the expression that it ends in."""
    tree = ast.parse(source)
    last = ast.Expression(tree.body.pop().value) if isinstance(tree.body[-1], ast.Expr) else None  # type: ignore[attr-defined]
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(tree, "<cell>", "exec"), namespace)
        value = eval(compile(last, "<cell>", "eval"), namespace) if last else None
    outputs: list[dict[str, Any]] = []
    if printed.getvalue():
        lines = printed.getvalue().splitlines(keepends=True)
        outputs.append({"name": "stdout", "output_type": "stream", "text": lines})
    if value is not None:
        shown = {kind: text.splitlines(keepends=True) for kind, text in _forms(value).items()}
        outputs.append({"data": shown, "execution_count": count, "metadata": {}, "output_type": "execute_result"})
    return outputs


def _forms(value: Any) -> dict[str, str]:
    """A value as the media types that Jupyter would ask it for."""
    bundle = value._repr_mimebundle_() if hasattr(value, "_repr_mimebundle_") else None
    if bundle:
        return dict(bundle[0] if isinstance(bundle, tuple) else bundle)
    forms = {"text/plain": repr(value)}
    if hasattr(value, "_repr_html_"):
        forms["text/html"] = value._repr_html_()
    return forms


def as_markdown(path: Path) -> str:
    """A notebook as a page: code in blocks, what is printed below it, pictures within the page."""
    parts = []
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            parts.append(source)
            continue
        parts.append(f"```python\n{source}\n```")
        parts += [_output(output) for output in cell["outputs"]]
    return "\n\n".join(parts) + "\n"


def _output(output: dict[str, Any]) -> str:
    if output["output_type"] == "stream":
        return f"```text\n{''.join(output['text']).rstrip()}\n```"
    if "image/svg+xml" in output["data"]:
        picture = base64.b64encode("".join(output["data"]["image/svg+xml"]).encode()).decode()
        return f'<img alt="What the cell above draws" src="data:image/svg+xml;base64,{picture}">'
    return f"```text\n{''.join(output['data']['text/plain'])}\n```"


if __name__ == "__main__":
    os.environ.setdefault("COLUMNS", "120")
    main(Path(sys.argv[1]).resolve())
