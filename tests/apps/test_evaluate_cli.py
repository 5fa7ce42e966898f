"""`evaluate` and `compare` as commands: reports, review, label maps, refusals."""

import json
from pathlib import Path

import pytest

from bionym import formats
from bionym.apps.cli import main
from bionym.data import Document
from bionym.formats import read

GOLD_FILE = Path(__file__).parents[1] / "gold" / "pubtator" / "bc5cdr.PubTator.txt"
MANY = Path(__file__).parents[2] / "examples" / "bc5cdr" / "test.pubtator"


def scored(document: Document) -> Document:
    """With every fourth entity gone and a score on the others."""
    from dataclasses import replace

    kept = [entity for number, entity in enumerate(document.entities) if number % 4]
    return document.with_entities(
        replace(entity, score=0.5 + 0.04 * (number % 10)) for number, entity in enumerate(kept)
    )


@pytest.fixture(scope="module")
def predicted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("predicted") / "predicted.jsonl"
    formats.write(map(scored, read(MANY)), path, "jsonl")
    return path


@pytest.fixture(scope="module")
def worse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("worse") / "worse.jsonl"
    formats.write(map(scored, map(scored, read(MANY))), path, "jsonl")
    return path


def test_every_report_is_written_and_says_the_same(
    predicted: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = {kind: tmp_path / f"report.{kind}" for kind in ("html", "json", "csv", "markdown")}
    options = [part for kind, path in names.items() for part in (f"--{kind}", str(path))]
    assert main(["evaluate", str(MANY), str(predicted), *options]) == 0
    out = capsys.readouterr().out
    made = json.loads(names["json"].read_text())
    f1 = f"{100 * made['metrics']['strict']['micro']['f1']:.2f}"
    assert f1 in out
    assert f1 in names["markdown"].read_text()
    assert f"F1 is {100 * made['metrics']['strict']['micro']['f1']:.1f}" in names["html"].read_text()
    assert str(made["metrics"]["strict"]["micro"]["f1"])[:8] in names["csv"].read_text()
    assert {"protocols", "metrics", "slices", "errors", "calibration"} <= set(made)
    assert made["metrics"]["strict"]["bootstrap"]["units"] == 100


def test_reports_quote_the_text_only_if_asked(predicted: Path, tmp_path: Path) -> None:
    quiet, open_page = tmp_path / "quiet.html", tmp_path / "open.html"
    command = ["-q", "evaluate", str(MANY), str(predicted)]
    assert main([*command, "--html", str(quiet), "--json", str(tmp_path / "quiet.json")]) == 0
    assert main([*command, "--html", str(open_page), "--show-text"]) == 0
    word = "amotidine"  # of a document with a missed entity
    assert word not in quiet.read_text()
    assert word not in (tmp_path / "quiet.json").read_text()
    assert word in open_page.read_text()


def test_slices_are_printed_if_asked(predicted: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        main(["evaluate", str(MANY), str(predicted), "--by", "length", "--by", "seen", "--train", str(GOLD_FILE)]) == 0
    )
    out = capsys.readouterr().out
    assert "6+ tokens" in out
    assert "unseen" in out
    assert main(["evaluate", str(MANY), str(predicted), "--by", "lenght"]) == 2
    assert "Did you mean 'length'" in capsys.readouterr().err


def test_errors_are_written_for_review(predicted: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "review"
    command = ["evaluate", str(MANY), str(predicted), "--errors-to", str(folder)]
    assert main(command) == 0
    labels = {entity.label for document in read(folder, "brat") for entity in document.entities}
    assert labels == {"Chemical", "Disease", "MISSED-Chemical", "MISSED-Disease"}
    assert main(command) == 1
    assert "--force" in capsys.readouterr().err


def test_labels_can_be_renamed_and_left_out(predicted: Path, tmp_path: Path) -> None:
    report = tmp_path / "r.json"
    command = ["-q", "evaluate", str(MANY), str(predicted), "--json", str(report)]
    assert main([*command, "--label-map", "Chemical=", "--label-map", "Disease=PROBLEM"]) == 0
    assert list(json.loads(report.read_text())["metrics"]["strict"]["labels"]) == ["PROBLEM"]
    assert main([*command, "--only", "Disease"]) == 0
    assert list(json.loads(report.read_text())["metrics"]["strict"]["labels"]) == ["Disease"]


def test_several_metrics_are_scored_at_once(predicted: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = [part for name in ("strict", "overlap", "semeval", "token") for part in ("--metric", name)]
    assert main(["evaluate", str(MANY), str(predicted), *options]) == 0
    out = capsys.readouterr().out
    assert all(name in out for name in ("strict", "overlap", "semeval:partial", "token"))


def test_a_metric_that_reproduces_a_program_prints_as_it_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tagged = tmp_path / "tagged.tsv"
    tagged.write_text("He\tO\tO\nhas\tO\tO\nbad\tB-Disease\tO\nflu\tI-Disease\tB-Disease\n.\tO\tO\n\n")
    command = ["evaluate", str(tagged), str(tagged), "--format", "conll", "--gold-option", "tag_column=1"]
    assert main([*command, "--metric", "conlleval"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("processed 5 tokens with 1 phrases; found: 1 phrases; correct: 0.\n")
    assert (
        main([*command, "--metric", "i2b2-official", "--layout", "extent=exact", "--layout", "aggregation=aggregated"])
        == 0
    )
    assert "Concept Exact Span" in capsys.readouterr().out


def test_systems_are_compared(predicted: Path, worse: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = tmp_path / "c.json"
    command = ["compare", str(MANY), f"good={predicted}", f"bad={worse}", f"bad={predicted}", "--json", str(report)]
    assert main(command) == 0
    out = capsys.readouterr().out
    assert "good" in out
    made = json.loads(report.read_text())
    assert made["differences"][0]["f1"]["value"] < 0
    assert made["differences"][0]["f1"]["p"] < 0.01
    assert len(made["systems"][1]["seeds"]["f1"]) == 2


def test_reports_are_compared_like_predictions(
    predicted: Path, worse: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "worse.json"
    assert main(["-q", "evaluate", str(MANY), str(worse), "--json", str(report), "--per-document"]) == 0
    capsys.readouterr()
    assert main(["compare", str(MANY), str(predicted), str(worse)]) == 0
    direct = capsys.readouterr().out
    assert main(["compare", str(MANY), str(predicted), str(report)]) == 0
    assert capsys.readouterr().out == direct


def test_what_was_scored_otherwise_is_refused_unless_forced(
    predicted: Path, worse: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "only.json"
    options = ["--json", str(report), "--per-document", "--only", "Disease"]
    assert main(["-q", "evaluate", str(MANY), str(worse), *options]) == 0
    command = ["compare", str(MANY), str(predicted), str(report)]
    assert main(command) == 2
    assert "another protocol" in capsys.readouterr().err
    assert main([*command, "--force"]) == 0
    few = tmp_path / "few.jsonl"
    formats.write(list(read(predicted))[:50], few, "jsonl")
    assert main(["compare", str(MANY), str(predicted), str(few)]) == 2
    assert "lacks 50 gold documents" in capsys.readouterr().err


def test_a_report_without_counts_per_document_is_refused(
    predicted: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "r.json"
    assert main(["-q", "evaluate", str(MANY), str(predicted), "--json", str(report)]) == 0
    assert main(["compare", str(MANY), str(predicted), str(report)]) == 1
    assert "--per-document" in capsys.readouterr().err


def test_one_system_cannot_be_compared(predicted: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", str(MANY), f"a={predicted}", f"a={predicted}"]) == 2
    assert "two systems" in capsys.readouterr().err


def test_labels_that_nobody_has_are_said(predicted: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["evaluate", str(MANY), str(predicted)]
    assert main([*command, "--only", "Diseas"]) == 0
    assert "no entity is labelled 'Diseas'" in capsys.readouterr().err
    assert main([*command, "--gold-label-map", "PROBLEM=Disease", "--only", "Disease"]) == 0
    assert "no entity is labelled 'PROBLEM'" in capsys.readouterr().err
    assert main([*command, "--label-map", "Disease=PROBLEM", "--only", "PROBLEM"]) == 0
    assert "no entity is labelled" not in capsys.readouterr().err


def test_a_format_for_review_that_does_not_exist_is_told_at_once(
    predicted: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["evaluate", str(MANY), str(predicted), "--errors-to", str(tmp_path / "r"), "--errors-format", "braat"]
    assert main(command) == 2
    captured = capsys.readouterr()
    assert "Did you mean 'brat'" in captured.err
    assert not captured.out


def test_mistakes_are_printed_by_kind_and_by_name(predicted: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["-q", "evaluate", str(MANY), str(predicted), "--resamples", "0", "--train", str(GOLD_FILE)]
    assert main([*command, "--errors"]) == 0
    lines = dict(line.split()[:2] for line in capsys.readouterr().out.splitlines() if len(line.split()) > 1)
    num_gone = sum(
        len(left.entities) - len(right.entities) for left, right in zip(read(MANY), read(predicted), strict=True)
    )
    assert lines["missed"] == str(num_gone) and "split" not in lines
    assert {"repeated", "short-of-found", "synonym-of-found", "synonym-of-trained", "untrained"} <= set(lines)


def test_without_mistakes_there_are_none_to_print(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-q", "evaluate", str(GOLD_FILE), str(GOLD_FILE), "--resamples", "0", "--errors"]) == 0
    assert "no mistakes" in capsys.readouterr().out
