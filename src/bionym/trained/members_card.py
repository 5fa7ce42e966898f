"""The card of an ensemble, in Markdown: its members. It has no scores of its own."""

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
        "Log-scores of tags and of transitions are averaged, weighted by share. Where only some members have a head for a "
        "source, their shares are rescaled to add up to 1.",
        "",
        "| | model | kind | share | heads |",
        "|---|---|---|---:|---|",
        *(_row(number, member) for number, member in enumerate(members, 1)),
        "",
        "The training data of each is in `members/NUMBER/model_card.md`.",
        "",
        "## Scores",
        "",
        "The ensemble was not scored. The scores on the cards of its members are those of the members alone.",
        "",
        "## Limits",
        "",
        "Prediction takes the time and the memory of all members together. Entities of one source do not overlap. Probabilities are "
        "those of the averaged chain and are not calibrated."
        + (" Prediction only: the files needed to continue training were left out." if record.only_predicts else ""),
        "",
        "## Versions",
        "",
        ", ".join(f"{package} {number}" for package, number in record.versions.items()) + ".",
    ]
    return "\n".join(lines) + "\n"


def _row(number: int, member: MemberFacts) -> str:
    sources = ", ".join(filter(None, member.sources)) or "its labels"
    return f"| {number} | {member.name} | {member.model} | {member.share:.3g} | {sources} |"
