"""What stands between Bionym and onnxruntime.

importing   the only place that imports it, with its telemetry switched off
"""
