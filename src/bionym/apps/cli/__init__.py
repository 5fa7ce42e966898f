"""The command line: one file a verb, each a thin view of a library call."""

from bionym.apps.cli._main import main

__all__ = ["main"]
