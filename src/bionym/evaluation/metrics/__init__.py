"""Ways to score, one file each; what a file holds is `bionym.protocols.Metric`."""
