"""One suite over every feature: values for each token, the same each time, whatever was asked before."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

import bionym
from bionym import config as configuration
from bionym import plugins
from bionym.data import Document
from bionym.errors import ConfigError, InputError
from bionym.features import FeatureOptions
from bionym.models import crf
from bionym.resources import resource_path
from bionym.text.prepare import tokenized

GOLD = Path(__file__).parents[1] / "gold"
NAMES = plugins.names("features")
TEXTS = (
    "Mild ataxia (AT) after 10 mg of Aspirin. No AT at 12/03/2011; IL-2 was 3.5.",
    "β-blocker\r\n\r\nnaïve  ﬁbrosis ... -- 🙂 x",
    "Fever",
)
BLANK = ("", " \n\t ")


def documents() -> list[Document]:
    tokens = list(bionym.read(GOLD / "conll" / "ncbi.tsv", "conll"))
    return [*(tokenized(Document(str(number), text)) for number, text in enumerate(TEXTS)), *tokens]


def options_of(name: str) -> FeatureOptions:
    """The options that a feature has in a CRF unless told otherwise, the files they name found."""
    options: FeatureOptions = configuration.validated(
        plugins.find("features", name).Options, crf.DEFAULT_FEATURES.get(name, {})
    )
    return options.with_files(resource_path)


def built(name: str) -> Callable[[Document], list[Sequence[str]]]:
    """From a document to the values of each token."""
    part = plugins.find("features", name)
    of = part.build(options_of(name))
    if part.PER_WORD:
        return lambda document: [tuple(of(token.of(document.text))) for token in document.tokens]
    return lambda document: list(map(tuple, of(document)))


@pytest.fixture(scope="module", params=NAMES)
def values(request: pytest.FixtureRequest) -> Any:
    return built(request.param)


def test_each_token_has_its_values(values: Any) -> None:
    for document in documents():
        found = values(document)
        assert len(found) == len(document.tokens)
        assert all(isinstance(value, str) and value for of_token in found for value in of_token)


def test_a_feature_says_something(values: Any) -> None:
    assert any(any(values(document)) for document in documents())


def test_what_it_says_does_not_depend_on_other_documents(values: Any) -> None:
    forward = {document.id: values(document) for document in documents()}
    backward = {document.id: values(document) for document in documents()[::-1]}
    assert forward == backward


def test_entities_of_a_document_change_nothing(values: Any) -> None:
    for document in documents():
        assert values(document.with_entities(())) == values(document)


def test_a_document_without_tokens_has_no_values(values: Any) -> None:
    assert [values(tokenized(Document("blank", text))) for text in BLANK] == [[], []]


@pytest.mark.parametrize("name", NAMES)
def test_a_feature_that_is_built_anew_says_the_same(name: str) -> None:
    first, second = built(name), built(name)
    assert [first(document) for document in documents()] == [second(document) for document in documents()]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"colour": "red"}, "There is no setting 'colour'"),
        ({"window": -1}, "'window' is -1"),
        ({"window": True}, "window"),
    ],
    ids=["unknown", "negative", "no number"],
)
def test_wrong_options_are_refused_by_name(name: str, wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        configuration.validated(plugins.find("features", name).Options, {**crf.DEFAULT_FEATURES.get(name, {}), **wrong})


@pytest.mark.parametrize("name", NAMES)
def test_a_file_that_is_not_there_is_named(name: str) -> None:
    options = options_of(name)
    changed = options.with_files(lambda path: path.with_name("nothere"))
    if changed != options:
        with pytest.raises(InputError, match="nothere"):
            changed.with_files(resource_path)


@pytest.mark.parametrize("name", NAMES)
def test_a_crf_learns_with_the_feature_alone(name: str) -> None:
    others = [f"features.{other}=false" for other in crf.DEFAULT_FEATURES if other != name]
    settings = [*others, f"features.{name}=true"] if name not in crf.DEFAULT_FEATURES else others
    learned = list(bionym.read(GOLD / "conll" / "ncbi.tsv", "conll"))
    tagger = bionym.train(learned, settings=["training.max_iterations=3", *settings]).tagger
    assert [one.id for one in tagger.predict(learned)] == [one.id for one in learned]
