"""The record of a training: typed, written and read again, old ones too."""

import json
from pathlib import Path

import pytest

from bionym.errors import ModelError
from bionym.trained import record, store
from bionym.trained.card import card
from bionym.trained.record import Record

MODELS = Path(__file__).parents[1] / "gold" / "models"
KINDS = sorted(path.parent.name for path in MODELS.glob("*/run.json") if path.parent.name != "bilstm_pretrained")


@pytest.mark.parametrize("name", KINDS)
def test_an_older_record_is_read_and_nothing_of_it_is_lost(name: str) -> None:
    before = json.loads((MODELS / name / "run.json").read_text(encoding="utf-8"))
    found = record.read(MODELS / name)
    assert found is not None and found.labels
    after = json.loads(json.dumps(found.as_json()))
    for absent in ("weights", "teacher"):
        if not before.get(absent, True):
            assert after.pop(absent) is None and not before.pop(absent)
    assert after == before


@pytest.mark.parametrize("name", KINDS)
def test_an_older_record_gives_a_card(name: str) -> None:
    found = record.read(MODELS / name)
    assert found is not None
    assert card("name", found).startswith("# name\n")


def test_facts_of_a_later_version_are_kept() -> None:
    later = Record.model_validate({"model": "crf", "labels": ["A"], "invented_later": {"x": 1}})
    assert later.with_facts(seconds=2.0).as_json()["invented_later"] == {"x": 1}


@pytest.mark.parametrize("text", ["{", "[]", "null", '{"model": 5}', "[" * 50_000])
def test_a_damaged_record_is_refused_in_one_line(text: str, tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text(text, encoding="utf-8")
    with pytest.raises(ModelError, match=r"run\.json is damaged \([^)]*\)\. Copy the model again\.$"):
        record.read(tmp_path)


def test_a_model_of_a_newer_format_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('format = 2\nmodel = "crf"\nnew_setting = 1\n', encoding="utf-8")
    with pytest.raises(ModelError, match=r"a model of format 2, and this version of Bionym reads formats up to 1"):
        store.load(tmp_path)
