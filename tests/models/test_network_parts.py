"""Every part a network can be made of: it learns, predicts without torch, and the same whatever stands beside."""

import json
import math
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np
import onnx
import pytest
import torch
from safetensors.numpy import load_file

import bionym
from bionym import config as configuration
from bionym import vectors
from bionym.data import Corpus, Document
from bionym.data.tags import BIOES
from bionym.errors import ConfigError
from bionym.heads.head import heads_of
from bionym.linear_chain import pairwise
from bionym.linear_chain.pairwise import PairwiseChain
from bionym.models import bilstm_crf
from bionym.models.bilstm_crf.encoding import Encoder, known
from bionym.models.bilstm_crf.fitting import chain_of
from bionym.models.bilstm_crf.inputs.sentence_characters import TrainedSentenceCharacters
from bionym.models.bilstm_crf.network import Network
from bionym.models.bilstm_crf.sentences import Sentence
from bionym.models.bilstm_crf.settings import NetworkSettings
from bionym.models.bilstm_crf.vocabulary import collect_inputs
from bionym.models.bilstm_crf.words import Lexicon, rank_rows
from bionym.onnx.importing import import_onnxruntime
from tests.models import small

torch.set_num_threads(1)

GOLD = Path(__file__).parents[1] / "gold"
SMALL = [
    *small.SMALL,
    "network.recurrent.size=32",
    "network.characters.size=18",
    "network.words.dim=30",
    "training.epochs=20",
    "training.learning_rate=0.015",
    "held_out=0",
]
SENTENCE = [
    "network.sentence_characters.size=16",
    "network.sentence_characters.dropout=0.1",
    "network.sentence_characters.language_model=0.2",
]
WORDS = ("Low", "fever", "of", "β-thalassemia", ".")


@pytest.fixture(scope="module")
def clusters(diseases: list[Document], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Clusters in a tree, by the beginnings of words, which knows nothing of what they mean."""
    words = sorted({one.text[start:end].lower() for one in diseases for start, end in one.tokens})
    path = tmp_path_factory.mktemp("clusters") / "clusters.tsv"
    path.write_text("".join(f"{word}\t{ord(word[0]) % 8:03b}\t{len(word)}\n" for word in words), encoding="utf-8")
    return path


def options(part: str, clusters: Path) -> list[str]:
    if part == "sentence":
        return [*SENTENCE, "network.characters.kind=none"]
    if part == "groups":
        tree = [f"network.clusters.file={clusters}", "network.clusters.prefixes=[1, 2]", "network.clusters.dim=6"]
        return [*tree, "network.shapes.dim=6", "network.characters.kind=none"]
    return ["network.output=pairwise"]


def places(document: Document) -> list[tuple[object, str]]:
    return [(one.spans, one.label) for one in document.entities]


def scores(document: Document) -> list[float]:
    return [one.score or 0.0 for one in document.entities]


@pytest.mark.parametrize("part", ["sentence", "groups", "pairwise"])
def test_each_part_learns_and_predicts_whatever_the_batch_and_order(
    part: str, clusters: Path, diseases: list[Document]
) -> None:
    made = bionym.train(diseases, model="bilstm_crf", settings=[*SMALL, *options(part, clusters)])
    together = list(made.predict(diseases))
    assert bionym.evaluate(diseases, together).f1 > 0.9
    reverse = list(made.predict(diseases[::-1]))[::-1]
    alone = [next(iter(made.predict([one]))) for one in diseases]
    for one, other, third in zip(together, reverse, alone, strict=True):
        assert places(one) == places(other) == places(third)
        assert scores(one) == pytest.approx(scores(third), abs=1e-4)
        assert scores(one) == pytest.approx(scores(other), abs=1e-4)


@pytest.fixture(scope="module")
def whole(clusters: Path, diseases: list[Document], chemicals: list[Document]) -> bionym.Pipeline:
    """A model of two heads with every part at once."""
    corpora = {"ncbi": Corpus({"train": tuple(diseases)}), "cdr": Corpus({"train": tuple(chemicals)})}
    parts = [*SENTENCE, *options("groups", clusters)[:-1], *options("pairwise", clusters)]
    return bionym.train(model="bilstm_crf", corpora=corpora, settings=[*SMALL, *parts])


def test_all_parts_at_once_are_saved_whole_and_predict_without_torch(
    whole: bionym.Pipeline, chemicals: list[Document], tmp_path: Path
) -> None:
    assert bionym.evaluate(chemicals, whole.tagger.of_source("cdr").predict(chemicals)).f1 > 0.9  # type: ignore[attr-defined]
    whole.save(tmp_path / "model")
    bionym.write(whole.predict(chemicals), tmp_path / "here.jsonl")
    program = (
        "import sys; sys.modules['torch'] = sys.modules['onnx'] = None; import bionym; "
        "bionym.write(bionym.load(sys.argv[1]).predict(bionym.read(sys.argv[2], 'pubtator')), sys.argv[3])"
    )
    source = GOLD / "pubtator" / "bc5cdr.PubTator.txt"
    command = [sys.executable, "-c", program, str(tmp_path / "model"), str(source)]
    subprocess.run([*command, str(tmp_path / "there.jsonl")], check=True)
    assert (tmp_path / "there.jsonl").read_bytes() == (tmp_path / "here.jsonl").read_bytes()


def test_what_predicts_words_is_not_in_the_model(whole: bionym.Pipeline) -> None:
    assert isinstance(whole.tagger, bilstm_crf.BiLstmCrf)
    folder = whole.tagger.folder
    kept = load_file(folder / "network.safetensors")
    assert "stream.ahead.weight_ih_l0" in kept and not [name for name in kept if "predictors" in name]
    graph = onnx.load(folder / "stream.onnx").graph
    num_values = sum(int(np.prod(one.dims)) for one in graph.initializer)
    assert num_values < 2 * sum(value.size for name, value in kept.items() if name.startswith("stream."))


def test_a_model_with_all_parts_goes_on_from_itself(
    whole: bionym.Pipeline, clusters: Path, diseases: list[Document], chemicals: list[Document], tmp_path: Path
) -> None:
    whole.save(tmp_path / "first")
    still = [one for one in SMALL if not one.startswith("training.")]
    parts = [*SENTENCE, *options("groups", clusters)[:-1], *options("pairwise", clusters)]
    config = [*still, *parts, "training.epochs=1", "training.learning_rate=1e-12", "training.moving_average=0"]
    corpora = {"cdr": Corpus({"train": tuple(chemicals[::-1])}), "ncbi": Corpus({"train": tuple(diseases)})}
    made = bionym.train(model="bilstm_crf", corpora=corpora, settings=[*config, f"init={tmp_path / 'first'}"])
    assert [places(one) for one in made.predict(diseases)] == [places(one) for one in whole.predict(diseases)]


def test_pairs_of_tags_are_learned_from_what_an_annotation_leaves_open(
    diseases: list[Document], chemicals: list[Document]
) -> None:
    only = [one.with_entities(e for e in one.entities if e.label == "Chemical") for one in chemicals]
    corpora = {"ncbi": Corpus({"train": tuple(diseases)}), "cdr": Corpus({"train": tuple(only)})}
    settings = [*SMALL, "network.output=pairwise", "heads=shared"]
    made = bionym.train(model="bilstm_crf", corpora=corpora, settings=settings)
    found = {one.label for document in made.predict([*chemicals, *diseases]) for one in document.entities}
    assert found == {"Chemical", "Disease"}


def small_network(values: dict[str, object]) -> tuple[Network, Encoder]:
    torch.manual_seed(1)
    settings = NetworkSettings.model_validate({"lists": {}, "words": {"dim": 7}, "recurrent": {"size": 5}, **values})
    lexicon = Lexicon(("fever",), None, "\n .Lefor")
    heads = heads_of({"a": ["X"], "b": ["Y", "Z"]}, BIOES, "corpus")
    inputs = collect_inputs(settings, Counter({"fever": 2, "of": 1}), lexicon)
    return Network(settings, lexicon, heads, BIOES, inputs=inputs), Encoder(lexicon, inputs)


def sentences(*lengths: int) -> list[Sentence]:
    return [Sentence(WORDS[:length], np.zeros((length, 0), dtype=np.float32), ("O",) * length) for length in lengths]


def test_the_graph_over_characters_gives_the_vectors_of_the_layer(tmp_path: Path) -> None:
    network, encoder = small_network({"sentence_characters": {"size": 6, "highway": 2}, "characters": {"kind": "none"}})
    (part,), (layers,) = network.eval().inputs.of_sentences, network.sentence_layers.values()
    part.save(layers, tmp_path)
    session = import_onnxruntime().InferenceSession(tmp_path / "stream.onnx")
    for lengths in [(1,), (5, 2, 3, 1)]:
        together = sentences(*lengths)
        encoder.learn(together)
        numbers = encoder.batch([encoder.encoded(one) for one in together]).numbers[part.NAME]
        expected = layers.values(layers.read(*numbers)).detach().numpy()
        feeds = dict(zip(("characters_BS", "lengths_B", "boundaries_BN"), numbers, strict=False))
        (found,) = session.run(None, {name: value.numpy() for name, value in feeds.items()})
        for row, length in enumerate(lengths):
            np.testing.assert_allclose(found[row, :length], expected[row, :length], atol=1e-6)
        behind = TrainedSentenceCharacters(session, "\n .Lefor").vectors(sentences(0, *lengths))
        flat = [expected[row, :length] for row, length in enumerate(lengths)]
        np.testing.assert_allclose(behind, np.concatenate(flat), atol=1e-6)


def test_predicting_words_is_a_part_of_the_loss_with_its_weight() -> None:
    together = sentences(5, 3)
    losses = []
    for weight in (1e-9, 1.0, 3.0):
        network, encoder = small_network({"sentence_characters": {"size": 6, "language_model": weight}})
        encoder.learn(together)
        (head, *_) = heads_of({"a": ["X"]}, BIOES, "corpus")
        batch = encoder.batch([encoder.encoded(one, (known(head, one.tags, ["X"]),)) for one in together])
        losses.append(network.eval().loss(batch).item())
    assert losses[2] - losses[0] == pytest.approx(3 * (losses[1] - losses[0]), rel=1e-4)
    assert losses[1] - losses[0] == pytest.approx(math.log(3), rel=0.25)  # nothing is known of three words yet


def test_words_to_predict_are_ranked_by_frequency_and_rare_ones_are_one() -> None:
    lexicon = Lexicon(("fever", "of"), None, "")
    assert rank_rows(lexicon, Counter({"Of": 5, "fever": 2, "x": 1, "y": 2})) == {3: 0, 1: 1, 2: 2}


def test_pairwise_decoding_by_numpy_gives_what_the_layer_gives() -> None:
    network, _ = small_network({"output": "pairwise", "characters": {"kind": "none"}})
    (_, head) = heads_of({"a": ["X"], "b": ["Y", "Z"]}, BIOES, "corpus")
    layer = network.output("b")
    for parameter in layer.parameters():
        torch.nn.init.normal_(parameter)
    config = bilstm_crf.Config.model_validate({"network": {"output": "pairwise"}})
    chain = chain_of(network, head, config)
    assert isinstance(chain, PairwiseChain)
    scores_BTS, lengths_B = 2 * torch.randn(2, 6, layer.num_scores, dtype=torch.float64), torch.tensor([6, 4])
    scores_NS = torch.cat([scores_BTS[0], scores_BTS[1, :4]]).numpy()
    ranges = [(0, 6), (6, 10)]
    assert pairwise.viterbi(scores_NS, ranges, chain) == layer.viterbi(scores_BTS, lengths_B)
    expected = layer.marginals(scores_BTS, lengths_B).numpy()
    found = pairwise.marginals(scores_NS, ranges, chain)
    np.testing.assert_allclose(found, np.concatenate([expected[0], expected[1, :4]]), atol=1e-6)


@pytest.fixture(scope="module")
def word_vectors(diseases: list[Document], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Vectors of the lower-cased words of even length, and of one that no document holds."""
    words = {one.text[start:end].lower() for one in diseases for start, end in one.tokens}
    known = ["unmet", *sorted(word for word in words if len(word) % 2 == 0)]
    matrix = np.random.default_rng(1).normal(size=(len(known), 20)).astype(np.float32)
    path = tmp_path_factory.mktemp("vectors") / "vectors"
    vectors.write(vectors.WordVectors(known, matrix), path)
    return path


@pytest.mark.parametrize(
    ("choice", "has_new", "has_unmet", "is_tuned"),
    [
        ([], True, True, False),
        (["network.words.only_found=true"], True, False, False),
        (["network.words.only_pretrained=true"], False, True, False),
        (["network.words.frozen=false", "network.words.only_found=true"], True, False, True),
    ],
    ids=["all pretrained", "those found", "only pretrained", "fine-tuned"],
)
def test_pretrained_vectors_are_taken_in_four_ways(
    choice: list[str],
    has_new: bool,
    has_unmet: bool,
    is_tuned: bool,
    word_vectors: Path,
    diseases: list[Document],
) -> None:
    settings = [*SMALL, f"network.words.vectors={word_vectors}", *choice, "training.epochs=3"]
    config = configuration.load(bilstm_crf.Config, None, settings)
    made = bilstm_crf.fit({"": Corpus({"train": tuple(diseases)})}, config)
    lexicon = Lexicon.load(made.tagger.folder)
    assert lexicon.pretrained is not None
    assert bool(lexicon.new) == has_new
    assert ("unmet" in lexicon.pretrained.words) == has_unmet
    before = vectors.read(word_vectors, set(lexicon.pretrained.words))
    assert before.words == lexicon.pretrained.words
    is_moved = bool(np.abs(before.matrix_VD - lexicon.pretrained.matrix_VD).max() > 0.05)
    assert is_moved == is_tuned


def test_only_pretrained_words_without_vectors_are_refused(diseases: list[Document]) -> None:
    with pytest.raises(ConfigError, match="only_pretrained"):
        bionym.train(diseases, model="bilstm_crf", settings=[*SMALL, "network.words.only_pretrained=true"])


def test_a_frozen_part_stays_bit_for_bit_and_the_rest_learns(
    whole: bionym.Pipeline, clusters: Path, chemicals: list[Document], tmp_path: Path
) -> None:
    whole.save(tmp_path / "first")
    parts = [*SENTENCE, *options("groups", clusters)[:-1], *options("pairwise", clusters), "training.epochs=1"]
    frozen = [f"init={tmp_path / 'first'}", "freeze=['words', 'characters', 'recurrent']"]
    made = bionym.train(chemicals[:1], model="bilstm_crf", settings=[*SMALL, *parts, *frozen])
    made.save(tmp_path / "second")
    before, after = (load_file(tmp_path / name / "network.safetensors") for name in ("first", "second"))
    inner = [name for name in after if not name.startswith(("scores.", "outputs."))]
    assert inner and all(np.array_equal(before[name], after[name]) for name in inner)
    assert any(name.startswith("scores.") for name in after)
    first, second = (json.loads((tmp_path / name / "words.json").read_text()) for name in ("first", "second"))
    assert first == second


def test_a_part_that_is_not_taken_over_cannot_be_frozen(
    whole: bionym.Pipeline, diseases: list[Document], tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match="'freeze' names 'recurrent', which is not taken"):
        bionym.train(diseases, model="bilstm_crf", settings=[*SMALL, "freeze=['recurrent']"])
    whole.save(tmp_path / "first")
    other = [f"init={tmp_path / 'first'}", "freeze=['recurrent']", "network.recurrent.size=7"]
    with pytest.raises(ConfigError, match="does not fit the model of 'init'"):
        bionym.train(diseases, model="bilstm_crf", settings=[*SMALL, *other])
