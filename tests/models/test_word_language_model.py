"""The BiLSTM learns from raw text, and a tagger goes on from there."""

from pathlib import Path

import numpy as np
import pytest
import torch

import bionym
from bionym import config as configuration
from bionym.data import Audit, Corpus, Document
from bionym.data.tags import find_scheme
from bionym.errors import ConfigError
from bionym.models import bilstm_crf
from bionym.models.bilstm_crf import raw_text
from bionym.models.bilstm_crf.fitting import _Learning
from bionym.models.bilstm_crf.inputs.protocol import Inputs
from bionym.models.bilstm_crf.language_model import LanguageModel
from bionym.models.bilstm_crf.network import Batch, Network
from bionym.models.bilstm_crf.settings import NetworkSettings
from bionym.models.bilstm_crf.words import Lexicon
from bionym.pretraining.text import Text
from bionym.vectors import WordVectors, write

GOLD = Path(__file__).parents[1] / "gold"
EXAMPLES = Path(__file__).parents[2] / "examples" / "bc5cdr"
SMALL = [
    "network.lists={}",
    "network.recurrent.size=32",
    "network.characters.size=16",
    "min_character_count=5",
    "score_steps=10",
    "drawn_words=64",
    "text.held_out=0.2",
    "text.held_out_tokens=500",
    "training.epochs=6",
    "training.learning_rate=0.02",
    "training.batch_tokens=512",
]


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some abstracts of the example corpus, a line each."""
    path = tmp_path_factory.mktemp("text") / "abstracts.txt"
    documents = list(bionym.read(EXAMPLES / "train.pubtator", "pubtator"))[:20]
    path.write_text("\n".join(" ".join(one.text.split()) for one in documents), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def vectors(texts: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Vectors by chance, of the words that stand there three times or more."""
    words: dict[str, int] = {}
    for word in texts.read_text(encoding="utf-8").lower().split():
        words[word] = words.get(word, 0) + 1
    often = [word for word, number in words.items() if number >= 3]
    path = tmp_path_factory.mktemp("vectors") / "vectors"
    matrix_VD = np.random.default_rng(1).normal(size=(len(often), 24)).astype(np.float32)
    write(WordVectors(often, matrix_VD), path)
    return path


def pretrained(texts: Path, vectors: Path, folder: Path, *more: str) -> tuple[Path, dict[str, dict[str, float]]]:
    """A folder to begin with, and its scores before and after."""
    settings = [*SMALL, f"network.words.vectors={vectors}", *more]
    config = configuration.load(bilstm_crf.PretrainingConfig, None, settings)
    (folder / "run").mkdir()
    made = bilstm_crf.pretrain(Text([str(texts)], config.text), config, folder=folder / "run")
    (folder / "model").mkdir()
    made.save(folder / "model")
    return folder / "model", made.run["scores"]


@pytest.fixture(scope="module")
def beginning(
    texts: Path, vectors: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, dict[str, dict[str, float]]]:
    return pretrained(texts, vectors, tmp_path_factory.mktemp("pretrained"))


def batch(words_BT: list[list[int]]) -> Batch:
    """Sentences of words without characters, as long as each other."""
    rows_BT = torch.tensor(words_BT)
    size, length = rows_BT.shape
    return Batch(rows_BT, rows_BT * 0, torch.full((size,), length))


def model(size: int = 8) -> LanguageModel:
    """A language model of ten words."""
    torch.manual_seed(1)
    lexicon = Lexicon(
        (),
        WordVectors(
            [f"w{number}" for number in range(10)], np.random.default_rng(1).normal(size=(10, 6)).astype(np.float32)
        ),
        "",
    )
    settings = NetworkSettings.model_validate(
        {"recurrent": {"size": size}, "characters": {"kind": "none"}, "lists": {}}
    )
    network = Network(settings, lexicon, [], find_scheme("IO"), inputs=Inputs())
    counts_R = torch.tensor([0, 0, *range(1, 11)])
    return LanguageModel(network, counts_R, num_drawn=16, dropout=0.0).eval()


def test_perplexity_on_text_held_out_falls(beginning: tuple[Path, dict[str, dict[str, float]]]) -> None:
    _, scores = beginning
    assert scores["after"]["perplexity"] < 0.99 * scores["before"]["perplexity"]


def test_no_direction_sees_the_word_that_it_tells() -> None:
    """Of two sentences that differ in one word alone, the surprise at all words before it is the same forward."""
    language_model = model()
    first = language_model._states(batch([[2, 3, 4, 5, 6]]))
    other = language_model._states(batch([[2, 3, 9, 5, 6]]))
    torch.testing.assert_close(first[0][:2], other[0][:2])
    assert not torch.allclose(first[0][2:], other[0][2:])
    torch.testing.assert_close(first[2][2:], other[2][2:])
    assert first[1].tolist() == [3, 4, 5, 6] and first[3].tolist() == [2, 3, 4, 5]


def test_unknown_words_are_not_told() -> None:
    states = model()._states(batch([[2, 1, 4, 5]]))
    assert states[1].tolist() == [4, 5] and states[3].tolist() == [2, 4]


def test_a_tagger_begins_with_the_weights_and_sizes_of_what_was_pretrained(
    beginning: tuple[Path, dict[str, dict[str, float]]],
) -> None:
    folder, _ = beginning
    documents = list(bionym.read(GOLD / "conll" / "ncbi.tsv", "conll"))
    settings = [f"init={folder}", 'freeze=["characters", "recurrent"]', "held_out=0", "training.epochs=1"]
    tagger = bionym.train(documents, model="bilstm_crf", settings=settings).tagger
    assert tagger.config.network.recurrent.size == 32 and tagger.config.network.lists == {}
    from safetensors.numpy import load_file

    old, new = (load_file(one / "network.safetensors") for one in (folder, tagger.folder))
    for name in ("recurrent.forward_layers.0.weight_hh_l0", "recurrent.backward_layers.0.weight_ih_l0"):
        np.testing.assert_array_equal(old[name], new[name])


def test_what_is_set_for_the_tagger_itself_goes_before_what_it_begins_with(
    beginning: tuple[Path, dict[str, dict[str, float]]],
) -> None:
    settings = [f"init={beginning[0]}", "network.dropout=0.25", "network.recurrent.size=16"]
    config = configuration.load(bilstm_crf.Config, None, settings)
    assert (config.network.dropout, config.network.recurrent.size, config.network.characters.size) == (0.25, 16, 16)


def test_term_lists_of_ones_own_go_with_what_was_pretrained(
    texts: Path, vectors: Path, tmp_path: Path, diseases: list[Document]
) -> None:
    terms = tmp_path / "terms.txt"
    terms.write_text("breast cancer\ncolon cancer\n", encoding="utf-8")
    more = [f"network.lists={{ Disease = '{terms}' }}", "training.epochs=1"]
    folder, _ = pretrained(texts, vectors, tmp_path, *more)
    terms.unlink()
    settings = [f"init={folder}", "training.epochs=1", "held_out=0", "weights=float32"]
    tagger = bionym.train(diseases, model="bilstm_crf", settings=settings)
    assert list(tagger.tagger.config.network.lists) == ["Disease"]


def test_no_word_of_the_text_without_a_vector_is_in_what_is_saved(
    beginning: tuple[Path, dict[str, dict[str, float]]], texts: Path
) -> None:
    lexicon = Lexicon.load(beginning[0])
    assert lexicon.new == () and lexicon.pretrained is not None
    kept = b"".join(path.read_bytes() for path in beginning[0].iterdir())
    rare = next(
        word
        for word in texts.read_text(encoding="utf-8").split()
        if word.isalpha() and len(word) > 12 and lexicon.pretrained.index(word) is None
    )
    assert rare.encode() not in kept


def test_an_interrupted_pretraining_ends_with_the_same_weights(texts: Path, vectors: Path, tmp_path: Path) -> None:
    for name in ("whole", "broken"):
        (tmp_path / name).mkdir()
    whole, _ = pretrained(texts, vectors, tmp_path / "whole", "training.checkpoint_steps=3")
    settings = [*SMALL, f"network.words.vectors={vectors}", "training.checkpoint_steps=3"]
    config = configuration.load(bilstm_crf.PretrainingConfig, None, settings)
    (tmp_path / "broken" / "run").mkdir()

    class Stop:
        def started(self, info: object) -> None: ...
        def epoch(self, info: object) -> None: ...
        def finished(self, info: object) -> None: ...
        def step(self, info: object) -> None:
            raise RuntimeError("power")

    for monitors in ([Stop()], []):
        try:
            made = bilstm_crf.pretrain(
                Text([str(texts)], config.text), config, folder=tmp_path / "broken" / "run", monitors=monitors
            )
        except RuntimeError:
            continue
    (tmp_path / "broken" / "model").mkdir()
    made.save(tmp_path / "broken" / "model")
    files = [folder / "network.safetensors" for folder in (whole, tmp_path / "broken" / "model")]
    assert files[0].read_bytes() == files[1].read_bytes()


def test_every_sentence_of_the_text_is_read_again_from_its_file(tmp_path: Path) -> None:
    pieces = [("Mild fever was seen. It went away after aspirin.", False), ("No pain at all.", True)] * 200
    counted = raw_text.write(pieces, tmp_path)
    words, counts_V = raw_text.read_words(tmp_path)
    tokens = raw_text.Tokens(tmp_path)
    sentences = [one for block in range(tokens.num_blocks) for one in tokens.block(block)]
    assert [words[place] for place in sentences[-1]] == ["It", "went", "away", "after", "aspirin", "."]
    assert counted.sentences == len(sentences) == 400 and counted.held_out_sentences == 200
    assert counts_V[words.index("aspirin")] == 200 and counts_V[words.index("pain")] == 0


def test_a_long_sentence_is_cut_and_nothing_of_it_dropped(tmp_path: Path) -> None:
    counted = raw_text.write([("pain " * 450, False)], tmp_path)
    assert (counted.tokens, counted.sentences) == (450, 3)


@pytest.mark.parametrize(
    ("setting", "named"), [("network.recurrent.layers=2", "layers"), ("network.shapes.dim=5", "shapes")]
)
def test_what_raw_text_cannot_teach_is_refused(
    texts: Path, vectors: Path, tmp_path: Path, setting: str, named: str
) -> None:
    with pytest.raises(ConfigError, match=named):
        pretrained(texts, vectors, tmp_path, setting)


def test_without_word_vectors_there_is_nothing_to_tell_words_by(texts: Path, tmp_path: Path) -> None:
    config = configuration.load(bilstm_crf.PretrainingConfig, None, SMALL)
    with pytest.raises(ConfigError, match="vectors train"):
        bilstm_crf.pretrain(Text([str(texts)], config.text), config, folder=tmp_path)


def test_frozen_characters_are_spelled_once_to_the_same_vectors(
    beginning: tuple[Path, dict[str, dict[str, float]]],
) -> None:
    documents = tuple(bionym.read(GOLD / "conll" / "ncbi.tsv", "conll"))
    settings = [f"init={beginning[0]}", 'freeze=["characters"]']
    config = configuration.load(bilstm_crf.Config, None, settings)
    learning = _Learning({"": Corpus({"train": documents})}, config, Audit())
    learning.network.eval()
    batch = learning.batches(1)[0]
    at_once = learning.network.word_vectors(batch)
    assert learning.network.spelled.vectors_VE is not None
    learning.network.spelled.vectors_VE = None
    torch.testing.assert_close(at_once, learning.network.word_vectors(batch))
