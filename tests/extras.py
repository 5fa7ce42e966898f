"""Optional packages: which extra installs each, and which of them are not installed here."""

import importlib.util

from bionym import formats

EXTRA_OF = {
    "torch": "train",
    "onnx": "train",
    "tensorboard": "train",
    "tokenizers": "subwords",
    "transformers": "transformers",
    "huggingface_hub": "transformers",
    "peft": "peft",
    "optuna": "tune",
    "gensim": "vectors",
    "sklearn": "vectors",
    "scipy": "vectors",
    "threadpoolctl": "vectors",
    "spacy": "spacy",
    "pyarrow": "parquet",
    "cassis": "uima",
    "seqeval": "dev",
    "nervaluate": "dev",
    "torchcrf": "dev",
}

PACKAGE_OF = {"spacy_docbin": "spacy", "uima_json": "cassis", "uima_xmi": "cassis"}  # of formats that need one at all


def is_missing(package: str) -> bool:
    return importlib.util.find_spec(package) is None


def usable_formats() -> tuple[str, ...]:
    """The formats that the packages installed here can read and write."""
    return tuple(name for name in formats.names() if name not in PACKAGE_OF or not is_missing(PACKAGE_OF[name]))


def reason(package: str) -> str:
    return f"needs {package}: pip install 'bionym[{EXTRA_OF[package]}]'"
