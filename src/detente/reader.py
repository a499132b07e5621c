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

from collections.abc import Iterable, Iterator, Sequence
from importlib.resources import files
from itertools import islice, pairwise
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import msgspec
import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from detente.errors import ModelError
from detente.records import Document, Frame, Span

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

MODEL_FOLDER = "events-en"
CORE_TOKENS = 96  # tokens of a window that are read for events; the gold items' longest is 120
CONTEXT_TOKENS = 32  # tokens before them, read so that pronouns find their noun
ROLES = ("actor", "recipient", "speaker", "when", "pledge")
INDICATORS = {"event": 1, "actor": 2, "recipient": 3}
_OUTSIDE, _BEGIN, _INSIDE = 0, 1, 2
_ARTICLES = {"the", "a", "an"}
_TRIM = " \t\n\r,.;:'\"“”‘’()[]–—-"


class Labels(msgspec.Struct, frozen=True):
    """The label lists a model was trained with, in the order of its outputs, and its decision thresholds.

    Trigger outputs are: outside, inside, then one "begins an event of this type" for each of `events`. Type outputs
    of the branch are `events`, then "no event". Mode and pledge outputs start with "none".
    `propose` is the first pass's probability from which a word is looked at again; `accept` the final one from
    which it is an event; `trunk_weight` the first pass's share in it. `context` is the least probability of a context.
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


class Window(NamedTuple):
    """One stretch of an article as the model reads it.

    `ids` and `cases` are shape (tokens,), with the tokenizer's first and last special tokens; `starts` and `ends`
    are the tokens' characters in the article (0, 0 for special tokens). Events are taken from tokens whose start
    lies in [core_start, core_end).
    """

    ids: Ints
    cases: Ints
    starts: Ints
    ends: Ints
    core_start: int
    core_end: int


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


class Candidate(NamedTuple):
    """An event word that the first pass proposes: its window, its tokens [first, last), and type probabilities."""

    window: int
    first: int
    last: int
    events: Floats


# -- windows ---------------------------------------------------------------------------------------------------------


def make_windows(document: Document, tokenizer: Tokenizer) -> list[Window]:
    """Cut a document into windows; every token of it is in the core of exactly one."""
    text = document.article.text
    encoded = tokenizer.encode_batch([s.text for s in document.sentences], add_special_tokens=False)
    ids: list[int] = []
    starts: list[int] = []
    ends: list[int] = []
    bounds = [0]
    for sentence, encoding in zip(document.sentences, encoded, strict=True):
        ids.extend(encoding.ids)
        starts.extend(sentence.start + start for start, _ in encoding.offsets)
        ends.extend(sentence.start + end for _, end in encoding.offsets)
        bounds.append(len(ids))
    cases = [case_of(text, start, end) for start, end in zip(starts, ends, strict=True)]
    first_special, last_special = special_ids(tokenizer)
    windows = []
    for first, last in _cores(bounds):
        before = _context_start(bounds, first)
        window = Window(
            ids=np.array([first_special, *ids[before:last], last_special], dtype=np.int64),
            cases=np.array([0, *cases[before:last], 0], dtype=np.int64),
            starts=np.array([0, *starts[before:last], 0], dtype=np.int64),
            ends=np.array([0, *ends[before:last], 0], dtype=np.int64),
            core_start=starts[first],
            core_end=ends[last - 1],
        )
        windows.append(window)
    return windows


def _cores(bounds: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Token ranges [first, last) of the cores: whole sentences up to CORE_TOKENS, pieces of longer ones."""
    first = 0
    for start, end in pairwise(bounds):
        if end - first > CORE_TOKENS and start > first:
            yield first, start
            first = start
        while end - first > CORE_TOKENS:
            yield first, first + CORE_TOKENS
            first += CORE_TOKENS
    if bounds[-1] > first:
        yield first, bounds[-1]


def _context_start(bounds: Sequence[int], first: int) -> int:
    """Where the context of a core starting at token `first` starts: at a sentence if one starts near enough."""
    earliest = max(0, first - CONTEXT_TOKENS)
    near = [bound for bound in bounds if earliest <= bound < first]
    return near[0] if near else earliest


def case_of(text: str, start: int, end: int) -> int:
    """What an uncased vocabulary loses: 0 lower case or none, 1 capitalised, 2 all capitals, 3 digits."""
    word = text[start:end]
    if word[:1].isdigit():
        return 3
    if len(word) > 1 and word.isupper():
        return 2
    return 1 if word[:1].isupper() else 0


def special_ids(tokenizer: Tokenizer) -> tuple[int, int]:
    """The ids of the tokens that open and close an input of this tokenizer."""
    opening, closing = tokenizer.encode("").ids
    return opening, closing


def pad(rows: Sequence[Ints]) -> tuple[Ints, Ints]:
    """Rows of token values as one array padded with 0, and its mask (1 where a value is); shape (rows, longest)."""
    longest = max(len(row) for row in rows)
    out = np.zeros((len(rows), longest), dtype=np.int64)
    mask = np.zeros((len(rows), longest), dtype=np.int64)
    for index, row in enumerate(rows):
        out[index, : len(row)] = row
        mask[index, : len(row)] = 1
    return out, mask


# -- reading ---------------------------------------------------------------------------------------------------------


class Reader:
    """A trained model with its tokenizer and labels.

    `Reader.load()` gives the packaged one; `read` and `read_many` turn documents into frames, `relate` classifies
    what one given party does to another.
    """

    def __init__(self, network: Network, tokenizer: Tokenizer, labels: Labels, *, batch_windows: int = 32) -> None:
        tokenizer.no_padding()
        tokenizer.no_truncation()
        self.network = network
        self.tokenizer = tokenizer
        self.labels = labels
        self.batch_windows = batch_windows

    @classmethod
    def load(cls, folder: Path | None = None, *, threads: int = 0, batch_windows: int = 32) -> Reader:
        """The model in `folder`, or the packaged one. `threads` 0 leaves their number to the machine.

        Raises ModelError where a file of the model is missing or unreadable.
        """
        home = folder or Path(str(files("detente").joinpath("model", MODEL_FOLDER)))
        missing = [n for n in ("labels.json", "tokenizer.json", "trunk.onnx", "branch.onnx") if not (home / n).exists()]
        if missing:
            raise ModelError(
                f"The model in {home} lacks {', '.join(missing)}. Install detente again, or name a complete folder."
            )
        labels = msgspec.json.decode((home / "labels.json").read_bytes(), type=Labels)
        tokenizer = Tokenizer.from_file(str(home / "tokenizer.json"))
        return cls(OnnxNetwork(home, threads=threads), tokenizer, labels, batch_windows=batch_windows)

    def read(self, document: Document) -> list[Frame]:
        """The frames of one document, in the order of their event words."""
        return next(iter(self.read_many([document])))

    def read_many(self, documents: Iterable[Document]) -> Iterator[list[Frame]]:
        """The frames of each document, in the documents' order.

        Windows of some tens of documents are read together, sorted by length, so that little is spent on padding.
        """
        source = iter(documents)
        while group := list(islice(source, self.batch_windows)):
            windows = [make_windows(document, self.tokenizer) for document in group]
            owners = [index for index, own in enumerate(windows) for _ in own]
            flat = [window for own in windows for window in own]
            found: list[list[Frame]] = [[] for _ in group]
            order = sorted(range(len(flat)), key=lambda i: len(flat[i].ids))
            for at in range(0, len(order), self.batch_windows):
                batch = order[at : at + self.batch_windows]
                frames = self._read_batch([flat[i] for i in batch], [group[owners[i]] for i in batch])
                for index, frame in frames:
                    found[owners[batch[index]]].append(frame)
            yield from (sorted(own, key=lambda f: (f.trigger.start, f.trigger.end, f.event)) for own in found)

    def _read_batch(self, windows: list[Window], documents: list[Document]) -> list[tuple[int, Frame]]:
        ids, mask = pad([w.ids for w in windows])
        cases, _ = pad([w.cases for w in windows])
        first_pass = self.network.trunk(ids, cases, mask)
        proposed = propose(softmax(first_pass.trigger), windows, least=self.labels.propose)
        frames = []
        for at in range(0, len(proposed), self.batch_windows):
            candidates = proposed[at : at + self.batch_windows]
            rows = [c.window for c in candidates]
            indicator = np.zeros((len(candidates), ids.shape[1]), dtype=np.int64)
            for row, candidate in enumerate(candidates):
                indicator[row, candidate.first : candidate.last] = INDICATORS["event"]
            second_pass = self.network.branch(first_pass.hidden[rows], mask[rows], indicator)
            for row, candidate in enumerate(candidates):
                frame = self._frame(candidate, second_pass, row, windows[candidate.window], documents[candidate.window])
                if frame is not None:
                    frames.append((candidate.window, frame))
        return frames

    def _frame(
        self, candidate: Candidate, output: BranchOutput, row: int, window: Window, document: Document
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
        roles = decode_roles(output.roles[row], len(window.ids))
        spans = {
            role: tuple(s for first, last in found if (s := clean_span(text, window, first, last)) is not None)
            for role, found in roles.items()
        }
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
            confidence=round(confidence, 4),
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


PLEDGING = ("AGREE", "CONCEDE", "THREATEN")  # codebook, section 5


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


# -- decoding --------------------------------------------------------------------------------------------------------


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


def decode_roles(logits: Floats, length: int) -> dict[str, list[tuple[int, int]]]:
    """Token ranges of each role in one event; a token that is both actor and recipient goes to the likelier.

    `logits` has shape (tokens, 3 * roles); only the first `length` tokens count, without the two special ones.
    """
    scores = softmax(logits[:length].reshape(length, len(ROLES), 3))
    tags = scores.argmax(axis=-1)
    tags[0] = tags[-1] = _OUTSIDE
    actor, recipient = ROLES.index("actor"), ROLES.index("recipient")
    both = (tags[:, actor] != _OUTSIDE) & (tags[:, recipient] != _OUTSIDE)
    actor_likelier = scores[:, actor, _OUTSIDE] <= scores[:, recipient, _OUTSIDE]
    tags[both & actor_likelier, recipient] = _OUTSIDE
    tags[both & ~actor_likelier, actor] = _OUTSIDE
    return {role: _runs(tags[:, index]) for index, role in enumerate(ROLES)}


def _runs(tags: Ints) -> list[tuple[int, int]]:
    """Ranges [first, last) of begin-inside runs; an inside tag that follows nothing begins a run."""
    runs: list[tuple[int, int]] = []
    previous = _OUTSIDE
    for index, tag in enumerate(tags):
        if tag == _BEGIN or (tag == _INSIDE and previous == _OUTSIDE):
            runs.append((index, index + 1))
        elif tag == _INSIDE:
            runs[-1] = (runs[-1][0], index + 1)
        previous = tag
    return runs


def span_of(text: str, window: Window, first: int, last: int) -> Span:
    """The words of tokens [first, last), widened to whole words."""
    start, end = int(window.starts[first]), int(window.ends[last - 1])
    while start > 0 and text[start].isalnum() and text[start - 1].isalnum():
        start -= 1
    while end < len(text) and text[end - 1].isalnum() and text[end].isalnum():
        end += 1
    return Span(text[start:end], start, end)


def clean_span(text: str, window: Window, first: int, last: int) -> Span | None:
    """The words of a party without leading article, possessive ending and punctuation; None if nothing is left."""
    span = span_of(text, window, first, last)
    start, end = span.start, span.end
    words = text[start:end]
    head = words.split(maxsplit=1)
    if len(head) == 2 and head[0].lower() in _ARTICLES:
        start += words.index(head[1], len(head[0]))
    for ending in ("'s", "’s"):
        if text[start:end].endswith(ending):
            end -= len(ending)
    while start < end and text[start] in _TRIM:
        start += 1
    while start < end and text[end - 1] in _TRIM and not _is_initial(text[start:end]):
        end -= 1
    return Span(text[start:end], start, end) if start < end else None


def _is_initial(words: str) -> bool:
    """Whether words end in an abbreviation such as "U.S.", whose last stop belongs to it."""
    last = words.split()[-1]
    return last.count(".") > 1 and last.endswith(".")


def _sentence_at(document: Document, position: int) -> int:
    return next(s.index for s in document.sentences if s.start <= position < s.end)


def softmax(logits: Floats) -> Floats:
    """Probabilities over the last axis."""
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    result: Floats = shifted / shifted.sum(axis=-1, keepdims=True)
    return result


# -- the model file --------------------------------------------------------------------------------------------------


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
