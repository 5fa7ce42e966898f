"""Raw clinical text, a paragraph a line: visit notes, and reports of patients among the lines of other text.

    python benchmarks/models/clinical_text.py --notes FOLDER_OF_CSV --text CLEAN.txt --words 1000000 --notes-out N.txt --cases-out C.txt

Of the CSV files the columns `note` and `section_text` are taken; dialogues are not, for nobody writes notes like them. Of the
other text those lines are taken that speak of a patient (`PATIENT`), evenly over the file, up to so many words.
"""

import argparse
import csv
import random
import re
import sys
from collections.abc import Iterator
from pathlib import Path

COLUMNS = ("note", "section_text")
PATIENT = re.compile(
    r"\b(?:year|month|week|day)s?[- ]old (?:\w+ )?(?:man|woman|male|female|boy|girl|infant|patient|child|lady|gentleman)\b"
    r"|\b(?:he|she|the patient|our patient|this patient) (?:was|had|has|is|underwent|presented|complained|developed|denie[sd]|received)\b"
    r"|\b(?:physical examination|laboratory (?:tests|findings|data)|case report|we report a case|past medical history)\b",
    re.IGNORECASE,
)


def notes(folder: Path) -> Iterator[str]:
    """The paragraphs of all notes, each once."""
    csv.field_size_limit(sys.maxsize)
    seen: set[str] = set()
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                for column in COLUMNS:
                    for line in (row.get(column) or "").splitlines():
                        text = " ".join(line.split())
                        if len(text) > 20 and text not in seen:
                            seen.add(text)
                            yield text


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
    """Write both files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--notes", type=Path, required=True)
    parser.add_argument("--text", type=Path, required=True)
    parser.add_argument("--words", type=int, default=1_000_000)
    parser.add_argument("--notes-out", type=Path, required=True)
    parser.add_argument("--cases-out", type=Path, required=True)
    arguments = parser.parse_args()
    for out, lines in (
        (arguments.notes_out, [*notes(arguments.notes)]),
        (arguments.cases_out, cases(arguments.text, arguments.words)),
    ):
        out.write_text("\n".join(lines) + "\n", encoding="utf-8")
        print(f"{out}: {len(lines):,} lines, {sum(len(line.split()) for line in lines):,} words")


if __name__ == "__main__":
    main()
