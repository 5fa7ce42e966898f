"""Whether a stretch of text resembles a mention that is spelled otherwise.

The thresholds were set by reasoning on spellings of names, not on any corpus: 0.75 of the characters lets "tumor" be
"tumour" and keeps "fever" and "femur" apart.
"""

from difflib import SequenceMatcher

from bionym.formats import _folding

MIN_RATIO = 0.75  # of matching characters (2 M / T, see difflib), where the stretch is whole words
MIN_RATIO_IN_WORDS = 0.85  # where an edge lies inside a word, as it does when offsets have slipped
MIN_EQUAL = 0.65  # of characters at the same place, where both are of the same length
MIN_EQUAL_IN_WORDS = 0.8
MAX_CHARS = 400  # beyond this, in place of the ratio its upper bound, which takes linear time
_STAND_INS = frozenset("?*#_\ufffd")  # for characters that a program could not write, or was not to show


def resembles(found: str, mention: str, *, is_whole: bool) -> bool:
    """Whether two texts are the same name, spelled otherwise.

    Args:
        is_whole: whether `found` begins and ends with a word.
    """
    left, right = _folding.names_spelled(found), _folding.names_spelled(mention)
    if not left or not right:
        return False
    words = _letters_and_digits(left)
    if words and words == _letters_and_digits(right):
        return True
    if len(found) == len(mention) and _share_equal(found, mention) >= (MIN_EQUAL if is_whole else MIN_EQUAL_IN_WORDS):
        return True
    return _ratio(left, right) >= (MIN_RATIO if is_whole else MIN_RATIO_IN_WORDS)


def could_be(found: str, mention: str) -> bool:
    """Whether whole words may stand for a mention that is nowhere in the text: one is a part of the other, or as long."""
    left, right = _folding.names_spelled(found), _folding.names_spelled(mention)
    return bool(left and right) and (left in right or right in left or len(found) == len(mention))


def _letters_and_digits(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def _share_equal(left: str, right: str) -> float:
    """The share of characters that are alike, place by place; a stand-in is like anything."""
    pairs = list(zip(left, right, strict=True))
    return sum(two in _STAND_INS or _folding.are_alike(one, two) for one, two in pairs) / len(pairs)


def _ratio(left: str, right: str) -> float:
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    return matcher.quick_ratio() if max(len(left), len(right)) > MAX_CHARS else matcher.ratio()
