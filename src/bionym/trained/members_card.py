"""The card of an ensemble, in Markdown: who its members are. Scores are theirs, so none is told here."""

from bionym.trained.record import MemberFacts, Record


def of_members(name: str, record: Record) -> str:
    """The model card from the record of what was combined."""
    members = record.members
    lines = [
        f"# {name}",
        "",
        f"An ensemble of {len(members)} models that finds: {', '.join(record.labels)}.",
        "",
        "## Members",
        "",
        "They decide together: log-scores of tags and of transitions are averaged, each member by its share. Of a source that "
        "only some speak for, the shares of those count, beside each other.",
        "",
        "| | model | kind | share | speaks for |",
        "|---|---|---|---:|---|",
        *(_row(number, one) for number, one in enumerate(members, 1)),
        "",
        "What each learned from is told in `members/NUMBER/model_card.md`.",
        "",
        "## Scores",
        "",
        "None were measured of the ensemble. Those on the cards of its members are theirs alone.",
        "",
        "## Limits",
        "",
        "Predicting takes the time and the room of all members together. Entities of one source do not overlap. Probabilities are "
        "those of the averaged chain and are not calibrated."
        + (" It only predicts: what other models would go on from was left out." if record.only_predicts else ""),
        "",
        "## Versions",
        "",
        ", ".join(f"{package} {number}" for package, number in record.versions.items()) + ".",
    ]
    return "\n".join(lines) + "\n"


def _row(number: int, member: MemberFacts) -> str:
    sources = ", ".join(filter(None, member.sources)) or "its labels"
    return f"| {number} | {member.name} | {member.model} | {member.share:.3g} | {sources} |"
