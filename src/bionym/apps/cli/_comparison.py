"""How a comparison of systems looks: the dict of `bionym.evaluation.comparison.compare` as tables."""

from typing import Any

from bionym.apps.cli._console import table
from bionym.tables import markdown

HEADER = ("system", "P", "R", "F1", "95 % interval", "macro F1", "seeds: mean ± deviation")
DIFFERENCES = ("first", "second", "P", "R", "F1", "95 % interval", "p", "corrected")


def plain(made: dict[str, Any]) -> str:
    """Tables for a terminal of 80 columns."""
    unit = f"{made['units']:,} {made['unit']}s"
    blocks = [
        f"{made['metric']} on {unit}, protocol {made['fingerprint']}",
        table(_header(made), _system_rows(made)),
        f"second minus first, in points; p by approximate randomisation over {unit}, {made['rounds']:,} rounds",
        table(DIFFERENCES, _difference_rows(made)),
    ]
    by_label = _label_rows(made)
    if by_label:
        blocks += ["F1 by label", table(("label", "first", "second", "F1", "95 % interval", "p"), by_label)]
    return "\n\n".join(blocks)


def markdown_of(made: dict[str, Any]) -> str:
    """The same two tables in Markdown."""
    systems = markdown(_header(made), _system_rows(made))
    return f"{systems}\n\n{markdown(DIFFERENCES, _difference_rows(made), num_names=2)}\n"


def _header(made: dict[str, Any]) -> tuple[str, ...]:
    return HEADER if any(system["seeds"] for system in made["systems"]) else HEADER[:-1]


def _system_rows(made: dict[str, Any]) -> list[tuple[str, ...]]:
    rows = []
    for system in made["systems"]:
        scores = [f"{100 * system[value]:.2f}" for value in ("precision", "recall", "f1")]
        row = (system["name"], *scores, _interval(system["interval"]), f"{100 * system['macro_f1']:.2f}")
        rows.append((*row, _seeds(system["seeds"]))[: len(_header(made))])
    return rows


def _difference_rows(made: dict[str, Any]) -> list[tuple[str, ...]]:
    return [
        (
            pair["first"],
            pair["second"],
            *(f"{100 * pair[value]['value']:+.2f}" for value in ("precision", "recall", "f1")),
            _range(pair["f1"]),
            _p(pair["f1"]["p"]),
            _p(pair["p_corrected"]),
        )
        for pair in made["differences"]
    ]


def _label_rows(made: dict[str, Any]) -> list[tuple[str, ...]]:
    return [
        (label, pair["first"], pair["second"], f"{100 * found['value']:+.2f}", _range(found), _p(found["p"]))
        for pair in made["differences"]
        if len(pair["labels"]) > 1
        for label, found in pair["labels"].items()
    ]


def _seeds(seeds: dict[str, Any] | None) -> str:
    return f"{100 * seeds['mean']:.2f} ± {100 * seeds['deviation']:.2f}" if seeds else ""


def _interval(interval: list[float]) -> str:
    low, high = interval
    return f"[{100 * low:.1f}, {100 * high:.1f}]"


def _range(difference: dict[str, Any]) -> str:
    low, high = difference["interval"]
    return f"[{100 * low:+.1f}, {100 * high:+.1f}]"


def _p(value: float) -> str:
    return f"{value:.4f}" if value >= 0.0001 else "< 0.0001"
