"""File names from document ids, and ids from file names."""

import re
import unicodedata
from collections.abc import Callable
from urllib.parse import unquote

MAX_PART_BYTES = 180  # file systems allow 255, and a suffix follows
MAX_BYTES = 900  # of all folders together
MAX_FOLDERS = 30
NAMELESS = "document"
_DEVICES = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10))}
)
_ESCAPE_CUT = re.compile(r"%[0-9A-F]?$")
# What we write files with: a folder of such a name would stand where a document's file is to be.
_OUR_SUFFIX = re.compile(r"\.(?=(?:a1|a2|ann|ast|conf?|html?|json|rel|tagged|text|tsv|txt|xmi|xml)$)", re.IGNORECASE)


class FileNames:
    """File names from document ids: safe on every system, within the folder, and each used once.

    Characters that file systems refuse become `%XX`, and so do what Windows keeps for devices (`CON`) and a dot or a
    space at an end; "/" in an id makes a folder; a second use of a name gets ".2"; a name that is too long is cut.

    Args:
        on_change: called with the id of a document that `document_id` cannot tell from its name.
    """

    def __init__(self, on_change: Callable[[str], None] = lambda document_id: None) -> None:
        self._used: set[str] = set()
        self._on_change = on_change

    def of(self, document_id: str) -> str:
        """The name (without suffix) for a document."""
        name = _name(document_id)
        unique, copies = name, 1
        while _folded(unique) in self._used:
            copies += 1
            unique = f"{name}.{copies}"
        self._used.add(_folded(unique))
        if document_id_of(unique) != document_id:
            self._on_change(document_id)
        return unique


def document_id_of(name: str) -> str:
    """The id behind a name that `FileNames` gave; any other name is the id itself.

    >>> document_id_of("a%7Cb"), document_id_of("a%20b")
    ('a|b', 'a%20b')
    """
    if "%" not in name:
        return name
    decoded = unquote(name, errors="surrogatepass") if _is_utf8(name) else name
    return decoded if _name(decoded) == name else name


def _is_utf8(name: str) -> bool:
    try:
        unquote(name, errors="surrogatepass")
    except UnicodeDecodeError:
        return False
    return True


def _name(document_id: str) -> str:
    parts = [part for part in document_id.split("/") if part]
    *folders, last = parts or [NAMELESS]
    safe = [_OUR_SUFFIX.sub("%2E", _safe(part)) for part in folders] + [_safe(last)]
    whole = "/".join(map(_cut, safe))
    if len(whole.encode("utf-8")) <= MAX_BYTES and len(safe) <= MAX_FOLDERS:
        return whole
    return _cut("%2F".join(safe))


def _safe(part: str) -> str:
    """One part of a path; what is left out of its escapes is safe as it stands."""
    if part.startswith("."):  # a hidden file, or a step up
        dots = len(part) if set(part) == {"."} else 1
        return "%2E" * dots + _safe(part[dots:])
    written = "".join(char if _is_safe(char) else _escaped(char) for char in part)
    if written[-1:] in (".", " "):
        written = written[:-1] + _escaped(written[-1])
    if written.split(".")[0].rstrip(" ").lower() in _DEVICES:
        written = _escaped(written[0]) + written[1:]
    return written


def _cut(part: str) -> str:
    """The part if it is not too long, else its beginning, which ends within no escape."""
    if len(part.encode("utf-8")) <= MAX_PART_BYTES:
        return part
    beginning = part.encode("utf-8")[:MAX_PART_BYTES].decode("utf-8", "ignore")
    return _ESCAPE_CUT.sub("", beginning).rstrip(". ")


def _escaped(char: str) -> str:
    return "".join(f"%{byte:02X}" for byte in char.encode("utf-8", "surrogatepass"))


def _is_safe(char: str) -> bool:
    return char.isprintable() and char not in '<>:"/\\|?*%'


def _folded(name: str) -> str:
    """What file systems that ignore case, or compose accents, compare."""
    return unicodedata.normalize("NFC", name).casefold()
