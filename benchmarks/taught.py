"""A BiLSTM-CRF over four corpora that a teacher has taught on raw text, and what that brings.

    python benchmarks/taught.py --data CORPORA --text TEXT --vectors VECTORS --out FOLDER

One after the other: a feature CRF for each of three corpora, and with `--encoder` a transformer for each; two BiLSTM-CRFs over
all four; all of them as one ensemble; a student that learns from the annotated documents and, beside them, from what the ensemble finds in raw text; and students that
go on from it with the annotated documents alone, one for each seed. Every model is kept in FOLDER, and one that stands there
is not trained again. Sentences of the development and test data are never learned from. Prints one JSON object: strict F1 of
each model on the test splits, and mean and standard deviation over the seeds. `--select` learns from train only, and scores
on the development splits.
"""

import argparse
import json
import statistics
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import bionym
from bionym import models, pipeline
from bionym.data import Corpus, Document

CORPORA = ("NCBI-disease", "BC5CDR", "BC2GM", "JNLPBA")
CRFS = {"NCBI-disease": None, "BC5CDR": None, "BC2GM": Path(__file__).with_name("crf_genes.toml")}
NETWORK = ("network.characters.size=128", "network.recurrent.size=256", "held_out=0", "weights=float32")
NETS = (1, 2)  # their seeds

Data = dict[str, tuple[tuple[Document, ...], tuple[Document, ...]]]


def read(folder: Path, *, select: bool) -> Data:
    """For each corpus what is learned from, and what is scored."""
    found = {}
    for name in CORPORA:
        train, devel, test = (
            tuple(bionym.read(folder / "conll" / name / f"{split}.tsv", "conll"))
            for split in ("train", "devel", "test")
        )
        found[name] = (train, devel) if select else (train + devel, test)
    return found


def kept(folder: Path, make: Callable[[], pipeline.Pipeline]) -> Path:
    """The folder of a model, which is trained if it is not there."""
    if not folder.exists():
        make().save(folder)
    return folder


def crf(data: Data, name: str) -> pipeline.Pipeline:
    """A feature CRF over one corpus."""
    return bionym.train(data[name][0], model="crf", config=CRFS[name])


def transformer(data: Data, name: str, encoder: Path) -> pipeline.Pipeline:
    """An encoder fine-tuned on one corpus."""
    config = Path(__file__).with_name("transformer_minilm.toml")
    corpora = {name: Corpus({"train": data[name][0]})}
    return bionym.train(model="transformer", config=config, corpora=corpora, settings=[f"encoder={encoder}"])


def trained(data: Data, settings: list[str]) -> pipeline.Pipeline:
    """A BiLSTM-CRF over all corpora; what is scored is named as test data, so that raw text is kept clear of it."""
    corpora = {name: Corpus({"train": own[0], "test": own[1]}, allow_leaks=True) for name, own in data.items()}
    return bionym.train(model="bilstm_crf", corpora=corpora, settings=[*NETWORK, *settings])


def scores(folder: Path, data: Data) -> dict[str, float]:
    """Strict F1 in percent of a model on each corpus that it knows."""
    tagger: Any = models.load(folder)
    several = len(getattr(tagger, "sources", ())) > 1
    found = {}
    for name, (_, gold) in data.items():
        if several and name in tagger.sources:
            found[name] = round(100 * bionym.evaluate(gold, tagger.of_source(name).predict(gold)).f1, 2)
        elif folder.name == name:
            found[name] = round(100 * bionym.evaluate(gold, tagger.predict(gold)).f1, 2)
    return found


def recipe(data: Data, arguments: argparse.Namespace) -> dict[str, Any]:
    """Every model, and its scores."""
    out: Path = arguments.out
    start = [f"init={arguments.init}"] if arguments.init else [f"network.words.vectors={arguments.vectors}"]
    crfs = {name: kept(out / "crf" / name, partial(crf, data, name)) for name in CRFS}
    nets = [
        kept(out / "net" / str(seed), partial(trained, data, [*start, "training.epochs=9", f"training.seed={seed}"]))
        for seed in NETS
    ]
    encoders = {
        name: kept(out / "encoder" / name, partial(transformer, data, name, arguments.encoder))
        for name in (CRFS if arguments.encoder else ())
    }
    of_one = [f"{name}={folder}" for name, folder in (*crfs.items(), *encoders.items())]
    teacher = out / "teacher"
    if not teacher.exists():
        models.combine([*map(str, nets), *of_one], teacher)
    taught = [f"teacher.model={teacher}", f"teacher.text={arguments.text}", f"teacher.words={arguments.words}"]
    first = kept(out / "first", partial(trained, data, [*start, *taught, "training.epochs=3"]))
    later = [f"init={first}", "training.epochs=4", "training.learning_rate=0.001"]
    students = [
        kept(out / "student" / str(seed), partial(trained, data, [*later, f"training.seed={seed}"]))
        for seed in arguments.seeds
    ]
    folders = [*crfs.values(), *encoders.values(), *nets, teacher, first, *students]
    found: dict[str, Any] = {str(folder.relative_to(out)): scores(folder, data) for folder in folders}
    found["mean"], found["deviation"] = {}, {}
    for name in data:
        own = [found[str(folder.relative_to(out))][name] for folder in students]
        found["mean"][name] = round(statistics.mean(own), 2)
        found["deviation"][name] = round(statistics.stdev(own), 2) if len(own) > 1 else None
    return found


def main() -> None:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder of corpora")
    parser.add_argument("--text", type=Path, required=True, help="raw text of the field, a paragraph a line")
    parser.add_argument("--vectors", type=Path, required=True, help="word vectors")
    parser.add_argument("--init", type=Path, help="a BiLSTM that bionym pretrain made, to begin with")
    parser.add_argument("--encoder", type=Path, help="a pretrained encoder, for transformers among the teachers")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--words", type=int, default=2_500_000, help="of the raw text")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--select", action="store_true")
    arguments = parser.parse_args()
    print(json.dumps(recipe(read(arguments.data, select=arguments.select), arguments), indent=2))


if __name__ == "__main__":
    main()
