r"""Raw clinical text, a paragraph a line: visit notes, their headings, and reports of patients among the lines of other text.

    python benchmarks/models/clinical_text.py --notes FOLDER_OF_CSV --text CLEAN.txt --words 1000000 --notes-out N.txt \
        --cases-out C.txt --headings-out H.txt

Of the CSV files the columns `note` and `section_text` are taken; dialogues are not, for nobody writes notes like them. Of the
other text those lines are taken that speak of a patient (`PATIENT`), evenly over the file, up to so many words.
"""

import argparse
import csv
import random
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

COLUMNS = ("note", "section_text")
SHORTEST = 20  # characters; shorter lines are mostly headings
HEADING = re.compile(r"[A-Z][A-Z /&,()-]+:?")
MOST_WORDS = 6
FEWEST_NOTES = 3
PATIENT = re.compile(
    r"\b(?:year|month|week|day)s?[- ]old (?:\w+ )?(?:man|woman|male|female|boy|girl|infant|patient|child|lady|gentleman)\b"
    r"|\b(?:he|she|the patient|our patient|this patient) (?:was|had|has|is|underwent|presented|complained|developed|denie[sd]|received)\b"
    r"|\b(?:physical examination|laboratory (?:tests|findings|data)|case report|we report a case|past medical history)\b",
    re.IGNORECASE,
)


def notes(folder: Path) -> list[str]:
    """The paragraphs of all notes, each once."""
    lines = (" ".join(line.split()) for line in _lines(folder))
    return [line for line in dict.fromkeys(lines) if len(line) > SHORTEST]


def _lines(folder: Path) -> Iterator[str]:
    csv.field_size_limit(sys.maxsize)
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                for column in COLUMNS:
                    yield from (row.get(column) or "").splitlines()


def headings(folder: Path) -> list[str]:
    """Lines of notes in capitals alone, up to six words, that several notes have: they name no finding of the patient."""
    counts = Counter(" ".join(line.split()) for line in _lines(folder))
    often = (line for line, count in counts.items() if count >= FEWEST_NOTES)
    return sorted(line for line in often if HEADING.fullmatch(line) and len(line.split()) <= MOST_WORDS)


def cases(path: Path, num_words: int) -> list[str]:
    """Lines that speak of a patient, in random order, up to so many words."""
    lines = [line.strip() for line in path.open(encoding="utf-8") if PATIENT.search(line)]
    random.Random(1).shuffle(lines)
    kept, total = [], 0
    for line in lines:
        total += len(line.split())
        if total > num_words:
            break
        kept.append(line)
    return kept


def main() -> None:
    """Write the three files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--notes", type=Path, required=True)
    parser.add_argument("--text", type=Path, required=True)
    parser.add_argument("--words", type=int, default=1_000_000)
    parser.add_argument("--notes-out", type=Path, required=True)
    parser.add_argument("--cases-out", type=Path, required=True)
    parser.add_argument("--headings-out", type=Path, required=True)
    arguments = parser.parse_args()
    for out, lines in (
        (arguments.notes_out, notes(arguments.notes)),
        (arguments.headings_out, headings(arguments.notes)),
        (arguments.cases_out, cases(arguments.text, arguments.words)),
    ):
        out.write_text("\n".join(lines) + "\n", encoding="utf-8")
        print(f"{out}: {len(lines):,} lines, {sum(len(line.split()) for line in lines):,} words")


if __name__ == "__main__":
    main()
