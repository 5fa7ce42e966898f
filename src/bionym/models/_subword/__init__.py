"""The parts of the transformer tagger: windows of subwords, the network, and prediction without torch."""
