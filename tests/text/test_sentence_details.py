"""Sentences: the rules one by one, each beside the nearest text to which it does not apply."""

import pytest

from bionym.data import Span
from bionym.text import split_sentences
from bionym.text._blocks import blocks


def sentences(text: str) -> list[str]:
    return [sentence.of(text) for sentence in split_sentences(text)]


@pytest.mark.parametrize(
    "text",
    [
        "It was 3 mg (max. 5 mg. Then more) daily.|It fell.",  # no end inside brackets
        "Seen in vitamin K.|Patients fell.",
        "Seen by Dr. X.|It fell.",
        "It was in group 2 A.|Rats fell.",
        "Was it so?|(ii) It was.",
        "It fell.|(ii) Rats rose.",
        "It fell!|Rats rose.",
        "It fell! or rose.",
        "Shown in Fig. A and Fig. 2 here.",
        "It was No.|The rats fell.",
        "It was no. rats fell.",
        "Given at 5 p.m.|The rats slept.",
        "Given at 5 p.m. by us.",
        "He met (at 5 p.m.) Friday.",
        "It fell [12, 13].|It rose.",
        "It fell. [12, 13]|It rose.",
    ],
)
def test_a_stop_ends_a_sentence_where_the_words_around_it_say_so(text: str) -> None:
    assert sentences(text.replace("|", " ")) == text.split("|")


@pytest.mark.parametrize(
    ("brackets", "number"),
    [("()", 1), ("[]", 1), ("(]", 2), ("[)", 2)],
)
def test_a_stop_between_brackets_that_belong_together_ends_nothing(brackets: str, number: int) -> None:
    assert len(sentences(f"It {brackets[0]}fell here. Then it rose{brackets[1]} again")) == number


def test_brackets_too_far_apart_have_lost_their_partners() -> None:
    near, far = ("It (fell. " + "Then it rose. " * times + "So) it was." for times in (19, 25))
    assert len(sentences(near)) == 1 and len(sentences(far)) > 20


def test_a_stop_before_the_edge_of_a_token_of_others_is_no_sentence_edge() -> None:
    text = "It fell.The end"
    assert split_sentences(text, (Span(0, 2), Span(3, 8), Span(8, 15))) == (Span(0, 8), Span(8, 15))
    assert split_sentences(text, ()) == (Span(0, 8), Span(8, 15))


def wrapped(width: int, *, number: int = 4) -> str:
    """Lines of lower-case words of five characters, each of `width` characters at most."""
    per_line = (width + 1) // 5
    return "\n".join(" ".join(["aaaa"] * per_line) for _ in range(number))


@pytest.mark.parametrize(("width", "joined"), [(59, False), (64, True), (99, True), (104, False)])
def test_lines_of_60_to_100_characters_are_wrapped(width: int, joined: bool) -> None:
    text = wrapped(width)
    assert (len(list(blocks(text))) == 1) == joined


def test_a_line_with_room_for_the_next_word_ends_a_block() -> None:
    lines = wrapped(79).split("\n")
    short = "b" * 74  # and a space and four letters: 79
    assert len(list(blocks("\n".join([*lines, short, "aaaa aaaa"])))) == 2
    assert len(list(blocks("\n".join([*lines, short + "b", "aaaa aaaa"])))) == 1


def test_a_blank_line_ends_a_block_among_full_lines() -> None:
    first = wrapped(79) + "\n"
    assert list(blocks(f"{first}\n{first}")) == [(0, 320), (320, 321), (321, 641)]


def test_blocks_cover_the_text() -> None:
    text = "PLAN\r\nRest\n\nEat"
    found = list(blocks(text))
    assert [text[start:end] for start, end in found] == ["PLAN\r\n", "Rest\n", "\n", "Eat"]
