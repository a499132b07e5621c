"""The event network: an encoder read in two passes that share its lower layers (see `detente.reader`).

`Encoder` is a plain post-norm transformer that loads BERT weights (Devlin et al. 2019; MiniLM, Wang et al. 2020) and
MPNet weights (Song et al. 2020), whose only difference here is a relative position bias. Writing it out keeps the
exported graph small and lets the upper layers be run again with an indicator.
"""

from __future__ import annotations

import json
import math
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from detente.decoding import ROLES
from detente.reader import Labels


class SharedDropout(nn.Module):
    """Dropout with one mask for all tokens of a row (Gal and Ghahramani 2016).

    A mask for each token took a fifth of a training step.
    """

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate = rate

    def forward(self, hidden: Tensor) -> Tensor:
        if not self.training or self.rate == 0.0:
            return hidden
        keep = torch.ones_like(hidden[:, :1])
        return hidden * F.dropout(keep, self.rate)


class Layer(nn.Module):
    """One transformer layer: self-attention and feed-forward, each followed by its norm."""

    def __init__(self, width: int, heads: int, inner: int, eps: float, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value = (nn.Linear(width, width) for _ in range(3))
        self.out = nn.Linear(width, width)
        self.attention_norm = nn.LayerNorm(width, eps=eps)
        self.up, self.down = nn.Linear(width, inner), nn.Linear(inner, width)
        self.norm = nn.LayerNorm(width, eps=eps)
        self.dropout = SharedDropout(dropout)

    def forward(self, hidden: Tensor, bias: Tensor) -> Tensor:
        """`hidden` is (batch, tokens, width); `bias` is added to the scores (batch, heads, tokens, tokens)."""
        batch, tokens, width = hidden.shape
        shape = (batch, tokens, self.heads, width // self.heads)
        query, key, value = (f(hidden).view(shape).transpose(1, 2) for f in (self.query, self.key, self.value))
        scores = query @ key.transpose(-1, -2) / math.sqrt(width // self.heads) + bias
        mixed = scores.softmax(dim=-1) @ value
        mixed = mixed.transpose(1, 2).reshape(batch, tokens, width)
        hidden = self.attention_norm(hidden + self.dropout(self.out(mixed)))
        return self.norm(hidden + self.dropout(self.down(F.gelu(self.up(hidden)))))


class Encoder(nn.Module):
    """Embeddings and layers of a pretrained encoder, with a case embedding that starts at zero."""

    def __init__(self, config: dict[str, object], *, dropout: float) -> None:
        super().__init__()
        width, heads = int(config["hidden_size"]), int(config["num_attention_heads"])
        eps = float(config["layer_norm_eps"])
        self.config = config
        self.position_offset = 2 if config["model_type"] == "mpnet" else 0
        self.words = nn.Embedding(int(config["vocab_size"]), width)
        self.positions = nn.Embedding(int(config["max_position_embeddings"]), width)
        self.cases = nn.Embedding(4, width)
        nn.init.zeros_(self.cases.weight)
        self.norm = nn.LayerNorm(width, eps=eps)
        self.dropout = SharedDropout(dropout)
        inner = int(config["intermediate_size"])
        count = int(config["num_hidden_layers"])
        self.layers = nn.ModuleList(Layer(width, heads, inner, eps, dropout) for _ in range(count))
        self.relative = nn.Embedding(32, heads) if config["model_type"] == "mpnet" else None

    def embed(self, ids: Tensor, cases: Tensor) -> Tensor:
        positions = torch.arange(ids.shape[1], device=ids.device) + self.position_offset
        return self.dropout(self.norm(self.words(ids) + self.positions(positions) + self.cases(cases)))

    def bias(self, mask: Tensor) -> Tensor:
        """The attention bias that hides padding, with MPNet's relative positions where it has them."""
        hidden = (1.0 - mask[:, None, None, :].float()) * -1e4
        if self.relative is None:
            return hidden
        places = torch.arange(mask.shape[1], device=mask.device)
        buckets = _relative_buckets(places[None, :] - places[:, None])
        return hidden + self.relative(buckets).permute(2, 0, 1)[None]


def _relative_buckets(distance: Tensor, *, buckets: int = 32, longest: int = 128) -> Tensor:
    """T5's logarithmic buckets of relative distance, as MPNet uses them (Raffel et al. 2020, section 2.1)."""
    half = buckets // 2
    away = -distance
    side = (away < 0).long() * half
    away = away.abs()
    exact = half // 2
    far = exact + (torch.log(away.float() / exact + 1e-6) / math.log(longest / exact) * (half - exact)).long()
    return side + torch.where(away < exact, away, far.clamp(max=half - 1))


def load_encoder(folder: Path, *, dropout: float = 0.1) -> Encoder:
    """The encoder whose `config.json` and `model.safetensors` lie in `folder`."""
    config = json.loads((folder / "config.json").read_text())
    encoder = Encoder(config, dropout=dropout)
    weights = load_file(str(folder / "model.safetensors"))
    encoder.load_state_dict(_rename(weights, encoder), strict=True)
    return encoder


def _rename(weights: dict[str, Tensor], encoder: Encoder) -> dict[str, Tensor]:
    mpnet = encoder.relative is not None
    attention = "attention.attn" if mpnet else "attention.self"
    names = (
        {"query": f"{attention}.q", "key": f"{attention}.k", "value": f"{attention}.v"}
        if mpnet
        else {n: f"{attention}.{n}" for n in ("query", "key", "value")}
    )
    names |= {
        "out": f"{attention}.o" if mpnet else "attention.output.dense",
        "attention_norm": "attention.LayerNorm" if mpnet else "attention.output.LayerNorm",
        "up": "intermediate.dense",
        "down": "output.dense",
        "norm": "output.LayerNorm",
    }
    state = {"cases.weight": encoder.cases.weight.data.clone()}
    words = weights["embeddings.word_embeddings.weight"]
    positions = weights["embeddings.position_embeddings.weight"]
    if "embeddings.token_type_embeddings.weight" in weights:  # one segment only: fold its constant in
        positions = positions + weights["embeddings.token_type_embeddings.weight"][0]
    state |= {"words.weight": words, "positions.weight": positions}
    state |= {f"norm.{p}": weights[f"embeddings.LayerNorm.{p}"] for p in ("weight", "bias")}
    for index in range(len(encoder.layers)):
        for ours, theirs in names.items():
            for part in ("weight", "bias"):
                state[f"layers.{index}.{ours}.{part}"] = weights[f"encoder.layer.{index}.{theirs}.{part}"]
    if mpnet:
        state["relative.weight"] = weights["encoder.relative_attention_bias.weight"]
    return state


class EventNetwork(nn.Module):
    """Trunk, branch and heads. `again` upper layers are copied and run a second time for each event word."""

    def __init__(self, encoder: Encoder, labels: Labels, *, again: int) -> None:
        super().__init__()
        width = int(encoder.config["hidden_size"])
        self.encoder = encoder
        self.again = again
        self.branch_layers = nn.ModuleList(_copy(layer) for layer in encoder.layers[-again:])
        self.indicators = nn.Embedding(4, width)
        nn.init.normal_(self.indicators.weight, std=0.02)
        self.dropout = nn.Dropout(0.1)
        self.trigger = nn.Linear(width, 2 + len(labels.events))
        self.roles = nn.Linear(width, 3 * len(ROLES))
        self.pool = nn.Linear(2 * width, width)
        self.event = nn.Linear(width, len(labels.events) + 1)
        self.mode = nn.Linear(width, len(labels.mode_names) + 1)
        self.status = nn.Linear(width, len(labels.statuses))
        self.pledge = nn.Linear(width, len(labels.events) + 1)
        self.context = nn.Linear(width, len(labels.contexts))
        self.pool_pair = nn.Linear(3 * width, width)
        self.relation = nn.Linear(width, len(labels.events))

    def trunk(self, ids: Tensor, cases: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Hidden states at the layer where the branch leaves, and trigger logits from the top."""
        bias = self.encoder.bias(mask)
        shared = hidden = self.shared(ids, cases, mask)
        for layer in self.encoder.layers[len(self.encoder.layers) - self.again :]:
            hidden = layer(hidden, bias)
        return shared, self.trigger(self.dropout(hidden))

    def shared(self, ids: Tensor, cases: Tensor, mask: Tensor) -> Tensor:
        """Hidden states at the layer where the branch leaves, without reading on to the top."""
        bias = self.encoder.bias(mask)
        hidden = self.encoder.embed(ids, cases)
        for layer in self.encoder.layers[: len(self.encoder.layers) - self.again]:
            hidden = layer(hidden, bias)
        return hidden

    def marked(self, shared: Tensor, mask: Tensor, indicator: Tensor) -> Tensor:
        hidden = shared + self.indicators(indicator)
        bias = self.encoder.bias(mask)
        for layer in self.branch_layers:
            hidden = layer(hidden, bias)
        return hidden

    def branch(self, shared: Tensor, mask: Tensor, indicator: Tensor) -> tuple[Tensor, ...]:
        """Role, type, mode, status, pledge and context logits, a row for each event."""
        return self.heads(self.marked(shared, mask, indicator), indicator)

    def heads(self, hidden: Tensor, indicator: Tensor) -> tuple[Tensor, ...]:
        pooled = torch.cat([hidden[:, 0], _mean(hidden, indicator == 1)], dim=-1)
        pooled = self.dropout(F.gelu(self.pool(pooled)))
        labels = (head(pooled) for head in (self.event, self.mode, self.status, self.pledge, self.context))
        return self.roles(self.dropout(hidden)), *labels

    def relate(self, shared: Tensor, mask: Tensor, indicator: Tensor) -> Tensor:
        """Type logits for what the party marked 2 does to the party marked 3."""
        return self.relation_logits(self.marked(shared, mask, indicator), indicator)

    def relation_logits(self, hidden: Tensor, indicator: Tensor) -> Tensor:
        parties = (_mean(hidden, indicator == mark) for mark in (2, 3))
        pooled = torch.cat([hidden[:, 0], *parties], dim=-1)
        return self.relation(self.dropout(F.gelu(self.pool_pair(pooled))))


def _copy(layer: nn.Module) -> Layer:
    import copy

    return copy.deepcopy(layer)


def _mean(hidden: Tensor, where: Tensor) -> Tensor:
    """The mean of the hidden states where `where` holds; zero where it holds nowhere."""
    weights = where.to(hidden.dtype)
    return (hidden * weights[..., None]).sum(dim=1) / weights.sum(dim=1, keepdim=True).clamp(min=1.0)
