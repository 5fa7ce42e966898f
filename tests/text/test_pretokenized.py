"""Pre-tokenised text: lines are sentences, whitespace is between tokens."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bionym.data import Span
from bionym.text import tokenize_lines

any_text = st.text(st.sampled_from("ab.\n\r\t \x0b\x0c\x1c\x1e\x85\u2028\u2029\xa0é\U0001d4d0") | st.characters())


def test_a_line_is_a_sentence_and_whitespace_parts_tokens() -> None:
    text = "No fever .\nIL-2  rose\t."
    tokens, sentences = tokenize_lines(text)
    assert [token.of(text) for token in tokens] == ["No", "fever", ".", "IL-2", "rose", "."]
    assert sentences == (Span(0, 10), Span(11, 23))


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r", "\n\n", "\n \t\n"])
def test_each_kind_of_line_break_ends_a_sentence(line_break: str) -> None:
    assert len(tokenize_lines(f"a b{line_break}c{line_break}")[1]) == 2


@pytest.mark.parametrize("character", ["\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"])
def test_no_other_character_ends_a_line(character: str) -> None:
    tokens, sentences = tokenize_lines(f"a{character}b")
    assert (tokens, sentences) == ((Span(0, 1), Span(2, 3)), (Span(0, 3),))


def test_a_blank_text_has_neither_tokens_nor_sentences() -> None:
    assert tokenize_lines(" \r\n\x0c\n") == ((), ())


@given(any_text)
def test_tokens_are_those_of_str_split(text: str) -> None:
    assert [token.of(text) for token in tokenize_lines(text)[0]] == text.split()


@given(any_text)
def test_sentences_are_the_lines_without_whitespace_at_their_edges(text: str) -> None:
    lines = (line.strip() for line in re.split(r"\r\n|\n|\r", text))
    assert [sentence.of(text) for sentence in tokenize_lines(text)[1]] == [line for line in lines if line]
