"""conlleval: the script's own output, to the character."""

from pathlib import Path

import pytest

from bionym import formats
from bionym.data import Document, Entity, Span, entity
from bionym.errors import InputError
from bionym.evaluation import Scores, evaluate
from bionym.evaluation.metrics import conlleval

SAMPLE = Path(__file__).parents[2] / "gold" / "conlleval"
ORACLE = Path(__file__).parents[3].parent / "shared" / "oracles" / "conlleval"
TOKENS = (Span(0, 4), Span(5, 10), Span(11, 15))


def scored(path: Path, **options: object) -> Scores:
    """As `bionym evaluate X X --format conll --gold-option tag_column=-2 --metric conlleval`: one file, read twice."""
    gold, predicted = (formats.read(path, "conll", tag_column=column) for column in (-2, -1))
    return evaluate(gold, predicted, ["conlleval"], **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("unit", ["document", "sentence"])
@pytest.mark.parametrize("name", ["bio", "noisy"])
def test_the_output_is_that_of_the_script(name: str, unit: str) -> None:
    expected = (SAMPLE / f"{name}.expected").read_text(encoding="utf-8")
    assert conlleval.layout(scored(SAMPLE / f"{name}.txt", unit=unit)) == expected


@pytest.mark.corpora
@pytest.mark.parametrize("name", ["bio", "noisy"])
def test_the_output_on_1500_sentences_is_that_of_the_script(name: str) -> None:
    assert conlleval.layout(scored(ORACLE / f"{name}.txt")) == (ORACLE / f"{name}.expected").read_text(encoding="utf-8")


def test_accuracy_is_of_the_tags_in_the_file(tmp_path: Path) -> None:
    """I behind O opens a phrase like B; so the phrase is right, and one tag of three is not."""
    (tmp_path / "x.tsv").write_text("a\tB-A\tI-A\nb\tI-A\tI-A\nc\tO\tO\n")
    assert conlleval.layout(scored(tmp_path / "x.tsv")) == (
        "processed 3 tokens with 1 phrases; found: 1 phrases; correct: 1.\n"
        "accuracy:  66.67%; precision: 100.00%; recall: 100.00%; FB1: 100.00\n"
        "                A: precision: 100.00%; recall: 100.00%; FB1: 100.00  1\n"
    )


def test_tags_of_the_file_do_not_outlive_its_entities(tmp_path: Path) -> None:
    (tmp_path / "x.tsv").write_text("a\tB-A\tI-A\nb\tO\tB-B\n")
    [gold], [read] = (list(formats.read(tmp_path / "x.tsv", "conll", tag_column=column)) for column in (1, 2))
    predicted = read.with_entities(gold.entities)
    tags = evaluate([gold], [predicted], ["conlleval"]).counts["conlleval:tags"]
    assert tags.micro.recall == 1


def test_nothing_found_prints_as_the_script_does(tmp_path: Path) -> None:
    (tmp_path / "x.tsv").write_text("a\tB-A\tO\n")
    assert conlleval.layout(scored(tmp_path / "x.tsv")) == (
        "processed 1 tokens with 1 phrases; found: 0 phrases; correct: 0.\n"
        "accuracy:   0.00%; precision:   0.00%; recall:   0.00%; FB1:   0.00\n"
        "                A: precision:   0.00%; recall:   0.00%; FB1:   0.00  0\n"
    )


def test_documents_of_other_formats_get_tags_from_their_entities() -> None:
    gold, predicted = (
        Document("1", "mild chest pain", entities=(one,)) for one in (entity(5, 15, "A"), entity(5, 10, "A"))
    )
    counts = evaluate([gold], [predicted], ["conlleval"]).counts
    assert counts["conlleval"].micro.true_positives == 0
    assert (counts["conlleval:tags"].micro.true_positives, counts["conlleval:tags"].micro.support) == (2, 3)


def test_sentences_that_an_entity_crosses_are_joined() -> None:
    one = Document("1", "mild chest pain", (), (entity(5, 15, "A"),), (), TOKENS, (Span(0, 10), Span(11, 15)))
    assert evaluate([one], [one], ["conlleval"]).counts["conlleval:tags"].micro.recall == 1


def test_what_tags_cannot_hold_is_refused() -> None:
    gold = Document("r1", "mild chest pain", entities=(Entity((Span(0, 4), Span(11, 15)), "A"),))
    with pytest.raises(InputError, match=r"document 'r1': A \[0, 4\), \[11, 15\) is discontinuous"):
        evaluate([gold], [gold], ["conlleval"])
