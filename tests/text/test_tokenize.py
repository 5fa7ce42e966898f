"""Tokens: what is cut, what stays whole, and what holds for any text."""

import sys
import unicodedata
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bionym import formats
from bionym.data import Span
from bionym.text import tokenize

REPOSITORY = Path(__file__).parents[2]
GOLD = REPOSITORY / "tests" / "gold"
SAMPLES = [("pubtator/bc5cdr.PubTator.txt", 38), ("pubtator/ncbi-disease.txt", 20), ("brat", 25)]  # entities, by grep
CORPORA = REPOSITORY.parent / "shared" / "data" / "corpora"

PIECES = (
    "IL-2",
    " ",
    "\n",
    "2.5",
    "mg",
    ".",
    "'s",
    "[**",
    "e\u0301",
    "\u200d",
    "\U0001f469",
    "\U0001f1eb",
    "µ",
    "α",
    "\xa0",
    "_",
    "1,000",
)
any_text = st.lists(st.sampled_from(PIECES) | st.characters(), max_size=20).map("".join)


def words(text: str) -> list[str]:
    return [token.of(text) for token in tokenize(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Selegiline-induced hypotension", "Selegiline - induced hypotension"),
        ("IL-2 5-fluorouracil NF-kappaB", "IL - 2 5 - fluorouracil NF - kappaB"),
        ("3',5'-cAMP", "3 ' , 5 ' - cAMP"),
        ("Na+ Ca2+ CD4+/CD8-", "Na + Ca2 + CD4 + / CD8 -"),
        ("p<0.05, n>=5, 3+/-1", "p < 0.05 , n >= 5 , 3 +/- 1"),
        ("120/80 1,234.5 12,000 [12,13]", "120 / 80 1,234.5 12,000 [ 12 , 13 ]"),
        ("p.o. q.d. b.i.d. the U.S.", "p.o. q.d. b.i.d. the U.S."),
        ("Parkinson's it’s don't 5'-end", "Parkinson 's it ’s don 't 5 ' - end"),
        ("2.5mg 10mg/kg 24h 65yo 100µg", "2.5 mg 10 mg / kg 24 h 65 yo 100 µg"),
        ("IL2R p53 5HT 14q32 BRCA1", "IL2R p53 5HT 14q32 BRCA1"),
        ("[**2012-3-4**] [**Name**]", "[** 2012 - 3 - 4 **] [** Name **]"),
        ("Mr.___ waits... -----", "Mr . ___ waits ... -----"),
        ("α-synuclein, β2, 50 µg", "α - synuclein , β2 , 50 µg"),
    ],
)
def test_biomedical_and_clinical_text_is_cut_where_the_field_cuts(text: str, expected: str) -> None:
    assert words(text) == expected.split(" ")


def test_a_published_sentence_is_cut_as_in_its_conll_version() -> None:
    text = "Naloxone reverses the antihypertensive effect of clonidine (0.2 to 2 mg/kg)."
    assert words(text) == [
        "Naloxone",
        "reverses",
        "the",
        "antihypertensive",
        "effect",
        "of",
        "clonidine",
        "(",
        "0.2",
        "to",
        "2",
        "mg",
        "/",
        "kg",
        ")",
        ".",
    ]


@pytest.mark.parametrize(
    "character", ["e\u0301", "\u0915\u094d\u0937\u093f", "x\xady", "1\ufe0f\u20e3", "a\u0300\u0301b"]
)
def test_combining_marks_stay_with_their_character(character: str) -> None:
    assert words(f"caf{character} ({character})") == [f"caf{character}", "(", character, ")"]


@pytest.mark.parametrize(
    "emoji",
    ["\U0001f469\u200d\U0001f469\u200d\U0001f466", "\U0001f44d\U0001f3fd", "\U0001f1eb\U0001f1f7", "\u2764\ufe0f"],
)
def test_an_emoji_of_several_characters_is_one_token(emoji: str) -> None:
    assert words(f"ok {emoji}.") == ["ok", emoji, "."]


def test_astral_letters_count_as_one_code_point_each() -> None:
    assert tokenize("\U0001d4d0\U0001d4d1 x") == (Span(0, 2), Span(3, 4))


def test_every_mark_of_unicode_is_known() -> None:
    marks = [chr(code) for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code)).startswith("M")]
    assert all(len(tokenize("a" + mark)) == 1 for mark in marks)


def test_every_symbol_and_letter_is_a_token_on_its_own() -> None:
    characters = [chr(code) for code in range(sys.maxunicode + 1) if not chr(code).isspace()]
    assert len(tokenize(" ".join(characters))) == len(characters)


def test_a_blank_text_has_no_tokens() -> None:
    assert tokenize("") == tokenize(" \t\n\u2003\x1c") == ()


def test_spans_are_what_the_constructor_makes() -> None:
    (token,) = tokenize("  fever")
    assert type(token) is Span
    assert token == Span(2, 7)


@given(any_text)
def test_each_character_but_whitespace_lies_in_exactly_one_token(text: str) -> None:
    covered = [place for token in tokenize(text) for place in range(token.start, token.end)]
    assert covered == [place for place, character in enumerate(text) if not character.isspace()]


@given(any_text)
def test_no_token_is_empty_or_begins_with_a_mark_that_has_a_base(text: str) -> None:
    for token in tokenize(text):
        assert token.start < token.end
        has_base = token.start > 0 and not text[token.start - 1].isspace()
        assert not (has_base and unicodedata.category(text[token.start]).startswith("M"))


@given(st.lists(any_text, max_size=4))
def test_tokens_do_not_depend_on_the_words_around(texts: list[str]) -> None:
    joined, start, expected = " ".join(texts), 0, []
    for text in texts:
        expected += [token.shift(start) for token in tokenize(text)]
        start += len(text) + 1
    assert tokenize(joined) == tuple(expected)


@pytest.fixture(scope="module")
def benchmark_script() -> Iterator[ModuleType]:
    path = REPOSITORY / "benchmarks" / "tokenization.py"
    spec = spec_from_file_location("benchmark_tokenization", path)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[spec.name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


@pytest.mark.parametrize(("sample", "num_entities"), SAMPLES)
def test_gold_entities_of_samples_fall_on_token_edges(sample: str, num_entities: int) -> None:
    num_off = total = 0
    for document in formats.read(GOLD / sample):
        tokens = tokenize(document.text)
        starts, ends = {token.start for token in tokens}, {token.end for token in tokens}
        spans = [span for one in document.entities for span in one.spans]
        total += len(document.entities)
        num_off += sum((span.start not in starts) + (span.end not in ends) for span in spans)
    assert (num_off, total) == (0, num_entities)


@pytest.mark.corpora
@pytest.mark.parametrize(
    ("corpus", "floor"),
    [
        ("BC5CDR", 0.999),
        ("NCBI-disease", 0.999),
        ("NCBI-disease, brat", 0.999),
        ("JNLPBA", 0.999),
        ("MACCROBAT", 0.999),
        ("AnatEM", 0.997),
    ],
)
def test_gold_entities_of_published_corpora_fall_on_token_edges(
    corpus: str, floor: float, benchmark_script: ModuleType
) -> None:
    sources = benchmark_script.CORPORA[corpus].values()
    docs = [doc for source in sources for doc in benchmark_script.documents(CORPORA / source.path)]
    edges, on_token_edges = benchmark_script.edge_counts(docs)
    assert on_token_edges / edges >= floor
