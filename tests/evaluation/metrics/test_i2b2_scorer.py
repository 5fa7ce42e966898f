"""The scorer of i2b2 2010: its own output to the character, each quirk by hand, and the corrected counts."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bionym import formats
from bionym.data import Document, Entity, Span, entity
from bionym.data.counts import Counts
from bionym.errors import InputError
from bionym.evaluation import Scores, evaluate
from bionym.evaluation.metrics import i2b2_official
from bionym.evaluation.metrics._i2b2_print import java

SAMPLE = Path(__file__).parents[2] / "gold" / "i2b2va"
ORACLE = Path(__file__).parents[3].parent / "shared" / "oracles" / "i2b2va"
EXTENTS, AGGREGATIONS = ("exact", "inexact", "all"), ("aggregated", "seperate")
SPAN, CLASS, INEXACT, INEXACT_CLASS, PRINTED, IGNORED = (f"i2b2-official:{table}" for table in i2b2_official.TABLES)


def files(folder: Path, concepts: dict[str, Iterable[tuple[str, str, str]]]) -> Path:
    """A text of words "x" and a concept file for each document, from first token, last token and type."""
    folder.mkdir(parents=True)
    for name, lines in concepts.items():
        (folder / f"{name}.txt").write_text(("x " * 199 + "x\n") * 99)
        rows = (f'c="x" {first} {last}||t="{label}"\n' for first, last, label in lines)
        (folder / f"{name}.con").write_text("".join(rows))
    return folder


def scored(folder: Path, gold: Any, predicted: Any, metric: str = "i2b2-official") -> Scores:
    """One document, or several by name."""
    sides = [side if isinstance(side, dict) else {"1": side} for side in (gold, predicted)]
    paths = [files(folder / name, side) for name, side in zip(("gold", "system"), sides, strict=True)]
    return evaluate(*(formats.read(path, "i2b2") for path in paths), [metric])


def row(counts: Counts, label: str = "") -> tuple[float, float, float]:
    """True positives, false negatives, false positives: the columns of the scorer."""
    found = counts.of(label) if label else counts.micro
    return found.true_positives, found.false_negatives, found.false_positives


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Scores:
    sides: dict[str, Any] = {"gold": defaultdict(list), "system": defaultdict(list)}
    for line in (SAMPLE / "concepts.tsv").read_text().splitlines()[1:]:
        side, document, *concept = line.split("\t")
        sides[side][document].append(concept)
    return scored(tmp_path_factory.mktemp("sample"), sides["gold"], sides["system"])


@pytest.mark.parametrize("aggregation", AGGREGATIONS)
@pytest.mark.parametrize("extent", EXTENTS)
def test_the_output_is_that_of_the_scorer(sample: Scores, extent: Any, aggregation: Any) -> None:
    expected = (SAMPLE / f"con-{extent}-{aggregation}.txt").read_text()
    assert i2b2_official.layout(sample, extent, aggregation) == expected


@pytest.mark.corpora
@pytest.mark.parametrize("aggregation", AGGREGATIONS)
@pytest.mark.parametrize("extent", EXTENTS)
def test_the_output_on_the_texts_themselves_is_that_of_the_scorer(extent: Any, aggregation: Any) -> None:
    sides = (formats.read(ORACLE / side, "i2b2", texts=[ORACLE / "text"]) for side in ("gold", "system"))
    expected = (ORACLE / "expected" / f"con-{extent}-{aggregation}.txt").read_text()
    assert i2b2_official.layout(evaluate(*sides, ["i2b2-official"]), extent, aggregation) == expected


def test_the_widest_output_has_all_four_blocks(sample: Scores) -> None:
    text = i2b2_official.layout(sample)
    assert [line[8:11] for line in text.splitlines() if line.startswith("TESTING")] == ["1.1", "1.2", "1.3", "1.4"]


@pytest.mark.parametrize(
    ("predicted", "matches"),
    [
        (("1:3", "1:3"), True),  # inside
        (("1:1", "1:9"), True),  # covers
        (("1:3", "1:6"), True),  # starts inside, ends behind
        (("1:4", "1:4"), True),
        (("1:1", "1:3"), False),  # starts before, ends inside: the scorer's gap
        (("1:1", "1:4"), True),  # starts before, ends with it: covers
        (("1:5", "1:6"), False),
    ],
)
def test_overlap_is_one_sided(tmp_path: Path, predicted: tuple[str, str], matches: bool) -> None:
    """The gold concept is tokens 2 to 4."""
    gold = [("1:2", "1:4", "problem")]
    counts = scored(tmp_path, gold, [(*predicted, "problem")]).counts
    assert row(counts[INEXACT]) == ((1, 0, 0) if matches else (0, 1, 1))


def test_the_corrected_scorer_has_no_such_gap(tmp_path: Path) -> None:
    counts = scored(tmp_path, [("1:2", "1:4", "problem")], [("1:1", "1:3", "problem")], "i2b2").counts
    assert row(counts["i2b2:inexact-class"]) == (1, 0, 0)


def test_class_inexact_prints_the_counts_of_the_line_above_and_shares_of_both(tmp_path: Path) -> None:
    """5 gold concepts, all found, 4 with their class: R is 4 / (4 + 0), not 4 / 5; P is 4 / (4 + 1), F is 8 / (8 + 0 + 1)."""
    gold = [(f"1:{place}", f"1:{place}", "problem") for place in range(5)]
    scores = scored(tmp_path, gold, [*gold[:4], ("1:4", "1:4", "test")])
    last = i2b2_official.layout(scores, "inexact", "aggregated").splitlines()[-1]
    assert last.split("\t") == ["Class Inexact Span ->", "5.0", "0.0", "0.0", "1.0", "0.8", "0.8888888888888888"]
    assert row(scores.counts[INEXACT_CLASS]) == (4, 1, 1)
    assert scores.counts[PRINTED].micro.recall == 1


def test_a_right_span_counts_for_the_gold_type(tmp_path: Path) -> None:
    """So a test found as problem is right for test, and nobody's mistake; with its class it is both."""
    counts = scored(tmp_path, [("1:0", "1:0", "test")], [("1:0", "1:0", "problem")]).counts
    assert (row(counts[SPAN], "test"), row(counts[SPAN], "problem")) == ((1, 0, 0), (0, 0, 0))
    assert (row(counts[CLASS], "test"), row(counts[CLASS], "problem")) == ((0, 1, 0), (0, 0, 1))


def test_the_first_in_the_file_is_taken(tmp_path: Path) -> None:
    """0-9 takes the first of the system's that fits, 0-9 or 8-9; 0-3 is left with the other, which fits or does not."""
    gold = [("1:0", "1:9", "problem"), ("1:0", "1:3", "problem")]
    predicted = [("1:8", "1:9", "problem"), ("1:0", "1:9", "problem")]
    assert row(scored(tmp_path / "a", gold, predicted).counts[INEXACT]) == (2, 0, 0)
    assert row(scored(tmp_path / "b", gold, predicted[::-1]).counts[INEXACT]) == (1, 1, 1)
    best = scored(tmp_path / "c", gold, predicted[::-1], "i2b2").counts["i2b2:inexact-span"]
    assert row(best) == (2, 0, 0)


def test_lines_that_stand_twice_count_twice(tmp_path: Path) -> None:
    line = ("1:0", "1:0", "problem")
    assert row(scored(tmp_path, [line, line], [line]).counts[SPAN]) == (1, 1, 0)


def test_types_are_upper_cased_and_others_passed_over_and_said(tmp_path: Path) -> None:
    gold = [("1:0", "1:0", "PROBLEM"), ("1:1", "1:1", "drug")]
    scores = scored(tmp_path, gold, [("1:0", "1:0", "Problem"), ("1:2", "1:2", "drug"), ("1:3", "1:3", "sign")])
    assert row(scores.counts[CLASS]) == (1, 0, 0)
    assert row(scores.counts[IGNORED]) == (0, 1, 2)
    assert "1 reference lines and 2 system lines" in i2b2_official.layout(scores).splitlines()[-1]


def test_nothing_by_nothing_is_not_a_number(tmp_path: Path) -> None:
    scores = scored(tmp_path, [("1:0", "1:0", "drug")], [("1:0", "1:0", "drug")])
    first = i2b2_official.layout(scores, "exact", "aggregated").splitlines()[6]
    assert first == "Concept Exact Span ->\t0.0\t0.0\t0.0\tNaN\tNaN\tNaN"


def test_a_line_of_more_than_a_thousand_tokens_runs_into_the_next() -> None:
    """Token 1000 of line 1 and token 0 of line 2 have the key 2000."""
    meta = {"i2b2": {}}
    text = "x " * 1000 + "x\nx"
    gold, predicted = (Document("1", text, entities=(entity(at, at + 1, "test"),), meta=meta) for at in (2000, 2002))
    assert row(evaluate([gold], [predicted], ["i2b2-official"]).counts[SPAN]) == (1, 0, 0)


def test_files_and_lines_of_each_side_are_counted(tmp_path: Path) -> None:
    line = ("1:0", "1:0", "problem")
    scores = scored(tmp_path, {"1": [line], "2": [line]}, {"1": [line, line]})
    assert i2b2_official.layout(scores).splitlines()[1:3] == [
        "Number of Reference Files Tested :2.0\tNumber of System Files Tested :1.0",
        "Number of Reference Lines :2.0\tNumber of System Lines :2.0",
    ]
    assert row(scores.counts[SPAN]) == (1, 1, 1)


def test_the_order_of_the_file_does_not_outlive_its_entities(tmp_path: Path) -> None:
    folder = files(tmp_path / "gold", {"1": [("1:0", "1:0", "problem")] * 2})
    [gold] = formats.read(folder, "i2b2")
    assert gold.meta["i2b2"]["lines"] == ((0, 1, "problem"), (0, 1, "problem"))
    changed = gold.with_entities([entity(2, 3, "test"), entity(2, 3, "test")])
    assert row(evaluate([gold], [changed], ["i2b2-official"]).counts[SPAN]) == (0, 2, 1)


@pytest.mark.parametrize("tokens", [(), (Span(0, 4), Span(5, 10), Span(11, 17))])
def test_documents_of_other_formats_have_lines_and_tokens_too(tokens: tuple[Span, ...]) -> None:
    """An entity that cuts a token has the whole of it, so [6, 8) and [5, 10) are equal."""
    gold, predicted = (
        Document("1", "mild chest\nIL-2 ok", entities=(one, entity(11, 12, "test")), tokens=tokens)
        for one in (entity(6, 8, "problem"), entity(5, 10, "problem"))
    )
    assert row(evaluate([gold], [predicted], ["i2b2-official"]).counts[CLASS]) == (2, 0, 0)


def test_without_a_file_concepts_stand_by_place_as_bionym_writes_them(tmp_path: Path) -> None:
    """0-9 comes first in the file and takes 0-9, and 0-3 gets nothing; by place 0-3 comes first, and 8-9 is left for 0-9."""
    lines = (
        [("1:0", "1:9", "problem"), ("1:0", "1:3", "problem")],
        [("1:0", "1:9", "problem"), ("1:8", "1:9", "problem")],
    )
    folders = [files(tmp_path / name, {"1": side}) for name, side in zip(("gold", "system"), lines, strict=True)]
    [gold], [predicted] = (list(formats.read(folder, "i2b2")) for folder in folders)
    in_file, by_place = (
        evaluate([replace(gold, meta=metas[0])], [replace(predicted, meta=metas[1])], ["i2b2-official"])
        for metas in ((gold.meta, predicted.meta), ({}, {}))
    )
    assert (row(in_file.counts[INEXACT]), row(by_place.counts[INEXACT])) == ((1, 1, 1), (2, 0, 0))


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [(Entity((Span(0, 4), Span(11, 13)), "test"), "is discontinuous"), (entity(4, 5, "test"), "covers no token")],
)
def test_what_a_concept_file_cannot_hold_is_refused(wrong: Entity, problem: str) -> None:
    one = Document("r1", "mild chest pain", entities=(wrong,))
    with pytest.raises(InputError, match=rf"document 'r1': test \[.*{problem}.*metric i2b2,"):
        evaluate([one], [one], ["i2b2-official"])


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0, "0.0"),
        (10, "10.0"),
        (2 / 3, "0.6666666666666666"),
        (0.001, "0.001"),
        (1 / 1001, "9.99000999000999E-4"),
        (0.0001, "1.0E-4"),
        (9999999, "9999999.0"),
        (12345678, "1.2345678E7"),
    ],
)
def test_numbers_are_written_as_java_writes_them(value: float, written: str) -> None:
    assert java(value) == written


def test_the_corrected_scorer_counts_any_label_by_characters() -> None:
    gap, nested = Entity((Span(0, 4), Span(11, 15)), "Sign"), entity(0, 4, "Sign")
    gold, predicted = (Document("1", "mild chest pain", entities=side) for side in ((gap, nested), (gap,)))
    counts = evaluate([gold], [predicted], ["i2b2"]).counts
    assert [row(table) for table in counts.values()] == [(1, 1, 0)] * 4
