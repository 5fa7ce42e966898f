"""How a model learns from raw text, before it is given any label; what it learns there stands with its kind of model.

running       the one way in: `pretrain`, for every kind of model that can
flow          what it does, whatever is learned: measured, learned in parts, measured again
objective     what a kind of model brings to it: network, batches, measure
passes        which part of the text is learned from when
keeping       facts of a run that was interrupted, and goes on
text          raw text on the disk, as documents; some of them held out
record        what is written down of it: run.json, card.md
"""
