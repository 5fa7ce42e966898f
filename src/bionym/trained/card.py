"""The model card, in Markdown, from the record of the training; and what a record says of a training in epochs."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bionym.data import Corpus
from bionym.trained.members_card import of_members

Run = Mapping[str, Any]


def describe_fit(fitted: Any, corpora: Mapping[str, Corpus]) -> dict[str, Any]:
    """What the record adds for a model that learned in epochs.

    Args:
        fitted: with `tagger`, `result` of the loop, and `dev`, the development documents by corpus.
        corpora: as they were given, so that those without development documents can be named.
    """
    result, dev = fitted.result, fitted.dev
    return {
        "training": {
            "epochs": result.epochs,
            "steps": result.steps,
            "reason": result.reason,
            "best_epoch": result.best.epoch if result.best else None,
            "best_score": result.best.score if result.best else None,
            "metric": fitted.tagger.config.training.metric,
        },
        "weights": measured_weights(fitted.tagger),
        "teacher": _read(fitted.tagger, "teacher.json"),
        "development_documents": {name: len(documents) for name, documents in dev.items()},
        "held_out": [name for name in dev if not corpora[name].splits.get("dev")],
    }


def card(name: str, run: Run) -> str:
    """The model card from the record of the training, or from that of members that were combined."""
    if "members" in run:
        return of_members(name, run)
    lines = [
        f"# {name}",
        "",
        f"A {run['model']} tagger that finds: {', '.join(run['labels'])}.",
        *([f"Its encoder: {run['encoder']}."] if run.get("encoder") else []),
        "",
        "## Training data",
        "",
        *_data(run),
        *_taught(run),
        *_trained(run),
        "",
        "## Scores",
        "",
        *_protocol(run),
        *_scores(run["development_scores"]),
        *_weights_section(run),
        *_seeds(run),
        "",
        "## Limits",
        "",
        f"Each entity is one stretch of tokens; {_overlaps(run)} Scores on other kinds of",
        "text than the training data will be lower. Probabilities are the model's own and are not calibrated.",
        *_only_predicts(run),
        *_shared(run),
        "",
        "## Versions",
        "",
        ", ".join(f"{package} {number}" for package, number in run["versions"].items()) + f"; seed {run['seed']}.",
    ]
    return "\n".join(lines) + "\n"


def _data(run: Run) -> list[str]:
    """What it learned from, as far as it is known."""
    imported, data = run.get("imported"), run["data"]
    if imported:
        return [
            f"Imported from {imported['from']}, a {imported['kind']} of transformers, which learned elsewhere: see the card there."
        ]
    facts = f"{data['documents']:,} documents with {data['entities']:,} entities, fingerprint `{data['fingerprint']}`."
    return [facts, *(f"- {source}" for source in data["sources"]), *_not_learned(run)]


def measured_weights(tagger: Any) -> dict[str, Any]:
    """F1 on the development data with each kind of weights, and the kind it predicts with; empty if nothing was measured."""
    f1 = _read(tagger, "weights.json")
    return {"f1": f1, "chosen": tagger.config.weights} if f1 else {}


def _read(tagger: Any, name: str) -> dict[str, Any]:
    """What a model's folder says in a file of this name; empty without one."""
    path = Path(getattr(tagger, "folder", "")) / name
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return found


def _not_learned(run: Run) -> list[str]:
    lost = [entry for entry in run["not_learned"] if entry["what"] == "entity"]
    if not lost:
        return ["", "Every entity could be learned."]
    return [
        "",
        "Entities that tags cannot hold and the model never saw:",
        "",
        *(f"- {e['count']:,}: {e['reason']}" for e in lost),
    ]


def _taught(run: Run) -> list[str]:
    """What it learned of raw text from another model."""
    taught = run.get("teacher")
    if not taught:
        return []
    return [
        "",
        f"Besides, {taught['sentences']:,} sentences of raw text ({taught['tokens']:,} tokens), in which another model found the "
        f"entities. Left out were {taught['held_back']:,} that the development or test data hold, {taught['unsure']:,} with an "
        f"entity that model was not sure of, and {taught['plain']:,} where it found nothing.",
    ]


def _trained(run: Run) -> list[str]:
    """How long it learned, and which weights were kept."""
    training = run.get("training")
    if not training:
        return []
    if training["best_epoch"] is None:
        kept = "No epoch was scored; it has the weights of the last."
    else:
        kept = (
            f"It has the weights of epoch {training['best_epoch']}, whose {training['metric']} on the development data was "
            f"highest ({100 * training['best_score']:.1f}, the mean over corpora)."
        )
    epochs = f"{training['epochs']} epoch{'s' * (training['epochs'] != 1)}"
    return [
        "",
        "## Training",
        "",
        f"Seed {run['seed']}, {epochs} ({training['reason']}), {run['seconds']:.0f} s. {kept}",
    ]


def _protocol(run: Run) -> list[str]:
    """On what it was scored, and how."""
    scores = run["development_scores"]
    if not scores:
        return []
    number = sum(run.get("development_documents", {}).values()) or scores["documents"]
    held_out = run.get("held_out", ())
    whence = ""
    if held_out:
        whose = f" of {', '.join(held_out)}" if any(held_out) else ""
        whence = f", held out of the training documents{whose} by a hash of their ids"
    protocol = scores["protocols"]["strict"]
    chosen = (
        "The epoch was chosen by these documents too, so the scores are a little too high. "
        if "training" in run
        else ""
    )
    return [
        f"Scored on {number:,} development documents{whence}, never learned from. {chosen}An entity is right if all its "
        f"characters and its label are (metric strict, version {protocol['version']}; protocol `{protocol['fingerprint']}`). "
        "Intervals hold 95 % of the scores of documents drawn anew with replacement.",
        "",
    ]


def _scores(scores: Any) -> list[str]:
    if not scores:
        return ["None were measured: no development data was given."]
    by_corpus = scores.get("corpora") or {"": scores}
    lines = []
    for name, found in by_corpus.items():
        lines += [f"On the development data{f' of {name}' if name else ''}, strict (span and label):", ""]
        lines += ["| label | precision | recall | F1 | 95 % interval | gold entities |", "|---|---|---|---|---|---|"]
        strict = found["metrics"]["strict"]
        rows = [("all (micro)", strict["micro"]), *strict["labels"].items()]
        lines += [*(_row(label, row) for label, row in rows), ""]
    return lines[:-1]


def _row(label: str, row: Run) -> str:
    interval = (row["interval"] or {}).get("f1")
    around = f"{100 * interval[0]:.1f} to {100 * interval[1]:.1f}" if interval else ""
    values = " | ".join(f"{100 * row[value]:.1f}" for value in ("precision", "recall", "f1"))
    return f"| {label} | {values} | {around} | {row['support']:,} |"


def _weights_section(run: Run) -> list[str]:
    """F1 of the model as it was exported, with each kind of weights."""
    weights = run.get("weights")
    if not weights:
        return []
    rows = [
        f"| {kind} | {100 * f1:.2f} |{' predicts with these' if kind == weights['chosen'] else ''} |"
        for kind, f1 in weights["f1"].items()
    ]
    lead = "The model as it was exported, F1 on the development data (mean over corpora), by the kind of its weights:"
    return ["", lead, "", "| weights | F1 | |", "|---|---|---|", *rows]


def _seeds(run: Run) -> list[str]:
    """What chance did: every seed, mean and deviation."""
    seeds = run.get("seeds")
    if not seeds:
        return []
    names = list(seeds["mean"])
    rows = [(str(row["seed"]), [row[name] for name in names]) for row in seeds["seeds"]]
    rows += [("mean", [seeds["mean"][name] for name in names])]
    if len(seeds["seeds"]) > 1:
        rows += [("standard deviation", [seeds["deviation"][name] for name in names])]
    header = ["mean of corpora" if len(names) > 1 else "F1", *names[1:]]
    return [
        "",
        f"Trained with {len(seeds['seeds'])} seeds; this is seed {seeds['chosen']}, the best on the development data. Expect "
        "the mean of another training, not the best. F1:",
        "",
        f"| seed | {' | '.join(header)} |",
        "|---" * (len(names) + 1) + "|",
        *(f"| {name} | {' | '.join(f'{100 * value:.1f}' for value in values)} |" for name, values in rows),
    ]


def _only_predicts(run: Run) -> list[str]:
    if not run.get("only_predicts"):
        return []
    return ["", "It only predicts: what another model would go on from was left out."]


def _overlaps(run: Run) -> str:
    if "overlaps" in run:
        return str(run["overlaps"])
    several = len((run["development_scores"] or {}).get("corpora", ())) > 1
    return "entities of one label do not overlap." if several else "nested and overlapping entities are not found."


def _shared(run: Run) -> list[str]:
    """Documents that were learned from although they were held back elsewhere."""
    return [
        f"\n{one['documents']:,} documents of the training data of {one['corpus']} also stand in {one['other']} "
        f"({one['split']}): scores there are too high."
        for one in run.get("shared_documents", ())
    ]
