"""`bionym pretrain` at the command line."""

from pathlib import Path

import pytest

from bionym.apps.cli import main
from tests.models.pretraining_samples import TINY, real_text

QUICK = [argument for setting in TINY for argument in ("--set", setting)]


@pytest.mark.needs("torch", "transformers")
def test_pretrain_makes_an_encoder_and_says_how_good(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "new" / "encoder"
    text = real_text(tmp_path, 40)
    assert main(["pretrain", str(text), "--out", str(out), *QUICK, "--min-count", "4"]) == 0
    said = capsys.readouterr()
    assert "documents held out" in said.err and "held out, step 11:" in said.err and "subwords/s" in said.err
    assert "perplexity on text held out, before:" in said.err and "perplexity on text held out, after:" in said.err
    assert said.out == "" and "fewer than 4 documents" in (out / "card.md").read_text(encoding="utf-8")
    assert {path.name for path in out.iterdir()} >= {"config.json", "model.safetensors", "tokenizer.json", "run.jsonl"}
    assert [path.name for path in out.parent.iterdir()] == ["encoder"]
    assert main(["pretrain", str(text), "--out", str(out), *QUICK]) == 1
    assert "--force" in capsys.readouterr().err


def test_its_settings_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "show", "--for", "pretrain", "--model", "transformer", "--set", "masked=0.2"]) == 0
    shown = capsys.readouterr().out
    assert "masked = 0.2" in shown and "[vocabulary]" in shown and "min_count = 20" in shown
    assert main(["config", "show", "--for", "predict"]) == 2
    assert "--for 'predict': expected train or pretrain" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        pytest.param(
            ["missing.txt"],
            1,
            "missing.txt: no such file or folder",
            marks=pytest.mark.needs("torch", "tokenizers", "transformers"),
        ),
        (["text.txt", "--model", "crf"], 2, "A model of the kind 'crf' is not pretrained"),
        (["text.txt", "--model", "transfomer"], 2, "Did you mean 'transformer'?"),
        (["text.txt", "--min-count", "0"], 2, "The setting 'vocabulary.min_count' is 0"),
    ],
)
def test_a_wrong_command_is_one_line(
    arguments: list[str],
    code: int,
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    real_text(tmp_path, 2)
    monkeypatch.chdir(tmp_path)
    assert main(["pretrain", *arguments, "--out", "x"]) == code
    error = capsys.readouterr().err.strip()
    assert message in error.splitlines()[-1] and not (tmp_path / "x").exists()
