"""Bionym in a spaCy pipeline: `nlp.add_pipe("bionym", config={"model": "models/first"})`.

    component   the component: loads a model, runs it over batches of `Doc`, is saved with the pipeline
    placing     entities onto the tokens of a `Doc`
    found       what stays on a `Doc` beside its spans: every entity, whole
    packing     a model folder as bytes

spaCy finds the component by its entry point. A program that only reads saved `Doc`s imports this for `doc._.bionym`.
"""

from importlib.util import find_spec

from bionym.errors import MissingExtraError

if find_spec("spacy") is None:
    raise MissingExtraError("spacy", extra="spacy", purpose="Bionym's component for spaCy")

from bionym.apps.spacy.component import Bionym, make_bionym
from bionym.apps.spacy.found import Found

__all__ = ["Bionym", "Found", "make_bionym"]
