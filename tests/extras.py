"""Optional packages: which extra installs each, and which of them are not installed here."""

import importlib.util

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
    "seqeval": "dev",
    "nervaluate": "dev",
    "torchcrf": "dev",
}


def is_missing(package: str) -> bool:
    return importlib.util.find_spec(package) is None


def reason(package: str) -> str:
    return f"needs {package}: pip install 'bionym[{EXTRA_OF[package]}]'"
