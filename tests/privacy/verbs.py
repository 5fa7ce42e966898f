"""Every verb, one after another in one process.

python -m tests.privacy.verbs            writes into the folder where it is started
python -m tests.privacy.verbs several    those that train in several processes
"""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from bionym.apps.cli import main
from tests.models.pretraining_samples import TINY, real_text
from tests.privacy.tracing import mark

ROOT = Path(__file__).parents[2]
GOLD = ROOT / "tests" / "gold"
NOTES = str(ROOT / "examples" / "notes")
CONLL = str(GOLD / "conll" / "ncbi.tsv")
LIGHT = ["features.gazetteer=false", "features.clusters=false", "training.max_iterations=5"]
NEURAL = ["training.epochs=1", "training.threads=1", "training.batch_tokens=512"]
BILSTM = ["network.lists={}", "network.recurrent.size=8", "network.characters.size=4", "network.words.dim=4", *NEURAL]
TRANSFORMER = [
    "encoder=encoder",
    "window=24",
    "overlap=8",
    "network.dropout=0.0",
    "training.precision=float32",
    *NEURAL,
]
PLAN = f"""
[corpora.ncbi]
format = "conll"
train = "{CONLL}"
test = "{CONLL}"

[systems.crf]
model = "crf"
settings = {LIGHT}

[[runs]]
train = "ncbi"
test = ["ncbi"]
"""
SPACE = "[training]\nc1 = {low = 1e-3, high = 1.0, log = true}\nmax_iterations = {choices = [3]}\n"
LABELS = ["--dev", CONLL, "--format", "conll"]
TRAINED = [*LABELS, "--allow-leaks"]  # the sample is small, and what is scored here matters to nobody


def commands() -> Iterator[list[str]]:
    """What a person types in a working life."""
    yield ["inspect", CONLL]
    for form, name in (("jsonl", "a.jsonl"), ("html", "a.html"), ("bioc_xml", "a.xml"), ("bigbio", "a.parquet")):
        yield ["convert", CONLL, "--from", "conll", "--to", form, "--out", name]
    yield ["convert", "a.parquet", "--from", "bigbio", "--to", "brat", "--out", "brat"]
    yield ["config", "show", "--model", "bilstm_crf"]
    yield ["train", CONLL, *TRAINED, "--out", "crf", *settings(LIGHT)]
    yield [
        "train",
        CONLL,
        *TRAINED,
        "--model",
        "bilstm_crf",
        "--out",
        "bilstm",
        "--tensorboard",
        "t",
        *settings(BILSTM),
    ]
    yield ["pretrain", "text.txt", "--out", "encoder", *settings([*TINY, "training.threads=1"])]
    yield ["train", CONLL, *TRAINED, "--model", "transformer", "--out", "tuned", *settings(TRANSFORMER)]
    yield ["combine", "crf", "bilstm", "--out", "both"]
    yield ["strip", "bilstm", "--out", "shared"]
    yield ["export", "bilstm", "--to", "prediction", "--out", "small"]
    yield ["export", "tuned", "--out", "exported"]
    yield ["import", "exported", "--out", "imported", *LABELS]
    for model in ("crf", "bilstm", "tuned", "both"):
        yield ["predict", CONLL, "--format", "conll", "--model", model, "--out", f"{model}.jsonl"]
    for model in ("crf", "shared", "small", "imported"):
        yield ["predict", NOTES, "--model", model, "--summary", f"{model}.csv", "--summary", f"{model}.html"]
    yield ["evaluate", CONLL, "crf.jsonl", "--html", "report.html", "--json", "report.json", "--csv", "report.csv"]
    yield ["compare", CONLL, "crf.jsonl", "bilstm.jsonl", "--rounds", "50"]
    yield ["summary", "crf.jsonl", "--out", "names.csv"]
    yield ["models", "list"]
    yield ["models", "show", "both"]
    yield ["runs", "bilstm", "--html", "run.html"]
    two = ["--budget", "trials=2"]
    yield ["tune", CONLL, *TRAINED, "--space", "space.toml", "--config", "light.toml", *two, "--out", "tuning"]
    yield ["benchmark", "plan.toml", "--out", "results"]
    yield ["vectors", "train", "text.txt", "--out", "vectors", "--size", "8", "--min-count", "2", "--epochs", "1"]
    yield ["vectors", "show", "vectors", "the"]
    yield ["vectors", "convert", "vectors", "--to", "glove", "--out", "glove"]
    yield ["vectors", "cluster", "vectors", "--sizes", "2", "--out", "clusters.tsv.gz"]


def in_several_processes() -> Iterator[list[str]]:
    """Several trainings side by side, and one that is shared."""
    data = ["train", CONLL, *TRAINED, "--model", "bilstm_crf"]
    yield [*data, "--out", "seeds", "--seeds", "2", "--jobs", "2", *settings(BILSTM)]
    yield [*data, "--out", "processes", *settings([*BILSTM, "training.processes=2"])]


def settings(given: list[str]) -> list[str]:
    """As options."""
    return [word for one in given for word in ("--set", one)]


def prepare() -> None:
    """What they read, beside the samples that ship."""
    real_text(Path.cwd(), 12)
    Path("light.toml").write_text("[features]\ngazetteer = false\nclusters = false\n", encoding="utf-8")
    Path("plan.toml").write_text(PLAN, encoding="utf-8")
    Path("space.toml").write_text(SPACE, encoding="utf-8")


def run(given: Iterable[list[str]]) -> int:
    """All of them; the number of those that failed."""
    failed = 0
    for command in given:
        mark("-".join(word for word in command[:2] if not Path(word).suffix and "/" not in word))
        if main(["-q", *command]) != 0:
            print("failed:", *command, file=sys.stderr)
            failed += 1
    return failed


if __name__ == "__main__":
    prepare()
    sys.exit(run(in_several_processes() if "several" in sys.argv else commands()))
