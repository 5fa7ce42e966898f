"""Raw text without the sentences of any test data.

    python benchmarks/models/clean_text.py TEXT --tests FILE_OR_FOLDER... --out OUT.txt

A line of the text is left out if it shares ten words in a row with a test document, or if all of it, of fewer words, stands in one.
Words are runs of letters and digits, in lower case. Test files are those that end in `.tsv` (a token and a tag a line), `.txt`
with `.ann` beside it, PubTator files, and JSON Lines with a `text`. Prints what was left out.
"""

import argparse
import json
import lzma
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

WORD = re.compile(r"[^\W_]+")
RUN = 10
SHORTEST = 4  # of shorter lines nothing can be said


def words(text: str) -> list[str]:
    """The words of a text in lower case."""
    return WORD.findall(text.lower())


def runs(tokens: list[str], length: int) -> Iterator[str]:
    """All runs of so many words."""
    return (" ".join(tokens[start : start + length]) for start in range(len(tokens) - length + 1))


def texts_of(path: Path) -> Iterator[str]:
    """The texts of a file of test data."""
    if path.is_dir():
        for found in sorted(path.iterdir()):
            if found.suffix in {".txt", ".tsv"}:
                yield from texts_of(found)
    elif path.suffix == ".tsv":
        rows = path.read_text(encoding="utf-8").splitlines()
        yield " ".join(row.split("\t")[0] for row in rows if row.strip())
    elif path.suffix == ".jsonl":
        for line in path.read_text(encoding="utf-8").splitlines():
            yield json.loads(line)["text"]
    elif path.with_suffix(".ann").exists():
        yield path.read_text(encoding="utf-8")
    else:
        yield from _pubtator(path)


def _pubtator(path: Path) -> Iterator[str]:
    for block in path.read_text(encoding="utf-8").split("\n\n"):
        parts = [line.split("|", 2)[2] for line in block.splitlines() if re.match(r"[^|\t]+\|[ta]\|", line)]
        if parts:
            yield " ".join(parts)


class HeldOutText:
    """What test data hold.

    Args:
        texts: the test documents.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self.by_length: dict[int, set[str]] = {length: set() for length in range(SHORTEST, RUN + 1)}
        for text in texts:
            tokens = words(text)
            for length, seen in self.by_length.items():
                seen.update(runs(tokens, length))

    def hold(self, line: str) -> bool:
        """Whether a line stands in them, by the rule above."""
        tokens = words(line)
        if len(tokens) < SHORTEST:
            return False
        length = min(RUN, len(tokens))
        seen = self.by_length[length]
        return any(run in seen for run in runs(tokens, length))


def opened(path: Path) -> IO[str]:
    """A text file, perhaps packed with xz."""
    return lzma.open(path, "rt", encoding="utf-8") if path.suffix == ".xz" else path.open(encoding="utf-8")


def main() -> None:
    """Write the lines that may be used."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("text", type=Path)
    parser.add_argument("--tests", type=Path, nargs="+", required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    tests = HeldOutText(text for path in arguments.tests for text in texts_of(path))
    num_lines = num_left = 0
    with opened(arguments.text) as lines, arguments.out.open("w", encoding="utf-8") as out:
        for line in lines:
            num_lines += 1
            if tests.hold(line):
                num_left += 1
            else:
                out.write(line)
    print(f"{arguments.out}: {num_lines - num_left:,} of {num_lines:,} lines; {num_left:,} stand in test data")


if __name__ == "__main__":
    main()
