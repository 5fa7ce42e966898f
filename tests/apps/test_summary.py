"""`summary`, and `predict --summary`, as commands."""

import csv
import json
from pathlib import Path

import pytest

from bionym import formats
from bionym.apps.cli import main

GOLD = Path(__file__).parents[1] / "gold"
CDR = GOLD / "pubtator" / "bc5cdr.PubTator.txt"
QUICK = ["--set", "training.max_iterations=20", "--set", "features.gazetteer=false", "--set", "features.clusters=false"]


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "cdr"
    assert main(["-q", "train", str(CDR), "--out", str(folder), *QUICK]) == 0
    return folder


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    folder = tmp_path / "notes"
    formats.write(formats.read(CDR), folder, "text")
    (folder / "quiet.txt").write_text("No.\n")
    return folder


def test_annotated_documents_become_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["summary", str(CDR), "--out", str(tmp_path / "a.csv")]) == 0
    naloxone = next(row for row in rows_of(tmp_path / "a.csv") if row["name"] == "Naloxone")
    assert (naloxone["label"], naloxone["concepts"], naloxone["first_start"]) == ("Chemical", "D009270", "0")
    said = capsys.readouterr().err
    assert "in 2 documents; it quotes their text: protect it as you do the documents" in said


def test_a_table_goes_to_standard_output_if_no_file_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["summary", str(CDR)]) == 0
    assert capsys.readouterr().out.startswith("document,label,name,")


def test_labels_can_be_called_otherwise_and_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--label-map", "Chemical=medications", "--only", "medications", "--label-map", "Drug=x"]
    assert main(["summary", str(CDR), "--out", str(tmp_path / "a.csv"), *options]) == 0
    assert {row["label"] for row in rows_of(tmp_path / "a.csv")} == {"medications"}
    assert "no entity is labelled 'Drug'" in capsys.readouterr().err


def test_predicting_writes_several_summaries_and_nothing_else(
    model: Path, notes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    places = [tmp_path / f"out/a.{suffix}" for suffix in ("csv", "json", "html")]
    options = [part for place in places for part in ("--summary", str(place))]
    assert main(["predict", str(notes), "--model", str(model), *options]) == 0
    told = capsys.readouterr()
    assert told.out == ""
    assert "in 3 documents, 1 of them without an entity" in told.err
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.csv", "a.html", "a.json"]
    rows = rows_of(places[0])
    assert rows and all(0 < float(row["mean_score"]) <= float(row["highest_score"]) <= 1 for row in rows)
    assert "quiet" in [one["document"] for one in json.loads(places[1].read_text())["documents"]]


def test_a_summary_stands_beside_the_predictions_and_counts_them(model: Path, notes: Path, tmp_path: Path) -> None:
    out, table = tmp_path / "out.jsonl", tmp_path / "a.csv"
    command = ["-q", "predict", str(notes), "--model", str(model), "--label-map", "Disease=diagnoses"]
    assert main([*command, "--out", str(out), "--summary", str(table)]) == 0
    entities = [entity for document in formats.read(out) for entity in document.entities]
    assert sum(int(row["count"]) for row in rows_of(table)) == len(entities)
    assert "diagnoses" in {entity.label for entity in entities} == {row["label"] for row in rows_of(table)}


def test_a_summary_that_exists_stops_the_command_before_it_predicts(
    model: Path, notes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.csv").write_text("older")
    command = ["predict", str(notes), "--model", str(model), "--summary", str(tmp_path / "a.csv")]
    assert main([*command, "--out", str(tmp_path / "out.jsonl")]) == 1
    assert "a.csv exists" in capsys.readouterr().err
    assert not (tmp_path / "out.jsonl").exists()
    assert main([*command, "--force"]) == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--summary", "x.xlsx"], "Known: .csv, .json, .html"),
        (["--summary", "-", "--to", "jsonl"], "cannot both be standard output"),
        (["--summary", "x.html", "--out", "x.html"], "cannot both be x.html"),
    ],
)
def test_a_wrong_summary_is_one_line_and_exit_code_2(
    options: list[str], message: str, model: Path, notes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["predict", str(notes), "--model", str(model), *options]) == 2
    error = capsys.readouterr().err
    assert message in error and error.count("\n") == 1
