"""The words of the command line, as scripts rely on them."""

import io
import json
import re
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import bionym
from bionym import plugins
from bionym.apps.cli import main

GOLD = Path(__file__).parents[1] / "gold"
CONLL = GOLD / "conll" / "ncbi.tsv"
QUICK = ["--set", "training.max_iterations=30", "--set", "features.gazetteer=false", "--set", "features.clusters=false"]
VERBS = plugins.names("apps.cli")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "ncbi"
    assert main(["train", str(CONLL), "--format", "conll", "--out", str(folder), *QUICK]) == 0
    return folder


def test_version_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"bionym {bionym.__version__}\n"


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help_with_an_example(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([verb, "--help"]) == 0
    assert f"Example: bionym {verb}" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["tran"], 2, "Did you mean 'train'"),
        (["convert", str(CONLL), "--to", "brot", "--out", "x"], 2, "Did you mean 'brat'"),
        (["convert", "missing.tsv", "--to", "brat", "--out", "x"], 1, "missing.tsv: no such file or folder"),
        (["convert", str(CONLL), "--to", "brat"], 2, "--out"),
        (
            ["convert", str(CONLL), "--from", "conll", "--to", "brat", "--out", "x", "-o", "colour=1"],
            2,
            "no option 'colour'",
        ),
        (["predict", str(CONLL), "--model", "nobody"], 2, "no model named 'nobody'"),
        (["evaluate", str(CONLL), str(CONLL), "--metric", "strickt"], 2, "Did you mean 'strict'"),
        (["train", str(CONLL), "--out", "x", "--set", "training.iterations=1"], 2, "Did you mean 'max_iterations'"),
        (["train", str(CONLL), "--out", "x", "--config", "no.toml"], 2, "no.toml cannot be read"),
    ],
)
def test_a_wrong_command_is_one_line_with_the_way_out(
    arguments: list[str],
    code: int,
    message: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == code
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert not any(tmp_path.iterdir())


def test_json_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    arguments = ["convert", str(CONLL), "--from", "conll", "--to", "jsonl"]
    assert main([*arguments, "--out", str(tmp_path / "out.jsonl"), "--json", str(tmp_path)]) == 1
    assert [path.name for path in tmp_path.parent.iterdir() if path.name.startswith(f".{tmp_path.name}")] == []
    assert main([*arguments, "--out", "-", "--json", "-"]) == 2


def test_a_program_that_is_told_to_end_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*arguments: object, **options: object) -> Iterator[object]:
        signal.raise_signal(signal.SIGTERM)
        yield from ()

    monkeypatch.setattr("bionym.formats.read", interrupted)
    assert main(["convert", str(CONLL), "--to", "jsonl", "--out", str(tmp_path / "out.jsonl")]) == 130
    assert list(tmp_path.iterdir()) == []


def test_what_went_wrong_is_said_under_q_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "wrong.tsv").write_text("fever\tB-Disease\nmild\tsome thing\n")
    assert main(["-q", "inspect", str(tmp_path), "--format", "conll"]) == 1
    assert "wrong.tsv, line 2" in capsys.readouterr().err


def test_debug_shows_where_it_happened() -> None:
    with pytest.raises(bionym.errors.InputError):
        main(["inspect", "missing.tsv", "--debug"])


def test_convert_says_what_was_read_written_and_lost(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        main(["convert", str(CONLL), "--to", "text", "--out", str(tmp_path / "t"), "--json", str(tmp_path / "a.json")])
        == 0
    )
    num_entities = sum(len(document.entities) for document in bionym.read(CONLL))
    assert f"{num_entities} entities read, 0 written, 0 changed, {num_entities} lost" in capsys.readouterr().err
    assert json.loads((tmp_path / "a.json").read_text())["lost"][0]["count"] == num_entities


def test_strict_refuses_to_lose_and_leaves_nothing_behind(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["convert", str(CONLL), "--to", "text", "--out", str(tmp_path / "t"), "--strict"]) == 1
    assert "would be lost: plain text holds no entities" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten_without_force(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out.jsonl"
    out.write_text("mine")
    assert main(["convert", str(CONLL), "--to", "jsonl", "--out", str(out)]) == 1
    assert "--force" in capsys.readouterr().err
    assert out.read_text() == "mine"
    assert main(["convert", str(CONLL), "--to", "jsonl", "--out", str(out), "--force"]) == 0


def test_conll_goes_through_standard_input_and_output_unchanged(
    capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(CONLL.read_bytes())))
    assert main(["convert", "-", "--from", "conll", "--to", "conll", "--out", "-", "-q"]) == 0
    assert capsysbinary.readouterr().out == CONLL.read_bytes()


def test_inspect_counts_and_shows_no_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", str(CONLL), "--json", "-"]) == 0
    report = capsys.readouterr().out
    assert json.loads(report)["documents"] == 3
    assert "breast" not in report


def test_inspect_shows_frequent_mentions_when_asked(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", str(CONLL), "--show-text"]) == 0
    assert "breast cancer" in capsys.readouterr().out


@pytest.fixture
def half_damaged(tmp_path: Path) -> Path:
    folder = tmp_path / "notes"
    folder.mkdir()
    for number in range(8):
        (folder / f"{number}.txt").write_text(f"Serum zinc rose {number}.")
        (folder / f"{number}.ann").write_text("T1\tGene 6 10\tzinc\n" if number else "T1\tGene 0 4\tzinc\n")
    return folder


def test_convert_goes_on_past_a_bad_file_if_asked(
    half_damaged: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, report = tmp_path / "out.jsonl", tmp_path / "audit.json"
    arguments = ["convert", str(half_damaged), "--to", "jsonl", "--out", str(out)]
    assert main(arguments) == 1
    assert not out.exists()
    assert main([*arguments, "--skip-bad", "--json", str(report)]) == 1
    assert len(out.read_text().splitlines()) == 7
    error = capsys.readouterr().err
    assert "1 file could not be read" in error
    assert "0.ann, line 1: T1 [0, 4) differs" in error
    assert len(json.loads(report.read_text())["unreadable"]) == 1


def test_train_goes_on_past_a_bad_file_if_asked(
    half_damaged: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "model"
    arguments = ["train", str(half_damaged), "--out", str(out), *QUICK]
    assert main(arguments) == 1
    assert not out.exists()
    assert main([*arguments, "--skip-bad"]) == 1
    error = capsys.readouterr().err
    assert re.search(r"trained on 7 entities \(\w+\) in 7 documents", error)
    assert "1 file could not be read; the model was trained on all others" in error
    assert "0.ann, line 1" in error
    assert out.exists()


def test_evaluate_tells_of_a_text_without_annotations(half_damaged: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (half_damaged / "0.ann").unlink()
    assert main(["evaluate", str(half_damaged), str(half_damaged)]) == 0
    error = capsys.readouterr().err
    assert "lost: 2 files: a text without annotations" in error
    assert "0.txt" in error


def test_inspect_goes_on_behind_a_damaged_file_and_names_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copy(CONLL, tmp_path / "good.tsv")
    (tmp_path / "wrong.tsv").write_text("fever\tB-Disease\nmild\tsome thing\n")
    assert main(["inspect", str(tmp_path), "--format", "conll"]) == 1
    captured = capsys.readouterr()
    assert "3 documents" in captured.out
    assert "wrong.tsv, line 2: column -1 holds no tag" in captured.err


def test_predict_over_conll_keeps_every_column_and_adds_the_tag(model: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.tsv"
    assert (
        main(["predict", str(CONLL), "--model", str(model), "--format", "conll", "--to", "conll", "--out", str(out)])
        == 0
    )
    before, after = CONLL.read_text().split("\n"), out.read_text().split("\n")
    assert len(before) == len(after)
    for old, new in zip(before, after, strict=True):
        assert new.rpartition("\t")[0] == old if old else not new
    gold, predicted = list(bionym.read(CONLL)), list(bionym.read(out, "conll"))
    assert bionym.evaluate(gold, predicted).f1 > 0.97


def test_predict_writes_raw_text_to_brat_with_scores(model: Path, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("Familial breast cancer.\n")
    out = tmp_path / "brat"
    assert main(["predict", str(tmp_path / "note.txt"), "--model", str(model), "--to", "brat", "--out", str(out)]) == 0
    (document,) = bionym.read(out, "brat")
    assert document.text == "Familial breast cancer.\n"
    assert [entity.label for entity in document.entities] == ["Disease"]
    assert 0 < (document.entities[0].score or 0) <= 1


def test_predict_skips_a_file_it_cannot_read_and_names_it(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    texts, out = tmp_path / "texts", tmp_path / "out.jsonl"
    texts.mkdir()
    (texts / "a.txt").write_text("Breast cancer.")
    (texts / "b.txt").write_bytes(b"Fi\xe8vre.")
    assert main(["predict", str(texts), "--model", str(model), "--out", str(out)]) == 1
    assert "b.txt, line 1: byte 0xe8 is not UTF-8" in capsys.readouterr().err
    assert [document.id for document in bionym.read(out)] == ["a"]


def test_predict_twice_gives_the_same_bytes(model: Path, tmp_path: Path) -> None:
    for name in ("one.jsonl", "two.jsonl"):
        assert main(["predict", str(CONLL), "-f", "conll", "-m", str(model), "--out", str(tmp_path / name)]) == 0
    assert (tmp_path / "one.jsonl").read_bytes() == (tmp_path / "two.jsonl").read_bytes()


def test_no_text_reaches_the_messages(model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "note.txt").write_text("Zebediah Quux has breast cancer.\n")
    assert main(["predict", str(tmp_path / "note.txt"), "-m", str(model), "--out", str(tmp_path / "o.jsonl")]) == 0
    captured = capsys.readouterr()
    assert "Quux" not in captured.out + captured.err
    assert "cancer" not in captured.out + captured.err


def test_evaluate_prints_a_table_and_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = tmp_path / "report.json"
    assert main(["evaluate", str(CONLL), str(CONLL), "--json", str(report)]) == 0
    assert "micro" in capsys.readouterr().out
    micro = json.loads(report.read_text())["metrics"]["strict"]["micro"]
    assert (micro["precision"], micro["recall"], micro["f1"]) == (1, 1, 1)


def test_models_are_listed_and_shown(
    model: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIONYM_MODELS", str(model.parent))
    assert main(["models", "list"]) == 0
    assert main(["models", "show", "ncbi"]) == 0
    out = capsys.readouterr().out
    assert str(model) in out
    assert "# ncbi" in out


def test_config_shows_every_setting_and_reads_it_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "show", "--set", "training.c1=0.3"]) == 0
    shown = capsys.readouterr().out
    (tmp_path / "c.toml").write_text(shown)
    assert main(["config", "show", "--config", str(tmp_path / "c.toml")]) == 0
    assert capsys.readouterr().out == shown
    assert "c1 = 0.3" in shown


def test_cliner_users_find_their_workflow(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["convert", str(CONLL), "--to", "i2b2", "--out", str(tmp_path / "all")]) == 0
    (tmp_path / "con").mkdir()
    for path in (tmp_path / "all").glob("*.con"):
        shutil.move(path, tmp_path / "con" / path.name)
    texts, concepts = str(tmp_path / "all" / "*.txt"), str(tmp_path / "con" / "*.con")
    out = str(tmp_path / "foo")
    assert (
        main(["train", texts, "--annotations", concepts, "--format", "i2b2", "--model", "crf", "--out", out, *QUICK])
        == 0
    )
    predicted = tmp_path / "predicted"
    assert main(["predict", texts, "--format", "i2b2", "--model", out, "--to", "i2b2", "--out", str(predicted)]) == 0
    (predicted / "ncbi-1.con").unlink()
    for path in (tmp_path / "con").glob("*.con"):
        shutil.move(path, tmp_path / "all" / path.name)
    for path in predicted.glob("*.txt"):
        path.unlink()
    capsys.readouterr()
    assert main(["evaluate", str(tmp_path / "all"), str(predicted), "--format", "i2b2", "--json", "-"]) == 0
    captured = capsys.readouterr()
    micro = json.loads(captured.out)["metrics"]["strict"]["micro"]
    assert micro["precision"] > 0.95
    assert micro["recall"] < 0.8
    assert "1 gold document without a prediction" in captured.err
