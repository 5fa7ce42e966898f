import warnings
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bionym.data.counts import Counts, count_matches
from bionym.data.tags import (
    BIO,
    BIOES,
    IO,
    IOB1,
    LENIENT,
    SCHEMES,
    TagScheme,
    TokenSpan,
    detect_scheme,
    find_scheme,
    is_valid,
    split_tag,
)
from bionym.errors import UnknownNameError

SAMPLE = Path(__file__).parents[1] / "gold" / "conlleval"
ORACLE = Path(__file__).parents[2].parent / "shared" / "oracles" / "conlleval"
LABELS = ("Disease", "cell-line", "B_cell")
ANY_TAG = st.sampled_from(["O", *(f"{prefix}-{label}" for prefix in "BIES" for label in LABELS)])
BIO_TAG = st.sampled_from(["O", *(f"{prefix}-{label}" for prefix in "BI" for label in LABELS)])


@st.composite
def token_spans(draw: st.DrawFn) -> tuple[list[TokenSpan], int]:
    lengths = draw(st.lists(st.tuples(st.integers(0, 2), st.integers(1, 4), st.sampled_from(LABELS)), max_size=6))
    spans, position = [], 0
    for gap, length, label in lengths:
        spans.append(TokenSpan(position + gap, position + gap + length, label))
        position += gap + length
    return spans, position + draw(st.integers(0, 2))


@pytest.mark.parametrize("scheme", [IOB1, BIO, BIOES], ids=lambda scheme: scheme.name)
@given(case=token_spans())
def test_decoding_gives_back_what_was_encoded(scheme: TagScheme, case: tuple[list[TokenSpan], int]) -> None:
    spans, num_tokens = case
    tags = scheme.encode(spans, num_tokens)
    assert is_valid(tags, scheme)
    assert scheme.decode(tags, mode="strict") == spans
    assert scheme.decode(tags, mode="lenient") == spans


@given(tags=st.lists(BIO_TAG, max_size=8))
def test_every_sequence_is_valid_under_the_lenient_scheme_and_strict_is_what_lenient_is(tags: list[str]) -> None:
    assert is_valid(tags, LENIENT) and find_scheme("lenient") is LENIENT
    assert LENIENT.decode(tags, mode="strict") == BIO.decode(tags, mode="lenient")


def test_io_fuses_adjacent_entities_of_one_label() -> None:
    tags = IO.encode([TokenSpan(0, 1, "Drug"), TokenSpan(1, 2, "Drug")], 2)
    assert IO.decode(tags) == [TokenSpan(0, 2, "Drug")]


@pytest.mark.needs("seqeval")
@pytest.mark.parametrize("scheme", [BIO, BIOES], ids=lambda scheme: scheme.name)
@given(sentences=st.lists(st.lists(ANY_TAG, min_size=1, max_size=8), min_size=1, max_size=4))
def test_strict_decoding_equals_seqeval(scheme: TagScheme, sentences: list[list[str]]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from seqeval.scheme import IOB2, IOBES, Entities

    allowed = set(scheme.prefixes) | {"O"}
    sentences = [[tag if tag[0] in allowed else "O" for tag in tags] for tags in sentences]
    theirs = Entities(sentences, {"BIO": IOB2, "BIOES": IOBES}[scheme.name])
    expected = [[TokenSpan(found.start, found.end, found.tag) for found in inside] for inside in theirs.entities]
    assert [scheme.decode(tags, mode="strict") for tags in sentences] == expected


@pytest.mark.parametrize("folder", [SAMPLE, pytest.param(ORACLE, marks=pytest.mark.corpora)], ids=["sample", "whole"])
@pytest.mark.parametrize("name", ["bio", "noisy"])
def test_lenient_decoding_equals_conlleval(name: str, folder: Path) -> None:
    counts = Counts()
    for block in (folder / f"{name}.txt").read_text(encoding="utf-8").split("\n\n"):
        rows = [line.split() for line in block.splitlines() if line.strip()]
        gold, predicted = ([BIO.decode([row[column] for row in rows])] for column in (1, 2))
        pairs = [[((span.start, span.end), span.label) for span in side[0]] for side in (gold, predicted)]
        counts.add(count_matches(*pairs))
    expected = (folder / f"{name}.expected").read_text(encoding="utf-8")
    micro = counts.micro
    assert (
        f"with {micro.support} phrases; found: {micro.num_predicted} phrases; correct: {micro.true_positives}."
        in expected
    )
    assert (
        f"precision:  {100 * micro.precision:.2f}%; recall:  {100 * micro.recall:.2f}%; FB1:  {100 * micro.f1:.2f}"
        in expected
    )


@pytest.mark.parametrize(
    ("tags", "strict", "lenient"),
    [
        (["I-A", "I-A"], [], [TokenSpan(0, 2, "A")]),
        (["B-A", "I-B"], [TokenSpan(0, 1, "A")], [TokenSpan(0, 1, "A"), TokenSpan(1, 2, "B")]),
        (["B-A", "B-A"], [TokenSpan(0, 1, "A"), TokenSpan(1, 2, "A")], [TokenSpan(0, 1, "A"), TokenSpan(1, 2, "A")]),
    ],
)
def test_strict_and_lenient_bio(tags: list[str], strict: list[TokenSpan], lenient: list[TokenSpan]) -> None:
    assert BIO.decode(tags, mode="strict") == strict
    assert BIO.decode(tags, mode="lenient") == lenient


@pytest.mark.parametrize("alias", ["IOBES", "BILOU", "bioes"])
def test_aliases_name_the_same_scheme(alias: str) -> None:
    assert find_scheme(alias) is BIOES


def test_prefixes_of_bilou_are_understood() -> None:
    assert BIOES.decode(["B-A", "L-A", "U-A"], mode="strict") == [TokenSpan(0, 2, "A"), TokenSpan(2, 3, "A")]


def test_unknown_scheme_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'BIOES'"):
        find_scheme("BIOSE")


def test_labels_keep_dashes_and_underscores() -> None:
    assert split_tag("B-cell-line_2") == ("B", "cell-line_2")


@pytest.mark.parametrize("scheme", [IOB1, BIO, BIOES], ids=lambda scheme: scheme.name)
def test_scheme_is_found_from_its_tags(scheme: TagScheme) -> None:
    spans = [TokenSpan(0, 2, "A"), TokenSpan(2, 3, "A"), TokenSpan(4, 5, "B")]
    assert detect_scheme([scheme.encode(spans, 6)]) is scheme


@given(tags=st.lists(BIO_TAG, max_size=6))
def test_allowed_pairs_are_those_that_strict_decoding_keeps(tags: list[str]) -> None:
    spans = BIO.decode(tags, mode="strict")
    covered = sum(span.end - span.start for span in spans)
    assert is_valid(tags, BIO) == (covered == sum(tag != "O" for tag in tags))


def test_every_scheme_has_its_tags() -> None:
    assert {name: scheme.tags(["A"]) for name, scheme in SCHEMES.items()} == {
        "IO": ("O", "I-A"),
        "IOB1": ("O", "I-A", "B-A"),
        "BIO": ("O", "B-A", "I-A"),
        "BIOES": ("O", "B-A", "I-A", "E-A", "S-A"),
    }
