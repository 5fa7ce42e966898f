"""Where the files of an encoder are: a local folder, or what the hub calls by an id.

A folder holds `config.json`; weights, in `model.safetensors` or in the old `pytorch_model.bin`; and a tokenizer, in
`tokenizer.json` or in the old files of its kind.
"""

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bionym.errors import MissingExtraError, ModelError
from bionym.privacy import stay_offline

CONFIG = "config.json"
WEIGHTS = ("model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json")
TOKENIZERS = (
    ("tokenizer.json",),
    ("vocab.txt",),
    ("vocab.json", "merges.txt"),
    ("spm.model",),
    ("sentencepiece.bpe.model",),
    ("spiece.model",),
    ("tokenizer.model",),
)
_ID = re.compile(r"[\w.-]+(?:/[\w.-]+)?")


def locate(name: str | os.PathLike[str]) -> Path:
    """The folder of an encoder, with every file that is needed.

    Args:
        name: a folder; or an id of the hub, `organisation/model`, of which a copy is in the hub's cache, or fetched if
            HF_HUB_OFFLINE is 0.
    Raises: ModelError that names what is missing; MissingExtraError.
    """
    stay_offline()
    folder = Path(name) if Path(name).exists() else _fetched(os.fspath(name))
    check(folder)
    return folder


def check(folder: Path) -> None:
    """Raises: ModelError naming the first file that an encoder needs and this folder has not."""
    if not folder.is_dir():
        raise ModelError(f"{folder} is no folder. An encoder is a folder with {CONFIG}, weights and a tokenizer.")
    if not (folder / CONFIG).is_file():
        raise ModelError(f"{folder} holds no {CONFIG}, which says what kind of encoder it is. Copy it there too.")
    if not any((folder / weights).is_file() for weights in WEIGHTS):
        raise ModelError(f"{folder} holds no weights: expected {WEIGHTS[0]} or {WEIGHTS[2]}.{_others(folder)}")
    if not any(all((folder / part).is_file() for part in parts) for parts in TOKENIZERS):
        expected = ", ".join(" with ".join(parts) for parts in TOKENIZERS)
        raise ModelError(f"{folder} holds no tokenizer: expected one of {expected}.")


def read_json(path: Path) -> Mapping[str, Any]:
    """A table of an encoder's folder; empty if there is no such file. Raises: ModelError if it is damaged."""
    if not path.is_file():
        return {}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{path} is not JSON. Copy it again.") from error
    return content if isinstance(content, Mapping) else {}


def _fetched(name: str) -> Path:
    if not _ID.fullmatch(name):
        raise ModelError(f"There is no folder {name}, and it is no id of the hub, such as organisation/model.")
    try:
        from huggingface_hub import snapshot_download
    except ImportError as error:
        raise MissingExtraError("huggingface_hub", extra="transformers", purpose="An encoder by its id") from error
    wanted = [CONFIG, "*.safetensors", "*.index.json", "pytorch_model*.bin", "*token*.json", "*.model", "*.txt"]
    try:
        return Path(snapshot_download(name, allow_patterns=[*wanted, "vocab.json"]))
    except Exception as error:  # the hub's many, and those of the network below it
        raise ModelError(_not_fetched(name)) from error


def _not_fetched(name: str) -> str:
    if os.environ.get("HF_HUB_OFFLINE", "1").upper() in ("1", "ON", "YES", "TRUE"):
        return (
            f"There is no folder {name}, nor a copy of it in the hub's cache, and nothing is fetched by default. "
            "Give the folder of an encoder, or allow the network with HF_HUB_OFFLINE=0."
        )
    return f"{name} could not be fetched from the hub. Check its name and the network, or give a folder."


def _others(folder: Path) -> str:
    """What is there in another program's format."""
    files = sorted(path.name for pattern in ("*.h5", "*.msgpack", "*.ckpt*") for path in folder.glob(pattern))
    return f" {files[0]} is of another program; convert it first." if files else ""
