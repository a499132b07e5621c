"""Document -> frames: event words with their type, and for each event its parties, speaker, time words and more.

The model reads an article window by window in two passes that share their lower layers. The first pass (the trunk)
tags event words with a type. The second (the branch) reruns the upper layers once for each event word found, with
that word marked by an indicator vector instead of by markup in the text (as in semantic role labelling: He et al.,
2017, "Deep Semantic Role Labeling"; Shi and Lin, 2019, arXiv:1904.05255), and tags the words that play a role in it.
The branch also confirms or drops the event word.

Windows hold whole sentences where they fit, preceded by some context; a sentence that is longer than a window is
read in pieces that overlap, so no word goes unread. Offsets are half-open characters of the article's text.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import msgspec
import numpy as np
from tokenizers import Tokenizer

from detente.codebook import PLEDGING
from detente.decoding import Candidate, Range, decode_roles, propose, softmax, without_overlaps
from detente.errors import ModelError
from detente.records import Document, Frame
from detente.windows import (
    CONTEXT_TOKENS,
    CORE_TOKENS,
    Floats,
    Ints,
    Window,
    case_of,
    clean_span,
    joined_tokens,
    make_windows,
    pad,
    span_of,
    special_ids,
    whole_parties,
)

MODEL_FOLDER = "events-en"
BEFORE, AFTER = 48, 32  # tokens around an event word that the second pass reads
INDICATORS = {"event": 1, "actor": 2, "recipient": 3}


class Labels(msgspec.Struct, frozen=True):
    """The label lists a model was trained with, in the order of its outputs, and its decision thresholds.

    Trigger outputs are: outside, inside, then one "begins an event of this type" for each of `events`. Type outputs
    of the branch are `events`, then "no event". Mode and pledge outputs start with "none".
    `propose` is the first pass's probability from which a word is looked at again; `accept` the final one from
    which it is an event; `trunk_weight` the first pass's share in it. `context` is the least probability of a context.
    `lean` is added to the log odds of a word being a party's where a role has none, in texts of more than one window,
    whose authors name parties less often beside each act. `calibration` is the slope and intercept that turn the log
    odds of the final probability into those of being right (Platt 1999).
    """

    name: str
    events: tuple[str, ...]
    modes: dict[str, tuple[str, ...]]
    mode_names: tuple[str, ...]
    statuses: tuple[str, ...]
    contexts: tuple[str, ...]
    propose: float = 0.2
    accept: float = 0.5
    trunk_weight: float = 0.3
    context: float = 0.4
    lean: float = 0.0
    calibration: tuple[float, float] = (1.0, 0.0)


class TrunkOutput(NamedTuple):
    """First pass over a batch: `hidden` (windows, tokens, width), `trigger` logits (windows, tokens, 2 + events)."""

    hidden: Floats
    trigger: Floats


class BranchOutput(NamedTuple):
    """Second pass, a row for each event: role logits (events, tokens, 3 * roles) and the logits of its labels."""

    roles: Floats
    event: Floats
    mode: Floats
    status: Floats
    pledge: Floats
    context: Floats


class Network(Protocol):
    """What runs the model: onnxruntime here, torch during training."""

    def trunk(self, ids: Ints, cases: Ints, mask: Ints) -> TrunkOutput: ...

    def branch(self, hidden: Floats, mask: Ints, indicator: Ints) -> BranchOutput: ...

    def relate(self, hidden: Floats, mask: Ints, indicator: Ints) -> Floats: ...


# -- reading ---------------------------------------------------------------------------------------------------------


class Reader:
    """A trained model with its tokenizer and labels.

    `Reader.load()` gives the packaged one; `read` and `read_many` turn documents into frames, `relate` classifies
    what one given party does to another.
    """

    def __init__(self, network: Network, tokenizer: Tokenizer, labels: Labels, *, batch_windows: int = 8) -> None:
        tokenizer.no_padding()
        tokenizer.no_truncation()
        self.network = network
        self.tokenizer = tokenizer
        self.labels = labels
        self.batch_windows = batch_windows

    @classmethod
    def load(cls, folder: Path | None = None, *, threads: int = 0, batch_windows: int = 8) -> Reader:
        """The model in `folder`, or the packaged one. `threads` 0 leaves their number to the machine.

        Raises ModelError where a file of the model is missing or unreadable.
        """
        home = folder or packaged_folder()
        missing = [n for n in ("labels.json", "tokenizer.json", "trunk.onnx", "branch.onnx") if not (home / n).exists()]
        if missing:
            raise ModelError(
                f"The model in {home} lacks {', '.join(missing)}. Install detente again, or name a complete folder."
            )
        labels = read_labels(home)
        tokenizer = Tokenizer.from_file(str(home / "tokenizer.json"))
        return cls(OnnxNetwork(home, threads=threads), tokenizer, labels, batch_windows=batch_windows)

    def read_many(self, documents: Iterable[Document]) -> Iterator[list[Frame]]:
        """The frames of each document, in the documents' order."""
        return map(self.read, documents)

    def read(self, document: Document) -> list[Frame]:
        """The frames of one document, in the order of their event words.

        Each document is read by itself: the model's int8 scales depend on all that is read at once, and what an
        article says must not depend on its neighbours.
        """
        windows = make_windows(document, self.tokenizer)
        lean = self.labels.lean if len(windows) > 1 else 0.0
        found: list[Frame] = []
        for at in range(0, len(windows), self.batch_windows):
            found += self._read_batch(windows[at : at + self.batch_windows], document, lean)
        return without_overlaps(found)

    def _read_batch(self, windows: list[Window], document: Document, lean: float) -> list[Frame]:
        ids, mask = pad([w.ids for w in windows])
        cases, _ = pad([w.cases for w in windows])
        text = document.article.text
        joined = np.stack([joined_tokens(text, window, ids.shape[1]) for window in windows])
        words = pad([(window.ends > window.starts).astype(np.int64) for window in windows])[0].astype(np.bool_)
        first_pass = self.network.trunk(ids, cases, mask)
        proposed = propose(softmax(first_pass.trigger), windows, least=self.labels.propose)
        frames = []
        for at in range(0, len(proposed), self.batch_windows):
            candidates = proposed[at : at + self.batch_windows]
            places, near = _around(candidates, windows)
            rows = np.array([[c.window] for c in candidates])
            indicator = np.zeros(places.shape, dtype=np.int64)
            for row, candidate in enumerate(candidates):
                indicator[row, (places[row] >= candidate.first) & (places[row] < candidate.last)] = INDICATORS["event"]
            second_pass = self.network.branch(first_pass.hidden[rows, places], near, indicator)
            decoded = decode_roles(second_pass.roles, words[rows, places] & (near > 0), joined[rows, places], lean=lean)
            for row, (candidate, found) in enumerate(zip(candidates, decoded, strict=True)):
                roles = {
                    role: [(int(places[row, first]), int(places[row, last - 1]) + 1) for first, last in ranges]
                    for role, ranges in found.items()
                }
                frame = self._frame(candidate, second_pass, row, roles, windows[candidate.window], document)
                if frame is not None:
                    frames.append(frame)
        return frames

    def _frame(
        self,
        candidate: Candidate,
        output: BranchOutput,
        row: int,
        roles: dict[str, list[Range]],
        window: Window,
        document: Document,
    ) -> Frame | None:
        labels = self.labels
        confirmed = softmax(output.event[row])[:-1]
        probabilities = labels.trunk_weight * candidate.events + (1 - labels.trunk_weight) * confirmed
        best = int(np.argmax(probabilities))
        confidence = float(probabilities[best])
        if confidence < labels.accept:
            return None
        event = labels.events[best]
        text = document.article.text
        trigger = span_of(text, window, candidate.first, candidate.last)
        spans = {
            role: tuple(s for first, last in found if (s := clean_span(text, window, first, last)) is not None)
            for role, found in roles.items()
        }
        for role in ("actor", "recipient"):
            spans[role] = whole_parties(text, spans[role])
        pledge_event = (None, *labels.events)[int(np.argmax(output.pledge[row]))]
        pledge = spans["pledge"][0] if spans["pledge"] and event in PLEDGING else None
        return Frame(
            event=event,
            trigger=trigger,
            sentence=_sentence_at(document, trigger.start),
            status=labels.statuses[int(np.argmax(output.status[row]))],
            mode=self._mode(event, output.mode[row]),
            actors=spans["actor"],
            recipients=spans["recipient"],
            speaker=spans["speaker"][0] if spans["speaker"] else None,
            when=spans["when"][0] if spans["when"] else None,
            pledge_event=(pledge_event or event) if pledge else None,
            pledge=pledge,
            context=self._contexts(output.context[row]),
            confidence=round(calibrated(confidence, labels.calibration), 4),
        )

    def _mode(self, event: str, logits: Floats) -> str | None:
        allowed = [0, *(1 + self.labels.mode_names.index(mode) for mode in self.labels.modes[event])]
        best = allowed[int(np.argmax(logits[allowed]))]
        return self.labels.mode_names[best - 1] if best else None

    def _contexts(self, logits: Floats) -> tuple[str, ...]:
        """Up to two contexts (codebook, section 8), the likelier first."""
        probabilities = 1 / (1 + np.exp(-logits))
        likely = [int(i) for i in np.argsort(-probabilities)[:2] if probabilities[i] >= self.labels.context]
        return tuple(self.labels.contexts[i] for i in likely)

    def relate(self, rows: Sequence[tuple[str, tuple[int, int], tuple[int, int]]]) -> list[dict[str, float]]:
        """What the first party does to the second, for rows of (text, actor's (start, end), recipient's (start, end)).

        Returns for each row the probability of each of the sixteen types; they sum to 1. Offsets are half-open
        characters of the row's text; the text is read as it is, without markup.
        Raises ValueError for a span that holds no word of its text.
        """
        opening, closing = special_ids(self.tokenizer)
        results: list[dict[str, float]] = []
        for at in range(0, len(rows), self.batch_windows):
            part = rows[at : at + self.batch_windows]
            encodings = self.tokenizer.encode_batch([text for text, _, _ in part], add_special_tokens=False)
            windows = [
                _pair_window(text, encoding, actor, recipient, opening, closing)
                for (text, actor, recipient), encoding in zip(part, encodings, strict=True)
            ]
            ids, mask = pad([w[0] for w in windows])
            cases, _ = pad([w[1] for w in windows])
            indicator, _ = pad([w[2] for w in windows])
            hidden = self.network.trunk(ids, cases, mask).hidden
            for row in softmax(self.network.relate(hidden, mask, indicator)):
                results.append({event: float(p) for event, p in zip(self.labels.events, row, strict=True)})
        return results


def _around(candidates: Sequence[Candidate], windows: Sequence[Window]) -> tuple[Ints, Ints]:
    """The tokens that the second pass reads for each event word, as places in its window, and their mask.

    Shape (candidates, tokens): the opening special token, then BEFORE tokens before the event word to AFTER behind it.
    """
    kept = []
    for candidate in candidates:
        first = max(1, candidate.first - BEFORE)
        last = min(len(windows[candidate.window].ids), candidate.last + AFTER)
        kept.append(np.array([0, *range(first, last)], dtype=np.int64))
    return pad(kept)


def _pair_window(
    text: str, encoding: Any, actor: tuple[int, int], recipient: tuple[int, int], opening: int, closing: int
) -> tuple[Ints, Ints, Ints]:
    """Ids, cases and indicator of a text around two parties, cut to the tokens around them where it is long."""
    marks = np.zeros(len(encoding.ids), dtype=np.int64)
    for role, (start, end) in (("actor", actor), ("recipient", recipient)):
        inside = [i for i, (s, e) in enumerate(encoding.offsets) if max(s, start) < min(e, end)]
        if not inside:
            raise ValueError(f"The {role}'s span ({start}, {end}) holds no word of the text {text[:60]!r}.")
        marks[inside] = INDICATORS[role]
    limit = CORE_TOKENS + CONTEXT_TOKENS
    marked = np.flatnonzero(marks)
    middle = (int(marked[0]) + int(marked[-1])) // 2
    first = max(0, min(middle - limit // 2, len(marks) - limit))
    part = slice(first, first + limit)
    cases = [case_of(text, start, end) for start, end in encoding.offsets[part]]
    return (
        np.array([opening, *encoding.ids[part], closing], dtype=np.int64),
        np.array([0, *cases, 0], dtype=np.int64),
        np.array([0, *marks[part], 0], dtype=np.int64),
    )


def calibrated(probability: float, calibration: tuple[float, float]) -> float:
    """The chance of being right that a calibration, (slope, intercept) on log odds, makes of a model's probability."""
    slope, intercept = calibration
    inside = min(max(probability, 1e-6), 1 - 1e-6)
    return 1 / (1 + math.exp(-(slope * math.log(inside / (1 - inside)) + intercept)))


def write_labels(labels: Labels, folder: Path) -> None:
    """Write the labels of the model in `folder`."""
    (folder / "labels.json").write_bytes(msgspec.json.format(msgspec.json.encode(labels), indent=1))


def _sentence_at(document: Document, position: int) -> int:
    return next(s.index for s in document.sentences if s.start <= position < s.end)


# -- the model file --------------------------------------------------------------------------------------------------


def packaged_folder() -> Path:
    """Where the packaged model lies."""
    return Path(str(files("detente").joinpath("model", MODEL_FOLDER)))


def read_labels(folder: Path) -> Labels:
    """The labels of the model in `folder`; ModelError where they are missing."""
    path = folder / "labels.json"
    if not path.exists():
        raise ModelError(f"The model in {folder} lacks labels.json. Install detente again, or name a complete folder.")
    return msgspec.json.decode(path.read_bytes(), type=Labels)


def packaged_labels() -> Labels:
    """The packaged model's labels, its name among them, without loading the model."""
    return read_labels(packaged_folder())


class OnnxNetwork:
    """The packaged model, run by onnxruntime on the processor."""

    def __init__(self, folder: Path, *, threads: int = 0) -> None:
        import onnxruntime  # here, since it takes a tenth of a second that `--help` need not wait for

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        providers = ["CPUExecutionProvider"]
        self._trunk = onnxruntime.InferenceSession(str(folder / "trunk.onnx"), options, providers=providers)
        self._branch = onnxruntime.InferenceSession(str(folder / "branch.onnx"), options, providers=providers)

    def trunk(self, ids: Ints, cases: Ints, mask: Ints) -> TrunkOutput:
        return TrunkOutput(*self._trunk.run(["hidden", "trigger"], {"ids": ids, "cases": cases, "mask": mask}))

    def branch(self, hidden: Floats, mask: Ints, indicator: Ints) -> BranchOutput:
        names = list(BranchOutput._fields)
        return BranchOutput(*self._branch.run(names, {"hidden": hidden, "mask": mask, "indicator": indicator}))

    def relate(self, hidden: Floats, mask: Ints, indicator: Ints) -> Floats:
        result: Floats = self._branch.run(["relation"], {"hidden": hidden, "mask": mask, "indicator": indicator})[0]
        return result
