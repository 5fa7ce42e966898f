"""Makes the small models of this folder, and what each of them finds: `PYTHONPATH=. python tests/gold/models/make.py`.

They are kept as they are for ever, so that models saved by older versions stay readable: run this for a new kind only, by name.
"""

import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

import bionym
from bionym import models, vectors
from bionym.apps.cli import main as command
from bionym.data import Corpus, Document
from tests.encoders import families

HERE = Path(__file__).parent
GOLD = HERE.parent
CRF = (
    "training.max_iterations=40",
    "training.min_frequency=2",
    "features.shapes=false",
    "features.ngrams=false",
    "features.shape_sequences=false",
)
NETWORK = (
    "network.recurrent.size=16",
    "network.characters.size=9",
    "network.characters.dim=8",
    "network.words.dim=12",
    "network.words.min_count=3",
    "network.dropout=0.1",
    "training.moving_average=0.0",
    "training.batch_tokens=256",
    "training.epochs=12",
    "training.learning_rate=0.03",
    "held_out=0",
    "weights=float32",
)
SEED = 6  # one by which the two corpora are best in different epochs
LISTS = ("diseases", "nci_thesaurus", "chemicals", "genes")  # those that a CRF has unless told otherwise
ENCODER = (
    "training.epochs=40",
    "training.learning_rate=0.005",
    "training.layer_decay=1.0",
    "training.batch_tokens=256",
    "training.precision=float32",
    "window=48",
    "overlap=8",
    "held_out=0",
    "weights=float32",
)


def diseases() -> list[Document]:
    """Sentences of NCBI-disease."""
    return list(bionym.read(GOLD / "conll" / "ncbi.tsv", "conll"))


def chemicals() -> list[Document]:
    """Abstracts of BC5CDR with their title."""
    return list(bionym.read(GOLD / "pubtator" / "bc5cdr.PubTator.txt", "pubtator"))


def asked() -> list[Document]:
    """What every model is asked to find entities in: raw text, and text with tokens and passages."""
    plain = [Document(f"plain {one.id}", one.text) for one in chemicals()]
    return [*diseases(), *chemicals(), *plain]


def corpora() -> dict[str, Corpus]:
    """Two corpora, each of which also decides which epoch is best for it."""
    parts = {"ncbi": tuple(diseases()), "cdr": tuple(chemicals())}
    return {name: Corpus({"train": part, "dev": part}, allow_leaks=True) for name, part in parts.items()}


def terms(place: Path) -> Path:
    """A term list of our own."""
    path = place / "terms.txt"
    path.write_text("breast cancer\nhypertension\nataxia telangiectasia\n", encoding="utf-8")
    return path


def word_vectors(place: Path) -> Path:
    """Random vectors for some of the words."""
    words = sorted({one.text[start:end].lower() for one in diseases() for start, end in one.tokens})[::6]
    matrix = np.random.default_rng(1).normal(size=(len(words), 8)).astype(np.float32)
    vectors.write(vectors.WordVectors(words, matrix), place / "vectors")
    return place / "vectors"


def network(place: Path, *settings: str, documents: Sequence[Document] | None = None) -> Any:
    """A BiLSTM-CRF of one corpus, or of both if no documents are given."""
    own = [*NETWORK, f"network.lists={{own = '{terms(place)}'}}", *settings]
    given: dict[str, Any] = {} if documents is not None else {"corpora": corpora()}
    return bionym.train(documents, model="bilstm_crf", settings=own, **given)


def clusters(place: Path) -> Path:
    """Two groupings of a few words."""
    path = place / "clusters.tsv"
    path.write_text("cancer\t1\t3\ntumour\t1\t3\nbreast\t2\t4\novarian\t2\t5\n", encoding="utf-8")
    return path


def crf(place: Path) -> Any:
    """A feature CRF."""
    lists = [f"features.gazetteer.lists.{name}='{terms(place)}'" for name in LISTS]
    return bionym.train(diseases(), settings=[*CRF, f"features.clusters.file='{clusters(place)}'", *lists])


def many_epochs(place: Path) -> Any:
    """Two heads, of which at least one has a network of its own."""
    several = ("keep=each", f"training.seed={SEED}", "training.schedule=constant")
    return network(place, *several, "training.epochs=6")


def inputs(place: Path) -> Any:
    """A network that reads all there is: words with vectors, shapes, characters of the sentence."""
    more = (
        f"network.words.vectors={word_vectors(place)}",
        "network.shapes.dim=4",
        "network.sentence_characters.size=8",
    )
    return network(place, *more, documents=diseases())


def transformer(place: Path) -> Any:
    """A tiny encoder with random weights, fine-tuned."""
    encoder = families.bert(place / "encoder")
    return bionym.train(diseases(), model="transformer", settings=[*ENCODER, f"encoder={encoder}"])


SINGLE: dict[str, Callable[[Path], Any]] = {
    "crf": crf,
    "bilstm_crf": lambda place: network(place, documents=diseases()),
    "bilstm_crf_int8": lambda place: network(place, "weights=int8", documents=diseases()),
    "bilstm_crf_two_heads": network,
    "bilstm_crf_own_networks": many_epochs,
    "bilstm_crf_pairwise": lambda place: network(place, "network.output=pairwise", documents=diseases()),
    "bilstm_crf_all_inputs": inputs,
    "transformer": transformer,
}


def ensemble(place: Path, out: Path) -> None:
    """A CRF and a network with two heads."""
    models.combine([HERE / "bilstm_crf_two_heads", f"ncbi={HERE / 'crf'}"], out, shares=[2, 1])


def stripped(place: Path, out: Path) -> None:
    """A network without the words it learned."""
    models.strip(str(HERE / "bilstm_crf_all_inputs"), out)


def for_prediction(place: Path, out: Path) -> None:
    """A network without what prediction does not read."""
    models.export_model(str(HERE / "bilstm_crf_two_heads"), out, to="prediction")


def pretrained(place: Path, out: Path) -> None:
    """A network that learned from raw text, to begin with (`init`)."""
    text = place / "text.txt"
    text.write_text("\n".join(one.text for one in [*diseases(), *chemicals()] * 3) + "\n", encoding="utf-8")
    sizes = ["network.recurrent.size=16", "network.characters.size=9", "network.characters.dim=8", "network.lists={}"]
    more = [f"network.words.vectors={word_vectors(place)}", "min_character_count=1", "text.held_out=0.1"]
    options = [part for setting in [*sizes, *more] for part in ("--set", setting)]
    assert command(["pretrain", str(text), "--model", "bilstm_crf", *options, "--out", str(out)]) == 0


FROM_OTHERS = {
    "ensemble": ensemble,
    "bilstm_crf_stripped": stripped,
    "bilstm_crf_for_prediction": for_prediction,
    "bilstm_pretrained": pretrained,
}


def write_predictions(name: str) -> None:
    """One line for each document: the entities that a model finds."""
    rows = []
    for document in bionym.load(HERE / name).predict(asked()):
        entities = [
            {
                "spans": [[span.start, span.end] for span in entity.spans],
                "label": entity.label,
                "source": entity.attributes.get("source"),
                "score": round(float(entity.score or 0), 8),
            }
            for entity in document.entities
        ]
        rows.append(json.dumps({"id": document.id, "entities": entities}))
    (HERE / f"{name}.predictions.jsonl").write_text("\n".join(rows) + "\n", encoding="utf-8")


def make(name: str) -> None:
    """One model, and what it finds."""
    shutil.rmtree(HERE / name, ignore_errors=True)
    with tempfile.TemporaryDirectory() as scratch:
        if name in SINGLE:
            SINGLE[name](Path(scratch)).save(HERE / name)
        else:
            FROM_OTHERS[name](Path(scratch), HERE / name)
    if name != "bilstm_pretrained":
        write_predictions(name)


if __name__ == "__main__":
    for chosen in sys.argv[1:] or [*SINGLE, *FROM_OTHERS]:
        make(chosen)
        print(chosen)
