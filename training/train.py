"""Train the event network on gold items and write a checkpoint; deterministic given a seed.

python -m training train --encoder DIR --gold ../shared/gold --out checkpoints/events-en
"""

from __future__ import annotations

import copy
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol, TypeVar

import msgspec
import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from detente.decoding import ROLES
from detente.document import read_document
from detente.evaluate import read_gold
from detente.reader import INDICATORS, BranchOutput, Labels, Reader, TrunkOutput, write_labels
from detente.records import Article
from detente.scoring import Scores, frame_reading, gold_readings, score
from detente.windows import CONTEXT_TOKENS, CORE_TOKENS, Floats, Ints, Window, pad
from training.augment import Augmenter
from training.gold import IGNORE, EventLabels, Example, examples_of, joined, make_labels
from training.labelled import read_labelled
from training.network import EventNetwork, load_encoder
from training.sources import all_sources

HELD_OUT = 300
LONG_TEXT = 600  # characters from which a text is read as an article, cut into windows and not joined with another
CHECKED = ("type", "roles", "status", "mode", "pledge", "speaker", "when", "context")


class Recipe(msgspec.Struct, frozen=True):
    """Everything that decides the outcome of a training run besides the data.

    `windows` are the (core, context) tokens of an article's windows; each epoch takes the next, so that no two epochs
    cut articles alike.
    """

    encoder: str
    start: str | None = None
    again: int = 3
    epochs: int = 8
    batch: int = 16
    encoder_rate: float = 1e-4
    head_rate: float = 5e-4
    weight_decay: float = 0.01
    warm_up: float = 0.06
    join_share: float = 0.3
    article_repeats: int = 2
    windows: tuple[tuple[int, int], ...] = ((CORE_TOKENS, CONTEXT_TOKENS), (64, 64), (48, 96), (112, 16))
    frozen_layers: int = 0
    swap: float = 0.5
    hide: float = 0.05
    average: float = 0.998
    seed: int = 1


class TorchNetwork:
    """The network as `detente.reader` runs it, before export."""

    def __init__(self, network: EventNetwork) -> None:
        self.network = network.eval()

    @torch.no_grad()
    def trunk(self, ids: Ints, cases: Ints, mask: Ints) -> TrunkOutput:
        hidden, trigger = self.network.trunk(*map(torch.from_numpy, (ids, cases, mask)))
        return TrunkOutput(hidden.numpy(), trigger.numpy())

    @torch.no_grad()
    def branch(self, hidden: Floats, mask: Ints, indicator: Ints) -> BranchOutput:
        output = self.network.branch(*map(torch.from_numpy, (hidden, mask, indicator)))
        return BranchOutput(*(o.numpy() for o in output))

    @torch.no_grad()
    def relate(self, hidden: Floats, mask: Ints, indicator: Ints) -> Floats:
        result: Floats = self.network.relate(*map(torch.from_numpy, (hidden, mask, indicator))).numpy()
        return result


class Average:
    """A running mean of the weights over training steps, which generalises better than the last ones do
    (Polyak and Juditsky 1992); `decay` is the share of the old mean kept at each step."""

    def __init__(self, network: EventNetwork, decay: float) -> None:
        self.network = copy.deepcopy(network).eval()
        self.decay = decay
        self.steps = 0

    @torch.no_grad()
    def update(self, network: EventNetwork) -> None:
        self.steps += 1
        kept = min(self.decay, self.steps / (self.steps + 10))
        for mean, value in zip(self.network.parameters(), network.parameters(), strict=True):
            mean.lerp_(value, 1 - kept)


class Batch(NamedTuple):
    """Padded windows, and one row for each event or party pair that the second pass reads."""

    ids: Tensor
    cases: Tensor
    mask: Tensor
    trigger: Tensor
    examples: Sequence[Example]


def collate(examples: Sequence[Example]) -> Batch:
    ids, mask = pad([e.window.ids for e in examples])
    cases, _ = pad([e.window.cases for e in examples])
    trigger = np.full(ids.shape, IGNORE, dtype=np.int64)
    for row, example in enumerate(examples):
        trigger[row, : len(example.trigger)] = example.trigger
    return Batch(*map(torch.from_numpy, (ids, cases, mask, trigger)), examples)


class Windowed(Protocol):
    """Anything that is read from one window."""

    @property
    def window(self) -> Window: ...


WindowedT = TypeVar("WindowedT", bound=Windowed)


def batches(examples: Sequence[WindowedT], size: int, chance: random.Random) -> list[list[WindowedT]]:
    """Batches of windows of like length, in random order."""
    ordered = sorted(examples, key=lambda e: len(e.window.ids) + chance.random() * 12)
    groups = [ordered[at : at + size] for at in range(0, len(ordered), size)]
    chance.shuffle(groups)
    return groups


class Losses:
    """The weighted losses of both passes; rare labels weigh more, by the inverse root of their frequency."""

    def __init__(self, examples: Sequence[Example], labels: Labels) -> None:
        events = [event for example in examples for event in example.events]

        def weights(values: list[int], size: int) -> Tensor:
            counts = np.bincount(values, minlength=size) + 1.0
            inverse = (counts.sum() / size / counts) ** 0.5
            return torch.tensor(np.clip(inverse, 0.5, 3.0), dtype=torch.float32)

        self.event = torch.cat([weights([e.event for e in events], len(labels.events)), torch.ones(1)])
        self.trigger = torch.cat([torch.ones(2), self.event[:-1]])
        self.status = weights([e.status for e in events], len(labels.statuses))
        self.none = len(labels.events)

    def of(self, network: EventNetwork, batch: Batch, chance: random.Random) -> Tensor:
        shared, trigger = network.trunk(batch.ids, batch.cases, batch.mask)
        loss = 3.0 * F.cross_entropy(trigger.float().transpose(1, 2), batch.trigger, self.trigger, ignore_index=IGNORE)
        found = [(row, event) for row, example in enumerate(batch.examples) for event in example.events]
        false = _false_triggers(trigger.detach().float(), batch, chance, most=len(found) // 3 + 2)
        sampled = [(row, event) for row, event in found if chance.random() < 0.7]
        pairs = [(row, pair, event.event) for row, event in sampled if (pair := _pair(event, chance)) is not None]
        rows = [row for row, _ in found] + [row for row, _ in false] + [row for row, _, _ in pairs]
        if not rows:
            return loss
        indicator = torch.zeros((len(rows), batch.ids.shape[1]), dtype=torch.long)
        marked = [(e.first, e.last) for _, e in found] + [span for _, span in false]
        for index, (first, last) in enumerate(marked):
            indicator[index, first:last] = INDICATORS["event"]
        for index, (_, pair, _) in enumerate(pairs, start=len(marked)):
            for role, (first, last) in zip(("actor", "recipient"), pair, strict=True):
                indicator[index, first:last] = INDICATORS[role]
        mask = batch.mask[rows]
        hidden = network.marked(shared[rows], mask, indicator)
        if marked:
            loss = loss + self._event_loss(network, hidden[: len(marked)], indicator[: len(marked)], batch, found)
        if pairs:
            relation = network.relation_logits(hidden[len(marked) :], indicator[len(marked) :]).float()
            target = torch.tensor([event for _, _, event in pairs])
            loss = loss + F.cross_entropy(relation, target, self.event[:-1])
        return loss

    def _event_loss(
        self,
        network: EventNetwork,
        hidden: Tensor,
        indicator: Tensor,
        batch: Batch,
        found: list[tuple[int, EventLabels]],
    ) -> Tensor:
        roles, event, mode, status, pledge, context = (o.float() for o in network.heads(hidden, indicator))
        gold = [e for _, e in found]
        target = torch.tensor([e.event for e in gold] + [self.none] * (len(hidden) - len(gold)))
        loss = F.cross_entropy(event, target, self.event)
        if not gold:
            return loss
        n = len(gold)
        tags = np.full((n, hidden.shape[1], len(ROLES)), IGNORE, dtype=np.int64)
        for row, e in enumerate(gold):
            tags[row, : len(e.roles)] = e.roles
        logits = roles[:n].reshape(-1, 3)
        loss = loss + 15.0 * F.cross_entropy(logits, torch.from_numpy(tags).reshape(-1), ignore_index=IGNORE)
        loss = loss + 0.5 * F.cross_entropy(mode[:n], torch.tensor([e.mode for e in gold]))
        loss = loss + 0.7 * F.cross_entropy(status[:n], torch.tensor([e.status for e in gold]), self.status)
        loss = loss + 0.5 * F.cross_entropy(pledge[:n], torch.tensor([e.pledge for e in gold]))
        contexts = torch.from_numpy(np.stack([e.context for e in gold]))
        return loss + 2.0 * F.binary_cross_entropy_with_logits(context[:n], contexts)


def _false_triggers(
    trigger: Tensor, batch: Batch, chance: random.Random, *, most: int
) -> list[tuple[int, tuple[int, int]]]:
    """Words that the first pass wrongly proposes now: what the second pass has to learn to drop."""
    begins = trigger.softmax(dim=-1)[..., 2:].sum(dim=-1)
    wrong = (begins > 0.1) & (batch.trigger == 0)
    places = [(int(row), (int(at), int(at) + 1)) for row, at in wrong.nonzero()]
    return chance.sample(places, min(most, len(places)))


def _pair(event: EventLabels, chance: random.Random) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """One actor and one recipient, or two actors of a reciprocal act in either order; None if there are not two."""
    actors, recipients = (_spans(event.roles[:, ROLES.index(role)]) for role in ("actor", "recipient"))
    if actors and recipients:
        return chance.choice(actors), chance.choice(recipients)
    if len(actors) >= 2:
        first, second = chance.sample(actors, 2)
        return first, second
    return None


def _spans(tags: Ints) -> list[tuple[int, int]]:
    begins = [int(i) for i in np.flatnonzero(tags == 1)]
    spans = []
    for first in begins:
        last = first + 1
        while last < len(tags) and tags[last] == 2:
            last += 1
        spans.append((first, last))
    return spans


class Data(NamedTuple):
    """Gold-form items to learn from: short ones, and articles."""

    short: list[dict[str, Any]]
    long: list[dict[str, Any]]


def held_out(gold: Path) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """HELD_OUT items of `train.jsonl`, which set thresholds and calibration (`training.tune`), and the rest."""
    items = read_gold(gold / "train.jsonl")
    random.Random(1).shuffle(items)
    return items[:HELD_OUT], items[HELD_OUT:]


def read_data(gold: Path, *, written: Path | None, labelled: Path | None, data: Path) -> Data:
    """The training items of `gold`, of `written`, and of the label files in `labelled` with texts of `data`."""
    _, short = held_out(gold)
    long = read_gold(gold / "articles_train.jsonl")
    own = [item for path in sorted(written.glob("*.jsonl")) for item in read_gold(path)] if written else []
    if labelled:
        texts = {source.id: (source.published, source.text) for source in all_sources(data)}
        own += read_labelled(sorted(labelled.glob("*.jsonl")), texts)
    for item in own:
        (long if len(item["text"]) > LONG_TEXT else short).append(item)
    return Data(short, long)


def train(recipe: Recipe, data: Data, *, out: Path, name: str, check: Sequence[Path] = ()) -> None:
    """Train by the recipe and write `out`/checkpoint.pt and labels.json.

    `recipe.start` is a checkpoint folder to go on from; the gold files of `check` are only reported.
    """
    random.seed(recipe.seed)
    np.random.seed(recipe.seed)
    torch.manual_seed(recipe.seed)
    torch.set_flush_denormal(True)  # Adam's moments of rare rows sink into denormals, which are slow
    chance = random.Random(recipe.seed)
    tokenizer = load_tokenizer(recipe)
    labels = make_labels(name)
    augment = Augmenter(tokenizer, swap=recipe.swap, hide=recipe.hide)
    losses = Losses(examples_of(data.short, tokenizer, labels), labels)
    network = EventNetwork(load_encoder(Path(recipe.encoder)), labels, again=recipe.again)
    if recipe.start:
        saved = torch.load(Path(recipe.start) / "checkpoint.pt", map_location="cpu", weights_only=True)
        network.load_state_dict(saved["state"])
    average = Average(network, recipe.average)
    for layer in network.encoder.layers[: recipe.frozen_layers]:
        layer.requires_grad_(False)

    def examples(epoch: int) -> list[Example]:
        core, context = recipe.windows[epoch % len(recipe.windows)]
        short = examples_of(joined(data.short, share=recipe.join_share, seed=recipe.seed + epoch), tokenizer, labels)
        long = examples_of(data.long, tokenizer, labels, core=core, context=context)
        return short + long * recipe.article_repeats

    descent = Descent(network, recipe, average, steps=recipe.epochs * len(examples(0)) // recipe.batch)
    out.mkdir(parents=True, exist_ok=True)
    write_labels(labels, out)
    for epoch in range(recipe.epochs):
        started, total, steps = time.time(), 0.0, 0
        network.train()
        for group in batches(examples(epoch), recipe.batch, chance):
            with torch.autocast("cpu", dtype=torch.bfloat16):
                loss = losses.of(network, collate([augment(example, chance) for example in group]), chance)
            descent.step(loss)
            total, steps = total + loss.item(), steps + 1
            if steps % 50 == 0:
                _report(f"  step {steps}: loss {total / steps:.3f}, {(time.time() - started) / steps:.2f} s a step")
        _report(f"epoch {epoch + 1}/{recipe.epochs}: loss {total / steps:.3f}, {time.time() - started:.0f} s")
        for path in check:
            _check(average.network, tokenizer, labels, path)
        save_checkpoint(average.network, recipe, out)


def load_tokenizer(recipe: Recipe) -> Tokenizer:
    """The tokenizer of the recipe's encoder, which neither pads nor cuts."""
    tokenizer = Tokenizer.from_file(str(Path(recipe.encoder) / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def save_checkpoint(network: EventNetwork, recipe: Recipe, out: Path) -> None:
    """Write `out`/checkpoint.pt: the weights and the recipe that led to them."""
    torch.save({"recipe": msgspec.to_builtins(recipe), "state": network.state_dict()}, out / "checkpoint.pt")


class Descent:
    """Steps down the gradient of a loss, of `steps` in all; the running mean of the weights follows."""

    def __init__(self, network: EventNetwork, recipe: Recipe, average: Average, *, steps: int) -> None:
        self.network = network
        self.average = average
        self.optimizer, self.schedule = _optimizer(network, recipe, steps=steps)

    def step(self, loss: Tensor) -> None:
        self.optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimizer.step()
        self.schedule.step()
        self.average.update(self.network)


def _optimizer(
    network: EventNetwork, recipe: Recipe, *, steps: int
) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LRScheduler]:
    """AdamW (Loshchilov and Hutter 2019) with a linear warm-up and decay over `steps`."""
    pretrained = [*network.encoder.parameters(), *network.branch_layers.parameters()]
    known = {id(p) for p in pretrained}
    heads = [p for p in network.parameters() if id(p) not in known]
    groups = [
        {"params": [p for p in pretrained if p.requires_grad], "lr": recipe.encoder_rate},
        {"params": heads, "lr": recipe.head_rate},
    ]
    optimizer = torch.optim.AdamW(groups, weight_decay=recipe.weight_decay)

    def rate(step: int) -> float:
        warm = recipe.warm_up * steps
        return min(1.0, (step + 1) / warm, max(0.02, (steps - step) / (steps - warm)))

    return optimizer, torch.optim.lr_scheduler.LambdaLR(optimizer, rate)


def scores_of(network: EventNetwork, tokenizer: Tokenizer, labels: Labels, items: Sequence[dict[str, Any]]) -> Scores:
    """How the network reads gold items; parties have no codes yet, so `actor` and `directed` mean nothing here."""
    reader = Reader(TorchNetwork(network), tokenizer, labels)
    documents = [read_document(Article(id=item["id"], text=item["text"])) for item in items]
    found = [[frame_reading(f) for f in frames] for frames in reader.read_many(documents)]
    return score([gold_readings(item) for item in items], found)


def _check(network: EventNetwork, tokenizer: Tokenizer, labels: Labels, path: Path) -> None:
    scores = scores_of(network, tokenizer, labels, read_gold(path))
    _report(f"  {path.stem}: " + "  ".join(f"{key} {scores[key]}" for key in CHECKED))


def _report(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
