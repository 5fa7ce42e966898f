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
        *_distillation(record),
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
    """Its training data, as far as it is known."""
    imported, data = record.imported, record.data
    if imported:
        return [
            f"Imported from {imported.origin}, a {imported.kind} of transformers, which was trained elsewhere: see the card there."
        ]
    facts = f"{_number(data.documents, 'document')} with {_entities(data.entities)}, fingerprint `{data.fingerprint}`."
    return [facts, *(f"- {source}" for source in data.sources), *_lost_entities(record)]


def _lost_entities(record: Record) -> list[str]:
    lost = [entry for entry in record.not_learned if entry.what == "entity"]
    if not lost:
        return ["", "Every entity could be used for training."]
    return [
        "",
        "Entities that tags cannot represent, so the model was not trained on them:",
        "",
        *(f"- {entry.count:,}: {entry.reason}" for entry in lost),
    ]


def _distillation(record: Record) -> list[str]:
    """The raw text that a teacher labelled for its training."""
    counts = record.teacher
    if not counts:
        return []
    return [
        "",
        f"Distillation: also trained on {_number(counts.sentences, 'sentence')} of raw text ({_number(counts.tokens, 'token')}) "
        f"that another model labelled. Left out were {counts.held_back:,} that the development or test data hold, "
        f"{counts.unsure:,} with an entity of a low score, and {counts.plain:,} without an entity.",
    ]


def _trained(record: Record) -> list[str]:
    """How long it was trained, and which weights were kept."""
    training = record.training
    if not training:
        return []
    if training.best_epoch is None:
        weights = "No epoch was scored; it has the weights of the last."
    else:
        weights = (
            f"It has the weights of epoch {training.best_epoch}, whose {training.metric} on the development data was "
            f"highest ({100 * (training.best_score or 0):.1f}, the mean over corpora)."
        )
    epochs = _number(training.epochs, "epoch")
    return [
        "",
        "## Training",
        "",
        f"Seed {record.seed}, {epochs} ({training.reason}), {record.seconds:.0f} s. {weights}",
    ]


def _protocol(record: Record) -> list[str]:
    """On what it was scored, and how."""
    scores = record.development_scores
    if not scores:
        return []
    number = sum(record.development_documents.values()) or scores["documents"]
    held_out = record.held_out
    origin = ""
    if held_out:
        whose = f" of {', '.join(held_out)}" if any(held_out) else ""
        origin = f", held out of the training documents{whose} by a hash of their ids"
    protocol = scores["protocols"]["strict"]
    chosen = (
        "The epoch was chosen on these documents too, so the scores are slightly optimistic. "
        if record.training
        else ""
    )
    return [
        f"Scored on {_number(number, 'development document')}{origin}, never trained on. {chosen}An entity is right if all its "
        f"characters and its label are (metric strict, version {protocol['version']}; protocol `{protocol['fingerprint']}`). "
        "Intervals hold 95 % of the scores of documents resampled with replacement.",
        "",
    ]


def _scores(by_corpus: Mapping[str, Any]) -> list[str]:
    if not by_corpus:
        return ["Not measured: no development data was given."]
    lines = []
    for name, scores in by_corpus.items():
        lines += [f"On the development data{_of(name)}, strict (span and label):", ""]
        lines += ["| label | precision | recall | F1 | 95 % interval | gold entities |", "|---|---|---|---|---|---|"]
        strict = scores["metrics"]["strict"]
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
        f"| {kind} | {100 * f1:.2f} |{' used for prediction' if kind == weights.chosen else ''} |"
        for kind, f1 in weights.f1.items()
    ]
    lead = "F1 of the exported model on the development data (mean over corpora), by kind of weights:"
    return ["", lead, "", "| weights | F1 | |", "|---|---|---|", *rows]


def _seeds(record: Record) -> list[str]:
    """The spread over seeds: every seed, mean and deviation."""
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
    return ["", "Prediction only: the files needed to continue training were left out."]


def _overlaps(record: Record) -> str:
    if record.overlaps:
        return str(record.overlaps)
    has_corpora = len(record.scores_by_corpus()) > 1
    return "entities of one label do not overlap." if has_corpora else "nested and overlapping entities are not found."


def _shared(record: Record) -> list[str]:
    """Training documents that are also in development or test data."""
    return [
        f"\n{_number(shared.documents, 'document')} of the training data{_of(shared.corpus)} "
        f"{'is' if shared.documents == 1 else 'are'} also in the {shared.split} data{_of(shared.other)}: scores there are too high."
        for shared in record.shared_documents
    ]


def _of(corpus: str) -> str:
    return f" of {corpus}" if corpus else ""


def _number(number: int, what: str) -> str:
    """A number and its noun: "1 document", "2 documents"."""
    return f"{number:,} {what}{'s' * (number != 1)}"


def _entities(number: int) -> str:
    return "1 entity" if number == 1 else f"{number:,} entities"
