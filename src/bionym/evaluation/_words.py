"""What a report says in sentences, for readers who do not work with scores every day."""

from collections.abc import Mapping, Sequence
from typing import Any

from bionym.evaluation.intervals import MIN_UNITS

KINDS = {
    "missed": "A gold entity, and nothing was marked where it stands.",
    "spurious": "Something was marked where gold has nothing.",
    "left": "The right label, but it starts too early or too late.",
    "right": "The right label, but it ends too early or too late.",
    "both-edges": "The right label, but it starts and ends elsewhere than gold.",
    "gap": "The right label, start and end, but the pieces between differ.",
    "split": "One gold entity was marked as several.",
    "merge": "Several gold entities were marked as one.",
    "label": "The right place, but another label.",
    "label-and-boundary": "It overlaps a gold entity, but label and place both differ.",
}
NAMES = {
    "left": "left edge",
    "right": "right edge",
    "both-edges": "both edges",
    "label": "wrong label",
    "label-and-boundary": "label and edges",
}
TIES = {
    "repeated": ("right elsewhere", "The same mention with this label is right elsewhere in the document."),
    "short-of-found": ("short form, long form right", "An abbreviation whose long form is right in the document."),
    "short-of-missed": (
        "short form, long form wrong",
        "An abbreviation whose long form is there and not right either.",
    ),
    "short-alone": ("short form alone", "An abbreviation that the document does not define, or not beside an entity."),
    "long-of-found": ("long form, short form right", "A long form whose abbreviation is right in the document."),
    "synonym-of-found": ("synonym of a right one", "Another mention of its concept is right in the document."),
    "synonym-of-trained": ("new synonym", "The mention was not in training, but its concept was, in other words."),
    "untrained": ("new name", "Neither the mention nor its concept was in training."),
}
SLICES = {
    "length": ("Length", ""),
    "frequency": ("Frequency in gold", "How often the mention is an entity in gold, whatever its label."),
    "seen": (
        "Seen in training",
        "Whether the mention was an entity there; one that was not cannot be predicted from memory.",
    ),
    "concept": (
        "Names and concepts of training",
        "Entities without a concept, as most predictions are, count by their text alone: read the recall.",
    ),
    "nested": ("Nesting", "Whether the entity lies inside another, or holds one."),
    "abbreviation": ("Abbreviations", "Short forms that the document defines, and words mostly of capitals."),
    "section": ("Section", "The part of the document in which the entity begins."),
    "discontinuous": ("Gaps", "Whether the entity is in one piece."),
}
WIDE = 0.1  # an interval of ten points is too wide to choose by
GAIN = 0.005  # of F1, below which a threshold gains nothing
PRECISE = 0.95  # the precision for which a reader may want to know the price

Values = Mapping[str, Any]


def headline(micro: Values) -> str:
    """Precision and recall as a reader would say them."""
    support, predicted = micro.get("support", 0), micro.get("predicted", 0)
    if not support and not predicted:
        return "There was nothing to find and nothing was marked, so there is nothing to score."
    if not predicted:
        return f"It marks nothing; {count(support)} entities were there to be found."
    if not support:
        return f"It marks {count(predicted)} entities where gold has none, so all of them are wrong."
    return (
        f"Of every 100 entities it marks, {_of_100(micro['precision'])} right; "
        f"of every 100 that are there, it finds {_hundred(micro['recall'])}."
    )


def certainty(micro: Values, bootstrap: Values | None, num_documents: int) -> str:
    """How far F1 can be trusted; why there is no interval, if there is none."""
    if not micro.get("support") and not micro.get("predicted"):
        return ""
    between = (micro.get("interval") or {}).get("f1")
    if not between or not bootstrap:
        few = num_documents < MIN_UNITS
        why = f"cannot be said from {_documents(num_documents)}" if few else "was not computed"
        return f"F1 is {percent(micro['f1'])}. How sure that is {why}."
    sure = (
        f"F1 is {percent(micro['f1'])}; on many more such documents it would most likely lie "
        f"between {percent(between[0])} and {percent(between[1])}."
    )
    if between[1] - between[0] > WIDE:
        sure += " That is a wide range: choose nothing by a difference of a few points."
    return sure


def calibration(measured: Values) -> str:
    """Whether scores mean what they say: at the fullest bin, and on the whole."""
    bins = [part for part in measured.get("bins") or () if part["number"]]
    if not bins:
        return ""
    fullest = max(bins, key=lambda part: float(part["number"]))
    total = sum(part["number"] for part in bins)
    surplus = sum(part["number"] * (part["mean_score"] - part["share_right"]) for part in bins) / total
    whole = f"scores are off by {percent(measured['expected_calibration_error'])} points on average"
    leaning = (
        "neither too high nor too low" if abs(surplus) < 0.01 else f"mostly too {'high' if surplus > 0 else 'low'}"
    )
    return (
        f"Where it gives a score of about {fullest['mean_score']:.2f}, it is right {_hundred(fullest['share_right'])} "
        f"times in 100. Over all {count(total)} entities, {whole}, {leaning}."
    )


def threshold(rows: Sequence[Values]) -> str:
    """What a user gains and loses by keeping only high scores."""
    best = max(rows, key=lambda row: float(row["f1"]))
    precise = next((row for row in rows if row["precision"] >= PRECISE), None)
    if best["f1"] - rows[0]["f1"] < GAIN:
        text = "Dropping entities of low score does not raise F1"
    else:
        text = f"F1 is highest, {percent(best['f1'])}, when entities below {best['threshold']:g} are dropped"
    if precise and precise is not rows[0]:
        text += f"; from {precise['threshold']:g} on, precision is {percent(precise['precision'])} "
        text += f"and recall {percent(precise['recall'])}"
    return f"{text}. Choose a threshold on development data, not on the data of a final score."


def kind(name: str) -> str:
    """A kind of error as the page calls it; "right" alone could mean its opposite."""
    return NAMES.get(name, name)


def tie(name: str) -> str:
    """What an error has to do with names, as the page calls it."""
    return TIES[name][0] if name in TIES else name


def learning(curve: Sequence[Values]) -> str:
    """When the model was at its best."""
    scored = [row for row in curve if row.get("mean_f1") is not None]
    if not scored:
        return ""
    best = max(scored, key=lambda row: float(row["mean_f1"]))
    end = "its last" if best is curve[-1] else f"of {len(curve)}"
    return f"It was best on development data after epoch {best['epoch']}, {end}: F1 {percent(best['mean_f1'])}."


def training_state(epochs: Sequence[Values], wanted: int | None, end: Values | None) -> str:
    """How far a training is, or how it ended."""
    done = f"{count(len(epochs))} epoch" + "s" * (len(epochs) != 1)
    if end is None:
        return f"Training: {done} of at most {wanted} done." if wanted else "Training."
    if end["state"] == "finished":
        why = {"all epochs": "all that were set"}.get(end["reason"], end["reason"])
        return f"Trained for {done} ({why}), {_time(end['seconds'])} in all."
    return f"{'Interrupted' if end['state'] == 'interrupted' else 'Failed'} after {done}: {end['reason']}."


def percent(share: float | None) -> str:
    """A share as a percentage with one decimal; a dash if there is none."""
    return "–" if share is None or share != share else f"{100 * share:.1f}"


def between(interval: Sequence[float] | None) -> str:
    """The two ends of an interval; nothing if there is none."""
    return f"{percent(interval[0])} to {percent(interval[1])}" if interval else ""


def count(number: float | None) -> str:
    """A number of things; with its half where a metric gives half a point."""
    if number is None:
        return "–"
    return f"{number:,.0f}" if float(number).is_integer() else f"{number:,.1f}"


def _time(seconds: float) -> str:
    """Seconds, or minutes, as a person says them."""
    return f"{seconds:.0f} seconds" if seconds < 100 else f"{count(round(seconds / 60))} minutes"


def _hundred(share: float) -> str:
    """Out of a hundred; never all or none unless it is."""
    rounded = round(100 * share)
    if rounded == 100 and share < 1:
        return "more than 99"
    return "less than 1" if rounded == 0 and share > 0 else str(rounded)


def _of_100(share: float) -> str:
    number = _hundred(share)
    return f"{number} {'is' if number in ('1', 'less than 1') else 'are'}"


def _documents(number: int) -> str:
    return f"{number:,} document" + "s" * (number != 1)
