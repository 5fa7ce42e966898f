"""Small settings with which a model of each kind learns in seconds; what a test lays over them comes behind."""

from collections.abc import Sequence
from pathlib import Path

from bionym.data import Document

SMALL = (
    "network.lists={}",
    "network.recurrent.size=24",
    "network.characters.size=12",
    "network.words.dim=20",
    "network.dropout=0.1",
    "training.moving_average=0.0",
    "training.batch_tokens=256",
)
TRANSFORMER = (
    "training.learning_rate=0.005",
    "training.layer_decay=1.0",
    "training.batch_tokens=256",
    "training.precision=float32",
    "window=48",
    "overlap=8",
)
NEURAL = ("training.epochs=40", "held_out=0", "weights=float32")
FIXED: dict[str, tuple[str, ...]] = {
    "crf": ("training.max_iterations=30", "features.gazetteer=false", "features.clusters=false"),
    "bilstm_crf": (*SMALL, *NEURAL, "training.learning_rate=0.02"),
}
NEEDS = {"bilstm_crf": ("torch", "onnx"), "transformer": ("torch", "onnx", "transformers", "tokenizers")}
NEEDS_TO_PREDICT = {"transformer": ("tokenizers",)}


def settings(name: str, documents: Sequence[Document], folder: Path) -> list[str]:
    """Settings under which a kind of model learns these documents; the defaults for a kind that is not named here.

    Args:
        folder: for files that the settings name.
    """
    folder.mkdir(exist_ok=True)
    if name == "dictionary":
        return [f"lists={{{', '.join(_lists(documents, folder))}}}"]
    if name == "transformer":
        return [*TRANSFORMER, *NEURAL, f"encoder={_encoder(folder)}"]
    return list(FIXED.get(name, ()))


def _lists(documents: Sequence[Document], folder: Path) -> list[str]:
    """For each label a list of its mentions."""
    labels = sorted({one.label for document in documents for one in document.entities})
    for label in labels:
        terms = {document.mention(one) for document in documents for one in document.entities if one.label == label}
        (folder / f"{label}.txt").write_text("\n".join(sorted(terms)) + "\n", encoding="utf-8")
    return [f"{label}='{folder / label}.txt'" for label in labels]


def _encoder(folder: Path) -> Path:
    from tests.encoders import families

    path = folder / "encoder"
    return path if path.is_dir() else families.bert(path)
