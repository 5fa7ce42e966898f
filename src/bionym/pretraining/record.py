"""What is written down of a pretraining: `run.json` for programs, `card.md` for people. Neither holds a word of the text."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bionym.errors import ModelError
from bionym.training.events import Result

SCORED = "held out"  # the name of the text held out, among what is scored
BEFORE, AFTER = "before", "after"
WITH_HEAD = "its new output layer learned"  # what is measured between before and after

WARNING = """An encoder and its vocabulary can hold strings of the text they learned from: whole words stand in a vocabulary that
was trained on it, and from the weights pieces of text can be drawn that stood there often, or oddly. If the text was
private, keep this folder as safe as the text, and give it away only as its owner may give the text away."""


@dataclass(frozen=True)
class Pretrained:
    """What came of a pretraining.

    Args:
        save: writes the encoder into a folder.
        run: facts of the run, as JSON can hold them: `unit` (what text is counted in: subwords, tokens), `data` with as many,
            `learned`, `scores` by when they were measured, `notes`, `privacy`.
        packages: whose versions are recorded.
    """

    save: Callable[[Path], None]
    run: Mapping[str, Any]
    packages: tuple[str, ...]


def too_little(documents: int, held_out: int) -> ModelError:
    """The error where one side of the text is empty."""
    return ModelError(
        f"There are {documents:,} documents to learn from and {held_out:,} held out; one of each is needed at least. "
        "Give more text, or set text.documents, text.held_out or text.sample."
    )


def course(result: Result) -> dict[str, Any]:
    """How a training went, for the record."""
    speeds = sorted(one.tokens_per_second for one in result.history)
    return {
        "history": [{"step": one.step, **one.development[SCORED]} for one in result.history],
        "ended": result.reason,
        "steps": result.steps,
        "tokens_per_second": round(speeds[len(speeds) // 2]) if speeds else 0,
    }


def said(when: str, scores: Mapping[str, float]) -> str:
    """Scores on the text held out, in one line."""
    told = f"{100 * scores['accuracy']:.1f} % told"
    return f"perplexity on text held out, {when}: {scores['perplexity']:,.1f}; {told}"


def card(name: str, run: Mapping[str, Any]) -> str:
    """The card, in Markdown, from the record."""
    data, unit = run["data"], run["unit"]
    lines = [
        f"# {name}",
        "",
        f"{run['what']}, pretrained on raw text by `bionym pretrain`. "
        + (f"It began with `{run['begun_with']}`." if run["begun_with"] else "It began with nothing."),
        "",
        "## Text",
        "",
        f"{data['documents']:,} documents with {data[unit]:,} {unit} were learned from, {run['learned']:,} {unit} in all; "
        f"{data['held_out_documents']:,} other documents were held out. Fingerprint `{data['fingerprint']}`.",
        *(f"- {source}" for source in data["sources"]),
        "",
        "## Perplexity on the text held out",
        "",
        f"| when | perplexity | {unit} told |",
        "|---|---:|---:|",
        *(
            f"| {when} | {one['perplexity']:.2f} | {100 * one['accuracy']:.1f} % |"
            for when, one in run["scores"].items()
        ),
        "",
        *run["notes"],
        "",
        "## Privacy",
        "",
        WARNING,
        *run["privacy"],
        "",
        "## Versions",
        "",
        ", ".join(f"{package} {number}" for package, number in run["versions"].items()) + f"; seed {run['seed']}.",
    ]
    return "\n".join(lines) + "\n"
