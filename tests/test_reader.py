"""The reader's own logic, with a network that finds fixed words; the packaged model is tested in test_model.py."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import TemplateProcessing

from detente.decoding import ROLES, decode_roles, without_overlaps
from detente.document import read_document
from detente.errors import ModelError
from detente.reader import BranchOutput, Labels, Reader, TrunkOutput, calibrated
from detente.records import Article, Document, Frame, Span
from detente.windows import CONTEXT_TOKENS, CORE_TOKENS, Floats, Ints, case_of, make_windows, whole_parties

LABELS = Labels(
    name="stub",
    events=("AGREE", "ACCUSE"),
    modes={"AGREE": (), "ACCUSE": ("allege",)},
    mode_names=("allege", "visit"),
    statuses=("actual", "denied"),
    contexts=("economic", "legal", "military"),
)
WORDS = {"<s>": 1, "</s>": 2, "?": 3, "accuses": 10, "agrees": 11, "Japan": 12, "Seoul": 13, "Smith": 14, "pact": 15}


def tokenizer() -> Tokenizer:
    made = Tokenizer(WordLevel(WORDS, unk_token="?"))
    made.pre_tokenizer = BertPreTokenizer()
    made.post_processor = TemplateProcessing(single="<s> $A </s>", special_tokens=[("<s>", 1), ("</s>", 2)])
    return made


class StubNetwork:
    """Finds "accuses" and "agrees"; Japan is its actor, Seoul its recipient, Smith its speaker, pact its pledge."""

    def __init__(self) -> None:
        self.longest = 0

    def trunk(self, ids: Ints, cases: Ints, mask: Ints) -> TrunkOutput:
        self.longest = max(self.longest, ids.shape[1])
        trigger = np.zeros((*ids.shape, 4), dtype=np.float32)
        trigger[..., 0] = 5.0
        trigger[ids == WORDS["accuses"], 3] = 12.0
        trigger[ids == WORDS["agrees"], 2] = 12.0
        return TrunkOutput(ids[..., None].astype(np.float32), trigger)

    def branch(self, hidden: Floats, mask: Ints, indicator: Ints) -> BranchOutput:
        ids = hidden[..., 0]
        rows = len(ids)
        roles = np.zeros((*ids.shape, len(ROLES), 3), dtype=np.float32)
        roles[..., 0] = 4.0
        for word, role in (("Japan", "actor"), ("Seoul", "recipient"), ("Smith", "speaker"), ("pact", "pledge")):
            roles[ids == WORDS[word], ROLES.index(role), 1] = 9.0
        marked = (ids * (indicator == 1)).max(axis=1)
        event = np.zeros((rows, 3), dtype=np.float32)
        event[marked == WORDS["agrees"], 0] = 8.0
        event[marked == WORDS["accuses"], 1] = 8.0
        mode = np.tile(np.array([0.0, 1.0, 9.0], dtype=np.float32), (rows, 1))
        status = np.tile(np.array([0.0, 1.0], dtype=np.float32), (rows, 1))
        pledge = np.zeros((rows, 3), dtype=np.float32)
        context = np.tile(np.array([-9.0, 3.0, 2.0], dtype=np.float32), (rows, 1))
        return BranchOutput(roles.reshape(*ids.shape, -1), event, mode, status, pledge, context)

    def relate(self, hidden: Floats, mask: Ints, indicator: Ints) -> Floats:
        """The first type where the actor stands before the recipient, else the second."""
        first = np.array([np.flatnonzero(row == 2)[0] < np.flatnonzero(row == 3)[0] for row in indicator])
        return np.stack([np.where(first, 4.0, 0.0), np.where(first, 0.0, 4.0)], axis=1).astype(np.float32)


def document(text: str) -> Document:
    return read_document(Article(id="a", text=text))


def reader() -> Reader:
    return Reader(StubNetwork(), tokenizer(), LABELS)


def test_a_frame_carries_the_words_of_its_event() -> None:
    text = "Smith said the Japan's ministry accuses (Seoul)."
    [frame] = reader().read(document(text))
    assert (frame.event, frame.status, frame.context) == ("ACCUSE", "denied", ("legal", "military"))
    assert [s.text for s in frame.actors] == ["Japan"]
    assert [s.text for s in frame.recipients] == ["Seoul"]
    assert frame.speaker is not None
    assert frame.speaker.text == "Smith"
    for span in (frame.trigger, frame.speaker, *frame.actors, *frame.recipients):
        assert text[span.start : span.end] == span.text


def test_a_mode_of_another_type_is_never_chosen() -> None:
    [frame] = reader().read(document("Japan accuses Seoul."))
    assert frame.mode == "allege"  # "visit" scores higher, but is no mode of ACCUSE
    [agreed] = reader().read(document("Japan agrees."))
    assert agreed.mode is None


def test_only_promising_types_have_a_pledge() -> None:
    [agreed] = reader().read(document("Japan agrees pact."))
    assert agreed.pledge is not None
    assert (agreed.pledge.text, agreed.pledge_event) == ("pact", "AGREE")
    [accused] = reader().read(document("Japan accuses pact."))
    assert (accused.pledge, accused.pledge_event) == (None, None)


def test_every_event_of_a_long_sentence_is_read_in_windows() -> None:
    stub = StubNetwork()
    text = " ".join(["Japan accuses Seoul", *["word"] * 40] * 12) + "."
    frames = Reader(stub, tokenizer(), LABELS).read(document(text))
    assert len(frames) == 12
    assert stub.longest <= CORE_TOKENS + CONTEXT_TOKENS + 2


def test_documents_keep_their_order_and_their_frames() -> None:
    texts = ["Japan accuses Seoul.", "", "Nothing. " * 200, "Seoul. Japan agrees. Japan accuses."]
    found = list(reader().read_many(document(text) for text in texts))
    assert [[f.event for f in frames] for frames in found] == [["ACCUSE"], [], [], ["AGREE", "ACCUSE"]]
    assert [f.sentence for f in found[3]] == [1, 2]


@given(st.lists(st.sampled_from(["word", "Japan", "accuses", ". New", "\n\n"]), max_size=400))
def test_every_token_is_in_exactly_one_core(words: list[str]) -> None:
    read = document(" ".join(words))
    windows = make_windows(read, tokenizer())
    cores: list[int] = []
    for window in windows:
        assert len(window.ids) <= CORE_TOKENS + CONTEXT_TOKENS + 2
        inside = (window.starts >= window.core_start) & (window.starts < window.core_end)
        cores += [int(s) for s in window.starts[1:-1][inside[1:-1]]]
    expected = [
        sentence.start + start
        for sentence in read.sentences
        for start, _ in tokenizer().encode(sentence.text, add_special_tokens=False).offsets
    ]
    assert cores == expected


def test_of_overlapping_event_words_the_likelier_frame_stays() -> None:
    def frame(words: str, start: int, confidence: float) -> Frame:
        span = Span(words, start, start + len(words))
        return Frame(event="AGREE", trigger=span, sentence=0, status="actual", confidence=confidence)

    whole, part, other = frame("has fired", 4, 0.7), frame("fired", 8, 0.6), frame("met", 20, 0.5)
    assert without_overlaps([other, part, whole]) == [whole, other]


def role_logits(tokens: int, **begins: dict[int, float]) -> Floats:
    """Logits of one event, in which a role begins (or goes on, at 100 + token) with the score given."""
    logits = np.zeros((1, tokens, len(ROLES), 3), dtype=np.float32)
    for role, scores in begins.items():
        for at, score in scores.items():
            logits[0, at % 100, ROLES.index(role), 1 + at // 100] = score
    return logits.reshape(1, tokens, -1)


def test_words_are_not_both_actor_and_recipient() -> None:
    logits = role_logits(4, actor={1: 3.0}, recipient={1: 4.0, 102: 4.0})
    [roles] = decode_roles(logits, np.ones_like(np.zeros((1, 4), dtype=np.bool_)), np.zeros((1, 4), dtype=np.bool_))
    assert (roles["actor"], roles["recipient"]) == ([], [(1, 3)])


def test_a_role_that_stays_empty_is_decoded_once_more_with_the_lean() -> None:
    never = dict.fromkeys((2, 3, 102, 103, 104), -5.0)
    logits = role_logits(5, actor={1: 3.0, 4: -5.0, **never}, recipient={1: -0.5, 4: -0.5, **never})
    everywhere = np.ones((1, 5), dtype=np.bool_)
    [plain] = decode_roles(logits, everywhere, ~everywhere)
    [leaning] = decode_roles(logits, everywhere, ~everywhere, lean=1.0)
    assert (plain["actor"], plain["recipient"]) == ([(1, 2)], [])
    assert (leaning["actor"], leaning["recipient"]) == ([(1, 2)], [(4, 5)])


def test_nothing_is_inside_before_it_begins() -> None:
    weak_begin = role_logits(5, actor={1: -0.5, 102: 4.0, 103: 4.0})
    [roles] = decode_roles(weak_begin, np.ones_like(np.zeros((1, 5), dtype=np.bool_)), np.zeros((1, 5), dtype=np.bool_))
    assert roles["actor"] == [(1, 4)]


def test_padding_and_special_tokens_play_no_role() -> None:
    logits = role_logits(5, actor={2: 3.0, 103: 3.0, 104: 3.0})
    words = np.array([[False, True, True, False, False]])
    [roles] = decode_roles(logits, words, np.zeros_like(words))
    assert roles["actor"] == [(2, 3)]


def test_short_windows_read_beside_long_ones_are_read_the_same() -> None:
    class Eager(StubNetwork):
        def branch(self, hidden: Floats, mask: Ints, indicator: Ints) -> BranchOutput:
            output = super().branch(hidden, mask, indicator)
            roles = output.roles.reshape(*hidden.shape[:2], len(ROLES), 3)
            roles[hidden[..., 0] <= 2, :, 1:] = 20.0  # padding and special tokens look like parties
            return output._replace(roles=roles.reshape(*hidden.shape[:2], -1))

    text = "Japan accuses Seoul.\n\n" + " ".join(["word"] * 95) + "."
    [frame] = Reader(Eager(), tokenizer(), LABELS).read(document(text))
    assert [s.text for s in (*frame.actors, *frame.recipients)] == ["Japan", "Seoul"]


def test_a_word_is_not_split() -> None:
    logits = role_logits(5, actor={2: 3.0, 103: -2.0})
    joined = np.array([[False, False, False, True, False]])
    [roles] = decode_roles(logits, np.ones_like(joined), joined)
    assert roles["actor"] == [(2, 4)]
    [apart] = decode_roles(logits, np.ones_like(np.zeros((1, 5), dtype=np.bool_)), np.zeros((1, 5), dtype=np.bool_))
    assert apart["actor"] == [(2, 3)]


@pytest.mark.parametrize(
    ("word", "case"), [("japan", 0), ("Japan", 1), ("JAPAN", 2), ("A", 1), ("2011", 3), ("’", 0), ("", 0)]
)
def test_case_of_a_word(word: str, case: int) -> None:
    assert case_of(word, 0, len(word)) == case


def test_relate_gives_probabilities_by_type() -> None:
    rows = [("Japan met Seoul.", (0, 5), (10, 15)), ("Japan met Seoul.", (10, 15), (0, 5))]
    first, second = reader().relate(rows)
    assert set(first) == {"AGREE", "ACCUSE"}
    assert sum(first.values()) == pytest.approx(1.0)
    assert first["AGREE"] > 0.9
    assert second["ACCUSE"] > 0.9


def test_relate_keeps_both_parties_of_a_long_text() -> None:
    text = "word " * 300 + "Japan met Seoul." + " word" * 300
    at = text.index("Japan")
    [result] = reader().relate([(text, (at, at + 5), (at + 10, at + 15))])
    assert result["AGREE"] > 0.9


def test_relate_refuses_a_span_without_words() -> None:
    with pytest.raises(ValueError, match=r"The recipient's span \(3, 3\) holds no word"):
        reader().relate([("Japan met Seoul.", (0, 5), (3, 3))])


def test_a_model_folder_must_be_complete(tmp_path: Path) -> None:
    (tmp_path / "labels.json").write_text("{}")
    with pytest.raises(ModelError, match=r"lacks tokenizer\.json, trunk\.onnx, branch\.onnx"):
        Reader.load(tmp_path)


def test_calibration_keeps_the_order_and_stays_within_bounds() -> None:
    assert calibrated(0.7, (1.0, 0.0)) == pytest.approx(0.7)
    assert calibrated(0.9, (0.5, 0.0)) == pytest.approx(0.75)
    values = [calibrated(p / 20, (0.6, 0.2)) for p in range(21)]
    assert values == sorted(values)
    assert 0.0 <= values[0] < values[-1] <= 1.0


@pytest.mark.parametrize(
    ("text", "pieces", "whole"),
    [
        ("visited the White House today", ["White"], ["White House"]),
        ("Suspected Syrian government airstrike", ["Suspected", "Syrian government"], ["Suspected Syrian government"]),
        ("Baghdad division of the Republican Guard", ["Baghdad division", "Republican Guard"], [
            "Baghdad division of the Republican Guard",
        ]),
        ("the Prime Minister of Japan, Fumio Kishida, said", ["Prime Minister of Japan", "Fumio Kishida"], [
            "Prime Minister of Japan, Fumio Kishida",
        ]),
        ("new speaker, Dimeji Bankole", ["new speaker", "Dimeji Bankole"], ["new speaker, Dimeji Bankole"]),
        ("Peru, Chile and Bolivia", ["Peru", "Chile", "Bolivia"], ["Peru", "Chile", "Bolivia"]),
        ("the French president, German Chancellor", ["French president", "German Chancellor"], [
            "French president", "German Chancellor",
        ]),
        ("Seoul Monday denied", ["Seoul"], ["Seoul"]),
        ("troops Friday", ["troops"], ["troops"]),
        ("Tokyo Governor Koike's plan", ["Tokyo"], ["Tokyo Governor Koike"]),
    ],
)  # fmt: skip
def test_a_party_tagged_in_pieces_is_put_together(text: str, pieces: list[str], whole: list[str]) -> None:
    spans = [Span(words, text.index(words), text.index(words) + len(words)) for words in pieces]
    assert [span.text for span in whole_parties(text, spans)] == whole


def test_the_second_pass_reads_around_its_event_word() -> None:
    text = "Japan " + "pact " * 70 + "accuses Seoul . " + "pact " * 60
    [frame] = reader().read(document(text))
    assert [span.text for span in frame.recipients] == ["Seoul"]
    assert frame.actors == ()  # Japan stands further off than the second pass reads
