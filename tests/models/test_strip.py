"""A model to share holds no word of its training data that is not pretrained, and still finds names."""

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

import bionym
from bionym import vectors
from bionym.apps.cli import main
from bionym.data import Corpus, Document
from bionym.errors import ModelError
from bionym.models.bilstm_crf.words import Lexicon
from bionym.trained import sharing
from tests.models import small

SMALL = [
    *small.SMALL,
    "network.characters.size=18",
    "network.shapes.dim=4",
    "network.words.dropout=0.3",
    "training.epochs=12",
    "training.learning_rate=0.02",
    "held_out=0",
]


@pytest.fixture(scope="module")
def trained(diseases: list[Document], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("trained")
    words = sorted({one.text[start:end].lower() for one in diseases for start, end in one.tokens})
    known = ["unmet", *words[::2]]
    matrix = np.random.default_rng(1).normal(size=(len(known), 12)).astype(np.float32)
    vectors.write(vectors.WordVectors(known, matrix), folder / "zebra-vectors")
    (folder / "terms.txt").write_text("breast cancer\ncolon cancer\n", encoding="utf-8")
    own = [f"network.words.vectors={folder / 'zebra-vectors'}", f"network.lists={{own = '{folder / 'terms.txt'}'}}"]
    made = bionym.train(
        diseases,
        model="bilstm_crf",
        dev=diseases[:2],
        settings=[*SMALL[1:], *own],
        sources=["/zebra/notes.tsv"],
        allow_leaks=True,
    )
    made.save(folder / "model")
    (folder / "model" / "run.jsonl").write_text("{}\n", encoding="utf-8")
    return folder / "model"


@pytest.mark.needs("torch", "onnx")
def test_only_pretrained_words_remain(trained: Path, tmp_path: Path) -> None:
    before = Lexicon.load(trained)
    done = sharing.strip(str(trained), tmp_path / "shared")
    after = Lexicon.load(tmp_path / "shared")
    assert before.new and not after.new and done.removed == len(before.new)
    assert before.pretrained is not None and after.pretrained is not None
    assert after.pretrained.words == before.pretrained.words == done.remaining["pretrained words"]
    assert len(load_file(tmp_path / "shared" / "heads.safetensors")["words"]) == 2
    assert len(load_file(tmp_path / "shared" / "network.safetensors")["words.new.weight"]) == 2


@pytest.mark.needs("torch", "onnx")
def test_no_removed_word_and_no_path_stands_in_any_text_of_the_model(trained: Path, tmp_path: Path) -> None:
    sharing.strip(str(trained), tmp_path / "shared")
    gone = {f'"{word}"' for word in Lexicon.load(trained).new if word.isalpha() and len(word) > 3}
    gone.discard('"other"')  # a key of the scores
    paths = [one for one in (tmp_path / "shared").rglob("*") if one.suffix in (".json", ".toml", ".md")]
    texts = "\n".join(one.read_text(encoding="utf-8") for one in paths)
    assert len(paths) >= 5 and gone
    assert not [word for word in gone if word in texts]
    assert "zebra" not in texts and not (tmp_path / "shared" / "run.jsonl").exists()


@pytest.mark.needs("torch", "onnx")
def test_scores_stay_but_no_hash_of_the_text_that_was_scored(trained: Path, tmp_path: Path) -> None:
    sharing.strip(str(trained), tmp_path / "shared")
    before, after = ((folder / "run.json").read_text(encoding="utf-8") for folder in (trained, tmp_path / "shared"))
    scores = json.loads(before)["development_scores"]
    assert json.loads(after)["development_scores"]["metrics"] == scores["metrics"]
    hashes = [value for value in scores["protocols"]["strict"].values() if isinstance(value, str) and len(value) > 11]
    assert hashes and not [one for one in hashes if one in after]
    assert "metric strict" in (tmp_path / "shared" / "model_card.md").read_text(encoding="utf-8")


@pytest.mark.needs("torch", "onnx")
def test_it_predicts_as_if_the_words_that_went_were_unknown(
    trained: Path, diseases: list[Document], tmp_path: Path
) -> None:
    sharing.strip(str(trained), tmp_path / "shared")
    shared, whole = bionym.load(tmp_path / "shared"), bionym.load(trained)
    kept = Lexicon.load(tmp_path / "shared").pretrained
    assert kept is not None
    plain = [Document("1", " ".join(word for word in kept.words if word.isalpha()))]
    assert [one.entities for one in shared.predict(plain)] == [one.entities for one in whole.predict(plain)]
    assert bionym.evaluate(diseases, shared.predict(diseases)).f1 > 0.3


@pytest.mark.needs("torch", "onnx")
def test_a_stripped_model_is_one_to_go_on_from(trained: Path, diseases: list[Document], tmp_path: Path) -> None:
    sharing.strip(str(trained), tmp_path / "shared")
    settings = [*SMALL, f"init={tmp_path / 'shared'}", "training.epochs=1"]
    made = bionym.train(diseases, model="bilstm_crf", settings=settings)
    assert made.record.labels == ("Disease",)


@pytest.mark.needs("torch", "onnx")
def test_the_command_says_what_went_and_lists_what_stayed(
    trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "strings.json"
    out = ["--out", str(tmp_path / "shared"), "--json", str(report)]
    assert main(["strip", str(trained), *out]) == 0
    said = capsys.readouterr().err
    assert "of the training data removed" in said and "resources/terms.txt, 2 lines" in said
    listed = json.loads(report.read_text(encoding="utf-8"))
    assert "unmet" in listed["remaining"]["pretrained words"]
    assert "B-Disease" in listed["remaining"]["tags"]
    assert "Xx" in listed["remaining"]["groups of words: shape"]


@pytest.mark.needs("torch", "onnx")
def test_what_pretrained_words_tell_of_the_data_is_said(diseases: list[Document], tmp_path: Path) -> None:
    quick = [*SMALL, "training.epochs=1"]
    bionym.train(diseases, model="bilstm_crf", settings=quick).save(tmp_path / "bare")
    (caution,) = sharing.strip(str(tmp_path / "bare"), tmp_path / "shared").cautions
    assert caution.startswith("No word is pretrained")


@pytest.mark.needs("torch", "onnx")
def test_networks_of_single_heads_are_stripped_too(diseases: list[Document], tmp_path: Path) -> None:
    corpora = {name: Corpus({"train": tuple(diseases)}) for name in ("a", "b")}
    bionym.train(model="bilstm_crf", corpora=corpora, settings=[*SMALL, "training.epochs=1"]).save(tmp_path / "m")
    own = tmp_path / "m" / "own" / "0"
    own.mkdir(parents=True)
    for path in (tmp_path / "m").glob("*.*"):
        if path.name not in ("config.toml", "run.json", "model_card.md"):
            (own / path.name).write_bytes(path.read_bytes())
    (tmp_path / "m" / "own.json").write_text('{"a": 0}', encoding="utf-8")
    sharing.strip(str(tmp_path / "m"), tmp_path / "shared")
    assert len(load_file(tmp_path / "shared" / "own" / "0" / "heads.safetensors")["words"]) == 2
    assert not Lexicon.load(tmp_path / "shared" / "own" / "0").new


def test_a_feature_crf_cannot_be_stripped(diseases: list[Document], tmp_path: Path) -> None:
    settings = ["training.max_iterations=2", "features.gazetteer=false", "features.clusters=false"]
    bionym.train(diseases, settings=settings).save(tmp_path / "crf")
    with pytest.raises(ModelError, match="words of its training data for names"):
        sharing.strip(str(tmp_path / "crf"), tmp_path / "shared")
    assert not (tmp_path / "shared").exists()
