"""Any folder that classifies subwords as a model: the same probabilities, the same entities, without torch; or a clear no."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers

import bionym
from bionym.apps.cli import main
from bionym.data import Audit
from bionym.data.tags import BIO, find_scheme
from bionym.encoders.networks import open_encoder
from bionym.errors import BionymError, ConfigError, LossError, ModelError
from bionym.heads.head import Head
from bionym.models.transformer import files
from bionym.models.transformer.network import Network
from bionym.models.transformer.settings import NetworkSettings
from bionym.trained import exchange
from tests.encoders import families
from tests.models import huggingface_samples as samples
from tests.models.test_transformer import NOTES, QUICK, long_note, notes

torch.set_num_threads(1)


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return samples.foreign(tmp_path_factory.mktemp("theirs") / "bert", "bert")


@pytest.fixture(scope="module")
def imported(theirs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("imported") / "bert"
    exchange.import_model(str(theirs), out)
    return out


def changed(folder: Path, out: Path, **config: Any) -> Path:
    """A copy with another configuration; a value of None takes a key away."""
    out.mkdir()
    for path in folder.iterdir():
        (out / path.name).write_bytes(path.read_bytes())
    table = json.loads((folder / "config.json").read_text(encoding="utf-8")) | config
    kept = {key: value for key, value in table.items() if value is not None}
    (out / "config.json").write_text(json.dumps(kept), encoding="utf-8")
    return out


@pytest.mark.parametrize("text", [text for text, _ in NOTES])
def test_it_finds_what_a_pipeline_finds(text: str, theirs: Path, imported: Path) -> None:
    expected = samples.theirs(samples.pipeline(theirs, "first"), text)
    assert expected and samples.ours(bionym.load(imported), text) == expected


@pytest.mark.parametrize("family", families.FAMILIES)
def test_every_family_has_the_probabilities_of_its_pipeline(family: str, tmp_path: Path) -> None:
    folder = samples.foreign(tmp_path / "theirs", family)
    exchange.import_model(str(folder), tmp_path / "model", settings=["weights=torch"])
    tagger = bionym.load(tmp_path / "model").tagger
    for text in samples.TEXTS:
        text = f" {text}"  # a byte-level vocabulary that adds no space writes the first word otherwise
        found, own = samples.highest(folder, text), samples.probabilities(tagger, text).max(axis=1)
        assert [found[token.start] for token in samples.whole(text).tokens] == pytest.approx(list(own), abs=1e-4)


@pytest.mark.parametrize("kind", ["DistilBert", "MobileBert", "XLNet"])
def test_kinds_with_odd_configurations_go_both_ways(kind: str, tmp_path: Path) -> None:
    tokenizer = samples.tokenizer_of(families.bert(tmp_path / "encoder"))
    tokenizer.model_input_names = ["input_ids", "attention_mask"]
    tokenizer.save_pretrained(tmp_path / "theirs")
    sizes = {"embedding_size": 16, "intra_bottleneck_size": 16} if kind == "MobileBert" else {}
    sizes |= (
        {"d_inner": 48, "d_head": 16} if kind == "XLNet" else {"max_position_embeddings": 64, "intermediate_size": 48}
    )
    sizes |= {"vocab_size": 200, "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2}
    config = getattr(transformers, f"{kind}Config")(**sizes, id2label=dict(enumerate(samples.NAMES)))
    torch.manual_seed(5)
    getattr(transformers, f"{kind}ForTokenClassification")(config).save_pretrained(tmp_path / "theirs")
    exchange.import_model(str(tmp_path / "theirs"), tmp_path / "model", settings=["weights=torch"])
    exchange.export_model(str(tmp_path / "model"), tmp_path / "out")
    text, tagger = samples.TEXTS[0], bionym.load(tmp_path / "model").tagger
    own = samples.probabilities(tagger, text).max(axis=1)
    for place in ("theirs", "out"):
        found = samples.highest(tmp_path / place, text)
        assert [found[token.start] for token in samples.whole(text).tokens] == pytest.approx(list(own), abs=1e-4)


def test_a_layer_of_the_familys_own_stays_and_predicts_and_learns(tmp_path: Path) -> None:
    folder = samples.foreign(tmp_path / "theirs", "modernbert")
    record = exchange.import_model(str(folder), tmp_path / "model")
    assert record.imported.kind == "ModernBertForTokenClassification"
    tagger = bionym.load(tmp_path / "model").tagger
    assert (tmp_path / "model" / "tagger.onnx").is_file()
    text = f" {samples.TEXTS[0]}"
    found, own = samples.highest(folder, text), samples.probabilities(tagger, text).max(axis=1)
    assert [found[token.start] for token in samples.whole(text).tokens] == pytest.approx(list(own), abs=1e-4)
    settings = [*QUICK, "scheme=BIO", f"init={tmp_path / 'model'}", "weights=torch", "training.epochs=1"]
    bionym.train(notes(1), model="transformer", settings=settings).save(tmp_path / "tuned")
    exchange.export_model(str(tmp_path / "tuned"), tmp_path / "again")
    tuned = samples.probabilities(bionym.load(tmp_path / "tuned").tagger, text).max(axis=1)
    found = samples.highest(tmp_path / "again", text)
    assert [found[token.start] for token in samples.whole(text).tokens] == pytest.approx(list(tuned), abs=1e-4)


@pytest.mark.parametrize(
    "settings",
    [
        ["scheme=BIOES", "weights=float32"],
        ["scheme=BIO", "network.output=crf", "context=document", "window=24", "overlap=8"],
        ["scheme=IOB1", "network.pooling=mean"],
    ],
)
def test_export_and_import_give_the_same_predictions(settings: list[str], tmp_path: Path) -> None:
    folder = samples.model(tmp_path / "model", families.bert(tmp_path / "encoder"), *settings)
    exchange.export_model(str(folder), tmp_path / "out")
    asked = [one for one in settings if one.startswith("weights")] or ["weights=torch"]
    exchange.import_model(str(tmp_path / "out"), tmp_path / "again", settings=asked)
    documents = [*notes(1), long_note(60)]
    before, after = (bionym.load(one).predict(documents) for one in (folder, tmp_path / "again"))
    for one, other in zip(before, after, strict=True):
        assert one.entities == other.entities and one.entities


def test_it_predicts_without_torch_and_transformers(imported: Path) -> None:
    code = (
        "import sys; sys.modules['torch'] = sys.modules['transformers'] = None\n"
        "import bionym; print(len(bionym.load(sys.argv[1]).predict(sys.argv[2]).entities))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(imported), NOTES[0][0]], capture_output=True, text=True, check=False
    )
    assert int(done.stdout) == len(bionym.load(imported).predict(NOTES[0][0]).entities), done.stderr


def test_the_card_says_where_it_comes_from_and_scores_are_those_of_dev(theirs: Path, tmp_path: Path) -> None:
    record = exchange.import_model(str(theirs), tmp_path / "model", dev=notes(1))
    assert record.weights.f1.keys() == {"float32", "int8"} and record.development_scores
    card = (tmp_path / "model" / "model_card.md").read_text(encoding="utf-8")
    assert "Imported from bert, a BertForTokenClassification of transformers" in card and "| all (micro) |" in card
    assert "Scored on 3 development documents, never trained on. An entity" in card


def test_the_old_layout_is_read(tmp_path: Path) -> None:
    folder = samples.foreign(tmp_path / "new", "bert")
    old = changed(folder, tmp_path / "old", model_type=None, architectures=None)
    network = transformers.BertForTokenClassification.from_pretrained(folder)
    torch.save(network.state_dict(), old / "pytorch_model.bin")
    vocabulary = samples.tokenizer_of(tmp_path / "new-encoder").get_vocab()
    (old / "vocab.txt").write_text("\n".join(sorted(vocabulary, key=vocabulary.__getitem__)) + "\n", encoding="utf-8")
    for name in ("model.safetensors", "tokenizer.json", "tokenizer_config.json"):
        (old / name).unlink()
    exchange.import_model(str(old), tmp_path / "model", settings=["weights=torch"])
    expected = samples.theirs(samples.pipeline(folder, "first"), NOTES[1][0])
    assert samples.ours(bionym.load(tmp_path / "model"), NOTES[1][0]) == expected


def test_a_model_goes_on_learning_with_its_head(imported: Path) -> None:
    network = Network(
        NetworkSettings(), open_encoder(imported / "encoder"), [Head("", BIO.tags(["Disease", "Drug"]))], BIO
    )
    assert files.take_over(network, [Head("", BIO.tags(["Disease", "Drug"]))], imported) == 1


def test_labels_without_names_are_named_by_the_user(theirs: Path, tmp_path: Path) -> None:
    folder = changed(theirs, tmp_path / "unnamed", id2label={str(number): f"LABEL_{number}" for number in range(5)})
    with pytest.raises(ModelError, match="no names: LABEL_0 and 4 more"):
        exchange.import_model(str(folder), tmp_path / "model")
    bare = changed(theirs, tmp_path / "bare", id2label=None, label2id=None)
    with pytest.raises(ModelError, match=r"does not name the labels \(id2label\)"):
        exchange.import_model(str(bare), tmp_path / "model")
    gaps = {str(number): name for number, name in zip((0, 1, 2, 3, 7), samples.NAMES, strict=True)}
    with pytest.raises(ModelError, match="have gaps"):
        exchange.import_model(str(changed(theirs, tmp_path / "gaps", id2label=gaps)), tmp_path / "model")
    for place in (folder, bare):
        exchange.import_model(
            str(place), tmp_path / "model", tags=samples.NAMES, settings=["weights=torch"], force=True
        )
        expected = samples.theirs(samples.pipeline(theirs, "first"), NOTES[0][0])
        assert samples.ours(bionym.load(tmp_path / "model"), NOTES[0][0]) == expected


def test_scores_that_no_token_gets_are_counted(tmp_path: Path) -> None:
    folder, audit = samples.foreign(tmp_path / "theirs", "bert", ["[PAD]", "O", "B-x", "I-x"]), Audit()
    exchange.import_model(str(folder), tmp_path / "model", settings=["weights=torch"], audit=audit)
    assert audit.lost["label", "[PAD] is no tag of a token: none gets it"] == 1
    assert bionym.load(tmp_path / "model").tagger.labels == ("x",)
    with pytest.raises(LossError, match="label would be lost"):
        exchange.import_model(str(folder), tmp_path / "strict", audit=Audit(strict=True))


def test_what_is_no_classifier_of_subwords_is_refused(theirs: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"not a network that classifies subwords \(...ForTokenClassification\)"):
        exchange.import_model(str(families.bert(tmp_path / "encoder")), tmp_path / "model")
    bare = changed(
        families.bert(tmp_path / "other"), tmp_path / "bare", architectures=None, id2label={0: "O", 1: "I-x"}
    )
    with pytest.raises(ModelError, match=r"holds an encoder, but no classifier\.\w+"):
        exchange.import_model(str(bare), tmp_path / "model")
    with pytest.raises(ModelError, match="of the kind 'clip', which transformers does not let classify"):
        exchange.import_model(
            str(changed(theirs, tmp_path / "kind", model_type="clip", architectures=None)), tmp_path / "m"
        )
    fewer = changed(theirs, tmp_path / "fewer", id2label={0: "O", 1: "I-x"})
    with pytest.raises(ModelError, match="cannot be read"):
        exchange.import_model(str(fewer), tmp_path / "model")


@pytest.mark.parametrize("missing", ["config.json", "model.safetensors", "tokenizer.json"])
def test_a_folder_with_something_missing_names_it(missing: str, theirs: Path, tmp_path: Path) -> None:
    folder = changed(theirs, tmp_path / "theirs")
    (folder / missing).unlink()
    with pytest.raises(ModelError, match=missing):
        exchange.import_model(str(folder), tmp_path / "model")


def test_a_chain_of_its_own_is_refused(theirs: Path, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    folder = changed(theirs, tmp_path / "theirs")
    tensors = load_file(folder / "model.safetensors") | {"crf.transitions": torch.zeros(5, 5)}
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ModelError, match=r"a chain \(CRF\) of its own, crf.transitions"):
        exchange.import_model(str(folder), tmp_path / "model")


def test_settings_that_do_not_fit_are_refused(theirs: Path, tmp_path: Path) -> None:
    for settings, message in ((["network.output=spans"], "is a softmax"), (["contxt=document"], "no setting 'contxt'")):
        with pytest.raises(ConfigError, match=message):
            exchange.import_model(str(theirs), tmp_path / "model", settings=settings)


def test_tags_that_were_changed_since_the_export_are_refused(tmp_path: Path) -> None:
    folder = samples.model(tmp_path / "model", families.bert(tmp_path / "encoder"))
    exchange.export_model(str(folder), tmp_path / "out")
    changed(tmp_path / "out", tmp_path / "edited", bionym={"tags": ["O", "B-x"]})
    with pytest.raises(BionymError, match="not as many tags under 'bionym'"):
        exchange.import_model(str(tmp_path / "edited"), tmp_path / "again")
    facts = json.loads((tmp_path / "out" / "config.json").read_text(encoding="utf-8"))["bionym"]
    changed(tmp_path / "out", tmp_path / "cut", bionym={**facts, "chain": {"starts": "none", "ends": [[1], 2]}})
    with pytest.raises(BionymError, match="does not hold a whole chain"):
        exchange.import_model(str(tmp_path / "cut"), tmp_path / "again")


def test_the_command_says_what_it_made(theirs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "model"
    assert main(["import", str(theirs), "--out", str(out), "--set", "weights=torch", "--set", "scheme=BIO"]) == 0
    assert "finds Disease, Drug; imported from a BertForTokenClassification, bert, 2 layers" in capsys.readouterr().err
    assert find_scheme("BIO").name in (out / "config.toml").read_text(encoding="utf-8")
    assert main(["import", str(theirs), "--out", str(out)]) == 1
    assert "exists. Choose another name" in capsys.readouterr().err
