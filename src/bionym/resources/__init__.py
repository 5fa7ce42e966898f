"""Files that ship with Bionym: term lists, word clusters and the part-of-speech tagger; see ORIGIN.md for their sources."""

from pathlib import Path

from bionym.errors import InputError

SHIPPED = Path(__file__).parent


def resource_path(name: str | Path, folder: Path | None = None) -> Path:
    """The file of this name: in `folder`, a path, or a shipped one by its name without suffixes.

    Raises: InputError, with the names that ship.
    """
    shipped = {path.name.split(".")[0]: path for path in SHIPPED.iterdir() if path.suffix == ".gz"}
    places = [folder / name] if folder is not None else []
    for place in (*places, Path(name), shipped.get(str(name))):
        if place is not None and place.is_file():
            return place
    known = ", ".join(sorted(shipped))
    raise InputError("no such file", path=name, fix=f"Name a file, or one of those that ship: {known}.")
