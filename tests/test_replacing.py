"""One of two folders always stands under the name, whatever happens between the renames."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bionym import replacing
from bionym.errors import OutputError
from bionym.files import finishing
from bionym.replacing import put_in_place


def model(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True)
    (folder / "weights").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("can_exchange", [True, False])
def test_a_folder_takes_the_place_of_another(
    can_exchange: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not can_exchange:
        monkeypatch.setattr(replacing, "_exchanged", lambda first, second: False)
    out = model(tmp_path / "out", "old")
    put_in_place(model(tmp_path / "scratch" / "out", "new"), out, tmp_path / "scratch" / "aside")
    assert (out / "weights").read_text() == "new"
    (left,) = (tmp_path / "scratch").iterdir()
    assert (left / "weights").read_text() == "old"


def test_where_the_second_rename_fails_the_old_folder_is_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replacing, "_exchanged", lambda first, second: False)
    replace, calls = os.replace, []

    def failing(source: Path, target: Path) -> None:
        calls.append(target)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")
        replace(source, target)

    monkeypatch.setattr(os, "replace", failing)
    out = model(tmp_path / "out", "old")
    with (
        pytest.raises(OSError, match="No space left"),
        finishing(out, force=True, may_replace=Path.is_dir) as unfinished,
    ):
        model(unfinished, "new")
    assert (out / "weights").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_dangling_link_is_something_that_stands_there(tmp_path: Path) -> None:
    (tmp_path / "out").symlink_to(tmp_path / "nowhere")
    with pytest.raises(OutputError, match="out exists"), finishing(tmp_path / "out", force=False):
        pass
    assert (tmp_path / "out").is_symlink()


REPLACING = """
import sys
from pathlib import Path
from bionym.files import finishing
out = Path(sys.argv[1])
for number in range(100_000):
    with finishing(out, force=True, may_replace=Path.is_dir) as unfinished:
        unfinished.mkdir()
        (unfinished / "weights").write_text(str(number))
"""


def test_killed_at_any_moment_a_whole_folder_stands_there(tmp_path: Path) -> None:
    out = model(tmp_path / "out", "old")
    for delay in range(12):
        process = subprocess.Popen([sys.executable, "-c", REPLACING, str(out)])
        time.sleep(0.25 + delay * 0.0137)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert [path.name for path in out.iterdir()] == ["weights"]
