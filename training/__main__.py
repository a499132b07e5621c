"""One command for each step from gold to model; `python -m training --help` lists them."""

from __future__ import annotations

import argparse
from pathlib import Path

from training.export import export
from training.train import Recipe, train


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    commands = parser.add_subparsers(required=True)
    step = commands.add_parser("train", help="train the event network and write a checkpoint")
    step.add_argument("--encoder", required=True, help="folder of the base encoder")
    step.add_argument("--gold", type=Path, default=Path("../shared/gold"), help="folder of the gold files")
    step.add_argument("--written", type=Path, help="folder of items of our own, such as training/written")
    step.add_argument("--start", help="folder of a checkpoint to go on from")
    step.add_argument("--out", type=Path, required=True, help="folder of the checkpoint")
    step.add_argument("--name", default="events-en.v1")
    step.add_argument("--check", type=Path, help="gold file to score after every second epoch")
    for field, default in (
        ("again", 3),
        ("epochs", 8),
        ("batch", 16),
        ("frozen_layers", 0),
        ("held_out", 0),
        ("seed", 1),
    ):
        step.add_argument(f"--{field.replace('_', '-')}", type=int, default=default)
    for field, rate in (
        ("encoder_rate", 1e-4),
        ("head_rate", 5e-4),
        ("join_share", 0.3),
        ("swap", 0.5),
        ("hide", 0.05),
    ):
        step.add_argument(f"--{field.replace('_', '-')}", type=float, default=rate)
    step.set_defaults(run=_train)
    step = commands.add_parser("export", help="write a checkpoint as the int8 model that the package carries")
    step.add_argument("--checkpoint", type=Path, required=True, help="folder that `train` wrote")
    step.add_argument("--out", type=Path, default=Path("src/detente/model/events-en"))
    step.set_defaults(run=lambda options: export(options.checkpoint, out=options.out))
    options = parser.parse_args()
    options.run(options)


def _train(options: argparse.Namespace) -> None:
    fields = {name: getattr(options, name) for name in Recipe.__struct_fields__ if hasattr(options, name)}
    train(
        Recipe(**fields),
        gold=options.gold,
        written=options.written,
        out=options.out,
        name=options.name,
        check=options.check,
    )


if __name__ == "__main__":
    main()
