"""From the model's scores to event words and the words of each role."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from detente.records import Frame
from detente.windows import Flags, Floats, Ints, Window

ROLES = ("actor", "recipient", "speaker", "when", "pledge")
PARTIES = ("actor", "recipient")
_OUTSIDE, _BEGIN, _INSIDE = 0, 1, 2

Range = tuple[int, int]


class Candidate(NamedTuple):
    """An event word that the first pass proposes: its window, its tokens [first, last), and type probabilities."""

    window: int
    first: int
    last: int
    events: Floats


def propose(probabilities: Floats, windows: Sequence[Window], *, least: float) -> list[Candidate]:
    """Words that may begin an event: begin-probability, summed over types, of at least `least`, in a window's core.

    `probabilities` has shape (windows, tokens, 2 + events).
    """
    candidates = []
    for index, window in enumerate(windows):
        begins = probabilities[index, : len(window.ids), 2:].sum(axis=-1)
        inside = probabilities[index, : len(window.ids), 1]
        core = (window.starts >= window.core_start) & (window.starts < window.core_end) & (window.ends > window.starts)
        for first in np.flatnonzero((begins >= least) & core):
            last = int(first) + 1
            while last < len(window.ids) - 1 and inside[last] > max(0.5, begins[last]):
                last += 1
            events = probabilities[index, first, 2:]
            candidates.append(Candidate(index, int(first), last, events))
    return candidates


def without_overlaps(frames: Iterable[Frame]) -> list[Frame]:
    """The frames whose event words overlap no more confident frame's, in the order of their event words."""
    kept: list[Frame] = []
    for frame in sorted(frames, key=lambda f: (-f.confidence, f.trigger.start, f.trigger.end)):
        if all(frame.trigger.end <= k.trigger.start or frame.trigger.start >= k.trigger.end for k in kept):
            kept.append(frame)
    return sorted(kept, key=lambda f: f.trigger.start)


def decode_roles(logits: Floats, words: Flags, joined: Flags, *, lean: float = 0.0) -> list[dict[str, list[Range]]]:
    """The likeliest token ranges [first, last) of each role, for each event of a batch.

    `logits` has shape (events, tokens, 3 * roles): outside, begin and inside for each role. `words`, (events,
    tokens), tells the tokens of text from special ones and padding, `joined` those that go on the word before. Best
    paths (Viterbi 1967) in which nothing is inside before it begins and no word is split; a range that is actor as
    well as recipient goes to the likelier. Where nobody is found in one of the two roles, it is decoded once more
    with `lean` added to the log odds of a word being a party's, and takes what the other role has not.
    """
    decoded = _decode(logits, words, joined, lean=0.0)
    if lean and any(not roles[party] for roles in decoded for party in PARTIES):
        for roles, leaning in zip(decoded, _decode(logits, words, joined, lean=lean), strict=True):
            for party, other in (PARTIES, PARTIES[::-1]):
                taken = roles[other]
                roles[party] = roles[party] or [
                    run for run in leaning[party] if not any(_overlap(run, rival) for rival in taken)
                ]
    return decoded


def _decode(logits: Floats, words: Flags, joined: Flags, *, lean: float) -> list[dict[str, list[Range]]]:
    events, tokens, _ = logits.shape
    by_role = logits.reshape(events, tokens, len(ROLES), 3).copy()
    by_role[:, :, [ROLES.index(party) for party in PARTIES], 1:] += np.float32(lean)
    scores = np.log(softmax(by_role) + 1e-9)
    scores[~words] = np.array([0.0, -1e9, -1e9], dtype=np.float32)
    tags = _best_paths(scores, joined)
    taken = 1 - np.exp(scores[..., _OUTSIDE])
    decoded = []
    for row in range(events):
        roles = {role: _runs(tags[row, :, index]) for index, role in enumerate(ROLES)}
        weights = {
            (party, run): float(taken[row, run[0] : run[1], ROLES.index(party)].mean())
            for party in PARTIES
            for run in roles[party]
        }
        for role, other in (PARTIES, PARTIES[::-1]):
            rivals = [(weights[other, run], run) for run in roles[other]]
            roles[role] = [
                run
                for run in roles[role]
                if not any(_overlap(run, rival) and weight > weights[role, run] for weight, rival in rivals)
            ]
        decoded.append(roles)
    return decoded


def _best_paths(scores: Floats, joined: Flags) -> Ints:
    """Tags (events, tokens, roles) of the best begin-inside-outside paths through log probabilities."""
    events, tokens, roles, _ = scores.shape
    best = np.full((events, roles, 3), -1e9, dtype=np.float32)
    best[..., _OUTSIDE] = 0.0  # the opening special token plays no role
    back = np.zeros((tokens, events, roles, 3), dtype=np.int64)
    for at in range(1, tokens):
        goes_on = joined[:, at, None]
        before = best.argmax(axis=-1)
        anything = best.max(axis=-1)
        started = np.where(best[..., _BEGIN] >= best[..., _INSIDE], _BEGIN, _INSIDE)
        within = np.maximum(best[..., _BEGIN], best[..., _INSIDE])
        back[at, ..., _OUTSIDE] = np.where(goes_on, _OUTSIDE, before)
        back[at, ..., _BEGIN] = before
        back[at, ..., _INSIDE] = started
        reached = np.stack(
            [
                np.where(goes_on, best[..., _OUTSIDE], anything),
                np.where(goes_on, np.float32(-1e9), anything),
                within,
            ],
            axis=-1,
        )
        best = reached + scores[:, at]
    tags = np.zeros((events, tokens, roles), dtype=np.int64)
    tag = best.argmax(axis=-1)
    for at in range(tokens - 1, 0, -1):
        tags[:, at] = tag
        tag = np.take_along_axis(back[at], tag[..., None], axis=-1)[..., 0]
    return tags


def _runs(tags: Ints) -> list[Range]:
    """Ranges [first, last) of begin-inside runs."""
    runs: list[Range] = []
    for index in np.flatnonzero(tags):
        if tags[index] == _BEGIN:
            runs.append((int(index), int(index) + 1))
        else:
            runs[-1] = (runs[-1][0], int(index) + 1)
    return runs


def _overlap(one: Range, other: Range) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def softmax(logits: Floats) -> Floats:
    """Probabilities over the last axis."""
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    result: Floats = shifted / shifted.sum(axis=-1, keepdims=True)
    return result
