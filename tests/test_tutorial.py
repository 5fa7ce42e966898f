"""Every command of the tutorial runs, in its order, on a handful of the corpus's abstracts."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from bionym.apps.cli import main

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "tutorial" / "from-corpus-to-table.md"
QUICK = ["--set", "training.max_iterations=5", "--set", "features.gazetteer=false", "--set", "features.clusters=false"]
COMMAND = re.compile(r"^    \$ (.+)$", re.MULTILINE)


def test_every_command_of_the_tutorial_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    abstracts = (ROOT / "examples" / "bc5cdr" / "train.pubtator").read_text(encoding="utf-8").split("\n\n")
    (tmp_path / "examples" / "bc5cdr").mkdir(parents=True)
    (tmp_path / "examples" / "bc5cdr" / "train.pubtator").write_text("\n\n".join(abstracts[:8]) + "\n\n")
    (tmp_path / "examples" / "notes").symlink_to(ROOT / "examples" / "notes")
    monkeypatch.chdir(tmp_path)
    commands = COMMAND.findall(PAGE.read_text(encoding="utf-8").replace("NR <= 250", "NR <= 5"))
    assert len(commands) > 10
    for command in commands:
        words = shlex.split(command)
        if words[0] == "bionym":
            assert main(["-q", *words[1:], *(QUICK if words[1] == "train" else ())]) == 0, command
        else:
            subprocess.run(command, shell=True, check=True, capture_output=True)
    assert {path.name for path in Path("table").iterdir()} >= {"summary.csv", "summary.html", "gold.csv", "report.html"}
