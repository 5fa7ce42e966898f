"""Files that ship with Bionym: term lists, word clusters and the part-of-speech tagger; see ORIGIN.md for their sources."""

from pathlib import Path

from bionym.errors import InputError

SHIPPED = Path(__file__).parent


def resource_path(name: str, folder: Path | None = None) -> Path:
    """The file of this name: in `folder`, a path, or a shipped one by its name without suffixes.

    Raises: InputError, with the names that ship.
    """
    if folder is not None and (folder / name).is_file():
        return folder / name
    shipped = {path.name.split(".")[0]: path for path in SHIPPED.iterdir() if path.suffix == ".gz"}
    found = shipped.get(name, Path(name))
    if not found.is_file():
        known = ", ".join(sorted(shipped))
        raise InputError("no such file", path=name, fix=f"Name a file, or one of those that ship: {known}.")
    return found
