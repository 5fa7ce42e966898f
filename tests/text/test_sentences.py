"""Sentences: abstracts, clinical notes, wrapped lines, and what holds for any text."""

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bionym.data import Span
from bionym.text import split_sentences, tokenize

PIECES = (
    "Dr.",
    "p.o.",
    "e.g.",
    " ",
    "  ",
    "\n",
    "\n\n",
    ".",
    "?",
    "The",
    "1.",
    "- ",
    "[12]",
    "(",
    ")",
    "word",
    "A.",
    "[**",
    "...",
    "\u0301",
    "\u2028",
    "x" * 70,
)
any_text = st.lists(st.sampled_from(PIECES) | st.characters(), max_size=25).map("".join)


def sentences(text: str) -> list[str]:
    return [sentence.of(text) for sentence in split_sentences(text)]


@pytest.mark.parametrize(
    "sentence",
    [
        "Seen by Dr. Lee and Mr. Smith with J. R. Miller and Ann P. Carter at St. Luke.",
        "Aspirin 81 mg p.o. q.d. and lisinopril b.i.d. as needed.",
        "Drugs, e.g. Naloxone, i.e. Narcan, vs. Clonidine, cf. Fig. 2 and No. 5, approx. 3 times.",
        "E. coli, S. aureus and H. pylori were found by Smith et al. in 1998.",
        "The dose was 2.5 mg (range 0.1 to 3.5 mg; Sigma Chem. Co., St. Louis, MO) in all.",
        "He was seen at [**Hospital1 12. North**] on [**2012-3-4**] for pain.",
        "The U.S. Food and Drug Administration (W.Q. Jiang) met (at 5 p.m.) Friday.",
        "Levels rose ... and fell.",
        "Was it 5 mg? or 10 mg?",
        "Rule out ? cholecystitis.",
        "Pt. was given 5 ml. of saline.",
        "We found the protein B. subtilis needs.",
        "We studied Synechocystis sp. PCC 6803 here.",
        "Hep. B was excluded, vit. D was low.",
        "Nostoc spp. ATCC 29133 and Anabaena sp. 7120 grew.",
        "Salmonella enterica ser. Typhimurium, sv. Typhi and E. coli str. K-12 were seen.",
        "Tomato cv. Micro-Tom and P. syringae pv. tomato DC3000 were used.",
        "Vit. B12, vit. K and fac. VIII were given.",
        "Gr. A strep (hep. C) and gp. B were found.",
        "History of inf. MI, mod. MR and sev. AS.",
    ],
)
def test_a_full_stop_within_a_sentence_does_not_end_it(sentence: str) -> None:
    assert sentences(sentence) == [sentence]


@pytest.mark.parametrize(
    "text",
    [
        "It fell.|Then it rose.|Why?|None knew!|So be it.",
        "This was shown previously. [12,13]|The rats were tested (Smith et al., 2003).|They died.",
        "She took vitamin D.|Patients in group B.|BUN rose in class A.|It fell.",
        "Given 5 mg p.o.|The rats slept until 5 p.m.|They woke.",
        'He had "pain."|She said (no pain.)|They left.',
        "We studied cells.|p53 was found.|c-fos too.|beta-Catenin rose.|α-Synuclein fell.",
        "We show the following.|(i) Acute cases.|(ii) Old ones.",
        "Severe MR.|The valve was seen by MR. SMITH.|No change.",
        "Levels were 3.5.|12 patients died.|He died in 1998.|In all.",
        "Labs drawn etc.|He waited ...|Then he left.",
        "Orange County, CA.|These cases.",
        "Found in Bacillus sp.|The strain grew.|We name it sp. nov.|They agreed.",
        "Levels of vit. D.|Patients with hep. B.|She has none.",
        "We took Candida spp.|Patients with Ag.|In this work it rose.",
    ],
)
def test_a_full_stop_at_the_end_of_a_sentence_ends_it(text: str) -> None:
    assert sentences(text.replace("|", " ")) == text.split("|")


def test_a_published_abstract_is_cut_into_its_sentences() -> None:
    expected = [
        "Famotidine-associated delirium.",
        "A series of six cases.",
        "Famotidine is a histamine H2-receptor antagonist used in inpatient settings for prevention of stress ulcers.",
        "RESULTS: The mean dose (0.2 to 2 mg/kg) was inhibited (P < 0.05).",
    ]
    assert sentences(f"{' '.join(expected[:2])}\n{' '.join(expected[2:])}") == expected


def test_a_missing_space_is_no_obstacle() -> None:
    assert sentences("It fell in patients.The others lived.") == ["It fell in patients.", "The others lived."]


def test_headings_and_list_items_stand_alone() -> None:
    lines = [
        "HISTORY OF PRESENT ILLNESS:",
        "Mr. Lee is 65.",
        "Medications:",
        "1. Aspirin 81 mg",
        "2) Lasix p.o.",
        "- Insulin",
        "* Diet",
        "• Rest",
        "a. Walk",
    ]
    assert sentences("\n".join(lines)) == lines


def test_a_list_within_a_line_is_cut_before_its_numbers() -> None:
    assert sentences("Diagnoses: 1. Asthma. 2. Heart failure.") == ["Diagnoses: 1. Asthma.", "2. Heart failure."]


def test_short_lines_without_full_stops_stand_alone() -> None:
    lines = ["aspirin 81 mg daily", "metoprolol 25 mg twice daily", "lisinopril"]
    assert sentences("\r\n".join(lines)) == lines


NOTE = (
    "The patient is a 65-year-old man with a history of hypertension and diabetes who was seen by Dr. Lee in the "
    "emergency department for chest pain. He was given aspirin 81 mg p.o. and sent home. Today he denies chest pain "
    "and has no shortness of breath on exertion, but reports some swelling of both legs in the evening."
)


@pytest.mark.parametrize("width", [64, 72, 80, 95])
def test_wrapped_lines_are_joined(width: int) -> None:
    wrapped = f"HISTORY:\n{textwrap.fill(NOTE, width)}\n\nPLAN:\n- rest\n- walk"
    found = [sentence.replace("\n", " ") for sentence in sentences(wrapped)]
    assert found == ["HISTORY:", *sentences(NOTE), "PLAN:", "- rest", "- walk"]


def test_a_list_item_ends_the_wrapped_line_before_it() -> None:
    item = "2. Take the tablets with plenty of water"
    full_lines = textwrap.wrap(NOTE, 72)[:4]
    assert sentences("\n".join([*full_lines, item]))[-1] == item
    assert sentences("\n".join([*full_lines, "tablets"]))[-1].endswith("some\ntablets")


def test_sentences_respect_the_tokens_of_others() -> None:
    assert split_sentences("It fell.The end", (Span(0, 2), Span(3, 11), Span(12, 15))) == (Span(0, 15),)


def test_a_blank_text_has_no_sentences() -> None:
    assert split_sentences("") == split_sentences(" \n\t\n") == ()


@given(any_text)
def test_each_character_but_whitespace_lies_in_exactly_one_sentence(text: str) -> None:
    found = split_sentences(text)
    covered = {place for sentence in found for place in range(sentence.start, sentence.end)}
    assert covered >= {place for place, character in enumerate(text) if not character.isspace()}
    assert len(covered) == sum(sentence.end - sentence.start for sentence in found)
    assert list(found) == sorted(found)


@given(any_text)
def test_sentences_begin_and_end_with_tokens(text: str) -> None:
    tokens = tokenize(text)
    starts, ends = {token.start for token in tokens}, {token.end for token in tokens}
    assert all(sentence.start in starts and sentence.end in ends for sentence in split_sentences(text))


@given(any_text)
def test_the_tokens_that_tokenize_makes_change_nothing(text: str) -> None:
    assert split_sentences(text, tokenize(text)) == split_sentences(text)
