"""Parts of speech, by a tagger of our own, trained on the GENIA treebank (Penn Treebank tags), that ships.

It looks at the words around a token, not at their tags, so the best tag of each token is that of the largest emission.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path

from bionym.data import Document
from bionym.features import affixes, bigrams, lower, shapes
from bionym.features._options import FeatureOptions, Window
from bionym.features._template import Template
from bionym.linear_chain.emissions import Emitter
from bionym.linear_chain.weights import Weights
from bionym.resources import SHIPPED

PER_WORD = False
NAME = "part_of_speech"


class Options(FeatureOptions):
    """Settings of `part_of_speech`."""

    window: Window = 1


def build(options: Options) -> Callable[[Document], list[tuple[str, ...]]]:
    """From a document to each token's part of speech: `("NN",)`."""
    template, emitter, values = _tagger(SHIPPED)

    def tags(document: Document) -> list[tuple[str, ...]]:
        sequences = template.sequences([document])
        return [values[tag] for tag in emitter.emissions(sequences).argmax(axis=1).tolist()]

    return tags


def template() -> Template:
    """What the tagger itself looks at."""
    return Template(
        {
            "lower": (lower, lower.Options(window=2)),
            "affixes": (affixes, affixes.Options(shortest=1, longest=4, window=1)),
            "shapes": (shapes, shapes.Options(window=1, shapes=("collapsed", "kind"))),
            "bigrams": (bigrams, bigrams.Options()),
        }
    )


@cache
def _tagger(folder: Path) -> tuple[Template, Emitter, list[tuple[str, ...]]]:
    weights, made = Weights.load(folder, NAME), template()
    return made, Emitter(made.columns, weights), [(tag,) for tag in weights.tags]
