"""`Weights`: what training finds and decoding needs; saved as numbers and names, never as code.

Axes: A attributes, L tags.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bionym.errors import ModelError

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Weights:
    """A trained linear chain.

    Args:
        tags: the names of the L tags.
        attributes: the names of the A attributes that carry a weight.
        state_AL: log-score (nats) that an attribute adds to a tag; float32.
        transitions_LL: log-score of going from tag i (row) to tag j (column).
    """

    tags: tuple[str, ...]
    attributes: tuple[str, ...]
    state_AL: NDArray[np.float32]
    transitions_LL: Floats

    def save(self, folder: Path, name: str = "weights") -> None:
        """`NAME.safetensors` for the numbers, `NAME.json` for the names."""
        from safetensors.numpy import save_file

        folder.mkdir(parents=True, exist_ok=True)
        rows, columns = np.nonzero(self.state_AL)
        tensors: dict[str, NDArray[Any]] = {
            "state.attribute": rows.astype(np.uint32),
            "state.tag": columns.astype(np.uint16),
            "state.weight": self.state_AL[rows, columns],
            "transitions": self.transitions_LL,
        }
        save_file(tensors, folder / f"{name}.safetensors")
        text = json.dumps({"tags": self.tags, "attributes": self.attributes}, ensure_ascii=False, separators=(",", ":"))
        (folder / f"{name}.json").write_text(text, encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, name: str = "weights") -> "Weights":
        """Raises: ModelError if a file is missing or damaged."""
        from safetensors import SafetensorError
        from safetensors.numpy import load_file

        try:
            tensors = load_file(folder / f"{name}.safetensors")
            names = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
            state_AL = np.zeros((len(names["attributes"]), len(names["tags"])), dtype=np.float32)
            state_AL[tensors["state.attribute"], tensors["state.tag"]] = tensors["state.weight"]
            transitions_LL = tensors["transitions"]
        except (OSError, ValueError, KeyError, IndexError, SafetensorError) as error:
            reason = f"{type(error).__name__} at {name}.safetensors or {name}.json"
            raise ModelError(
                f"{folder} does not hold a whole model ({reason}). Copy it again, or train it again."
            ) from error
        return cls(tuple(names["tags"]), tuple(names["attributes"]), state_AL, transitions_LL)


def from_entries(
    tags: Sequence[str], state: dict[tuple[str, str], float], transitions: dict[tuple[str, str], float]
) -> Weights:
    """Weights from sparse entries by name: (attribute, tag) and (tag, next tag)."""
    rows = {name: row for row, name in enumerate(dict.fromkeys(attribute for attribute, _ in state))}
    column = {tag: position for position, tag in enumerate(tags)}
    state_AL = np.zeros((len(rows), len(tags)), dtype=np.float32)
    for (attribute, tag), weight in state.items():
        state_AL[rows[attribute], column[tag]] = weight
    transitions_LL = np.zeros((len(tags), len(tags)))
    for (left, right), weight in transitions.items():
        transitions_LL[column[left], column[right]] = weight
    return Weights(tuple(tags), tuple(rows), state_AL, transitions_LL)
