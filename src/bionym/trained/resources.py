"""Files that a model needs, copied beside it."""

from pathlib import Path


def copied_to(folder: Path, path: Path) -> Path:
    """The file's place in the model's folder, where it is copied; another file of that name gets a number."""
    (folder / "resources").mkdir(exist_ok=True)
    content, number = path.read_bytes(), 1
    place = Path("resources") / path.name
    while (folder / place).exists() and (folder / place).read_bytes() != content:
        number += 1
        place = Path("resources") / f"{number}-{path.name}"
    (folder / place).write_bytes(content)
    return place
