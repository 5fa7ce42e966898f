"""A model in the form in which it ships: without words of its training data, with int8 weights, and nothing that only training reads.

python benchmarks/models/ship.py MODEL --out FOLDER
"""

import argparse
import re
import tempfile
from pathlib import Path

from bionym.trained import exchange, sharing

WEIGHTS = re.compile(r'^weights = "\w+"$', re.MULTILINE)


def ship(folder: Path, out: Path) -> Path:
    """The folder of what ships."""
    if not out.exists():
        with tempfile.TemporaryDirectory() as scratch:
            stripped = Path(scratch) / "stripped"
            sharing.strip(str(folder), stripped)
            config = stripped / "config.toml"
            config.write_text(WEIGHTS.sub('weights = "int8"', config.read_text(encoding="utf-8")), encoding="utf-8")
            exchange.export_model(str(stripped), out, to="prediction")
    return out


def main() -> None:
    """Write it, and say how large it is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    out = ship(arguments.model, arguments.out)
    size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    print(f"{out}: {size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
