"""Raw text for the models that ship: nothing of a test document is in it."""

from pathlib import Path

import pytest

import bionym
from benchmarks.models.clean_text import HeldOutText, texts_of

ABSTRACT = "Mild ataxia was seen in two of the ten patients who had taken lithium carbonate for a year."
GOLD = Path(__file__).parents[1] / "gold"


@pytest.mark.parametrize(
    "line",
    [
        "Mild ataxia was seen in two of the ten patients",
        "We know that MILD ataxia, was seen in two of the ten (patients), and more.",
        "lithium carbonate for a year",
    ],
)
def test_a_line_that_shares_a_run_of_words_is_left_out(line: str) -> None:
    assert HeldOutText([ABSTRACT]).hold(line)


@pytest.mark.parametrize(
    "line",
    [
        "Mild ataxia was seen in two of the nine patients",
        "In two of the ten patients who had taken digoxin, a rash was seen after a day.",
        "for a year",
        "",
    ],
)
def test_other_lines_stay(line: str) -> None:
    assert not HeldOutText([ABSTRACT]).hold(line)


@pytest.mark.parametrize("name", ["conll/ncbi.tsv", "pubtator/bc5cdr.PubTator.txt", "brat", "jsonl/naloxone.jsonl"])
def test_every_sentence_of_a_file_is_seen_in_every_format(name: str) -> None:

    held_out = HeldOutText(texts_of(GOLD / name))
    lines = [line for document in bionym.read(GOLD / name) for line in document.text.split("\n")]
    long = [line for line in lines if len(line.split()) > 20]
    assert long and all(held_out.hold(line) for line in long)
