"""Parts of speech, by a tagger of our own: a linear chain trained on the GENIA treebank (Penn Treebank tags), shipped."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

from bionym.data import Document
from bionym.features import affixes, lower, shapes
from bionym.features._options import FeatureOptions, Window
from bionym.features._template import Template
from bionym.linear_chain.decoding import Chain, unconstrained, viterbi
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
    template, emitter, chain = _tagger(SHIPPED)

    def tags(document: Document) -> list[tuple[str, ...]]:
        sequences = template.sequences([document])
        paths = viterbi(emitter.emissions(sequences), sequences.ranges, chain)
        return [(chain.tags[tag],) for path in paths for tag in path]

    return tags


def template() -> Template:
    """What the tagger itself looks at."""
    return Template(
        {
            "lower": (lower, lower.Options(window=1)),
            "affixes": (affixes, affixes.Options(shortest=1, longest=4)),
            "shapes": (shapes, shapes.Options(window=1, shapes=("collapsed", "kind"))),
        }
    )


@cache
def _tagger(folder: Path) -> tuple[Template, Emitter, Chain]:
    weights, made = Weights.load(folder, NAME), template()
    return made, Emitter(made.columns, weights), unconstrained(weights.tags, weights.transitions_LL)
