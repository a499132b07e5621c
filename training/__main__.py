"""One command for each step from gold to model; `python -m training --help` lists them."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from training.train import Recipe


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    commands = parser.add_subparsers(required=True)
    for add in (_add_label, _add_clauses, _add_pretrain, _add_train, _add_export, _add_tune):
        add(commands)
    options = parser.parse_args()
    run: Callable[[argparse.Namespace], None] = options.run
    run(options)


def _add_label(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    step = commands.add_parser("label", help="keep the labels of gold-form items without their texts")
    step.add_argument("items", nargs="+", type=Path, help="files of items in gold form")
    step.add_argument("--into", type=Path, required=True, help="the label file to write")
    step.set_defaults(run=_label)


def _label(options: argparse.Namespace) -> None:
    import json

    from detente.evaluate import read_gold
    from training.labelled import pack

    items = sorted((item for path in options.items for item in read_gold(path)), key=lambda item: item["id"])
    lines = (json.dumps(pack(item), ensure_ascii=False, separators=(",", ":")) + "\n" for item in items)
    options.into.write_text("".join(lines), encoding="utf-8")


def _add_clauses(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    step = commands.add_parser("clauses", help="parse texts into acts and their parties, to pretrain on")
    step.add_argument("--parser", required=True, help="name or folder of a spaCy pipeline with a parser and entities")
    step.add_argument("--data", type=Path, default=Path("../shared/data"))
    step.add_argument("--gold", type=Path, default=Path("../shared/gold"), help="its texts are left out")
    step.add_argument("--count", type=int, default=40_000, help="texts to parse")
    step.add_argument("--seed", type=int, default=3)
    step.add_argument("--out", type=Path, required=True, help="the file of items to write")
    step.set_defaults(run=_clauses)


def _clauses(options: argparse.Namespace) -> None:
    from detente.evaluate import read_gold
    from training.clauses import clause_items, sampled, write_items
    from training.sources import current_events

    gold = [item["text"] for path in sorted(options.gold.glob("*.jsonl")) for item in read_gold(path)]
    texts = sampled(current_events(options.data), skip=gold, count=options.count, seed=options.seed)
    items = clause_items(texts, parser=options.parser, acts=options.gold / "train.jsonl")
    print(f"{write_items(items, options.out)} items")


def _add_pretrain(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    step = commands.add_parser("pretrain", help="teach the second pass who does what to whom on parsed clauses")
    step.add_argument("--clauses", type=Path, required=True, help="what `clauses` wrote")
    _add_recipe(step, epochs=1, encoder_rate=2e-4)
    step.set_defaults(run=_pretrain)


def _pretrain(options: argparse.Namespace) -> None:
    from training.pretrain import pretrain

    pretrain(_recipe(options), clauses=options.clauses, out=options.out)


def _add_train(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    step = commands.add_parser("train", help="train the event network and write a checkpoint")
    step.add_argument("--gold", type=Path, default=Path("../shared/gold"), help="folder of the gold files")
    step.add_argument("--written", type=Path, help="folder of items of our own, such as training/written")
    step.add_argument("--labelled", type=Path, help="folder of label files, such as training/labels")
    step.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of the labelled texts")
    step.add_argument("--name", default="events-en.v1")
    step.add_argument("--check", type=Path, nargs="*", default=[], help="gold files to score after every epoch")
    _add_recipe(step, epochs=8, encoder_rate=1e-4)
    step.set_defaults(run=_train)


def _train(options: argparse.Namespace) -> None:
    from training.train import read_data, train

    data = read_data(options.gold, written=options.written, labelled=options.labelled, data=options.data)
    train(_recipe(options), data, out=options.out, name=options.name, check=options.check)


def _add_recipe(step: argparse.ArgumentParser, *, epochs: int, encoder_rate: float) -> None:
    step.add_argument("--encoder", required=True, help="folder of the base encoder")
    step.add_argument("--start", help="folder of a checkpoint to go on from")
    step.add_argument("--out", type=Path, required=True, help="folder of the checkpoint")
    integers = {"again": 3, "epochs": epochs, "batch": 16, "frozen_layers": 0, "seed": 1}
    floats = {"encoder_rate": encoder_rate, "head_rate": 5e-4, "join_share": 0.3, "swap": 0.5, "hide": 0.05}
    for field, default in integers.items():
        step.add_argument(f"--{field.replace('_', '-')}", type=int, default=default)
    for field, value in floats.items():
        step.add_argument(f"--{field.replace('_', '-')}", type=float, default=value)


def _recipe(options: argparse.Namespace) -> Recipe:
    fields = {name: getattr(options, name) for name in Recipe.__struct_fields__ if hasattr(options, name)}
    return Recipe(**fields)


def _add_export(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    step = commands.add_parser("export", help="write a checkpoint as the int8 model that the package carries")
    step.add_argument("--checkpoint", type=Path, required=True, help="folder that `train` wrote")
    step.add_argument("--out", type=Path, default=Path("src/detente/model/events-en"))
    step.set_defaults(run=_export)


def _export(options: argparse.Namespace) -> None:
    from training.export import export

    export(options.checkpoint, out=options.out)


def _add_tune(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    step = commands.add_parser("tune", help="set the exported model's thresholds and calibration on held-out items")
    step.add_argument("--model", type=Path, default=Path("src/detente/model/events-en"))
    step.add_argument("--gold", type=Path, default=Path("../shared/gold"))
    step.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of their texts")
    step.set_defaults(run=_tune)


def _tune(options: argparse.Namespace) -> None:
    from training.tune import tune

    tune(options.model, gold=options.gold, data=options.data)


if __name__ == "__main__":
    main()
