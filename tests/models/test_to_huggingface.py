"""A transformer as a Hugging Face folder: pipelines read it, with the same scores; what it cannot hold is said."""

import json
from pathlib import Path

import pytest
import torch

import bionym
from bionym.apps.cli import main
from bionym.data import Audit
from bionym.data.tags import BIO, BIOES
from bionym.errors import LossError, ModelError, OutputError, UnknownNameError, UsageError
from bionym.heads.head import Head
from bionym.trained import exchange
from tests.encoders import families
from tests.models import huggingface_samples as samples
from tests.models.test_transformer import NOTES, QUICK, notes

torch.set_num_threads(1)


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return families.bert(tmp_path_factory.mktemp("encoder"))


@pytest.fixture(scope="module")
def trained(encoder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    settings = [f"encoder={encoder}", *QUICK, "weights=torch", "context=sentence", "training.epochs=20"]
    out = tmp_path_factory.mktemp("models") / "small"
    bionym.train(
        notes(2), dev=notes(1), model="transformer", settings=settings, sources=["/secret/notes.tsv"], allow_leaks=True
    ).save(out)
    return out


@pytest.fixture(scope="module")
def exported(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("exported") / "small"
    assert exchange.export_model(str(trained), out) == ("Disease", "Drug")
    return out


@pytest.mark.parametrize("text", [text for text, _ in NOTES])
def test_a_pipeline_finds_what_bionym_finds(text: str, trained: Path, exported: Path) -> None:
    expected = samples.ours(bionym.load(trained), text)
    assert expected and samples.theirs(samples.pipeline(exported, "first"), text) == expected


def test_a_pipeline_given_our_tokens_finds_the_same(trained: Path, exported: Path) -> None:
    document = samples.predicted(bionym.load(trained), NOTES[0][0])
    words = [token.of(document.text) for token in document.tokens]
    (found,) = samples.pipeline(exported, "first")(words, is_split_into_words=True)
    spaced = " ".join(words)
    mentions = [document.mention(entity) for entity in document.entities]
    assert [spaced[one["start"] : one["end"]] for one in found] == mentions


@pytest.mark.parametrize("family", families.FAMILIES)
def test_every_family_gives_each_subword_the_same_probability(family: str, tmp_path: Path) -> None:
    folder = samples.model(tmp_path / "model", families.FAMILIES[family](tmp_path / "encoder"))
    exchange.export_model(str(folder), tmp_path / "out")
    tagger = bionym.load(folder).tagger
    for text in samples.TEXTS:
        found = samples.highest(tmp_path / "out", text)
        expected = samples.probabilities(tagger, text).max(axis=1)
        tokens = samples.whole(text).tokens
        assert [found[token.start] for token in tokens] == pytest.approx(list(expected), abs=1e-4)


def test_low_rank_changes_are_merged(encoder: Path, tmp_path: Path) -> None:
    settings = [f"encoder={encoder}", *QUICK, "weights=torch", "context=sentence", "network.lora.rank=4"]
    made = bionym.train(notes(1), model="transformer", settings=[*settings, "training.epochs=3"])
    made.save(tmp_path / "model")
    exchange.export_model(str(tmp_path / "model"), tmp_path / "out")
    text = NOTES[2][0]
    expected, found = samples.probabilities(made.tagger, text).max(axis=1), samples.highest(tmp_path / "out", text)
    assert [found[token.start] for token in samples.whole(text).tokens] == pytest.approx(list(expected), abs=1e-4)


def test_tags_are_named_as_pipelines_group_them_and_kept_as_they_were(exported: Path) -> None:
    config = json.loads((exported / "config.json").read_text(encoding="utf-8"))
    assert config["architectures"] == ["BertForTokenClassification"]
    assert list(config["id2label"].values())[:5] == ["O", "B-Disease", "I-Disease", "I-Disease", "B-Disease"]
    assert config["label2id"] == {"O": 0, "B-Disease": 1, "I-Disease": 2, "B-Drug": 5, "I-Drug": 6}
    assert config["bionym"]["tags"] == list(BIOES.tags(["Disease", "Drug"]))


def test_the_card_says_how_to_use_it_and_what_is_different_without_sources(exported: Path) -> None:
    card = (exported / "README.md").read_text(encoding="utf-8")
    assert card.startswith("---\nlibrary_name: transformers\n")
    assert 'aggregation_strategy="first"' in card and "everything after 64 subwords is dropped" in card
    assert "| all (micro) |" in card and "secret" not in card


def test_of_several_heads_one_is_chosen(encoder: Path, tmp_path: Path) -> None:
    heads = [Head("diseases", BIO.tags(["Disease"])), Head("drugs", BIO.tags(["Drug"]))]
    folder = samples.model(tmp_path / "model", encoder, "scheme=BIO", heads=heads)
    with pytest.raises(UsageError, match="--head NAME, of diseases, drugs"):
        exchange.export_model(str(folder), tmp_path / "out")
    with pytest.raises(UnknownNameError, match="Did you mean 'drugs'"):
        exchange.export_model(str(folder), tmp_path / "out", head="drug")
    audit = Audit()
    assert exchange.export_model(str(folder), tmp_path / "out", head="drugs", audit=audit) == ("Drug",)
    assert audit.lost["head", "not chosen: a Hugging Face folder holds one"] == 1
    text = samples.TEXTS[0]
    own = samples.probabilities(bionym.load(folder).tagger.of_source("drugs"), text).max(axis=1)
    found = samples.highest(tmp_path / "out", text)
    assert [found[token.start] for token in samples.whole(text).tokens] == pytest.approx(list(own), abs=1e-4)


def test_heads_of_one_corpus_are_named_by_their_labels(encoder: Path, tmp_path: Path) -> None:
    heads = [Head("", BIO.tags(["Disease"])), Head("", BIO.tags(["Drug"]))]
    folder = samples.model(tmp_path / "model", encoder, "scheme=BIO", "heads=label", heads=heads)
    with pytest.raises(UsageError, match="of Disease, Drug"):
        exchange.export_model(str(folder), tmp_path / "out")
    assert exchange.export_model(str(folder), tmp_path / "out", head="Drug") == ("Drug",)


def test_a_span_head_is_refused(encoder: Path, tmp_path: Path) -> None:
    settings = ["network.output=spans", "network.span_tokens=3", "network.span_size=4"]
    folder = samples.model(tmp_path / "model", encoder, *settings)
    with pytest.raises(ModelError, match="network.output=softmax"):
        exchange.export_model(str(folder), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_what_a_folder_cannot_hold_is_counted_or_refused(encoder: Path, tmp_path: Path) -> None:
    settings = ["network.output=crf", "network.pooling=mean", "context=document", "scheme=BIO"]
    folder, audit = samples.model(tmp_path / "model", encoder, *settings), Audit()
    exchange.export_model(str(folder), tmp_path / "out", audit=audit)
    assert audit.lost["score of the chain", "a pipeline decides each subword by itself (network.output=crf)"] == 25 + 10
    assert {what for what, _ in audit.changed} == {"head", "context"}
    card = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    assert "- 35 x score of the chain: a pipeline decides" in card and 'aggregation_strategy="average"' in card
    with pytest.raises(LossError, match="score of the chain would be lost"):
        exchange.export_model(str(folder), tmp_path / "strict", audit=Audit(strict=True))
    assert not (tmp_path / "strict").exists()


def test_a_feature_crf_has_no_network(tmp_path: Path) -> None:
    settings = ["training.max_iterations=2", "features.gazetteer=false", "features.clusters=false"]
    bionym.train(notes(), settings=settings).save(tmp_path / "crf")
    with pytest.raises(ModelError, match="is a crf, which transformers cannot hold"):
        exchange.export_model(str(tmp_path / "crf"), tmp_path / "out")


def test_the_command_says_where_it_is_and_does_not_replace(
    trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main(["export", str(trained), "--out", str(out)]) == 0
    assert f"{out}: gives Disease, Drug" in capsys.readouterr().err
    assert main(["export", str(trained), "--out", str(out)]) == 1
    assert main(["export", str(trained), "--out", str(out), "--force", "--to", "huggingfase"]) == 2
    assert "Did you mean 'huggingface'?" in capsys.readouterr().err
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.txt").write_text("mine")
    with pytest.raises(OutputError, match="no Hugging Face folder"):
        exchange.export_model(str(trained), tmp_path / "other", force=True)
