"""The text that the i2b2 2010 scorer prints, tabs, spelling and digits as there."""

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from bionym.data.counts import Counts, LabelCounts
from bionym.evaluation.metrics._i2b2_places import TYPES

_COLUMNS = "\tTrue Positive\tFalse Negative\tFalse Positive\tR Value\tP Value\tF Value"
_FIXED_BELOW = 10**7  # Java writes doubles without an exponent from a thousandth up to here


class Files(NamedTuple):
    """Files on each side."""

    gold: int
    predicted: int


def header(files: Files, lines: LabelCounts) -> str:
    """How many files and lines were compared."""
    return (
        "-- CONCEPT FILE TEST --\n"
        f"Number of Reference Files Tested :{java(files.gold)}\tNumber of System Files Tested :{java(files.predicted)}\n"
        f"Number of Reference Lines :{java(lines.support)}\tNumber of System Lines :{java(lines.num_predicted)}\n"
    )


def all_concepts_block(number: str, kind: str, tables: Mapping[str, Counts]) -> str:
    """The block of all concepts together; `kind` is "Exact" or "Inexact"."""
    span = tables[f"{kind.lower()}-span"].micro
    classes = tables[f"{kind.lower()}-class"].micro
    rows = [f"TESTING {number} -  {kind} span for all concepts together", _COLUMNS]
    rows.append(_row(f"Concept {kind} Span", span))
    if kind == "Exact":
        rows.append(_row("Class Exact Span", classes))
    else:  # counts of the row above, shares of another
        rows.append(_row("Class Inexact Span", span, tables["inexact-class-as-printed"].micro))
    return _block(rows)


def by_type_block(number: str, kind: str, tables: Mapping[str, Counts]) -> str:
    """The block of each type by itself; `kind` is "Exact" or "Inexact"."""
    rows = [f"TESTING {number} -  {kind} span for separate concept classes", _COLUMNS]
    for table, name in (("span", f"{kind} Span"), ("class", f"{kind} Span With Matching Class")):
        counts = tables[f"{kind.lower()}-{table}"]
        rows += [_row(f"{name} for {label.capitalize()}", counts.of(label)) for label in TYPES]
    return _block(rows if kind == "Exact" else [*rows, ""])


def ignored_line(lines: LabelCounts) -> str:
    """A line of ours, where concepts were passed over; nothing where none were."""
    if not lines.support + lines.num_predicted:
        return ""
    sides = f"{lines.support:.0f} reference lines and {lines.num_predicted:.0f} system lines"
    return f"\nPassed over, since their type is not {', '.join(TYPES[:2])} or {TYPES[2]}: {sides}\n"


def java(value: float) -> str:
    """A number as Java's `Double.toString` writes it.

    >>> java(10), java(0.5), java(0.00012), java(1e7)
    ('10.0', '0.5', '1.2E-4', '1.0E7')
    """
    value = float(value)
    if value != value:
        return "NaN"
    if value == 0 or 1e-3 <= value < _FIXED_BELOW:
        return repr(value)
    _, digits, _ = Decimal(repr(value)).normalize().as_tuple()
    first, *rest = map(str, digits)
    return f"{first}.{''.join(rest) or '0'}E{Decimal(repr(value)).adjusted()}"


def _row(name: str, counts: LabelCounts, shares: LabelCounts | None = None) -> str:
    """A name, three counts, and three shares, of the same counts or of others."""
    right, missed, spurious = counts.true_positives, counts.false_negatives, counts.false_positives
    ratios = shares or counts
    values = (
        _share(ratios.true_positives, ratios.support),
        _share(ratios.true_positives, ratios.num_predicted),
        _share(2 * ratios.true_positives, ratios.support + ratios.num_predicted),
    )
    return "\t".join((f"{name} ->", *map(java, (right, missed, spurious, *values))))


def _share(part: float, whole: float) -> float:
    return part / whole if whole else float("nan")


def _block(rows: list[str]) -> str:
    return "".join(f"{row}\n" for row in rows)
