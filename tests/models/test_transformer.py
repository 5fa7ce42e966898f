"""The transformer on short notes: it learns, is saved, predicts without torch, and the same whatever stands beside."""

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch

import bionym
from bionym import config as configuration
from bionym.data import Audit, Corpus, Document, Entity, Span
from bionym.data.tags import BIOES, TokenSpan
from bionym.encoders.networks import open_encoder
from bionym.errors import ConfigError, ModelError, UnknownNameError
from bionym.heads.head import Head
from bionym.heads.teacher import SoftLabels
from bionym.layers.span_scores import SpanScores
from bionym.models import transformer
from bionym.models.transformer import targets
from bionym.models.transformer.encoding import batch_of
from bionym.models.transformer.export import export
from bionym.models.transformer.heads import SpanFinder, _without_crossing
from bionym.models.transformer.network import Network, layers_of, pool_subwords, rates
from bionym.models.transformer.reading import Piece, Reader, pieces_of
from bionym.models.transformer.runtime import FLOAT32, INT8, onnx_reader
from bionym.models.transformer.settings import Config, NetworkSettings
from bionym.onnx import int8
from bionym.text.prepare import tokenized
from bionym.trained import exchange
from tests.encoders import families
from tests.models.processors import needs_int8

torch.set_num_threads(1)

NOTES = (
    (
        "Mild ataxia and fever after 10 mg of Aspirin.",
        (("ataxia", "Disease"), ("fever", "Disease"), ("Aspirin", "Drug")),
    ),
    ("The patient has no diabetes mellitus (type 2).", (("diabetes mellitus", "Disease"),)),
    ("Tamoxifen was given for breast cancer.", (("Tamoxifen", "Drug"), ("breast cancer", "Disease"))),
)
QUICK = (
    "training.epochs=30",
    "training.learning_rate=0.01",
    "training.layer_decay=1.0",
    "training.batch_tokens=128",
    "training.precision=float32",
    "network.dropout=0.0",
    "window=24",
    "overlap=8",
    "held_out=0",
)


def note(number: int, text: str, mentions: Sequence[tuple[str, str]]) -> Document:
    found = [(text.index(mention), mention, label) for mention, label in mentions]
    return Document(
        f"note {number}",
        text,
        entities=tuple(Entity((Span(start, start + len(mention)),), label) for start, mention, label in found),
    )


def notes(times: int = 4) -> list[Document]:
    return [note(number, *one) for number, one in enumerate(NOTES * times)]


def long_note(num_words: int = 300) -> Document:
    sentences = [text for text, _ in NOTES] * (num_words // 7)
    return Document("long", " ".join(sentences))


def entities_of(documents: Sequence[Document]) -> list[list[tuple[object, ...]]]:
    return [[(*entity.spans, entity.label, entity.score) for entity in one.entities] for one in documents]


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return families.bert(tmp_path_factory.mktemp("encoder"))


@pytest.fixture(scope="module")
def trained(encoder: Path) -> bionym.Pipeline:
    return bionym.train(
        notes(),
        dev=notes(1),
        model="transformer",
        settings=[f"encoder={encoder}", *QUICK, "weights=float32"],
        allow_leaks=True,
    )


@pytest.fixture(scope="module")
def folder(trained: bionym.Pipeline, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("model") / "small"
    trained.save(place)
    return place


def test_it_learns_the_entities_of_its_notes(trained: bionym.Pipeline) -> None:
    assert bionym.evaluate(notes(1), trained.predict(notes(1))).f1 == 1
    assert all(0 < entity.score <= 1 for one in trained.predict(notes(1)) for entity in one.entities if entity.score)


def test_a_saved_model_is_whole_and_finds_the_same(trained: bionym.Pipeline, folder: Path) -> None:
    names = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert {"config.toml", "heads.safetensors", "tagger.onnx", "tagger.int8.onnx", "encoder/tokenizer.json"} <= names
    assert {"encoder/model.safetensors", "encoder/config.json"} <= names
    again = list(bionym.load(folder).predict(notes(1)))
    assert entities_of(again) == entities_of(list(trained.predict(notes(1))))


@pytest.mark.parametrize("weights", ["float32", pytest.param("int8", marks=needs_int8)])
def test_in_less_room_it_predicts_the_same(folder: Path, tmp_path: Path, weights: str) -> None:
    whole = tmp_path / "whole"
    shutil.copytree(folder, whole)
    config = (
        (whole / "config.toml").read_text(encoding="utf-8").replace('weights = "float32"', f'weights = "{weights}"')
    )
    (whole / "config.toml").write_text(config, encoding="utf-8")
    exchange.export_model(str(whole), tmp_path / "out", to="prediction")
    gone = {path.relative_to(whole) for path in whole.rglob("*")} - {
        path.relative_to(tmp_path / "out") for path in (tmp_path / "out").rglob("*")
    }
    spare = "tagger.int8.onnx" if weights == "float32" else "tagger.onnx"
    assert {path.as_posix() for path in gone} == {"encoder/model.safetensors", spare}
    found = [entities_of(list(bionym.load(one).predict(notes(1)))) for one in (whole, tmp_path / "out")]
    assert found[0] == found[1] and any(found[0])
    with pytest.raises(ModelError):
        exchange.export_model(str(tmp_path / "out"), tmp_path / "theirs")


def test_case_and_edges_of_its_encoder_are_said(trained: bionym.Pipeline, folder: Path) -> None:
    said = str(trained.record.encoder)
    assert "uncased" in said and "text between [CLS] and [SEP], at most 64 at once" in said
    assert said in (folder / "model_card.md").read_text(encoding="utf-8")


def test_f1_of_each_kind_of_weights_is_kept(folder: Path) -> None:
    measured = json.loads((folder / "weights.json").read_text(encoding="utf-8"))
    assert measured.keys() == {"float32", "int8"} and measured["float32"] == 1


@pytest.mark.parametrize("weights", ["float32", "int8", "torch"])
def test_a_prediction_does_not_depend_on_the_batch(weights: str, folder: Path) -> None:
    config = configuration.of_model(Config, folder / "config.toml").model_copy(update={"weights": weights})
    tagger = transformer.load(folder, config)
    documents = [*notes(1), long_note()]
    together = entities_of(list(tagger.predict(documents)))
    alone = [entities_of(list(tagger.predict([one])))[0] for one in reversed(documents)]
    assert together == alone[::-1] and len(together[-1]) > 20


def test_torch_and_onnxruntime_score_alike(folder: Path) -> None:
    config = configuration.of_model(Config, folder / "config.toml")
    document = tokenized(long_note(60))
    found = []
    for weights in ("float32", "torch"):
        tagger = transformer.load(folder, config.model_copy(update={"weights": weights}))
        texts = tagger._reader.texts(tagger._reader.prepared(document))
        found.append(tagger._runtime.scores(pieces_of(texts)))
    assert found[0].shape[0] == len(document.tokens)
    assert np.allclose(*found, atol=1e-4)


def test_batches_of_many_windows_score_as_each_by_itself(encoder: Path) -> None:
    opened = open_encoder(encoder)
    network = Network(NetworkSettings(), opened, [Head("", BIOES.tags(["Disease"]))], BIOES).eval()
    reader = Reader(opened.subwords, "sentence", window=64, overlap=8)
    pieces = pieces_of(reader.texts(reader.prepared(long_note(60))))
    with torch.no_grad():
        together = network.scores_of(batch_of(pieces, 0), [0])
        for row, piece in enumerate(pieces):
            alone = network.scores_of(batch_of([piece], 0), [0])
            assert torch.allclose(alone[0], together[row, : len(piece.firsts_N)], atol=1e-4)


def test_a_document_longer_than_the_encoder_loses_no_token(folder: Path) -> None:
    tagger, document = bionym.load(folder).tagger, tokenized(long_note())
    assert len(document.tokens) > 4 * tagger.config.window
    ranges, (head,) = tagger.potentials([document])
    read = [place for inside in ranges for start, end in inside for place in range(start, end)]
    assert read == list(range(len(document.tokens))) and len(head.scores_NS) == len(read)
    assert len(np.unique(head.scores_NS[-40:], axis=0)) > 1  # the last tokens are read, not filled up
    found = next(iter(tagger.predict([document])))
    assert found.entities[-1].end > len(found.text) - 60
    assert found.sentences == document.sentences


def test_it_predicts_without_torch_and_transformers(folder: Path) -> None:
    code = (
        "import sys; sys.modules['torch'] = sys.modules['transformers'] = None\n"
        "import bionym; print([entity.label for entity in bionym.load(sys.argv[1]).predict(sys.argv[2]).entities])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder), NOTES[0][0]], capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "['Disease', 'Disease', 'Drug']", done.stderr


@pytest.mark.parametrize("text", ["", " \n", "\x00\x01 \u200b", "a" * 4000, "\ud800 fever"])
def test_odd_texts_are_read(text: str, folder: Path) -> None:
    assert bionym.load(folder).predict(text).text == text


@pytest.mark.parametrize("missing", ["heads.safetensors", "tagger.onnx", "encoder/tokenizer.json"])
def test_a_model_that_is_not_whole_is_refused(missing: str, folder: Path, tmp_path: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file() and str(path.relative_to(folder)) != missing:
            (tmp_path / path.relative_to(folder)).parent.mkdir(exist_ok=True)
            (tmp_path / path.relative_to(folder)).write_bytes(path.read_bytes())
    with pytest.raises(ModelError, match=Path(missing).name):
        bionym.load(tmp_path)


def test_an_encoder_must_be_named() -> None:
    with pytest.raises(ConfigError, match="--set encoder=FOLDER"):
        bionym.train(notes(1), model="transformer")


def test_entities_of_one_label_nest_under_a_span_head(encoder: Path) -> None:
    text, _ = NOTES[2]
    nested = [note(number, text, (("breast cancer", "Disease"), ("breast", "Disease"))) for number in range(6)]
    settings = [f"encoder={encoder}", *QUICK, "network.output=spans", "weights=torch", "training.epochs=30"]
    trained = bionym.train(nested, model="transformer", settings=settings)
    found = trained.predict(text)
    assert [found.mention(entity) for entity in found.entities] == ["breast cancer", "breast"]
    assert "may nest" in trained.record.overlaps


def test_labels_overlap_under_a_head_each_with_low_rank_changes_of_another_family(tmp_path: Path) -> None:
    text = NOTES[2][0]
    documents = [note(number, text, (("breast cancer", "Disease"), ("breast", "Organ"))) for number in range(6)]
    settings = [f"encoder={families.roberta(tmp_path)}", *QUICK, "heads=label", "weights=torch", "context=sentence"]
    settings += ["network.lora.rank=4", "network.pooling=mean", "training.epochs=40"]
    trained = bionym.train(documents, model="transformer", settings=settings)
    found = trained.predict(text)
    assert [(found.mention(one), one.label) for one in found.entities] == [
        ("breast cancer", "Disease"),
        ("breast", "Organ"),
    ]
    assert trained.record.overlaps == "entities of one label do not overlap."
    saved = open_encoder(trained.tagger.folder / "encoder")
    assert not any("lora" in name for name, _ in saved.network.named_parameters())


def test_corpora_have_heads_of_their_own_and_a_model_begins_with_another(folder: Path) -> None:
    diseases = Corpus({"train": [only(one, "Disease") for one in notes()]}, allow_leaks=True)
    drugs = Corpus({"train": [only(one, "Drug") for one in notes()]}, allow_leaks=True)
    settings = [*QUICK, f"init={folder}", "network.output=crf", "weights=torch", "training.epochs=10"]
    made = bionym.train(corpora={"diseases": diseases, "drugs": drugs}, model="transformer", settings=settings)
    tagger = made.tagger
    assert isinstance(tagger, transformer.Transformer)
    assert tagger.sources == ("diseases", "drugs") and tagger.labels == ("Disease", "Drug")
    found = next(tagger.of_source("drugs").predict(notes(1)))
    assert {entity.label for entity in found.entities} == {"Drug"}
    assert {one.attributes["source"] for one in next(tagger.predict(notes(1))).entities} == {"diseases", "drugs"}
    with pytest.raises(UnknownNameError):
        tagger.of_source("genes")


def only(document: Document, label: str) -> Document:
    return document.with_entities(entity for entity in document.entities if entity.label == label)


def windows_of(
    encoder: Path, documents: dict[str, list[Document]], *settings: str
) -> tuple[targets.TrainingWindows, Audit]:
    config = configuration.load(Config, None, [f"encoder={encoder}", *QUICK, *settings])
    reader = Reader(open_encoder(encoder).subwords, config.context, window=config.window, overlap=config.overlap)
    audit = Audit()
    corpora = {name: Corpus({"train": inside}, allow_leaks=True) for name, inside in documents.items()}
    return targets.training_windows(corpora, reader, config, audit), audit


def test_a_shared_head_leaves_open_what_a_corpus_does_not_annotate(encoder: Path) -> None:
    documents = {"a": [only(one, "Disease") for one in notes(1)], "b": [only(one, "Drug") for one in notes(1)]}
    annotated, _ = windows_of(encoder, documents, "heads=shared")
    possible_NL = annotated.items["a"][0].known(1)[0].possible_NL
    assert possible_NL is not None
    opened = {annotated.heads[0].tags[place] for place in np.flatnonzero(possible_NL[0])}
    assert opened == {"O", "B-Drug", "I-Drug", "E-Drug", "S-Drug"}


@pytest.mark.parametrize("output", ["softmax", "spans"])
def test_a_teacher_teaches_windows_of_raw_text(output: str, encoder: Path, tmp_path: Path) -> None:
    learned = [*notes(1), *notes(2)]
    bionym.train(learned, model="crf", settings=["training.max_iterations=30"]).save(tmp_path / "teacher")
    (tmp_path / "text.txt").write_text("".join(one.text.replace("\n", " ") + "\n" for one in learned), encoding="utf-8")
    annotated = [f"teacher.model={tmp_path / 'teacher'}", f"teacher.text={tmp_path / 'text.txt'}", "teacher.plain=1"]
    plain = [
        f"encoder={encoder}",
        *QUICK,
        f"network.output={output}",
        "weights=torch",
        "held_out=0",
        "training.epochs=2",
    ]
    with_teacher = bionym.train(learned, model="transformer", settings=[*plain, *annotated])
    alone = bionym.train(learned, model="transformer", settings=plain)
    assert with_teacher.record.teacher.sentences > 0
    assert with_teacher.record.training.steps > alone.record.training.steps
    with_teacher.save(tmp_path / "student")
    assert "Distillation: also trained on" in (tmp_path / "student" / "model_card.md").read_text(encoding="utf-8")


def test_what_a_teacher_labels_is_learned_as_gold_is(encoder: Path) -> None:
    documents = {"a": notes(1), "b": [only(one, "Drug") for one in notes(1)]}
    annotated, _ = windows_of(encoder, documents, "heads=label", "context=document")
    config = configuration.load(Config, None, [f"encoder={encoder}", *QUICK, "heads=label", "context=document"])
    reader = Reader(open_encoder(encoder).subwords, config.context, window=config.window, overlap=config.overlap)
    read = [tuple((tokenized(own[number]),) for own in documents.values()) for number in range(len(notes(1)))]
    items = list(targets.distillation_windows([SoftLabels(one) for one in read], annotated.heads, reader, config))
    assert len(items) == len(annotated.items["a"])
    for item, first, second in zip(items, annotated.items["a"], annotated.items["b"], strict=True):
        assert np.array_equal(item.piece.ids_T, first.piece.ids_T)
        for found, gold in zip(item.known(1), (*first.known(1), *second.known(1)), strict=True):
            assert np.array_equal(found.tags_N, gold.tags_N)  # type: ignore[arg-type]


def test_every_token_of_a_long_document_is_learned_once(encoder: Path) -> None:
    text = " ".join(text for text, _ in NOTES * 20)
    document = note(1, text, (("ataxia", "Disease"),))
    annotated, _ = windows_of(encoder, {"": [document]})
    learned = sum(len(item.piece.firsts_N) for item in annotated.items[""])
    assert learned == len(tokenized(document).tokens) and len(annotated.items[""]) > 10


def test_what_windows_cannot_hold_is_counted(encoder: Path) -> None:
    long = "breast " * 30 + "cancer"
    _, audit = windows_of(encoder, {"": [note(1, f"{long} and fever", ((long, "Disease"), ("fever", "Disease")))]})
    assert audit.changed["entity", "longer than a window of the encoder: never seen whole"] == 1
    _, audit = windows_of(encoder, {"": [note(1, f"{'x' * 90} fever", (("fever", "Disease"),))]})
    assert audit.changed["token", "longer than a window: cut in its subwords"] == 1


def test_spans_that_a_span_head_cannot_hold_are_counted(encoder: Path) -> None:
    document = note(1, NOTES[0][0], (("ataxia and fever", "Disease"), ("fever", "Disease")))
    _, audit = windows_of(encoder, {"": [document]}, "network.output=spans", "network.span_tokens=2", "window=64")
    assert audit.lost["entity", "longer than 2 tokens (network.span_tokens)"] == 1


def test_spans_that_cross_give_way_to_the_surer() -> None:
    kept = _without_crossing([(TokenSpan(0, 3, "A"), 0.6), (TokenSpan(2, 5, "A"), 0.9), (TokenSpan(2, 3, "A"), 0.7)])
    assert [one for one, _ in kept] == [TokenSpan(2, 5, "A"), TokenSpan(2, 3, "A")]


def test_span_scores_with_numpy_are_those_of_torch() -> None:
    torch.manual_seed(2)
    layer = SpanScores(2, 3, 4)
    scores_NS = torch.randn(6, layer.num_scores) * 3
    odds_NWL = layer.odds(scores_NS[None])[0].detach()
    expected = {
        (start, start + more + 1, "AB"[label])
        for start, more, label in (odds_NWL > 0).nonzero().tolist()
        if start + more < 6
    }
    finder = SpanFinder("", ("A", "B"), layer.lengths_WL.detach().double().numpy(), 4)
    found = {tuple(span) for span, _ in finder.find(scores_NS.double().numpy(), [(0, 6)])[0]}
    assert found <= expected and len(found) > 0
    assert {one for one in expected if one[1] - one[0] == 1} <= found  # those cross nothing


def test_the_mean_of_subwords_is_their_mean() -> None:
    values_BTH = torch.arange(12.0).reshape(1, 6, 2)
    found = pool_subwords(values_BTH, torch.tensor([[1, 4]]), torch.tensor([[3, 1]]), "mean")
    assert found.tolist() == [[[4.0, 5.0], [8.0, 9.0]]]


def test_layers_below_learn_more_slowly_and_frozen_ones_not_at_all(encoder: Path) -> None:
    network = Network(NetworkSettings(frozen_layers=1), open_encoder(encoder), [Head("", ("O", "S-A"))], BIOES)
    learning = {name for name, weight in network.named_parameters() if weight.requires_grad}
    assert not any(".layer.0." in name or "embeddings" in name or "pooler" in name for name in learning)
    whole = Network(NetworkSettings(), open_encoder(encoder), [Head("", ("O", "S-A"))], BIOES)
    found = rates(whole, 1.0, 0.5)
    assert found == {"encoder.encoder.layer.0.": 0.5, "encoder.encoder.layer.1.": 1.0, "encoder.": 0.25}


@pytest.mark.parametrize("name", families.FAMILIES)
def test_every_family_is_prepared_and_exported(name: str, tmp_path: Path) -> None:
    opened = open_encoder(families.FAMILIES[name](tmp_path))
    assert len(layers_of(opened.network)) == 2
    network = Network(NetworkSettings(), opened, [Head("", BIOES.tags(["Disease"]))], BIOES)
    shares = [getattr(part, "dropout", None) for part in network.encoder.modules() if hasattr(part, "query_proj")]
    shares += [getattr(part, "dropout", None) for part in network.encoder.modules() if hasattr(part, "query")]
    assert all(share.p == 0 for share in shares if isinstance(share, torch.nn.Dropout))
    assert export(network, opened.network, tmp_path) and (tmp_path / "tagger.int8.onnx").is_file()


@needs_int8
@pytest.mark.parametrize("name", families.FAMILIES)
def test_eight_bits_come_near_in_every_family(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(int8, "LEAST_COLUMNS", 8)
    monkeypatch.setattr(int8, "LEAST_ROWS", 20)
    opened = open_encoder(families.FAMILIES[name](tmp_path))
    network = Network(NetworkSettings(), opened, [Head("", BIOES.tags(["Disease"]))], BIOES)
    reader = Reader(opened.subwords, "sentence", window=64, overlap=8)
    pieces = pieces_of(text for one in notes(1) for text in reader.texts(reader.prepared(one)))
    assert export(network, opened.network, tmp_path, pieces)
    plain, whole = (onnx_reader(tmp_path / kind) for kind in (FLOAT32, INT8))
    for piece in pieces:
        expected, found = plain(piece.ids_T[None]), whole(piece.ids_T[None])
        assert 0 < np.abs(found - expected).max() < 0.05 * np.abs(expected).max()


def test_too_many_frozen_layers_are_refused(encoder: Path) -> None:
    with pytest.raises(ConfigError, match="there are 2 layers"):
        Network(NetworkSettings(frozen_layers=3), open_encoder(encoder), [Head("", ("O", "S-A"))], BIOES)


def test_hidden_subwords_spare_what_stands_around_a_text(encoder: Path) -> None:
    opened = open_encoder(encoder)
    network = Network(NetworkSettings(subword_dropout=0.99), opened, [Head("", ("O", "S-A"))], BIOES).train()
    specials = opened.subwords.specials
    ids = torch.tensor([[*specials.start, *[9] * 30, *specials.end, specials.padding]])
    hidden = network._with_hidden(ids, torch.tensor([32]))
    assert (hidden[0, 1:31] == specials.mask).sum() > 20
    assert hidden[0, [0, 31, 32]].tolist() == [*specials.start, *specials.end, specials.padding]
    assert network.eval()._with_hidden(ids, torch.tensor([32])).equal(ids)


def test_a_heavier_label_costs_more(encoder: Path) -> None:
    losses = []
    for weight in (1.0, 3.0):
        torch.manual_seed(1)
        settings = NetworkSettings(class_weights={"A": weight})
        network = Network(settings, open_encoder(encoder), [Head("", ("O", "S-A"))], BIOES).eval()
        piece = Piece(np.array([2, 9, 3]), np.array([1]), np.array([1]))
        known = (targets.Known(tags_N=np.array([1])),)
        losses.append(network.loss(batch_of([piece], 0, places=(0,), known=[known])).item())
    assert losses[1] == pytest.approx(3 * losses[0], rel=1e-4)


def test_class_weights_are_not_for_a_chain() -> None:
    with pytest.raises(ConfigError, match="class_weights are for"):
        configuration.load(Config, None, ["network.output=crf", "network.class_weights.A=2.0"])


def test_checkpointing_changes_no_gradient(encoder: Path) -> None:
    found = []
    for checkpointing in (False, True):
        torch.manual_seed(1)
        settings = NetworkSettings(checkpointing=checkpointing, dropout=0.0)
        network = Network(settings, open_encoder(encoder), [Head("", ("O", "S-A"))], BIOES).train()
        for part in network.modules():
            if isinstance(part, torch.nn.Dropout):
                part.p = 0.0
        piece = Piece(np.array([2, 9, 10, 3]), np.array([1, 2]), np.array([1, 1]))
        known = (targets.Known(tags_N=np.array([1, 0])),)
        network.loss(batch_of([piece], 0, places=(0,), known=[known])).backward()
        found.append(network.encoder.get_input_embeddings().weight.grad)
    assert found[0] is not None and torch.allclose(found[0], found[1])


def test_an_interrupted_training_ends_as_one_that_ran_through(encoder: Path, tmp_path: Path) -> None:
    settings = [f"encoder={encoder}", *QUICK, "weights=torch", "training.epochs=4", "network.subword_dropout=0.1"]
    whole = bionym.train(notes(1), model="transformer", settings=settings)
    limited = [*settings, "training.time_limit_minutes=0.00001"]
    for _ in range(2):
        bionym.train(notes(1), model="transformer", settings=limited, folder=tmp_path / "run")
    resumed = bionym.train(notes(1), model="transformer", settings=settings, folder=tmp_path / "run")
    again, first = (tagger.tagger.folder / "encoder" / "model.safetensors" for tagger in (resumed, whole))
    assert again.read_bytes() == first.read_bytes()
