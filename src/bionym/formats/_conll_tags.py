"""Tags as other tools spell them, in the spelling of ours.

    o, b-Drug, i-Drug       prefixes in lower case
    B_Drug, I_Drug          an underscore for the dash
    Drug-B, Drug_I          the prefix behind

Which spelling a file has is told from all its tags together; labels without any prefix are none of these.
"""

import re
from collections.abc import Callable, Iterable

from bionym.data.tags import OUTSIDE, is_tag, split_tag

Spelling = Callable[[str], str | None]
_BEFORE = re.compile(r"([BIESLUMWbieslumw])[-_](.+)", re.DOTALL)
_BEHIND = re.compile(r"(.+)[-_]([BIESLUMW])", re.DOTALL)


def as_it_is(written: str) -> str | None:
    """A tag in our spelling; None for what is none."""
    return written if is_tag(written) else None


def prefix_before(written: str) -> str | None:
    """`b-Drug` and `B_Drug` as `B-Drug`, `o` as `O`; None for what is no such tag."""
    if is_tag(written.upper()) and len(written) == 1:
        return written.upper()
    match = _BEFORE.fullmatch(written)
    return f"{match[1].upper()}-{match[2]}" if match else None


def prefix_behind(written: str) -> str | None:
    """`Drug-B` as `B-Drug`; None for what is no such tag."""
    if written.upper() == OUTSIDE:
        return OUTSIDE
    match = _BEHIND.fullmatch(written)
    return f"{match[2]}-{match[1]}" if match else None


SPELLINGS: tuple[Spelling, ...] = (as_it_is, prefix_before, prefix_behind)


def spelling_of(written: Iterable[str]) -> Spelling | None:
    """The first spelling that all of these have; None if there is none, or nothing to tell by."""
    different = set(written)
    fitting = (spelling for spelling in SPELLINGS if all(spelling(one) for one in different))
    return next(fitting, None) if different else None


def bare_labels(written: Iterable[str]) -> bool:
    """Whether these look like labels without prefixes: O, and some other words."""
    different = set(written)
    return OUTSIDE in different and all(split_tag(one)[0] == OUTSIDE for one in different) and len(different) > 1
