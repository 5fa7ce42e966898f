"""The switches by which libraries are kept from sending anything; `import bionym` throws them.

    TELEMETRY   statistics that a library would send to its maker; never sent, whatever the environment says
    OFFLINE     what a library would fetch; a user may allow it with HF_HUB_OFFLINE=0

What each library does without them, and how that was checked: docs/explanation/privacy.md.
"""

import os
import sys

TELEMETRY = {
    "ORT_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "RAY_USAGE_STATS_ENABLED": "0",
}
OFFLINE = {"HF_HUB_OFFLINE": "1"}
_YES = ("1", "true")
_ORT_CAME_FIRST = "onnxruntime" in sys.modules and os.environ.get("ORT_DISABLE_TELEMETRY", "").lower() not in _YES


def switch_off_telemetry() -> None:
    """No library that is imported from now on sends statistics."""
    os.environ.update(TELEMETRY)


def stay_offline() -> None:
    """No library that is imported from now on fetches anything, unless the user has said otherwise."""
    for name, value in OFFLINE.items():
        os.environ.setdefault(name, value)


def onnxruntime_came_first() -> bool:
    """Whether onnxruntime was imported before Bionym, and so with its telemetry on."""
    return _ORT_CAME_FIRST
