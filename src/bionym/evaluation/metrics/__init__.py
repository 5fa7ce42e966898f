"""Ways to score, one file each: `score(pairs) -> Counts`."""
