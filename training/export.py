"""Checkpoint -> the packaged model: two int8 ONNX graphs, tokenizer and labels.

Weights of matrix products are signed integers of seven bits per output channel (eight would overflow the 16-bit
sums of processors without VNNI, which then read texts differently), activations are quantised as they come; embeddings
are int8 as well. Layer norms, softmax and biases stay in 32 bits.

    python -m training export --checkpoint checkpoints/events-en --out src/detente/model/events-en
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import msgspec
import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn

from detente.doctor import write_checksums
from detente.reader import BranchOutput, read_labels
from training.network import Encoder, EventNetwork
from training.train import Recipe

OPSET = 17


class _Part(nn.Module):
    """One of the network's functions as a module of its own, which is what the exporter takes."""

    def __init__(self, network: EventNetwork, function: Callable[..., tuple[Tensor, ...]]) -> None:
        super().__init__()
        self.network = network
        self.function = function

    def forward(self, *inputs: Tensor) -> tuple[Tensor, ...]:
        return self.function(self.network, *inputs)


def _branch(network: EventNetwork, shared: Tensor, mask: Tensor, indicator: Tensor) -> tuple[Tensor, ...]:
    hidden = network.marked(shared, mask, indicator)
    return (*network.heads(hidden, indicator), network.relation_logits(hidden, indicator))


def load_checkpoint(folder: Path) -> tuple[EventNetwork, Path]:
    """The trained network of a checkpoint, and the folder of the encoder it was made from."""
    saved = torch.load(folder / "checkpoint.pt", map_location="cpu", weights_only=True)
    recipe = msgspec.convert(saved["recipe"], Recipe)
    encoder = Path(recipe.encoder)
    config = msgspec.json.decode((encoder / "config.json").read_bytes())
    network = EventNetwork(Encoder(config, dropout=0.0), read_labels(folder), again=recipe.again)
    network.load_state_dict(saved["state"])
    return network.eval(), encoder


def export(checkpoint: Path, *, out: Path) -> None:
    """Write trunk.onnx, branch.onnx, tokenizer.json, labels.json and their checksums to `out`."""
    network, encoder = load_checkpoint(checkpoint)
    out.mkdir(parents=True, exist_ok=True)
    ids = torch.ones((2, 12), dtype=torch.long)
    hidden = torch.zeros((2, 12, network.indicators.embedding_dim))
    dynamic = {0: "rows", 1: "tokens"}
    _write(
        _Part(network, EventNetwork.trunk),
        {"ids": ids, "cases": ids, "mask": ids},
        {"hidden": dynamic, "trigger": dynamic},
        out / "trunk.onnx",
    )
    labels_of_events = {name: {0: "rows"} for name in (*BranchOutput._fields[1:], "relation")}
    _write(
        _Part(network, _branch),
        {"hidden": hidden, "mask": ids, "indicator": ids},
        {"roles": dynamic} | labels_of_events,
        out / "branch.onnx",
    )
    shutil.copyfile(encoder / "tokenizer.json", out / "tokenizer.json")
    shutil.copyfile(checkpoint / "labels.json", out / "labels.json")
    write_checksums(out)


def _write(part: nn.Module, inputs: dict[str, Tensor], outputs: dict[str, dict[int, str]], path: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        exact = Path(folder) / "exact.onnx"
        torch.onnx.export(
            part,
            tuple(inputs.values()),
            str(exact),
            input_names=list(inputs),
            output_names=list(outputs),
            dynamic_axes={name: {0: "rows", 1: "tokens"} for name in inputs} | outputs,
            opset_version=OPSET,
            dynamo=False,
        )
        quantize_dynamic(
            exact,
            path,
            op_types_to_quantize=["MatMul", "Gather"],
            weight_type=QuantType.QInt8,
            per_channel=True,
            reduce_range=True,
            extra_options={"MatMulConstBOnly": True},
        )
    onnx.checker.check_model(str(path))
