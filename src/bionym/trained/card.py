"""The model card, in Markdown, from the record of the training."""

from collections.abc import Mapping
from typing import Any

from bionym.trained.members_card import of_members
from bionym.trained.record import Record


def card(name: str, record: Record) -> str:
    """The model card from the record of the training, or from that of members that were combined."""
    if record.members:
        return of_members(name, record)
    lines = [
        f"# {name}",
        "",
        f"A {record.model} tagger that finds: {', '.join(record.labels)}.",
        *([f"Its encoder: {record.encoder}."] if record.encoder else []),
        "",
        "## Training data",
        "",
        *_data(record),
        *_taught(record),
        *_trained(record),
        "",
        "## Scores",
        "",
        *_protocol(record),
        *_scores(record.scores_by_corpus()),
        *_weights_section(record),
        *_seeds(record),
        "",
        "## Limits",
        "",
        f"Each entity is one stretch of tokens; {_overlaps(record)} Scores on other kinds of",
        "text than the training data will be lower. Probabilities are the model's own and are not calibrated.",
        *_only_predicts(record),
        *_shared(record),
        "",
        "## Versions",
        "",
        ", ".join(f"{package} {number}" for package, number in record.versions.items()) + f"; seed {record.seed}.",
    ]
    return "\n".join(lines) + "\n"


def _data(record: Record) -> list[str]:
    """What it learned from, as far as it is known."""
    imported, data = record.imported, record.data
    if imported:
        return [
            f"Imported from {imported.origin}, a {imported.kind} of transformers, which learned elsewhere: see the card there."
        ]
    facts = f"{data.documents:,} documents with {data.entities:,} entities, fingerprint `{data.fingerprint}`."
    return [facts, *(f"- {source}" for source in data.sources), *_not_learned(record)]


def _not_learned(record: Record) -> list[str]:
    lost = [entry for entry in record.not_learned if entry.what == "entity"]
    if not lost:
        return ["", "Every entity could be learned."]
    return [
        "",
        "Entities that tags cannot hold and the model never saw:",
        "",
        *(f"- {e.count:,}: {e.reason}" for e in lost),
    ]


def _taught(record: Record) -> list[str]:
    """What it learned of raw text from another model."""
    taught = record.teacher
    if not taught:
        return []
    return [
        "",
        f"Besides, {taught.sentences:,} sentences of raw text ({taught.tokens:,} tokens), in which another model found the "
        f"entities. Left out were {taught.held_back:,} that the development or test data hold, {taught.unsure:,} with an "
        f"entity that model was not sure of, and {taught.plain:,} where it found nothing.",
    ]


def _trained(record: Record) -> list[str]:
    """How long it learned, and which weights were kept."""
    training = record.training
    if not training:
        return []
    if training.best_epoch is None:
        kept = "No epoch was scored; it has the weights of the last."
    else:
        kept = (
            f"It has the weights of epoch {training.best_epoch}, whose {training.metric} on the development data was "
            f"highest ({100 * (training.best_score or 0):.1f}, the mean over corpora)."
        )
    epochs = f"{training.epochs} epoch{'s' * (training.epochs != 1)}"
    return [
        "",
        "## Training",
        "",
        f"Seed {record.seed}, {epochs} ({training.reason}), {record.seconds:.0f} s. {kept}",
    ]


def _protocol(record: Record) -> list[str]:
    """On what it was scored, and how."""
    scores = record.development_scores
    if not scores:
        return []
    number = sum(record.development_documents.values()) or scores["documents"]
    held_out = record.held_out
    whence = ""
    if held_out:
        whose = f" of {', '.join(held_out)}" if any(held_out) else ""
        whence = f", held out of the training documents{whose} by a hash of their ids"
    protocol = scores["protocols"]["strict"]
    chosen = (
        "The epoch was chosen by these documents too, so the scores are a little too high. " if record.training else ""
    )
    return [
        f"Scored on {number:,} development documents{whence}, never learned from. {chosen}An entity is right if all its "
        f"characters and its label are (metric strict, version {protocol['version']}; protocol `{protocol['fingerprint']}`). "
        "Intervals hold 95 % of the scores of documents drawn anew with replacement.",
        "",
    ]


def _scores(by_corpus: Mapping[str, Any]) -> list[str]:
    if not by_corpus:
        return ["None were measured: no development data was given."]
    lines = []
    for name, found in by_corpus.items():
        lines += [f"On the development data{_of(name)}, strict (span and label):", ""]
        lines += ["| label | precision | recall | F1 | 95 % interval | gold entities |", "|---|---|---|---|---|---|"]
        strict = found["metrics"]["strict"]
        rows = [("all (micro)", strict["micro"]), *strict["labels"].items()]
        lines += [*(_row(label, row) for label, row in rows), ""]
    return lines[:-1]


def _row(label: str, row: Mapping[str, Any]) -> str:
    interval = (row["interval"] or {}).get("f1")
    around = f"{100 * interval[0]:.1f} to {100 * interval[1]:.1f}" if interval else ""
    values = " | ".join(f"{100 * row[value]:.1f}" for value in ("precision", "recall", "f1"))
    return f"| {label} | {values} | {around} | {row['support']:,} |"


def _weights_section(record: Record) -> list[str]:
    """F1 of the model as it was exported, with each kind of weights."""
    weights = record.weights
    if not weights:
        return []
    rows = [
        f"| {kind} | {100 * f1:.2f} |{' predicts with these' if kind == weights.chosen else ''} |"
        for kind, f1 in weights.f1.items()
    ]
    lead = "The model as it was exported, F1 on the development data (mean over corpora), by the kind of its weights:"
    return ["", lead, "", "| weights | F1 | |", "|---|---|---|", *rows]


def _seeds(record: Record) -> list[str]:
    """What chance did: every seed, mean and deviation."""
    seeds = record.seeds
    if not seeds:
        return []
    names = list(seeds.mean)
    rows = [(str(row["seed"]), [row[name] for name in names]) for row in seeds.seeds]
    rows += [("mean", [seeds.mean[name] for name in names])]
    if len(seeds.seeds) > 1:
        rows += [("standard deviation", [seeds.deviation[name] for name in names])]
    header = ["mean of corpora" if len(names) > 1 else "F1", *names[1:]]
    return [
        "",
        f"Trained with {len(seeds.seeds)} seeds; this is seed {seeds.chosen}, the best on the development data. Expect "
        "the mean of another training, not the best. F1:",
        "",
        f"| seed | {' | '.join(header)} |",
        "|---" * (len(names) + 1) + "|",
        *(f"| {name} | {' | '.join(f'{100 * value:.1f}' for value in values)} |" for name, values in rows),
    ]


def _only_predicts(record: Record) -> list[str]:
    if not record.only_predicts:
        return []
    return ["", "It only predicts: what another model would go on from was left out."]


def _overlaps(record: Record) -> str:
    if record.overlaps:
        return str(record.overlaps)
    several = len(record.scores_by_corpus()) > 1
    return "entities of one label do not overlap." if several else "nested and overlapping entities are not found."


def _shared(record: Record) -> list[str]:
    """Documents that were learned from although they were held back elsewhere."""
    return [
        f"\n{one.documents:,} documents of the training data{_of(one.corpus)} also stand in the {one.split} data"
        f"{_of(one.other)}: scores there are too high."
        for one in record.shared_documents
    ]


def _of(corpus: str) -> str:
    return f" of {corpus}" if corpus else ""
