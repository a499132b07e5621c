"""Teach the second pass who does what to whom on parsed clauses, before it sees gold (see `training.clauses`).

    python -m training pretrain --encoder DIR --clauses checkpoints/clauses.jsonl --out checkpoints/clauses

Only the lower layers, the branch and the role tags learn here; the checkpoint is one for `train --start`.
"""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from tokenizers import Tokenizer
from torch.nn import functional as F  # noqa: N812

from detente.decoding import ROLES
from detente.document import read_document
from detente.evaluate import read_gold
from detente.reader import INDICATORS
from detente.records import Article
from detente.windows import Ints, Window, make_windows, pad
from training.gold import IGNORE, make_labels, role_tags, tokens_of
from training.network import EventNetwork, load_encoder
from training.train import Average, Descent, Recipe, batches, load_tokenizer, save_checkpoint

MOST_ACTS = 4  # of one window in one step, drawn anew each time
PLEDGE = ROLES.index("pledge")  # no parser tells it


class Act(NamedTuple):
    """A word that names an act, its tokens [first, last), and the role tags of its window (tokens, roles)."""

    first: int
    last: int
    roles: Ints


class Clauses(NamedTuple):
    """A window with the acts in its core."""

    window: Window
    acts: list[Act]


def pretrain(recipe: Recipe, *, clauses: Path, out: Path) -> None:
    """One pass or more over the items of `clauses`; writes `out`/checkpoint.pt."""
    torch.manual_seed(recipe.seed)
    torch.set_flush_denormal(True)
    chance = random.Random(recipe.seed)
    tokenizer = load_tokenizer(recipe)
    network = EventNetwork(load_encoder(Path(recipe.encoder)), make_labels("clauses"), again=recipe.again)
    average = Average(network, recipe.average)
    windows = [c for item in read_gold(clauses) for c in clauses_of(item, tokenizer) if c.acts]
    descent = Descent(network, recipe, average, steps=recipe.epochs * len(windows) // recipe.batch)
    out.mkdir(parents=True, exist_ok=True)
    network.train()
    started, total, steps = time.time(), 0.0, 0
    for _ in range(recipe.epochs):
        for group in batches(windows, recipe.batch, chance):
            with torch.autocast("cpu", dtype=torch.bfloat16):
                loss = _loss(network, group, chance)
            descent.step(loss)
            total, steps = total + loss.item(), steps + 1
            if steps % 100 == 0:
                seconds = (time.time() - started) / steps
                print(f"step {steps}: loss {total / 100:.4f}, {seconds:.2f} s a step", file=sys.stderr, flush=True)
                total = 0.0
    save_checkpoint(average.network, recipe, out)


def clauses_of(item: dict[str, Any], tokenizer: Tokenizer) -> list[Clauses]:
    """The windows of an item with the acts whose words begin in their cores."""
    document = read_document(Article(id=item["id"], text=item["text"]))
    found = []
    for window in make_windows(document, tokenizer):
        acts = []
        for event in item["events"]:
            start = event["trigger"]["span"][0]
            tokens = tokens_of(window, event["trigger"]["span"])
            if window.core_start <= start < window.core_end and len(tokens):
                acts.append(Act(int(tokens[0]), int(tokens[-1]) + 1, role_tags(window, event)))
        found.append(Clauses(window, acts))
    return found


def _loss(network: EventNetwork, group: list[Clauses], chance: random.Random) -> torch.Tensor:
    ids, mask = pad([c.window.ids for c in group])
    cases, _ = pad([c.window.cases for c in group])
    drawn = [(row, act) for row, c in enumerate(group) for act in chance.sample(c.acts, min(MOST_ACTS, len(c.acts)))]
    indicator = np.zeros((len(drawn), ids.shape[1]), dtype=np.int64)
    tags = np.full((len(drawn), ids.shape[1], len(ROLES)), IGNORE, dtype=np.int64)
    for index, (_, act) in enumerate(drawn):
        indicator[index, act.first : act.last] = INDICATORS["event"]
        tags[index, : len(act.roles)] = act.roles
    tags[:, :, PLEDGE] = IGNORE
    masks = torch.from_numpy(mask)
    shared = network.shared(torch.from_numpy(ids), torch.from_numpy(cases), masks)
    rows = [row for row, _ in drawn]
    hidden = network.marked(shared[rows], masks[rows], torch.from_numpy(indicator))
    logits = network.roles(network.dropout(hidden)).float().reshape(-1, 3)
    return 15.0 * F.cross_entropy(logits, torch.from_numpy(tags).reshape(-1), ignore_index=IGNORE)
