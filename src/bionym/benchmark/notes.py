"""What a reader of the table must know, a sentence each: what the numbers are, what was shared, what failed."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

PROTOCOLS = {
    "train": "train: learns the training split, scores the test split",
    "train+devel": "train+devel: learns both splits, scores the test split",
    "select": "select: learns the training split, scores the development split",
}

Results = Mapping[str, Any]
Row = Mapping[str, Any]


def notes(results: Results, seeds: Sequence[int]) -> list[str]:
    """Every note, in the order of their weight."""
    rows = results["rows"]
    return [
        *_failures(results),
        *_protocols(rows),
        *_intervals(rows),
        *_seeds(rows, seeds),
        *_sharing(rows),
        *_missing(rows),
    ]


def _failures(results: Results) -> Iterator[str]:
    for failure in results["failed"]:
        yield f"Failed: {_name(failure)}: {failure['error']}"
    for corpus in results["skipped"]:
        yield f"Skipped: {corpus}, whose files are not there."


def _protocols(rows: Sequence[Row]) -> Iterator[str]:
    used = [text for name, text in PROTOCOLS.items() if any(row["protocol"] == name for row in rows)]
    if used:
        yield f"{'; '.join(used)}."
    if any(not row["protocol"] for row in rows):
        yield "A system without a protocol was used as it is: it was not trained for this table."


def _intervals(rows: Sequence[Row]) -> Iterator[str]:
    """By corpus what was resampled."""
    units = {
        (row["tested_on"], row["split"]): f"{row['bootstrap']['units']:,} {row['bootstrap']['unit']}s"
        for row in rows
        if row["bootstrap"]
    }
    if units:
        named = ", ".join(f"{text} of {_split(*place)}" for place, text in units.items())
        yield f"95 %: the interval of F1, by bootstrap over {named}."


def _seeds(rows: Sequence[Row], seeds: Sequence[int]) -> Iterator[str]:
    several = dict.fromkeys((row["system"], tuple(row["seeds"])) for row in rows if len(row["seeds"]) > 1)
    for used in dict.fromkeys(used for _, used in several):
        names = ", ".join(dict.fromkeys(name for name, other in several if other == used))
        yield f"Mean ± standard deviation of F1 over the seeds {', '.join(map(str, used))}: {names}."
    once = dict.fromkeys(row["system"] for row in rows if row["model"] and row["seeds"] == [None])
    if once and len(seeds) > 1:
        yield f"Trained once, since the training has no randomness: {', '.join(once)}."


def _sharing(rows: Sequence[Row]) -> Iterator[str]:
    """What stands on both sides; where documents have no ids, sentences."""
    trained = [row for row in rows if row["shared"] and row["training"]]
    notes = dict.fromkeys(filter(None, map(_shared, trained)))
    is_excluded = any(row["training"]["excluded"] for row in trained)
    if notes:
        what = "Left out of the training" if is_excluded else "In both training and test data"
        way_out = "" if is_excluded else " Set exclude_shared = true in the plan to train without them."
        yield f"{what}: {'; '.join(notes)}.{way_out}"
    elif trained:
        yield "No document or long sentence is in both the training and the test data."


def _shared(row: Row) -> str:
    shared = row["shared"]
    numbers = [_number(shared[f"{what}s"], what) for what in ("document", "sentence") if shared[f"{what}s"]]
    tested = _split(row["tested_on"], row["split"])
    learned = f"{' + '.join(row['trained_on'])} ({row['protocol']})"
    return f"{' and '.join(numbers)} of {learned} in {tested}" if numbers else ""


def _missing(rows: Sequence[Row]) -> Iterator[str]:
    for row in rows:
        if row["without_prediction"]:
            number = _number(row["without_prediction"], "document")
            yield f"{row['system']} has no prediction for {number} of {row['tested_on']}: their entities count as missed."


def _number(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _split(corpus: str, split: str) -> str:
    return corpus if split == "test" else f"{corpus} {split}"


def _name(cell: Row) -> str:
    seed = f"seed {cell['seed']}" if cell["seed"] is not None else ""
    return ", ".join(filter(None, (cell["system"], " + ".join(cell["trained_on"]), cell["protocol"], seed)))
