"""The library and the spaCy component, with the models that `verbs` trained.

python -m tests.privacy.library [SECONDS]      is started where `verbs` wrote; goes on predicting for so many seconds
"""

import sys
import time
from pathlib import Path

import spacy

import bionym
from tests.privacy.tracing import mark
from tests.privacy.verbs import CONLL, LIGHT, NOTES

MODELS = ("crf", "bilstm", "tuned", "both")


def run(seconds: float = 0.0) -> None:
    """Everything once, and prediction for so many seconds more."""
    documents, out = list(bionym.read(CONLL, "conll")), Path(f"library-{seconds:g}")
    mark("library-train")
    bionym.train(documents, settings=LIGHT).save(out / "trained")
    for name in MODELS:
        mark(f"library-{name}")
        found = list(bionym.load(name).predict(bionym.read(NOTES)))
        bionym.write(found, out / f"{name}.jsonl", "jsonl")
    bionym.evaluate(documents, list(bionym.load("crf").predict(documents)))
    mark("spacy")
    nlp = spacy.blank("en")
    nlp.add_pipe("bionym", config={"model": str(Path("bilstm").resolve())})
    list(nlp.pipe(document.text for document in documents))
    mark("library-long")
    predict_for(seconds)


def predict_for(seconds: float) -> None:
    """Go on predicting: what waits to be sent is sent after some seconds."""
    tagger, documents, end = bionym.load("bilstm"), list(bionym.read(NOTES)), time.monotonic() + seconds
    while time.monotonic() < end:
        list(tagger.predict(documents))


if __name__ == "__main__":
    run(float(sys.argv[1]) if len(sys.argv) > 1 else 0.0)
