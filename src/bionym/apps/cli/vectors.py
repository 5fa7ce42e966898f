"""`bionym vectors`: train, show, convert and cluster word vectors."""

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
    typer.Argument(help="A folder written by bionym, or a word2vec, GloVe or fastText .vec file.", show_default=False),
]
Half = Annotated[bool, typer.Option("--half", help="Store float16: half the size.")]


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
            help="Text files, folders of .txt, or quoted globs, or compressed .gz or .xz; - is standard input. "
            "One sentence, paragraph or note a line.",
            show_default=False,
        ),
    ],
    out: Annotated[Path, typer.Option("--out", help="Folder for the vectors.")],
    kind: Annotated[str, typer.Option("--kind", help="skip-gram, cbow or fasttext.")] = "skip-gram",
    size: Annotated[int, typer.Option("--size", help="Dimensions of a vector.")] = 200,
    window: Annotated[int, typer.Option("--window", help="Tokens of context on each side.")] = 5,
    min_count: Annotated[
        int, typer.Option("--min-count", help="Minimum count of a word; rarer ones get no vector.")
    ] = 5,
    epochs: Annotated[int, typer.Option("--epochs", help="Passes over the text.")] = 5,
    lower: Annotated[bool, typer.Option("--lower/--keep-case", help="Lower-case the text.")] = True,
    zero_digits: Annotated[bool, typer.Option("--zero-digits/--keep-digits", help="Replace every digit by 0.")] = True,
    workers: Annotated[
        int, typer.Option("--workers", help="Threads; only with 1 does the same seed give the same file.")
    ] = 1,
    seed: Annotated[int, typer.Option("--seed", help="Random seed.")] = 1,
    half: Half = False,
    force: Force = False,
) -> None:
    """Train word vectors on plain text. The result holds words of the text: protect it as you do the text."""
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
    words: Annotated[list[str], typer.Argument(help="Words to look up.", show_default=False)],
    number: Annotated[int, typer.Option("--number", "-n", min=1, help="Number of neighbours.")] = 10,
    json: Json = None,
) -> None:
    """Nearest words by cosine. A word is looked up as it is, lower-cased, with digits as 0, and both."""
    read = _read(vectors)
    shown = [_shown(read, word, number) for word in words]
    if json:
        write_json(json, shown)
    if json != "-":
        for entry in shown:
            _print(entry)
    if not any(entry["found_as"] for entry in shown):
        raise typer.Exit(1)


def convert(
    vectors: Vectors,
    out: Annotated[Path, typer.Option("--out", help="Folder or file to write.")],
    to: Annotated[
        str, typer.Option("--to", "-t", help="folder (of bionym), word2vec-text, word2vec-binary or glove.")
    ] = "folder",
    half: Half = False,
    force: Force = False,
) -> None:
    """Convert word vectors to the format of bionym, or to one of other programs."""
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
    out: Annotated[Path, typer.Option("--out", help="File to write; compressed if it ends in .gz.")],
    sizes: Annotated[str, typer.Option("--sizes", help="Number of clusters of each column.")] = "128,512,2000",
    seed: Annotated[int, typer.Option("--seed", help="Random seed.")] = 1,
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

    losses = Audit() if audit is None else audit
    vectors = read(path, audit=losses)
    if audit is None:
        say_audit(losses)
    return vectors


def _sizes(given: str) -> list[int]:
    from bionym.errors import UsageError

    pieces = given.split(",")
    if not all(piece.strip().isdecimal() for piece in pieces):
        raise UsageError(f"--sizes {given!r}: expected numbers of clusters, for example --sizes 128,512,2000")
    return [int(piece) for piece in pieces]


def _shown(vectors: "WordVectors", word: str, number: int) -> dict[str, Any]:
    from bionym.errors import did_you_mean

    match = vectors.find(word)
    if match is None:
        like = [known for known in vectors.words if known[:1] == word[:1].lower() and abs(len(known) - len(word)) < 3]
        hint = did_you_mean(word.lower(), like[:MOST_COMPARED])
        return {"word": word, "found_as": None, "under": None, "hint": hint.strip(), "nearest": []}
    near = [neighbour._asdict() for neighbour in vectors.nearest(match.row, number)]
    return {"word": word, "found_as": vectors.words[match.row], "under": match.form, "hint": "", "nearest": near}


def _print(entry: dict[str, Any]) -> None:
    if entry["found_as"] is None:
        tried = "not exact, lower-cased, with digits as 0, or both"
        console.complain(f"{entry['word']!r} is not there: {tried}. {entry['hint']}".rstrip())
        return
    alias = f", as {entry['found_as']}" if entry["under"] != "exact" else ""
    typer.echo(f"{entry['word']}: found {entry['under']}{alias}")
    rows = [(near["word"], f"{near['cosine']:.3f}") for near in entry["nearest"]]
    typer.echo(table(("neighbour", "cosine"), rows) + "\n")
