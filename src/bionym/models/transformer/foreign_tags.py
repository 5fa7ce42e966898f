"""What networks of others call their scores, as tags of a scheme.

    B-Disease, I-Disease, O          BIO or IOB1: read as LENIENT, for names alone do not tell which
    B-Disease, I-, E-, S- (or L, U)  BIOES
    I-Disease, O; or Disease, O      IO
    Disease-B, Disease-I, O          the same, the prefix behind; "_" may stand for "-"
    b-Disease, i-Disease, o          the same, the prefix in lower case

Scores that no token of ours should ever get, such as [PAD] and X, are left out. Everything else is refused by name.
"""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from bionym.data.tags import BIOES, IO, LENIENT, OUTSIDE, UNNAMED_LABEL, find_scheme, split_tag
from bionym.errors import ModelError, UsageError

NO_TAGS = frozenset({"[pad]", "[cls]", "[sep]", "[unk]", "<pad>", "<s>", "</s>", "pad", "x", "ignore"})
_OUTSIDE = frozenset({"o", "out", "outside"})
_PREFIX = re.compile(r"([BIOESLUMW])[-_](.+)")
_LOWER = re.compile(r"([BIOESLUMWbioeslumw])[-_](.+)")
_SUFFIX = re.compile(r"(.+)[-_]([BIESLUMW])")
_DASHED = re.compile(r"[BIESLUMWbieslumw]-.+")
_UNNAMED = re.compile(r"LABEL_\d+")
_ADVICE = "Say what they are, in the order of config.json: --tags O,B-LABEL,I-LABEL,..."


class Read(NamedTuple):
    """Tags in their order, the scheme to find entities by, and for each tag the place of its score."""

    scheme: str
    tags: tuple[str, ...]
    places: tuple[int, ...]
    left_out: tuple[str, ...]


def read_tags(names: Sequence[str]) -> Read:
    """The tags that stand behind names of scores. Raises: ModelError if they tell of none, or contradict each other.

    >>> read_tags(["B-Drug", "I-Drug", "O"])
    Read(scheme='LENIENT', tags=('O', 'B-Drug', 'I-Drug'), places=(2, 0, 1), left_out=())
    """
    if unnamed := [name for name in names if _UNNAMED.fullmatch(name)]:
        raise ModelError(f"The labels have no names: {unnamed[0]} and {len(unnamed) - 1} more. {_ADVICE}")
    left_out = tuple(name for name in names if name.lower() in NO_TAGS)
    written = _written([name for name in names if name not in left_out and name.lower() not in _OUTSIDE])
    place: dict[str, int] = {}
    for number, name in enumerate(names):
        if name in left_out:
            continue
        tag = OUTSIDE if name.lower() in _OUTSIDE else written[name]
        if tag in place:
            raise ModelError(f"Two labels, {names[place[tag]]!r} and {name!r}, are the same tag, {tag}. {_ADVICE}")
        place[tag] = number
    if OUTSIDE not in place:
        raise ModelError(f"None of the {len(names)} labels is O, that of tokens outside of entities. {_ADVICE}")
    scheme = _scheme_of(place)
    labels = sorted({split_tag(tag)[1] for tag in place if tag != OUTSIDE})
    tags = tuple(tag for tag in find_scheme(scheme).tags(labels) if tag in place)
    return Read(scheme, tags, tuple(place[tag] for tag in tags), left_out)


def parse_tag_names(tags: str) -> tuple[str, ...]:
    """`"O,B-Drug,I-Drug"` as names. Raises: UsageError if one is empty."""
    names = tuple(name.strip() for name in tags.split(",")) if tags else ()
    if not all(names):
        raise UsageError("--tags: a name is empty. Expected names separated by commas: O,B-Drug,I-Drug")
    return names


def names_for_pipelines(tags: Sequence[str]) -> tuple[str, ...]:
    """Tags as pipelines group them, which know B and I alone: E is another I, S another B.

    >>> names_for_pipelines(["O", "S-Drug", "B-Drug", "E-Drug"])
    ('O', 'B-Drug', 'B-Drug', 'I-Drug')
    """
    known = {"S": "B", "E": "I"}
    pairs = [split_tag(tag) for tag in tags]
    return tuple(f"{known.get(prefix, prefix)}-{label}" if label else OUTSIDE for prefix, label in pairs)


def _written(names: Sequence[str]) -> dict[str, str]:
    """Each name as a tag: by its prefix, by its suffix, or as a label alone."""
    if not names:
        raise ModelError(f"No label stands for an entity. {_ADVICE}")
    for pattern, prefix, label in ((_PREFIX, 1, 2), (_SUFFIX, 2, 1), (_LOWER, 1, 2)):
        matches = [pattern.fullmatch(name) for name in names]
        if all(matches):
            return {match[0]: _tag(match[prefix].upper(), match[label]) for match in matches if match}
    if all(split_tag(name.upper())[1] == UNNAMED_LABEL and len(name) == 1 for name in names):
        return {name: _tag(name.upper(), UNNAMED_LABEL) for name in names}
    if all(split_tag(name)[0] == name or split_tag(f"{name}-x")[0] != OUTSIDE for name in names):
        return {name: _tag(name, split_tag(name)[1]) for name in names}
    dashed = [name for name in names if _DASHED.fullmatch(name)]
    if dashed:
        other = next(name for name in names if name not in dashed)
        raise ModelError(f"Some labels have a prefix and others none: {dashed[0]!r} and {other!r}. {_ADVICE}")
    return {name: f"I-{name}" for name in names}


def _tag(prefix: str, label: str) -> str:
    """A tag, the prefix in its first spelling."""
    return f"{split_tag(f'{prefix}-{label}')[0]}-{label}"


def _scheme_of(tags: Iterable[str]) -> str:
    prefixes = {split_tag(tag)[0] for tag in tags if tag != OUTSIDE}
    if prefixes & {"E", "S"}:
        return BIOES.name
    return LENIENT.name if "B" in prefixes else IO.name
