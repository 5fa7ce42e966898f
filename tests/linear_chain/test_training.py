"""Against CRFsuite itself: our emissions and decoding give its tags and its probabilities."""

from pathlib import Path

import numpy as np
import pycrfsuite
import pytest

from bionym.data import Document
from bionym.data.align import to_tags
from bionym.data.tags import BIO
from bionym.errors import ModelError
from bionym.features import affixes, bigrams, lower, shapes
from bionym.features._template import Template
from bionym.formats import read
from bionym.linear_chain import training
from bionym.linear_chain.columns import EDGE, Column, Sequences, full_name, numbered_by_place, split_name
from bionym.linear_chain.decoding import marginals, unconstrained, viterbi
from bionym.linear_chain.emissions import Emitter
from bionym.linear_chain.training import Iteration, Optimizer, train
from bionym.linear_chain.weights import Weights

GOLD = Path(__file__).parents[1] / "gold" / "conll" / "ncbi.tsv"


def template() -> Template:
    parts = {"lower": lower, "affixes": affixes, "shapes": shapes, "bigrams": bigrams}
    return Template({name: (part, part.Options()) for name, part in parts.items()})


@pytest.fixture(scope="module")
def documents() -> list[Document]:
    return list(read(GOLD, "conll"))


def attributes(made: Template, document: Document) -> list[list[list[str]]]:
    """The names of each token's attributes, written out the slow way."""
    sequences = made.sequences([document])
    sentences = []
    for start, end in sequences.ranges:
        sentence = []
        for position in range(start, end):
            names = []
            for column in made.columns:
                for offset in column.offsets:
                    at = position + offset
                    cell = sequences.cells[column.name][at] if start <= at < end else EDGE
                    found = column.attributes(cell)
                    names += [full_name(column.name, offset, name) for name, radius in found if radius >= abs(offset)]
            sentence.append(names)
        sentences.append(sentence)
    return sentences


@pytest.fixture(scope="module")
def trained(documents: list[Document]) -> Weights:
    made = template()
    batches = [(made.sequences([document]), to_tags(document, BIO)) for document in documents]
    return train(made.columns, batches, Optimizer(c2=0.1, max_iterations=20))


def test_our_decoding_equals_crfsuite(documents: list[Document], trained: Weights, tmp_path: Path) -> None:
    made, theirs = template(), pycrfsuite.Trainer(verbose=False)
    theirs.select("lbfgs")
    theirs.set_params(training.crfsuite_names(Optimizer(c2=0.1, max_iterations=20)))
    for document in documents:
        for sentence, tags in zip(attributes(made, document), to_tags(document, BIO), strict=True):
            theirs.append(sentence, tags)
    theirs.train(str(tmp_path / "model"))
    tagger = pycrfsuite.Tagger()
    tagger.open(str(tmp_path / "model"))
    free = unconstrained(trained.tags, trained.transitions_LL)
    emitter = Emitter(made.columns, trained)
    for document in documents:
        sequences = made.sequences([document])
        emissions = emitter.emissions(sequences)
        ours = viterbi(emissions, sequences.ranges, free)
        probabilities = marginals(emissions, sequences.ranges, free)
        for (start, _), sentence, path in zip(sequences.ranges, attributes(made, document), ours, strict=True):
            assert tagger.tag(sentence) == [trained.tags[tag] for tag in path]
            expected = [tagger.marginal(tag, 0) for tag in trained.tags]
            assert probabilities[start] == pytest.approx(np.array(expected), abs=1e-3)


def test_progress_is_told_after_each_iteration(documents: list[Document]) -> None:
    made, told = template(), list[Iteration]()
    batches = [(made.sequences(documents[:1]), to_tags(documents[0], BIO))]
    training.train(made.columns, batches, Optimizer(max_iterations=5), on_iteration=told.append)
    assert [iteration.number for iteration in told] == [1, 2, 3, 4, 5]
    assert told[-1].loss < told[0].loss


def test_training_twice_gives_the_same_weights(documents: list[Document], trained: Weights) -> None:
    made = template()
    batches = [(made.sequences([document]), to_tags(document, BIO)) for document in documents]
    again = train(made.columns, batches, Optimizer(c2=0.1, max_iterations=20))
    assert again.attributes == trained.attributes
    assert np.array_equal(again.state_AL, trained.state_AL)


def test_nothing_to_learn_from_is_an_error() -> None:
    with pytest.raises(ModelError, match="no token to learn from"):
        train(template().columns, [], Optimizer())


def test_saved_weights_are_the_same_when_loaded(trained: Weights, tmp_path: Path) -> None:
    trained.save(tmp_path)
    loaded = Weights.load(tmp_path)
    assert loaded.tags == trained.tags
    assert loaded.attributes == trained.attributes
    assert np.array_equal(loaded.state_AL, trained.state_AL)
    assert np.array_equal(loaded.transitions_LL, trained.transitions_LL)


@pytest.mark.parametrize("damage", ["weights.json", "weights.safetensors"])
def test_damaged_weights_are_one_clear_error(trained: Weights, tmp_path: Path, damage: str) -> None:
    trained.save(tmp_path)
    (tmp_path / damage).write_bytes((tmp_path / damage).read_bytes()[:50])
    with pytest.raises(ModelError, match="does not hold a whole model"):
        Weights.load(tmp_path)


def test_emissions_do_not_depend_on_what_was_seen_before(documents: list[Document], trained: Weights) -> None:
    made = template()
    emitter = Emitter(made.columns, trained)
    alone = Emitter(made.columns, trained).emissions(made.sequences(documents[-1:]))
    emitter.emissions(made.sequences(documents[:-1]))
    assert np.array_equal(emitter.emissions(made.sequences(documents[-1:])), alone)


def test_listed_cells_give_the_emissions_of_remembered_ones(trained: Weights) -> None:
    names = [split_name(name)[2] for name in trained.attributes if name.startswith("bigrams|")]
    cells = [(), (names[0],), ("never seen", *names[1:4]), tuple(names[4:6]), tuple(names[2:9])]
    sequences = Sequences({"bigrams": cells}, [(0, 2), (2, 5)])
    listed = Column("bigrams", 0)
    remembered = Column("bigrams", 0, describe=listed.attributes)
    ours, theirs = (Emitter([column], trained).emissions(sequences) for column in (listed, remembered))
    assert np.array_equal(ours, theirs)
    assert ours.any()


def test_weights_under_names_of_another_kind_are_refused() -> None:
    from bionym.errors import ModelError
    from bionym.linear_chain.columns import full_name, split_name

    assert split_name(full_name("word", -1, "a|b")) == ("word", -1, "a|b")
    with pytest.raises(ModelError, match="Train it anew"):
        split_name("word:bias")


def test_full_names_are_numbered_by_column_and_offset() -> None:
    names = [full_name("word", -1, "a|b"), full_name("bigrams", 0, "a"), full_name("word", -1, "c")]
    found = numbered_by_place(names, first=1)
    assert found == {("word", -1): {"a|b": 1, "c": 3}, ("bigrams", 0): {"a": 2}}
