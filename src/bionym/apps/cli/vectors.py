"""`bionym vectors`: train word vectors, look into them, convert them, group their words."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bionym.apps.cli._console import console, number_of, say_audit, table
from bionym.apps.cli._options import Force, Json, write_json

if TYPE_CHECKING:
    from bionym.vectors import WordVectors

EPILOG = "Example: bionym vectors train notes.txt --out vectors"
SHOW_EPILOG = "Example: bionym vectors show vectors fever p53"
CONVERT_EPILOG = "Example: bionym vectors convert glove.6B.100d.txt --out vectors"
CLUSTER_EPILOG = "Example: bionym vectors cluster vectors --out clusters.tsv.gz"
MOST_COMPARED = 20_000

Vectors = Annotated[
    Path,
    typer.Argument(help="A folder of ours, or a word2vec, GloVe or fastText .vec file.", show_default=False),
]
Half = Annotated[bool, typer.Option("--half", help="Keep the numbers as float16: half as large.")]


def add_to(app: typer.Typer) -> None:
    """The verb, with its verbs below it."""
    vectors = typer.Typer(
        help="Train, show, convert or cluster word vectors.", no_args_is_help=True, rich_markup_mode=None
    )
    vectors.command("train", epilog=EPILOG)(train)
    vectors.command("show", epilog=SHOW_EPILOG)(show)
    vectors.command("convert", epilog=CONVERT_EPILOG)(convert)
    vectors.command("cluster", epilog=CLUSTER_EPILOG)(cluster)
    app.add_typer(vectors, name="vectors", epilog=EPILOG)


def train(
    texts: Annotated[
        list[str],
        typer.Argument(
            help="Text files, folders of .txt, or quoted globs, also packed as .gz or .xz; - is standard input. "
            "A sentence, paragraph or note a line.",
            show_default=False,
        ),
    ],
    out: Annotated[Path, typer.Option("--out", help="The folder of the vectors.")],
    kind: Annotated[str, typer.Option("--kind", help="skip-gram, cbow or fasttext.")] = "skip-gram",
    size: Annotated[int, typer.Option("--size", help="Dimensions of a vector.")] = 200,
    window: Annotated[int, typer.Option("--window", help="Tokens of context on each side.")] = 5,
    min_count: Annotated[int, typer.Option("--min-count", help="Rarer words get no vector.")] = 5,
    epochs: Annotated[int, typer.Option("--epochs", help="How often the text is gone through.")] = 5,
    lower: Annotated[bool, typer.Option("--lower/--keep-case", help="Lower-case the text.")] = True,
    zero_digits: Annotated[bool, typer.Option("--zero-digits/--keep-digits", help="Every digit becomes 0.")] = True,
    workers: Annotated[int, typer.Option("--workers", help="Threads; with 1, the same seed gives the same file.")] = 1,
    seed: Annotated[int, typer.Option("--seed", help="Where chance begins.")] = 1,
    half: Half = False,
    force: Force = False,
) -> None:
    """Learn vectors from plain text. Its words stand in the result: keep it as safe as the text."""
    from bionym import config as configuration
    from bionym.apps.cli._training_progress import TrainingProgress
    from bionym.text import tokenize
    from bionym.vectors import sources, training

    settings: dict[str, Any] = {"kind": kind, "size": size, "window": window, "min_count": min_count, "epochs": epochs}
    settings |= {"lower": lower, "zero_digits": zero_digits, "workers": workers, "seed": seed}
    config = configuration.validated(training.Config, settings)
    paths, start = sources.text_files(texts), time.monotonic()
    with TrainingProgress(sources.num_bytes(paths), config.epochs) as progress:
        vectors = training.train(
            (line for path in paths for line in sources.read_lines(path, progress.on_bytes)),
            out,
            config,
            tokenize=tokenize,
            is_half=half,
            force=force,
            on_corpus=progress.on_corpus,
            on_epoch=progress.on_epoch,
        )
    seconds = time.monotonic() - start
    console.say(
        f"{out}: {number_of(len(vectors), 'word')} in {config.size} dimensions, from "
        f"{number_of(progress.num_tokens, 'token')}, {seconds:.0f} s"
    )


def show(
    vectors: Vectors,
    words: Annotated[list[str], typer.Argument(help="Words to look for.", show_default=False)],
    number: Annotated[int, typer.Option("--number", "-n", min=1, help="Neighbours of each.")] = 10,
    json: Json = None,
) -> None:
    """The nearest words of a word, by cosine. A word is looked for exact, lower-cased, with digits as 0, and both."""
    read = _read(vectors)
    shown = [_shown(read, word, number) for word in words]
    if json:
        write_json(json, shown)
    if json != "-":
        for one in shown:
            _print(one)
    if not any(one["found_as"] for one in shown):
        raise typer.Exit(1)


def convert(
    vectors: Vectors,
    out: Annotated[Path, typer.Option("--out", help="The folder or file to write.")],
    to: Annotated[
        str, typer.Option("--to", "-t", help="folder (ours), word2vec-text, word2vec-binary or glove.")
    ] = "folder",
    half: Half = False,
    force: Force = False,
) -> None:
    """Any file of word vectors to ours, or to one that other programs read."""
    from bionym.data import Audit
    from bionym.errors import UsageError
    from bionym.vectors import write

    if half and to != "folder":
        raise UsageError(f"--half is for --to folder: {to} holds float32 only")
    audit = Audit()
    write(_read(vectors, audit), out, to, is_half=half, force=force, audit=audit, made_from=vectors)
    console.say(f"{number_of(audit.read['vectors'], 'vector')} read, {audit.written['vectors']:,} written to {out}")
    say_audit(audit)


def cluster(
    vectors: Vectors,
    out: Annotated[Path, typer.Option("--out", help="The file to write; packed if it ends in .gz.")],
    sizes: Annotated[str, typer.Option("--sizes", help="How many clusters, for each column.")] = "128,512,2000",
    seed: Annotated[int, typer.Option("--seed", help="Where chance begins.")] = 1,
    force: Force = False,
) -> None:
    """Group the words by their vectors, for the feature `clusters` of the CRF."""
    from bionym.data import Audit
    from bionym.vectors.clustering import write_clusters

    audit, numbers, start = Audit(), _sizes(sizes), time.monotonic()
    read = _read(vectors, audit)
    write_clusters(read, out, numbers, seed=seed, force=force, audit=audit)
    seconds = time.monotonic() - start
    console.say(f"{out}: {number_of(len(read), 'word')} in {', '.join(map(str, numbers))} clusters, {seconds:.0f} s")
    say_audit(audit)


def _read(path: Path, audit: Any = None) -> "WordVectors":
    from bionym.data import Audit
    from bionym.vectors import read

    own = Audit()
    vectors = read(path, audit=own if audit is None else audit)
    if audit is None:
        say_audit(own)
    return vectors


def _sizes(given: str) -> list[int]:
    from bionym.errors import UsageError

    pieces = given.split(",")
    if not all(piece.strip().isdecimal() for piece in pieces):
        raise UsageError(f"--sizes {given!r}: expected numbers of clusters, for example --sizes 128,512,2000")
    return [int(piece) for piece in pieces]


def _shown(vectors: "WordVectors", word: str, number: int) -> dict[str, Any]:
    from bionym.errors import did_you_mean

    found = vectors.find(word)
    if found is None:
        like = [known for known in vectors.words if known[:1] == word[:1].lower() and abs(len(known) - len(word)) < 3]
        hint = did_you_mean(word.lower(), like[:MOST_COMPARED])
        return {"word": word, "found_as": None, "under": None, "hint": hint.strip(), "nearest": []}
    near = [neighbour._asdict() for neighbour in vectors.nearest(found.row, number)]
    return {"word": word, "found_as": vectors.words[found.row], "under": found.form, "hint": "", "nearest": near}


def _print(one: dict[str, Any]) -> None:
    if one["found_as"] is None:
        tried = "not exact, lower-cased, with digits as 0, or both"
        console.complain(f"{one['word']!r} is not there: {tried}. {one['hint']}".rstrip())
        return
    typer.echo(f"{one['word']}: found {one['under']}" + (f", as {one['found_as']}" if one["under"] != "exact" else ""))
    rows = [(near["word"], f"{near['cosine']:.3f}") for near in one["nearest"]]
    typer.echo(table(("neighbour", "cosine"), rows) + "\n")
