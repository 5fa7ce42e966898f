"""The card of a model exported for transformers: how to use it there, and how it differs from Bionym."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bionym.data import Audit
from bionym.trained.card import card as own_card
from bionym.trained.record import Record

_USE = """\
```python
from transformers import pipeline

find = pipeline("token-classification", model="{name}", aggregation_strategy="{strategy}")
find("Naloxone reverses the antihypertensive effect of clonidine.")
```
"""
_SAME = """\
Where both split the text in the same way, each subword has the scores that Bionym gives it. The differences:

- Bionym splits text into tokens first, and the first subword of a token gives its tag: the others were not
  trained. `aggregation_strategy="{strategy}"` comes nearest. To use exactly Bionym's tokens, pass them yourself:
  `find(tokens, is_split_into_words=True, aggregation_strategy="first")[0]`.
- A pipeline takes the most probable tag of each word. Bionym takes the best sequence that the tag scheme, {scheme}, allows.
- The score of an entity is a mean over its words here, and the probability of the whole entity in Bionym.
- A pipeline reads one sequence: everything after {longest:,} subwords is dropped silently. Give it sentences, or
  `stride=32`. Bionym reads whole documents{context}.
"""
_SPACED = (
    "- Offsets of a pipeline may include the space before an entity: this tokenizer counts it as part of the word.\n"
)


def card(name: str, folder: Path, record: Record, audit: Audit) -> str:
    """The card in Markdown, with the facts at its top that the hub reads.

    Args:
        folder: the exported one.
        record: the record of the training, without sources.
        audit: what the folder cannot hold.
    """
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    tokenizer = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8"))
    ours, strategy = config["bionym"], _strategy(folder, config["bionym"])
    longest = tokenizer["model_max_length"]
    context = "" if ours["context"] == "sentence" else f", by the {ours['context']}"
    lost = [f"- {number:,} x {what}: {reason}" for (what, reason), number in (audit.lost + audit.changed).items()]
    training = own_card(name, record).partition("\n")[2]
    return "\n".join(
        (
            "---",
            "library_name: transformers",
            "pipeline_tag: token-classification",
            "tags: [named-entity-recognition, biomedical, bionym]",
            "---",
            f"# {name}",
            "",
            _USE.format(name=name, strategy=strategy),
            "## What is different from Bionym",
            "",
            _SAME.format(strategy=strategy, scheme=ours["scheme"], longest=longest, context=context)
            + (_SPACED if strategy == "simple" else ""),
            *(["Parts of the model that this folder cannot hold:", "", *lost, ""] if lost else []),
            "`bionym import` turns this folder into a Bionym model again.",
            training,
        )
    )


def _strategy(folder: Path, ours: Mapping[str, Any]) -> str:
    """What comes nearest: by words, if the tokenizer tells a pipeline where words end; else by subwords."""
    if ours["pooling"] == "mean":
        return "average"
    model = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))["model"]
    return "first" if model.get("continuing_subword_prefix") else "simple"
