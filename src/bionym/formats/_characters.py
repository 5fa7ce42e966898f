"""Characters that a format cannot hold, replaced one for one so that every offset stays."""

import re

LINE_BREAKS = re.compile(r"[\n\r]")
BREAKS_AND_TABS = re.compile(r"[\n\r\t]")
SURROGATES = re.compile(r"[\ud800-\udfff]")
NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
REPLACEMENT = "\ufffd"


def replace_each(text: str, unwanted: re.Pattern[str], by: str) -> tuple[str, int]:
    """The text with each unwanted character replaced by one other, and how many there were."""
    assert len(by) == 1, "a replacement of another length would move the offsets"
    return unwanted.subn(by, text)
