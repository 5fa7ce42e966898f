"""onnxruntime is imported with its telemetry off, whatever the environment says and whoever imports first."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

OURS = "from bionym.onnx.importing import import_onnxruntime; import_onnxruntime()"


def run(code: str, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Python code with a home of its own, and without the switch of the caller."""
    inherited = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    own = {"HOME": str(home), "XDG_CACHE_HOME": str(home), "TMPDIR": str(home), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-W", "always", "-c", code]
    return subprocess.run(command, env=inherited | own | environment, capture_output=True, text=True, check=True)


@pytest.mark.parametrize("switch", ["", "0", "no", "false"])
def test_no_device_id_is_written(switch: str, tmp_path: Path) -> None:
    run(OURS, tmp_path, ORT_DISABLE_TELEMETRY=switch)
    assert not list(tmp_path.rglob("*"))


def test_an_import_by_the_user_after_bionym_writes_nothing_either(tmp_path: Path) -> None:
    assert not run(f"import bionym, onnxruntime; {OURS}", tmp_path).stderr
    assert not list(tmp_path.rglob("*"))


def test_an_import_before_bionym_is_stopped_and_said(tmp_path: Path) -> None:
    stop = "onnxruntime.disable_telemetry_events = lambda: print('stopped')"
    done = run(f"import onnxruntime; {stop}; {OURS}", tmp_path)
    assert "imported before bionym" in done.stderr
    assert done.stdout == "stopped\n"


@pytest.mark.parametrize("switch", ["1", "true"])
def test_an_earlier_import_with_the_switch_needs_no_warning(switch: str, tmp_path: Path) -> None:
    assert not run(f"import onnxruntime; {OURS}", tmp_path, ORT_DISABLE_TELEMETRY=switch).stderr
