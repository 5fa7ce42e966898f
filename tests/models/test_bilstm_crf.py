"""The BiLSTM-CRF on real abstracts: it learns, is saved, predicts without torch, and the same whatever stands beside."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np
import onnx
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import load_file

import bionym
from bionym import config as configuration
from bionym import vectors
from bionym.data import Corpus, Document
from bionym.data.tags import BIOES
from bionym.errors import ConfigError, ModelError, UnknownNameError
from bionym.heads import development
from bionym.heads.head import heads_of
from bionym.heads.merging import Find, merged
from bionym.models import bilstm_crf
from bionym.models.bilstm_crf.export import tagger_graph
from bionym.models.bilstm_crf.inputs.protocol import Inputs
from bionym.models.bilstm_crf.lanes import lanes
from bionym.models.bilstm_crf.network import Network
from bionym.models.bilstm_crf.settings import NetworkSettings
from bionym.models.bilstm_crf.words import Lexicon
from bionym.models.crf import Crf
from bionym.onnx.arithmetic import Arithmetic, EightBits, Plain
from bionym.onnx.importing import import_onnxruntime
from tests.models import small

torch.set_num_threads(1)

GOLD = Path(__file__).parents[1] / "gold"
SMALL = [
    *small.SMALL,
    "network.recurrent.size=48",
    "network.characters.size=24",
    "network.words.dim=40",
    "training.epochs=30",
    "training.learning_rate=0.01",
    "held_out=0",
]


@pytest.fixture(scope="module")
def tagger(diseases: list[Document]) -> bionym.Pipeline:
    return bionym.train(diseases, model="bilstm_crf", settings=SMALL)


@pytest.fixture(scope="module")
def both(diseases: list[Document], chemicals: list[Document]) -> bionym.Pipeline:
    corpora = {"ncbi": Corpus({"train": tuple(diseases)}), "cdr": Corpus({"train": tuple(chemicals)})}
    return bionym.train(model="bilstm_crf", corpora=corpora, settings=SMALL)


def test_it_learns_the_sentences_it_has_seen(tagger: bionym.Pipeline, diseases: list[Document]) -> None:
    assert bionym.evaluate(diseases, tagger.predict(diseases)).f1 > 0.95


def test_entities_stand_on_the_source_text_with_a_probability(tagger: bionym.Pipeline) -> None:
    document = tagger.predict("A man  with\tbreast cancer.\r\nNo mutation.")
    assert document.text == "A man  with\tbreast cancer.\r\nNo mutation."
    assert "breast cancer" in [document.mention(one) for one in document.entities]
    assert all(0 < (one.score or 0) <= 1 for one in document.entities)


def places(document: Document) -> list[tuple[object, str]]:
    return [(one.spans, one.label) for one in document.entities]


def test_prediction_does_not_depend_on_batch_or_order(tagger: bionym.Pipeline, diseases: list[Document]) -> None:
    together = list(tagger.predict(diseases))
    reverse = list(tagger.predict(diseases[::-1]))[::-1]
    alone = [next(iter(tagger.predict([one]))) for one in diseases]
    for one, other, third in zip(together, reverse, alone, strict=True):
        assert places(one) == places(other) == places(third)
        for left, right in zip(one.entities, third.entities, strict=True):
            assert left.score == pytest.approx(right.score, abs=1e-4)


def test_documents_without_text_or_entities_are_predicted_too(tagger: bionym.Pipeline) -> None:
    empty = [Document("1", ""), Document("2", "  \n "), Document("3", "No.")]
    assert [one.id for one in tagger.predict(empty)] == ["1", "2", "3"]


def test_the_same_seed_gives_the_same_model(tagger: bionym.Pipeline, diseases: list[Document]) -> None:
    again = bionym.train(diseases, model="bilstm_crf", settings=SMALL)
    assert list(again.predict(diseases)) == list(tagger.predict(diseases))


def test_a_saved_model_predicts_the_same_without_torch(
    tagger: bionym.Pipeline, diseases: list[Document], tmp_path: Path
) -> None:
    tagger.save(tmp_path / "model")
    bionym.write(tagger.predict(diseases), tmp_path / "here.jsonl")
    program = (
        "import sys; sys.modules['torch'] = sys.modules['onnx'] = None; import bionym; "
        "bionym.write(bionym.load(sys.argv[1]).predict(bionym.read(sys.argv[2], 'conll')), sys.argv[3])"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "model"), str(GOLD / "conll" / "ncbi.tsv")]
    subprocess.run([*command, str(tmp_path / "there.jsonl")], check=True)
    assert (tmp_path / "there.jsonl").read_bytes() == (tmp_path / "here.jsonl").read_bytes()


def test_eight_bit_weights_find_nearly_the_same(
    tagger: bionym.Pipeline, diseases: list[Document], tmp_path: Path
) -> None:
    tagger.save(tmp_path / "model")
    config = tmp_path / "model" / "config.toml"
    assert 'weights = "float32"' in config.read_text()
    config.write_text(config.read_text().replace('weights = "float32"', 'weights = "int8"'))
    found = list(bionym.load(tmp_path / "model").predict(diseases))
    assert bionym.evaluate(tagger.predict(diseases), found).f1 > 0.97
    alone = [next(iter(bionym.load(tmp_path / "model").predict([one]))) for one in diseases]
    assert alone == found


def test_what_only_training_needs_may_be_left_out_of_a_folder(
    tagger: bionym.Pipeline, diseases: list[Document], tmp_path: Path
) -> None:
    tagger.save(tmp_path / "model")
    config = tmp_path / "model" / "config.toml"
    config.write_text(config.read_text().replace('weights = "float32"', 'weights = "int8"'))
    found = list(bionym.load(tmp_path / "model").predict(diseases))
    for name in ("network.safetensors", "tagger.onnx"):
        (tmp_path / "model" / name).unlink()
    assert list(bionym.load(tmp_path / "model").predict(diseases)) == found


def test_a_model_goes_on_to_labels_it_never_saw(
    tagger: bionym.Pipeline, chemicals: list[Document], tmp_path: Path
) -> None:
    tagger.save(tmp_path / "first")
    own = [one for one in SMALL if not one.startswith("training.epochs")]
    later = [*own, "training.epochs=20", f"init={tmp_path / 'first'}"]
    only = [one.with_entities(e for e in one.entities if e.label == "Chemical") for one in chemicals]
    made = bionym.train(only, model="bilstm_crf", settings=later)
    assert bionym.evaluate(only, made.predict(only)).f1 > 0.9
    assert made.record.labels == ("Chemical",)


def test_what_is_the_same_is_taken_over_by_its_meaning(
    tagger: bionym.Pipeline, diseases: list[Document], tmp_path: Path
) -> None:
    tagger.save(tmp_path / "first")
    still = [one for one in SMALL if not one.startswith("training.")]
    config = [*still, "training.epochs=1", "training.learning_rate=1e-12", "training.moving_average=0"]
    made = bionym.train(diseases[::-1], model="bilstm_crf", settings=[*config, f"init={tmp_path / 'first'}"])
    assert [places(one) for one in made.predict(diseases)] == [places(one) for one in tagger.predict(diseases)]
    other = [*config, f"init={tmp_path / 'first'}", "init_parts=['recurrent']", "network.recurrent.size=7"]
    with pytest.raises(ModelError, match="Nothing of"):
        bionym.train(diseases, model="bilstm_crf", settings=other)


def test_it_begins_with_the_mean_of_stages_of_one_training(
    tagger: bionym.Pipeline, diseases: list[Document], tmp_path: Path
) -> None:
    first, second, mean = (tmp_path / name for name in ("first", "second", "mean"))
    tagger.save(first)
    still = [one for one in SMALL if not one.startswith("training.")]
    on = [*still, f"init={first}", "training.epochs=1", "training.moving_average=0"]
    bionym.train(diseases, model="bilstm_crf", settings=[*on, "training.learning_rate=0.01"]).save(second)
    settings = [*on, "training.learning_rate=1e-12", f"init_with=['{second}']"]
    bionym.train(diseases, model="bilstm_crf", settings=settings).save(mean)
    weights = [load_file(folder / "network.safetensors") for folder in (first, second, mean)]
    assert any(not np.array_equal(weights[0][name], weights[1][name]) for name in weights[0])
    for name, found in weights[2].items():
        np.testing.assert_allclose(found, (weights[0][name] + weights[1][name]) / 2, atol=1e-6)


def test_models_that_have_no_mean_are_refused(
    tagger: bionym.Pipeline, diseases: list[Document], tmp_path: Path
) -> None:
    tagger.save(tmp_path / "first")
    settings = [*SMALL, f"init_with=['{tmp_path / 'first'}']"]
    with pytest.raises(ConfigError, match="name one as 'init'"):
        bionym.train(diseases, model="bilstm_crf", settings=settings)
    other = [*SMALL, "network.recurrent.size=7", "training.epochs=1"]
    bionym.train(diseases, model="bilstm_crf", settings=other).save(tmp_path / "other")
    settings = [*SMALL, f"init={tmp_path / 'first'}", f"init_with=['{tmp_path / 'other'}']"]
    with pytest.raises(ModelError, match="no mean"):
        bionym.train(diseases, model="bilstm_crf", settings=settings)


@pytest.mark.parametrize("frozen", ["true", "false"])
def test_pretrained_vectors_are_used_and_saved_as_training_left_them(
    diseases: list[Document], tmp_path: Path, frozen: str
) -> None:
    words = sorted({document.text[start:end].lower() for document in diseases for start, end in document.tokens})
    matrix = np.random.default_rng(1).normal(size=(len(words), 20)).astype(np.float32)
    vectors.write(vectors.WordVectors(words, matrix), tmp_path / "vectors")
    own = [f"network.words.vectors={tmp_path / 'vectors'}", f"network.words.frozen={frozen}"]
    config = configuration.load(bilstm_crf.Config, None, [*SMALL, *own, "training.epochs=12"])
    corpus = Corpus({"train": tuple(diseases), "dev": tuple(diseases)}, allow_leaks=True)
    made = bilstm_crf.fit({"": corpus}, config)
    assert made.result.best is not None
    assert made.result.best.score > 0.5
    behind_onnx = json.loads((made.tagger.folder / "weights.json").read_text())["float32"]
    assert behind_onnx == pytest.approx(made.result.best.score, abs=0.02)
    kept = Lexicon.load(made.tagger.folder).pretrained
    assert kept is not None
    is_as_before = np.abs(kept.matrix_VD - matrix).max() < 0.05
    assert is_as_before == (frozen == "true")


def test_several_sentences_are_read_together_if_asked(diseases: list[Document]) -> None:
    made = bionym.train(diseases, model="bilstm_crf", settings=[*SMALL, "context_tokens=60"])
    assert bionym.evaluate(diseases, made.predict(diseases)).f1 > 0.9


def test_a_damaged_model_is_refused(tagger: bionym.Pipeline, tmp_path: Path) -> None:
    tagger.save(tmp_path / "model")
    (tmp_path / "model" / "tagger.onnx").write_bytes(b"no graph")
    with pytest.raises(ModelError, match=r"tagger\.onnx is not as it was saved"):
        bionym.load(tmp_path / "model")
    (tmp_path / "model" / "checksums.json").unlink()
    with pytest.raises(ModelError, match=r"tagger\.onnx cannot be loaded"):
        bionym.load(tmp_path / "model")
    (tmp_path / "model" / "heads.json").unlink()
    with pytest.raises(ModelError, match="does not hold a whole model"):
        bionym.load(tmp_path / "model")


def test_a_graph_of_an_earlier_version_is_refused(tagger: bionym.Pipeline, tmp_path: Path) -> None:
    tagger.save(tmp_path / "model")
    shutil.copy(tmp_path / "model" / "spelling.onnx", tmp_path / "model" / "tagger.onnx")
    (tmp_path / "model" / "checksums.json").unlink()  # as it was before there were any
    with pytest.raises(ModelError, match=r"tagger\.onnx is of an earlier version of Bionym. Train the model anew."):
        bionym.load(tmp_path / "model")


def test_eight_bits_give_the_same_to_the_bit_in_any_order_and_alone(
    both: bionym.Pipeline, diseases: list[Document], chemicals: list[Document], tmp_path: Path
) -> None:
    both.save(tmp_path / "model")
    config = tmp_path / "model" / "config.toml"
    config.write_text(config.read_text().replace('weights = "float32"', 'weights = "int8"'))
    loaded = bionym.load(tmp_path / "model")
    documents = [*diseases, *chemicals]
    together = list(loaded.predict(documents))
    assert list(loaded.predict(documents[::-1])) == together[::-1]
    assert [next(iter(loaded.predict([one]))) for one in documents] == together


@given(lengths=st.lists(st.integers(1, 40), min_size=1, max_size=300))
def test_in_lanes_every_token_has_a_place_of_its_own_behind_the_one_before(lengths: list[int]) -> None:
    placed = lanes(lengths)
    steps, number = np.divmod(placed.places_N, placed.shape[1])
    assert len(set(placed.places_N.tolist())) == sum(lengths)
    assert steps.max() == placed.shape[0] - 1
    ends = np.cumsum(lengths)
    for start, end in zip(ends - lengths, ends, strict=True):
        assert set(number[start:end]) == {number[start]}
        assert (np.diff(steps[start:end]) == 1).all()
    assert placed.marked(placed.last).sum() == len(lengths)


def test_heads_of_two_corpora_speak_for_themselves(
    both: bionym.Pipeline, diseases: list[Document], chemicals: list[Document]
) -> None:
    found = list(both.predict(diseases))
    assert {one.label for document in both.predict(chemicals) for one in document.entities} == {"Chemical", "Disease"}
    assert {one.attributes["source"] for document in found for one in document.entities} <= {"ncbi", "cdr"}
    own = [
        document.with_entities(e for e in document.entities if e.attributes["source"] == "ncbi") for document in found
    ]
    assert {one.label for document in own for one in document.entities} == {"Disease"}


def test_a_head_alone_gives_all_it_finds_whatever_the_others_find(
    both: bionym.Pipeline, diseases: list[Document]
) -> None:
    model = both.tagger
    assert isinstance(model, bilstm_crf.BiLstmCrf)
    alone = list(model.of_source("ncbi").predict(diseases))
    assert bionym.evaluate(diseases, alone).f1 > 0.9
    together = list(both.predict(diseases))
    for one, other in zip(alone, together, strict=True):
        named = {(e.spans, e.label) for e in other.entities if e.attributes["source"] == "ncbi"}
        assert named <= {(e.spans, e.label) for e in one.entities}
    assert list(development.predict_as(model, "ncbi", diseases)) == alone
    with pytest.raises(UnknownNameError, match="Did you mean 'ncbi'"):
        model.of_source("nbci")


def test_one_shared_head_learns_from_what_each_corpus_annotates(
    diseases: list[Document], chemicals: list[Document]
) -> None:
    only = [one.with_entities(e for e in one.entities if e.label == "Chemical") for one in chemicals]
    corpora = {"ncbi": Corpus({"train": tuple(diseases)}), "cdr": Corpus({"train": tuple(only)})}
    made = bionym.train(model="bilstm_crf", corpora=corpora, settings=[*SMALL, "heads=shared"])
    found = list(made.predict([*chemicals, *diseases]))
    assert {one.label for document in found for one in document.entities} == {"Chemical", "Disease"}
    assert not any("source" in one.attributes for document in found for one in document.entities)


def test_a_shared_head_leaves_open_what_a_corpus_does_not_annotate() -> None:
    (head,) = heads_of({"a": ["X"], "b": ["Y"]}, BIOES, "shared")
    possible = head.possible(["O", "S-X"], ["X"])
    allowed = {tag for tag, is_possible in zip(head.tags, possible[0], strict=True) if is_possible}
    assert allowed == {"O", "B-Y", "I-Y", "E-Y", "S-Y"}
    assert [head.tags[place] for place in possible[1].nonzero()[0]] == ["S-X"]


def test_of_overlapping_finds_with_one_label_the_surest_stays() -> None:
    found = [
        Find(-0.6, -9, 0, "x", "A"),
        Find(-0.9, -4, 5, "y", "A"),
        Find(-0.1, -9, 0, "x", "B"),
        Find(-0.8, -4, 5, "x", "A"),
        Find(-0.5, -5, 0, "x", "A"),
        Find(-0.4, -2, 4, "x", "A"),
    ]
    kept = {(one.start, one.end, one.label, one.source) for one in merged(found)}
    assert kept == {(5, 9, "A", "y"), (0, 9, "B", "x"), (0, 5, "A", "x")}


@pytest.mark.parametrize(("cell", "layers"), [("lstm", 1), ("lstm", 2), ("gru", 1), ("gru", 2)])
@pytest.mark.parametrize(("arithmetic", "error"), [(Plain(), 1e-5), (EightBits(), 0.05)], ids=["plain", "eight-bits"])
def test_the_graph_gives_the_scores_of_the_network(
    cell: str, layers: int, arithmetic: Arithmetic, error: float
) -> None:
    network = random_network(cell, layers)
    inputs_BTD, lengths_B = torch.randn(3, 6, 7), torch.tensor([6, 2, 4])
    states = network.recurrent(inputs_BTD, lengths_B)
    expected = torch.cat([layer(states) for layer in network.scores.values()], 2).detach().numpy()
    found = scores_of(tagger_graph(network, arithmetic), inputs_BTD.numpy(), lengths_B.tolist())
    for row, length in enumerate(lengths_B.tolist()):
        np.testing.assert_allclose(found[row], expected[row, :length], atol=error)


@pytest.mark.parametrize("arithmetic", [Plain(), EightBits()], ids=["plain", "eight-bits"])
@pytest.mark.parametrize(("cell", "layers"), [("lstm", 1), ("gru", 2)])
def test_scores_are_the_same_to_the_bit_whatever_is_read_beside(cell: str, layers: int, arithmetic: Arithmetic) -> None:
    graph = tagger_graph(random_network(cell, layers), arithmetic)
    inputs_BTD, lengths = (
        np.random.default_rng(1).normal(size=(9, 12, 7)).astype(np.float32),
        [12, 1, 7, 3, 9, 5, 2, 8, 4],
    )
    inputs_BTD[3] *= 100
    together = scores_of(graph, inputs_BTD, lengths)
    for row, length in enumerate(lengths):
        (alone,) = scores_of(graph, inputs_BTD[row : row + 1], [length])
        np.testing.assert_array_equal(together[row], alone)


def random_network(cell: str, layers: int) -> Network:
    torch.manual_seed(1)
    settings = NetworkSettings.model_validate(
        {
            "lists": {},
            "characters": {"kind": "none"},
            "words": {"dim": 7},
            "recurrent": {"cell": cell, "layers": layers, "size": 5},
        }
    )
    heads = heads_of({"a": ["X"], "b": ["Y", "Z"]}, BIOES, "corpus")
    return Network(settings, Lexicon(("w",), None, ""), heads, BIOES, inputs=Inputs()).eval()


def scores_of(graph: onnx.ModelProto, inputs_BTD: np.ndarray, lengths: list[int]) -> list[np.ndarray]:
    """Scores of each sentence, several in a lane."""
    onnx.checker.check_model(graph)
    session = import_onnxruntime().InferenceSession(graph.SerializeToString())
    placed = lanes(lengths)
    tokens_ND = np.concatenate([inputs_TD[:length] for inputs_TD, length in zip(inputs_BTD, lengths, strict=True)])
    rows_TB = np.zeros(placed.shape, dtype=np.int32)
    rows_TB.flat[placed.places_N] = np.arange(len(tokens_ND))
    marks = {"is_first_TB": placed.marked(placed.first), "is_last_TB": placed.marked(placed.last)}
    (found_TBS,) = session.run(None, {"inputs_UD": tokens_ND, "rows_TB": rows_TB, **marks})
    return np.split(found_TBS.reshape(-1, found_TBS.shape[2])[placed.places_N], np.cumsum(lengths)[:-1])


def test_words_of_the_training_data_and_texts_are_shown_only_where_it_was_asked_for(diseases: list[Document]) -> None:
    seen = {}

    class Watching:
        def started(self, info):
            self.shown = info.shown

        def step(self, info): ...

        def epoch(self, info):
            seen["samples"] = self.shown.samples()

        def finished(self, result):
            seen["with"], seen["without"] = (self.shown.embeddings(show_text=is_so) for is_so in (True, False))

    quick = [one for one in SMALL if not one.startswith(("held_out", "training.epochs"))]
    settings = [*quick, "held_out=0.4", "training.epochs=1"]
    bionym.train(diseases, model="bilstm_crf", settings=settings, monitors=[Watching()])
    assert set(seen["with"]) == {"tags", "words of the training data"} and set(seen["without"]) == {"tags"}
    for names, matrix in seen["with"].values():
        assert len(names) == len(matrix)
    assert all("gold: " in text and "predicted: " in text for text in seen["samples"])


def test_development_documents_are_held_out_and_scored(chemicals: list[Document]) -> None:
    quick = [one for one in SMALL if not one.startswith(("held_out", "training.epochs"))]
    made = bionym.train(chemicals, model="bilstm_crf", settings=[*quick, "held_out=0.4", "training.epochs=2"])
    scores = made.record.development_scores
    assert 0 < scores["documents"] < len(chemicals)


def test_a_corpus_without_entities_is_refused(diseases: list[Document]) -> None:
    bare = [one.with_entities(()) for one in diseases]
    with pytest.raises(ModelError, match="hold no entity"):
        bionym.train(bare, model="bilstm_crf", settings=SMALL)


def test_corpora_are_read_as_the_configuration_names_them(tmp_path: Path) -> None:
    config = tmp_path / "c.toml"
    config.write_text(
        f"[corpora.ncbi]\ntrain = '{GOLD}/conll/ncbi.tsv'\nformat = 'conll'\nlabels = {{ Disease = 'Illness' }}\n"
        f"[corpora.cdr]\ntrain = ['{GOLD}/pubtator/bc5cdr.PubTator.txt']\nonly = ['Chemical']\n"
    )
    made = bionym.train(model="bilstm_crf", config=config, settings=[*SMALL, "training.epochs=1"])
    assert made.record.labels == ("Chemical", "Illness")
    with pytest.raises(ConfigError, match="names corpora"):
        bionym.train([Document("1", "x")], model="bilstm_crf", config=config, settings=SMALL)


def test_a_wrong_setting_is_answered_with_the_nearest() -> None:
    with pytest.raises(ConfigError, match="Did you mean 'recurrent'"):
        configuration.load(bilstm_crf.Config, None, ["network.recurent.size=3"])


def test_words_are_looked_up_the_same_whatever_else_is_there() -> None:
    lexicon = Lexicon(("flu",), None, "ufl")
    assert (lexicon.row("Flu"), lexicon.row("fever")) == (2, 1)
    letters, lengths = lexicon.letters(["flu", "x"])
    assert letters.tolist() == [[3, 4, 2], [1, 0, 0]]
    assert lengths.tolist() == [3, 1]


def test_kinds_of_models_are_told_apart_when_loaded(tagger: bionym.Pipeline, tmp_path: Path) -> None:
    tagger.save(tmp_path / "model")
    loaded = bionym.load(tmp_path / "model").tagger
    assert isinstance(loaded, bilstm_crf.BiLstmCrf)
    assert not isinstance(loaded, Crf)
    assert json.loads((tmp_path / "model" / "run.json").read_text())["versions"].keys() >= {"onnxruntime", "bionym"}
