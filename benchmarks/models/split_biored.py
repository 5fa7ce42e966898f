"""BioRED's training and development abstracts in two files: 100 to score, the others to learn from.

    python benchmarks/models/split_biored.py BioRED_TrainDev.PubTator --out FOLDER

Scored are those whose place in the sorted list of identifiers (as text) is a multiple of five.
"""

import argparse
from pathlib import Path

EVERY = 5


def main() -> None:
    """Write `train.pubtator` and `test.pubtator`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    blocks = [block.strip("\n") for block in arguments.file.read_text(encoding="utf-8").split("\n\n") if block.strip()]
    identifiers = sorted({block.split("|", 1)[0] for block in blocks})
    scored = set(identifiers[::EVERY])
    arguments.out.mkdir(parents=True, exist_ok=True)
    for name, is_scored in (("train", False), ("test", True)):
        part = [block for block in blocks if (block.split("|", 1)[0] in scored) is is_scored]
        (arguments.out / f"{name}.pubtator").write_text("\n\n".join(part) + "\n\n", encoding="utf-8")
        print(f"{name}: {len(part)} abstracts")


if __name__ == "__main__":
    main()
