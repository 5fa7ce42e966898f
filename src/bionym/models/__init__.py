"""Taggers: a part is a file or a package, and its name is what `--model` takes; see `protocols.Family` for what one offers."""
