"""Attack every reader and writer with damaged samples.

    python tools/fuzz.py --cases 100000
    python tools/fuzz.py --seed 1 --case 4711        one case again, with its traceback

A case takes a sample of one format, damages it, reads it, writes what was read in some format, and reads that back. It
fails if anything but a BionymError is raised, if an error quotes a word of the text (under --debug too), if what was
written cannot be read, or if it takes longer than 10 seconds of the processor. A failure is printed with its seed and number, made
smaller, and left in a folder outside the repository. The same seed and number give the same case.
"""

import argparse
import functools
import gzip
import importlib
import json
import random
import re
import resource
import shutil
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from bionym import formats
from bionym.data import Argument, Audit, Document, Entity, Passage, Relation, Span
from bionym.errors import BionymError, MissingExtraError

ROOT = Path(__file__).resolve().parents[1]
MAX_SECONDS = 10
PACKAGES = ("cassis", "pyarrow.parquet", "spacy")
MAX_SAMPLE_BYTES = 12_000
MAX_MEMORY_BYTES = 6 << 30
MINIMISING_STEPS = 150

Files = Mapping[str, bytes]
Rng = random.Random


class Case(NamedTuple):
    """One attack: the format, its files of which one is damaged, options of the reader, and the format to write."""

    number: int
    format: str
    files: Files
    main: str
    options: Mapping[str, Any]
    target: str


class Failure(NamedTuple):
    """A case that failed, and what happened, on one line."""

    case: Case
    problem: str


class Hang(BaseException):
    """A case took too long."""


SECRETS = ("Zebediah", "Quorblemeyer", "Vexatious", "Marmaladovna", "Ophthalmoplegia")
TEXT = "Zebediah Quorblemeyer took αβγ naloxone.\nVexatious pain; Marmaladovna's 😀 Ophthalmoplegia fell at 7 o'clock."
WORDS = {word.lower() for path in (ROOT / "src").rglob("*.py") for word in re.findall(r"\w+", path.read_text("utf-8"))}


def canary() -> Document:
    """A document whose words no message of ours has."""
    spans = {word: TEXT.index(word) for word in ("naloxone", "Vexatious", "Marmaladovna", "Ophthalmoplegia")}
    places = {word: Span(start, start + len(word)) for word, start in spans.items()}
    entities = (
        Entity((places["naloxone"],), "Chemical", ("D009270",), {"assertion": "present"}, 0.75, "T1"),
        Entity((places["Vexatious"], places["Ophthalmoplegia"]), "Disease", ("D1", "D2"), {}, None, "T2"),
        Entity((places["Ophthalmoplegia"],), "Disease", (), {"identifiers": "-"}, 1.0, "T3"),
    )
    ties = (
        Relation("Treats", (Argument("Arg1", "T1"), Argument("Arg2", "T3")), "R1"),
        Relation("CID", (Argument("Chemical", "D009270"), Argument("Disease", "D1")), "R2", {"novelty": "Novel"}),
    )
    cut = TEXT.index("\n")
    passages = (Passage(0, cut, "title"), Passage(cut + 1, len(TEXT), "abstract", {"section": "A"}))
    return Document("227508", TEXT, passages, entities, ties, meta={})


# ---------------------------------------------------------------------------------------------------------- samples


@functools.cache
def attacked() -> tuple[str, ...]:
    """The formats that the packages installed here can write."""
    return tuple(name for name in formats.names() if _is_usable(name))


def _is_usable(name: str) -> bool:
    try:
        return bool(_written_canary(name))
    except MissingExtraError:
        return False


@functools.cache
def samples(name: str) -> tuple[Files, ...]:
    """Samples of a format: the canary as we write it, and the gold files that are small, each with its companions."""
    made = _written_canary(name)
    folder = ROOT / "tests" / "gold" / name
    groups: dict[str, dict[str, bytes]] = {}
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        if path.is_file() and path.suffix.lower() in formats.find(name).SUFFIXES:
            groups.setdefault(path.stem if formats.find(name).ONE_PER_FILE else path.name, {})[path.name] = _head(path)
    return (made, made, *groups.values())


def _head(path: Path) -> bytes:
    """The file, or its first lines if it is long."""
    content = path.read_bytes()
    return content if len(content) <= MAX_SAMPLE_BYTES else content[: content.rfind(b"\n", 0, MAX_SAMPLE_BYTES) + 1]


def _written_canary(name: str) -> Files:
    part = formats.find(name)
    with tempfile.TemporaryDirectory() as place:
        target = Path(place) / ("out" if part.ONE_PER_FILE else f"out{part.SUFFIXES[0]}")
        formats.write([canary()], target, name)
        paths = [path for path in sorted(target.rglob("*")) if path.is_file()] if target.is_dir() else [target]
        return {path.name: path.read_bytes() for path in paths}


@functools.cache
def secrets(name: str) -> frozenset[str]:
    """Long words of the texts of a format's samples that no message of ours has."""
    found = set(SECRETS)
    folder = ROOT / "tests" / "gold" / name
    with tempfile.TemporaryDirectory() as place:
        for files in samples(name):
            _put(files, Path(place))
        for path in sorted(Path(place).iterdir()) if folder.is_dir() else ():
            try:
                texts = [document.text for document in formats.read(path, name)]
            except BionymError:
                continue
            found |= {word for text in texts for word in re.findall(r"[^\W\d_]{8,}", text)}
    return frozenset(word for word in found if word.lower() not in WORDS)


def _put(files: Files, folder: Path) -> None:
    for name, content in files.items():
        (folder / name).write_bytes(content)


# ---------------------------------------------------------------------------------------------------------- damages

PIECES = [
    *(b"{", b"}", b"[", b"]", b'"', b",", b":", b"<", b">", b"/>", b"&", b"&lt;", b"&#0;", b"&#xD800;", b"&x;"),
    *(
        b"\t",
        b"\n",
        b"\r",
        b"\r\n",
        b" ",
        b"\x00",
        b"\xff",
        b"\xc2\xa0",
        b"\xef\xbb\xbf",
        b"\xe2\x80\xa8",
        b"\xed\xa0\x80",
    ),
    *(
        b"|",
        b"||",
        b"|t|",
        b"|a|",
        b"1|t|",
        b"T1\t",
        b"R1\t",
        b"#1\t",
        b"*\t",
        b"E1\tX:T1",
        b"A1\tX T1",
        b"N1\tR T1 M:1\t",
    ),
    *(b"null", b"true", b"1e400", b"NaN", b"-1", b"0", b"1.5", b"99999999999999999999", b"\\ud800", b"\\u0000"),
    *(b"<![CDATA[", b"]]>", b"<!--", b"-->", b"<!DOCTYPE a [<!ENTITY x 'y'>]>", b"-DOCSTART-", b"# newdoc id = x\n"),
    *(
        b"# global.columns = ID FORM NE\n",
        b"\tB-X\n",
        b"\tO\n",
        b'c="',
        b'"||t="',
        b" 1:0 1:0",
        b"=1+1",
        b"@SUM",
        b"%41",
    ),
]
ODD_VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 3.5, 1e308, 10**30, "", " ", "x", "\ud800", "a\nb", "a\tb\r", "\ufeff", "-1", "1"),
    *([], {}, [[]], [{}], [None], {"": None}, {"a": {"b": []}}, [0, 5], [[0, 5]], [[5, 0]], ["a", "b"], [["a", "b"]]),
)
ODD_TEXTS = (
    *(
        "",
        " ",
        "x",
        "\n",
        "\r",
        "\r\n",
        "\t",
        "\x00",
        "\x1f",
        "\x85",
        "\xa0",
        "\u2028",
        "\ud800",
        "\ufeff",
        "\uffff",
        "\ufffd",
    ),
    *(
        "|",
        "||",
        "a|b",
        "|t|",
        ",",
        ";",
        "+",
        "-",
        "-1",
        "1",
        "0.5",
        "=1+1",
        '"',
        "'",
        "<",
        ">",
        "&",
        "&amp;",
        "]]>",
        "<!--",
    ),
    *(
        "-DOCSTART-",
        "#",
        "# newdoc id = 3",
        "###MEDLINE:3",
        "T1",
        "concept:",
        "score=0.5",
        '{"a": "b"}',
        "O",
        "B-X",
        "é",
        "e\u0301",
    ),
    *(
        "😀",
        "..",
        "/",
        "a/b",
        "CON",
        "x.",
        "%41",
        "a b",
        "type",
        "identifier",
        "text",
        "entity",
        "c=",
        '"||t="',
        "Arg1",
    ),
)


def damaged(content: bytes, rng: Rng) -> bytes:
    """The content with one to four damages."""
    for _ in range(rng.choice((1, 1, 1, 2, 2, 3, 4))):
        content = rng.choice(DAMAGES)(content, rng)
    return content


def _place(content: bytes, rng: Rng) -> tuple[int, int]:
    start = rng.randrange(len(content) + 1)
    return start, min(len(content), start + rng.choice((1, 2, 5, rng.randrange(1, 80))))


def _cut(content: bytes, rng: Rng) -> bytes:
    return content[: _place(content, rng)[0]]


def _change(content: bytes, rng: Rng) -> bytes:
    start, _ = _place(content, rng)
    return content[:start] + bytes([rng.randrange(256)]) + content[start + 1 :]


def _remove(content: bytes, rng: Rng) -> bytes:
    start, end = _place(content, rng)
    return content[:start] + content[end:]


def _double(content: bytes, rng: Rng) -> bytes:
    start, end = _place(content, rng)
    return content[:end] + content[start:]


def _insert(content: bytes, rng: Rng) -> bytes:
    start, end = _place(content, rng)
    return content[:start] + rng.choice(PIECES) + content[rng.choice((start, end)) :]


def _move(content: bytes, rng: Rng) -> bytes:
    start, end = _place(content, rng)
    rest = content[:start] + content[end:]
    at, _ = _place(rest, rng)
    return rest[:at] + content[start:end] + rest[at:]


def _number(content: bytes, rng: Rng) -> bytes:
    numbers = list(re.finditer(rb"[0-9]+", content))
    if not numbers:
        return content
    one = rng.choice(numbers)
    odd = (
        b"0",
        b"-1",
        b"1e9",
        b"999999",
        b"1" * 25,
        b"1" * 5000,
        str(int(one[0][:15]) + rng.choice((-1, 1, 7))).encode(),
    )
    return content[: one.start()] + rng.choice(odd) + content[one.end() :]


def _line(content: bytes, rng: Rng) -> bytes:
    lines = content.splitlines(keepends=True) or [b""]
    at = rng.randrange(len(lines))
    ways: tuple[Callable[[], list[bytes]], ...] = (
        lambda: lines[:at] + lines[at + 1 :],
        lambda: lines[: at + 1] + lines[at:],
        lambda: [*lines[:at], *lines[at + 1 :], lines[at]],
        lambda: [*lines[:at], lines[at].replace(b"\t", b" "), *lines[at + 1 :]],
    )
    return b"".join(rng.choice(ways)())


def _line_ends(content: bytes, rng: Rng) -> bytes:
    return content.replace(b"\n", rng.choice((b"\r", b"\r\n", b"\n\n", b"\n\r")), rng.choice((-1, 1, 3)))


def _value(content: bytes, rng: Rng) -> bytes:
    """For JSON: one value somewhere replaced by another; a line of it for JSON Lines."""
    lines = content.split(b"\n")
    is_lines = len(lines) > 1 and lines[0][:1] == lines[0][-1:].replace(b"}", b"{") == b"{"
    at = rng.randrange(len(lines)) if is_lines else 0
    try:
        tree = json.loads(lines[at] if is_lines else content)
    except (ValueError, RecursionError):
        return content
    holders = list(_holders(tree))
    if holders:
        holder, key = rng.choice(holders)
        others = [found[where] for found, where in holders[:200]]
        holder[key] = rng.choice((rng.choice(ODD_VALUES), rng.choice(others)))
    try:
        printed = json.dumps(tree).encode()
    except (ValueError, RecursionError):  # it was put into itself
        return content
    return b"\n".join([*lines[:at], printed, *lines[at + 1 :]]) if is_lines else printed


def _string(content: bytes, rng: Rng) -> bytes:
    """For JSON: odd characters within one of its strings, so that it is still read."""
    strings = list(re.finditer(rb'(?<=")[^"\\\\]{0,200}(?=")', content))
    if not strings:
        return content
    one = rng.choice(strings)
    odd = json.dumps(rng.choice(ODD_TEXTS)).encode()[1:-1]
    at = rng.choice((one.start(), one.end()))
    return content[:at] + odd + content[rng.choice((at, one.end())) :]


def _holders(tree: Any) -> Iterator[tuple[Any, Any]]:
    items = list(tree.items()) if isinstance(tree, dict) else list(enumerate(tree)) if isinstance(tree, list) else []
    for key, value in items:
        yield tree, key
        yield from _holders(value)


def _deep(content: bytes, rng: Rng) -> bytes:
    start, end = _place(content, rng)
    depth = rng.choice((50, 300, 900, 3000))
    opening, closing = rng.choice(((b"[", b"]"), (b'{"a":', b"}"), (b"<a>", b"</a>"), (b"<infon>", b"</infon>")))
    return content[:start] + opening * depth + (b"1" if opening == b'{"a":' else b"") + closing * depth + content[end:]


DAMAGES = (
    _cut,
    _change,
    _remove,
    _remove,
    _double,
    _insert,
    _insert,
    _move,
    _number,
    _line,
    _line_ends,
    _value,
    _value,
)
DAMAGES += (_value, _string, _string, _deep)


def odd_document(rng: Rng) -> Document:
    """A document that any program may build: odd names, nested and discontinuous entities, tokens of its own."""
    text = "".join(rng.choice((*ODD_TEXTS, "naloxone", "pain ", ". ", " 5 mg")) for _ in range(rng.randrange(12)))
    spans = [_odd_span(text, rng) for _ in range(rng.randrange(5) if text else 0)]
    entities = [_odd_entity(span, number, rng) for number, span in enumerate(spans)]
    if len(spans) > 1 and spans[0].end <= spans[1].start:
        entities.append(Entity((spans[0], spans[1]), "Gap", id="G1"))
    ids = [one.id for one in entities] or ["D1"]
    ends = tuple(
        Argument(rng.choice(("Arg1", "Arg2", "Trigger", *ODD_TEXTS)), rng.choice(ids)) for _ in range(rng.randrange(4))
    )
    relations = (Relation(rng.choice(("R", *ODD_TEXTS)), ends, rng.choice(("", "R1")), {"a": rng.choice(ODD_TEXTS)}),)
    tokens = _odd_cover(text, rng) if rng.random() < 0.5 else ()
    sentences = _odd_cover(text, rng) if rng.random() < 0.3 else ()
    passages = tuple(Passage(one.start, one.end, rng.choice(ODD_TEXTS)) for one in _odd_cover(text, rng)[:3])
    name = rng.choice(("a", "b/c", *ODD_TEXTS))
    return Document(name, text, passages, tuple(entities), relations * rng.randrange(2), tokens, sentences)


def _odd_span(text: str, rng: Rng) -> Span:
    start = rng.randrange(len(text))
    return Span(start, min(len(text), start + rng.randrange(1, 12)))


def _odd_entity(span: Span, number: int, rng: Rng) -> Entity:
    concepts = tuple(rng.choice(("D1", "-", "MESH:D2", *ODD_TEXTS)) for _ in range(rng.randrange(3)))
    attributes = {rng.choice(("assertion", "TYPE", "within", "id", *ODD_TEXTS)): rng.choice(ODD_TEXTS)}
    label = rng.choice(("Disease", "2nd", *ODD_TEXTS)) or "X"
    score = rng.choice((None, None, 0.5, 1.0, 1e-30, float("nan"), 7.0))
    return Entity((span,), label, concepts, attributes if rng.random() < 0.5 else {}, score, f"T{number}")


def _odd_cover(text: str, rng: Rng) -> tuple[Span, ...]:
    edges = sorted({rng.randrange(len(text) + 1) for _ in range(rng.randrange(8))})
    return tuple(Span(start, end) for start, end in zip(edges[::2], edges[1::2], strict=False))


def case_of(seed: int, number: int, names: tuple[str, ...]) -> Case:
    """The case of a seed and a number."""
    rng = random.Random(f"{seed} {number}")
    name = rng.choice(names)
    if rng.random() < 0.25 and "jsonl" in names:
        lines = [formats.find("jsonl").to_line(odd_document(rng)) for _ in range(rng.randrange(1, 4))]  # type: ignore[attr-defined]
        content = "".join(f"{line}\n" for line in lines).encode()
        return Case(number, "jsonl", {"a.jsonl": content}, "a.jsonl", {}, rng.choice(attacked()))
    files = dict(rng.choice(samples(name)))
    main = rng.choice(sorted(files))
    files[main] = damaged(files[main], rng)
    if rng.random() < 0.03:
        packed = gzip.compress(files.pop(main), mtime=0)
        main += ".gz"
        files[main] = rng.choice((packed, damaged(packed, rng)))
    options = {"repair": "nearest"} if rng.random() < 0.4 else {}
    return Case(number, name, files, main, options, rng.choice(attacked()))


# --------------------------------------------------------------------------------------------------------- attacking


def problem_of(case: Case) -> str:
    """What went wrong in a case, on one line; nothing if nothing did."""
    folder = Path(tempfile.mkdtemp(prefix="bionym-fuzz-"))
    try:
        with _limited():
            return _attack(case, folder)
    except Hang:
        return f"took more than {MAX_SECONDS} s"
    except Exception as error:
        return _described(error)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _attack(case: Case, folder: Path) -> str:
    place = folder / "in"
    place.mkdir()
    _put(case.files, place)
    part = formats.find(case.format)
    has_repair = "repair" in part.read.__annotations__
    try:
        documents = list(formats.read(place / case.main, case.format, **(case.options if has_repair else {})))
    except BionymError as error:
        return _quoted(error, secrets(case.format))
    target = formats.find(case.target)
    out = folder / ("out" if target.ONE_PER_FILE else f"out{target.SUFFIXES[0]}")
    audit = Audit()
    try:
        formats.write(documents, out, case.target, audit=audit)
    except BionymError as error:
        return _quoted(error, secrets(case.format))
    return "" if not documents and target.ONE_PER_FILE else _difference(case.target, out, documents, audit)


def _difference(name: str, out: Path, documents: list[Document], audit: Audit) -> str:
    """What is not as the audit says when the written file is read."""
    try:
        again = list(formats.read(out, name))
    except BionymError as error:
        return f"what was written as {name} is not read: {str(error).removeprefix(str(out.parent))}"
    if len(again) != len(documents):
        return f"documents written as {name}: {len(documents)}, read: {len(again)}"
    found = sum(len(document.entities) for document in again)
    if found != audit.written["entities"]:
        return f"entities written as {name}: {audit.written['entities']}, read: {found}"
    is_same = [replace(one, meta={}) for one in again] == [replace(one, meta={}) for one in documents]
    if name in ("jsonl", "html") and not is_same and not audit.lost:
        return f"what was written as {name} is not what is read"
    return ""


def _quoted(error: BaseException, words: frozenset[str]) -> str:
    """Whether an error, or one behind it that --debug prints, quotes the text or has several lines."""
    if "\n" in str(error):
        return f"an error of several lines: {str(error)!r}"
    told = "".join(traceback.format_exception_only(error))
    behind = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    spoken = {word for word in re.findall(r"[^\W\d_]{8,}", told) if word in words}
    if spoken:
        return f"quotes {sorted(spoken)}: {told.strip()}"
    return _quoted(behind, words) if behind is not None and not isinstance(behind, Hang) else ""


def _described(error: Exception) -> str:
    """The kind of an error, where it was raised in our code, and what it says."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "/bionym/" in frame.filename]
    where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno} {frames[-1].name}" if frames else "elsewhere"
    return f"{type(error).__name__} at {where}: {str(error)[:200]!r}"


@contextmanager
def _limited() -> Iterator[None]:
    def stop(signum: int, frame: object) -> None:
        raise Hang

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, MAX_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def smaller(case: Case, problem: str) -> Case:
    """The case with as much of its damaged file left out as can be while the same goes wrong."""
    kind = _kind(problem)
    content, size, steps = case.files[case.main], len(case.files[case.main]) // 2, 0
    while size and steps < MINIMISING_STEPS:
        at = 0
        while at < len(content) and steps < MINIMISING_STEPS:
            shorter = content[:at] + content[at + size :]
            steps += 1
            if _kind(problem_of(case._replace(files={**case.files, case.main: shorter}))) == kind:
                content = shorter
            else:
                at += size
        size //= 2
    return case._replace(files={**case.files, case.main: content})


def _kind(problem: str) -> str:
    return re.sub(r"[0-9]+|'.*", "", problem)[:80]


def run(seed: int, numbers: Iterable[int], names: tuple[str, ...] = ()) -> Iterator[Failure]:
    """The failures among some cases."""
    chosen = names or attacked()
    for package in PACKAGES:  # loaded first, lest that count as time of the case that needs it
        with suppress(ImportError):
            importlib.import_module(package)
    for number in numbers:
        case = case_of(seed, number, chosen)
        problem = problem_of(case)
        if problem:
            yield Failure(case, problem)


def keep(failure: Failure, seed: int, folder: Path) -> Path:
    """The smallest files that still fail, and what goes wrong, in a folder of their own."""
    case = smaller(failure.case, failure.problem)
    place = folder / f"{seed}-{case.number}-{case.format}"
    place.mkdir(parents=True, exist_ok=True)
    _put(case.files, place)
    told = f"seed {seed}, case {case.number}: {case.format} {dict(case.options)} to {case.target}\n{failure.problem}\n"
    (place / "problem.txt").write_text(told, encoding="utf-8", errors="backslashreplace")
    return place


def main() -> int:
    """Run cases, and say which fail."""
    parser = argparse.ArgumentParser(description="Attack every reader and writer with damaged samples.")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cases", type=int, default=2_000, help="how many")
    parser.add_argument("--first", type=int, default=0, help="the number of the first")
    parser.add_argument("--case", type=int, help="this one alone, with its traceback")
    parser.add_argument("--format", action="append", default=[], help="attack this format alone; may be repeated")
    parser.add_argument("--failures", type=Path, default=Path(tempfile.gettempdir()) / "bionym-fuzz-failures")
    given = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
    if given.case is not None:
        case = case_of(given.seed, given.case, tuple(given.format) or attacked())
        with tempfile.TemporaryDirectory() as folder:
            print(_attack(case, Path(folder)) or "nothing goes wrong")
        return 0
    if given.failures.resolve().is_relative_to(ROOT):
        parser.error("--failures must lie outside the repository")
    found, kinds = 0, set()
    for failure in run(given.seed, range(given.first, given.first + given.cases), tuple(given.format)):
        found += 1
        print(f"seed {given.seed}, case {failure.case.number}, {failure.case.format}: {failure.problem}", flush=True)
        if _kind(failure.problem) not in kinds:
            kinds.add(_kind(failure.problem))
            print(f"    {keep(failure, given.seed, given.failures)}", flush=True)
    print(f"{given.cases:,} cases, {found:,} failures of {len(kinds)} kinds")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
