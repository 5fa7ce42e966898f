"""The report of an evaluation as one HTML page, to read, print and pass on; it needs nothing from outside.

Its parts are the files in `templates/`; what is absent from the report is absent from the page. Every number that is drawn
stands in a table as well. A policy in its head forbids it to load anything, and allows the one script, by its hash, that
filters the examples; without the script they are all there, by kind. It holds text of documents only if the report does.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from bionym import plugins
from bionym.errors import BionymError
from bionym.evaluation import _curves, _examples, _template, _words, plots
from bionym.version import __version__

MAX_IDS = 200  # of one-sided documents that are named

Report = Mapping[str, Any]


def page(report: Report) -> str:
    """The page of a report in the layout that `bionym evaluate --json` writes."""
    script, script_hash = _template.script()
    sections = {name: part for name, part in _sections(report).items() if part}
    return (
        _template.environment()
        .get_template("page.html")
        .render(
            title=report.get("title") or "Evaluation report",
            version=report.get("bionym") or __version__,
            script=script,
            script_hash=script_hash,
            quotes_text=_quotes_text(report.get("errors") or {}),
            **dict.fromkeys(SECTIONS) | sections,
        )
    )


def _sections(report: Report) -> dict[str, Any]:
    """What each template shows, by its name; nothing for what the report does not hold."""
    return {name: make(report) for name, make in SECTIONS.items()}


def _summary(report: Report) -> dict[str, Any]:
    metric, table = next(iter(report["metrics"].items()))
    micro, number = table["micro"], report.get("documents", 0)
    return {
        "metric": metric,
        "about": _about(metric),
        "headline": _words.headline(micro),
        "certainty": _words.certainty(micro, table.get("bootstrap"), number),
        "micro": micro if micro.get("support") or micro.get("predicted") else None,
        "bootstrap": table.get("bootstrap"),
    }


def _scored(report: Report) -> dict[str, Any]:
    protocols = report.get("protocols") or {}
    return {
        "documents": report.get("documents", 0),
        "protocols": protocols,
        "first": next(iter(protocols.values()), None),
        "alone": [
            ("gold", "without a prediction: all entities there count as missed", report.get("only_gold") or ()),
            ("predicted", "without gold: all entities there count as spurious", report.get("only_predicted") or ()),
        ],
        "max_ids": MAX_IDS,
    }


def _labels(report: Report) -> dict[str, Any]:
    metric, table = next(iter(report["metrics"].items()))
    return {"metric": metric, "table": table}


def _metrics(report: Report) -> dict[str, Any] | None:
    """Every metric, if there is more than the first, which the summary tells of."""
    tables = report["metrics"]
    return {name: {"table": tables[name], "about": _about(name)} for name in tables} if len(tables) > 1 else None


def _errors(report: Report) -> dict[str, Any] | None:
    errors = report.get("errors")
    kinds = {kind: number for kind, number in ((errors or {}).get("kinds") or {}).items() if number}
    if not errors or not kinds:
        return None
    order = sorted(kinds, key=lambda kind: -kinds[kind])
    return {
        **dict.fromkeys(("by_label", "frequent", "suspected_gold_errors")),
        **errors,
        "kinds": {kind: kinds[kind] for kind in order},
        "names": {name: number for name, number in (errors.get("names") or {}).items() if number},
        "total": sum(kinds.values()),
        "linked": {group.kind: place for place, group in enumerate(_groups(errors, order), 1)},
    }


def _confusion(report: Report) -> dict[str, Any] | None:
    return _template.matrix((report.get("errors") or {}).get("confusion"))


def _slices(report: Report) -> dict[str, Any] | None:
    """The slices that tell apart; labels have their own section."""
    slices = report.get("slices") or {}
    return {kind: rows for kind, rows in slices.items() if len(rows) > 1 and kind != "label"} or None


def _calibration(report: Report) -> dict[str, Any] | None:
    calibration = report.get("calibration")
    if not calibration:
        return None
    bins, thresholds = calibration.get("bins") or (), calibration.get("thresholds") or ()
    frame = plots.Frame((0, 1), (0, 1), "score", "share that is right")
    return {
        **calibration,
        "sentence": _words.calibration(calibration),
        "diagram": plots.reliability(bins, frame, "Share that is right, by score", _words.calibration(calibration)),
        "about_threshold": _words.threshold(thresholds) if thresholds else "",
        "curve": _threshold_curve(thresholds) if thresholds else "",
    }


def _threshold_curve(thresholds: Sequence[Mapping[str, Any]]) -> str:
    frame = plots.Frame((0, 1), (0, 100), "lowest score that is kept", "per cent")
    drawn = [
        plots.Line(name, [(row["threshold"], 100 * row[value]) for row in thresholds])
        for value, name in (("f1", "F1"), ("precision", "Precision"), ("recall", "Recall"))
    ]
    return plots.lines(drawn, frame, "Precision, recall and F1 by threshold", _words.threshold(thresholds))


def _learning(report: Report) -> dict[str, Any] | None:
    rows = report.get("learning_curve")
    return _curves.learning(rows) if rows else None


def _shown(report: Report) -> dict[str, Any] | None:
    """The examples, kind by kind, those of the most frequent first."""
    errors = report.get("errors") or {}
    examples = errors.get("examples")
    if not examples:
        return None
    kinds = errors.get("kinds") or {}
    groups = _groups(errors, sorted(kinds, key=lambda kind: -kinds[kind]))
    shown = [example for group in groups for example in group.shown]
    return {
        "groups": groups,
        "number": sum(group.number for group in groups),
        "num_shown": len(shown),
        "names": [name for name in _words.TIES if any(name in (one.get("names") or ()) for one in shown)],
        "labels": sorted({label for example in shown for label in _examples.labels(example)}),
        "quotes_text": _quotes_text(errors),
        "has_suspected": any(example.get("suspected_gold_error") for example in shown),
    }


def _groups(errors: Mapping[str, Any], order: Sequence[str]) -> list[_examples.Group]:
    return _examples.groups(errors.get("examples") or (), errors.get("kinds") or {}, order)


def _quotes_text(errors: Mapping[str, Any]) -> bool:
    """Whether any text of a document stands in the report."""
    examples, frequent = errors.get("examples") or (), errors.get("frequent") or ()
    return any(entry.get("context") for entry in examples) or any(entry.get("mention") for entry in frequent)


def _about(table: str) -> str:
    """The first line a metric says of itself; nothing if it is not installed here."""
    try:
        docstring = plugins.find("evaluation.metrics", table.partition(":")[0]).__doc__ or ""
    except BionymError:
        return ""
    return " ".join(docstring.strip().partition("\n\n")[0].split())


SECTIONS = {
    "summary": _summary,
    "labels": _labels,
    "metrics": _metrics,
    "errors": _errors,
    "confusion": _confusion,
    "slices": _slices,
    "calibration": _calibration,
    "learning": _learning,
    "examples": _shown,
    "scored": _scored,
}
