"""The format of a file, told by its suffix and by what it holds."""

from pathlib import Path

from bionym.errors import InputError
from bionym.files import companion, read_head, suffix
from bionym.formats import _foreign
from bionym.formats._registry import by_name, find, names, with_suffix
from bionym.protocols import Format


def detect(path: Path) -> str:
    """The name of a file's format, by suffix and, where several share it, by content. Raises: InputError."""
    candidates = with_suffix(suffix(path))
    if len(candidates) > 1:
        candidates = _recognising(path, candidates) or _told_by_head(path, candidates)
    if len(candidates) != 1:
        fix = _foreign.way_out(path) or f"Name it with --format: {', '.join(names())}"
        raise InputError("the format cannot be told from the name", path=path, fix=fix)
    return candidates[0]


def _recognising(path: Path, candidates: list[str]) -> list[str]:
    """Those of the candidates that look into the file, and know it."""
    return [name for name in candidates if (knows := getattr(find(name), "recognises", None)) and knows(path)]


def _told_by_head(path: Path, candidates: list[str]) -> list[str]:
    """Of the candidates that do not look into the file those whose beginning it has, or whose pair, or whose name."""
    candidates = [name for name in candidates if not hasattr(find(name), "recognises")]
    if len(candidates) < 2:
        return candidates
    head = read_head(path)
    sniffing = [name for name in candidates if (sniff := getattr(find(name), "sniff", None)) and sniff(head)]
    pairs = [name for name in candidates if not hasattr(find(name), "sniff") and has_pair(path, find(name))]
    return sniffing or pairs or by_name(path, candidates)


def has_pair(path: Path, part: Format) -> bool:
    """Whether another file of the format stands beside this one."""
    return any(companion(path, name) for name in part.SUFFIXES if name != suffix(path))
