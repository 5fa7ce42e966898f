"""Where prediction runs: one file an engine, each with the same output in the same order as `local`."""
