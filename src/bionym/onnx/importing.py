"""The only place that imports onnxruntime, which sends telemetry to its maker unless it is told not to before its import."""

import warnings
from typing import Any

from bionym.privacy import onnxruntime_came_first, switch_off_telemetry

CAME_FIRST = (
    "onnxruntime was imported before bionym, and has begun to send telemetry about this process to its maker. Nothing "
    "that Bionym does from now on is added to it, but what waits to be sent cannot be called back. "
    "Import bionym first, or set ORT_DISABLE_TELEMETRY=1."
)


def import_onnxruntime() -> Any:
    """The module onnxruntime, with its telemetry switched off.

    Warns: if it was imported before bionym, with its telemetry on. Its switch is read once, at its import; after that,
        events can be stopped, but not the one that tells of the process and the machine, nor the thread that sends it.
    Source: onnxruntime 1.31, docs/Privacy.md and core/platform/telemetry_1ds.cc.
    """
    switch_off_telemetry()
    import onnxruntime

    if onnxruntime_came_first():
        getattr(onnxruntime, "disable_telemetry_events", _nothing)()
        warnings.warn(CAME_FIRST, stacklevel=2)
    return onnxruntime


def _nothing() -> None:
    """What versions without telemetry do."""
