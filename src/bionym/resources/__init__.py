"""Files that ship with Bionym: term lists, word clusters and the part-of-speech tagger; see ORIGIN.md for their sources."""

from pathlib import Path

from bionym.errors import InputError, ModelError

SHIPPED = Path(__file__).parent


def resource_path(name: str | Path, folder: Path | None = None) -> Path:
    """The file of this name: a path, or a shipped file by its name without suffixes; of a saved model one within its folder.

    Args:
        folder: of the model that names it. A model may come from a stranger, so it names files of its own and shipped ones, and
            no other file of the machine.
    Raises: InputError, with the names that ship; ModelError for a file outside the model's folder.
    """
    shipped = {path.name.split(".")[0]: path for path in SHIPPED.iterdir() if path.suffix == ".gz"}
    for place in (Path(name) if folder is None else _within(folder, name), shipped.get(str(name))):
        if place is not None and place.is_file():
            return place
    known = ", ".join(sorted(shipped))
    raise InputError("no such file", path=name, fix=f"Name a file, or one of those that ship: {known}.")


def _within(folder: Path, name: str | Path) -> Path:
    place = folder / name
    if not place.resolve().is_relative_to(folder.resolve()):
        raise ModelError(
            f"{folder} names a file outside of its own folder, which is not read. Get the model from its maker."
        )
    return place
