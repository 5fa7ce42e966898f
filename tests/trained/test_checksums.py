"""A model's folder is as it was saved, or it is refused in one line."""

import json
import shutil
from pathlib import Path

import pytest

import bionym
from bionym.errors import BionymError, ModelError
from bionym.models.ensemble import combining
from bionym.trained import checksums, exchange

GOLD = Path(__file__).parents[1] / "gold"
KINDS = ["crf", pytest.param("bilstm_crf", marks=pytest.mark.needs("onnxruntime"))]


@pytest.fixture(params=KINDS)
def model(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    bionym.load(GOLD / "models" / request.param).save(tmp_path / "model")
    return tmp_path / "model"


def covered(model: Path) -> list[str]:
    return sorted(json.loads((model / "checksums.json").read_text(encoding="utf-8"))["files"])


def test_every_file_but_configuration_and_card_has_a_checksum(model: Path) -> None:
    names = {path.relative_to(model).as_posix() for path in model.rglob("*") if path.is_file()}
    assert names - set(covered(model)) == {"checksums.json", "config.toml", "model_card.md"}


def test_an_emptied_or_changed_file_is_named(model: Path) -> None:
    part_of_it = [name for name in covered(model) if name not in ("network.safetensors", "tagger.int8.onnx")]
    assert "resources/terms.txt" in part_of_it
    for name in part_of_it:
        content = (model / name).read_bytes()
        for damaged in (b"", content[: len(content) // 2], content + b"\n"):
            (model / name).write_bytes(damaged)
            with pytest.raises(ModelError, match=rf"{name} is not as it was saved"):
                bionym.load(model)
        (model / name).write_bytes(content)
    bionym.load(model)


def test_a_configuration_that_was_cut_is_refused_and_an_edited_one_is_read(model: Path) -> None:
    config = model / "config.toml"
    whole = config.read_text(encoding="utf-8")
    config.write_text(whole.replace('policy = "longest"', 'policy = "first"'), encoding="utf-8")
    assert bionym.load(model).tagger.config.policy == "first"
    lines = whole.splitlines()
    config.write_text("\n".join(lines[: len(lines) // 2]), encoding="utf-8")
    with pytest.raises(BionymError, match=r"config\.toml has lost \d+ settings, such as .*: it was cut"):
        bionym.load(model)


def test_card_and_further_files_are_the_users_own(model: Path) -> None:
    (model / "model_card.md").write_text("# Ours", encoding="utf-8")
    (model / "notes.txt").write_text("For the ward.", encoding="utf-8")
    bionym.load(model)


@pytest.mark.parametrize("text", ["null", "[]", "{", '{"files": [], "settings": []}', "[" * 50_000])
def test_damaged_checksums_are_refused_in_one_line(text: str, tmp_path: Path) -> None:
    bionym.load(GOLD / "models" / "crf").save(tmp_path / "model")
    (tmp_path / "model" / "checksums.json").write_text(text, encoding="utf-8")
    with pytest.raises(ModelError, match=r"checksums\.json is damaged"):
        bionym.load(tmp_path / "model")


@pytest.mark.needs("onnxruntime")
def test_members_of_an_ensemble_are_checked_by_their_own_checksums(tmp_path: Path) -> None:
    for name in ("crf", "bilstm_crf"):
        bionym.load(GOLD / "models" / name).save(tmp_path / name)
    combining.combine([tmp_path / "crf", tmp_path / "bilstm_crf"], tmp_path / "both")
    assert covered(tmp_path / "both") == ["members/1/checksums.json", "members/2/checksums.json", "run.json"]
    bionym.load(tmp_path / "both")
    (tmp_path / "both" / "members" / "1" / "weights.json").write_bytes(b"")
    with pytest.raises(ModelError, match=r"weights\.json is not as it was saved"):
        bionym.load(tmp_path / "both")


@pytest.mark.needs("onnxruntime")
def test_a_smaller_copy_has_checksums_of_its_own(tmp_path: Path) -> None:
    bionym.load(GOLD / "models" / "bilstm_crf").save(tmp_path / "model")
    exchange.export_model(str(tmp_path / "model"), tmp_path / "small", to="prediction")
    assert "network.safetensors" not in covered(tmp_path / "small")
    bionym.load(tmp_path / "small")


def test_a_model_saved_before_is_read_without_checksums(tmp_path: Path) -> None:
    shutil.copytree(GOLD / "models" / "crf", tmp_path / "model")
    assert not (tmp_path / "model" / checksums.NAME).exists()
    bionym.load(tmp_path / "model")
