"""Distillation: a BiLSTM-CRF over four corpora, trained on raw text that a teacher labelled too; the same for an encoder.

    python benchmarks/distillation.py --data CORPORA --text TEXT... [--text MORE...] --vectors VECTORS --out FOLDER

One after the other: a feature CRF for each of three corpora, and with `--encoder` a transformer for each; two BiLSTM-CRFs over
all four; all of them as one ensemble; a student that is trained on the annotated documents and on raw text that the
ensemble labelled; and students that continue from it on the annotated documents alone, one for each seed. Each further
`--text` is a round more: the first of these students replaces the first BiLSTM-CRF in the ensemble, and the
student is trained on the new text as that labels it; from the third round on, the mean of the last two students continues. With
`--encoder` also a transformer over two corpora, distilled and continued in the same way, in the first round. Every model is
kept in FOLDER, and one that stands there is not trained again. Sentences of the development and test data are never trained
on. Prints one JSON object: strict F1 of each model on the test splits, and mean and standard deviation over the seeds of the
last round. `--select` trains on train only, and scores on the development splits.
"""

import argparse
import json
import statistics
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import bionym
from bionym import pipeline
from bionym.data import Corpus, Document
from bionym.models.ensemble import combining
from bionym.trained import store

CORPORA = ("NCBI-disease", "BC5CDR", "BC2GM", "JNLPBA")
CRFS = {"NCBI-disease": None, "BC5CDR": None, "BC2GM": Path(__file__).with_name("crf_genes.toml")}
NETWORK = ("network.characters.size=128", "network.recurrent.size=256", "held_out=0", "weights=float32")
NETS = (1, 2)  # their seeds
SHORTLY = ("training.epochs=2", "training.learning_rate=0.0005")
EPOCHS, EPOCHS_MORE = 5, 3  # of a student in the first round, and in later ones, which begin with the one before
OF_ENCODER = ("NCBI-disease", "BC5CDR")  # corpora of the distilled transformer
SENTENCES = Path(__file__).with_name("transformer_minilm.toml")

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


def trained(data: Data, settings: list[str]) -> pipeline.Pipeline:
    """A BiLSTM-CRF over all corpora."""
    return bionym.train(model="bilstm_crf", corpora=_corpora(data, CORPORA), settings=[*NETWORK, *settings])


def tuned(data: Data, names: tuple[str, ...], settings: list[str]) -> pipeline.Pipeline:
    """A transformer over some of them."""
    return bionym.train(model="transformer", config=SENTENCES, corpora=_corpora(data, names), settings=settings)


def _corpora(data: Data, names: tuple[str, ...]) -> dict[str, Corpus]:
    """What is scored is named as test data, so that raw text is kept clear of it."""
    return {name: Corpus({"train": data[name][0], "test": data[name][1]}, allow_leaks=True) for name in names}


def scores(folder: Path, data: Data) -> dict[str, float]:
    """Strict F1 in percent of a model on each corpus that it knows."""
    tagger: Any = store.load(folder)
    several = len(getattr(tagger, "sources", ())) > 1
    found = {}
    for name, (_, gold) in data.items():
        if several and name in tagger.sources:
            found[name] = round(100 * bionym.evaluate(gold, tagger.of_source(name).predict(gold)).f1, 2)
        elif folder.name == name:
            found[name] = round(100 * bionym.evaluate(gold, tagger.predict(gold)).f1, 2)
    return found


def members(data: Data, arguments: argparse.Namespace) -> tuple[list[Path], list[str]]:
    """The members of the teacher, and their names: those of one corpus by its name."""
    out: Path = arguments.out
    several = [*_start(arguments), "training.epochs=9"]
    nets = [kept(out / "net" / str(seed), partial(trained, data, [*several, f"training.seed={seed}"])) for seed in NETS]
    of_one = [(name, kept(out / "crf" / name, partial(crf, data, name))) for name in CRFS]
    if arguments.encoder:
        made = {name: partial(tuned, data, (name,), [f"encoder={arguments.encoder}"]) for name in CRFS}
        of_one += [(name, kept(out / "encoder" / name, make)) for name, make in made.items()]
    folders = [*nets, *(folder for _, folder in of_one)]
    return folders, [*map(str, nets), *(f"{name}={folder}" for name, folder in of_one)]


def student(data: Data, settings: list[str], epochs: int, out: Path) -> Path:
    """A BiLSTM-CRF, trained with a teacher too."""
    settings = [*settings, "network.dropout=0.35", f"training.epochs={epochs}"]
    return kept(out, partial(trained, data, settings))


def gone_on(data: Data, learned: list[Path], seeds: list[int], out: Path) -> list[Path]:
    """Those that go on with the annotated documents alone, one for each seed.

    Args:
        learned: the students of all rounds. In the third and later ones the mean of the last two goes on, and for less long.
    """
    later = [f"init={learned[-1]}", "training.epochs=4", "training.learning_rate=0.001"]
    if len(learned) > 2:
        later = [f"init={learned[-1]}", f"init_with={json.dumps([str(learned[-2])])}", *SHORTLY]
    return [kept(out / str(seed), partial(trained, data, [*later, f"training.seed={seed}"])) for seed in seeds]


def encoder_students(data: Data, settings: list[str], arguments: argparse.Namespace) -> list[Path]:
    """A transformer trained with the teacher, and one that continues from it."""
    from_text = [f"encoder={arguments.encoder}", *settings, "training.epochs=2"]
    first = kept(arguments.out / "encoder-first", partial(tuned, data, OF_ENCODER, from_text))
    later = [f"init={first}", "training.epochs=3", "training.learning_rate=1e-4"]
    return [first, kept(arguments.out / "encoder-student", partial(tuned, data, OF_ENCODER, later))]


def _start(arguments: argparse.Namespace) -> list[str]:
    return [f"init={arguments.init}"] if arguments.init else [f"network.words.vectors={arguments.vectors}"]


def recipe(data: Data, arguments: argparse.Namespace) -> dict[str, Any]:
    """Every model, and its scores."""
    out: Path = arguments.out
    folders, named = members(data, arguments)
    start = _start(arguments)
    learned: list[Path] = []
    for number, texts in enumerate(arguments.text, 1):
        place = out / f"round {number}"
        teacher = place / "teacher"
        if not teacher.exists():
            combining.combine(named, teacher)
        text = f"teacher.text={json.dumps(texts)}"
        settings = [f"teacher.model={teacher}", text, f"teacher.words={arguments.words}"]
        first = student(data, [*start, *settings], EPOCHS if number == 1 else EPOCHS_MORE, place / "student")
        learned.append(first)
        last = gone_on(data, learned, arguments.seeds, place / "gone on")
        folders += [teacher, first, *last]
        if arguments.encoder and number == 1:
            folders += encoder_students(data, settings, arguments)
        start, named = [f"init={first}"], [str(last[0]), *named[1:]]
    found: dict[str, Any] = {str(folder.relative_to(out)): scores(folder, data) for folder in folders}
    found["mean"], found["deviation"] = {}, {}
    for name in data:
        own = [found[str(folder.relative_to(out))][name] for folder in last]
        found["mean"][name] = round(statistics.mean(own), 2)
        found["deviation"][name] = round(statistics.stdev(own), 2) if len(own) > 1 else None
    return found


def main() -> None:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder of corpora")
    parser.add_argument(
        "--text",
        nargs="+",
        action="append",
        required=True,
        help="raw text of the field, a paragraph a line; of a round",
    )
    parser.add_argument("--vectors", type=Path, required=True, help="word vectors")
    parser.add_argument("--init", type=Path, help="a BiLSTM that bionym pretrain made, to begin with")
    parser.add_argument("--encoder", type=Path, help="a pretrained encoder, for transformers among the teachers")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--words", type=int, default=3_000_000, help="of the raw text")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--select", action="store_true")
    arguments = parser.parse_args()
    print(json.dumps(recipe(read(arguments.data, select=arguments.select), arguments), indent=2))


if __name__ == "__main__":
    main()
