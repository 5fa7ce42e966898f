"""How a model learns from raw text, before it is given any label.

running       the one way in: `pretrain`, for every kind of model that can
flow          what it does, whatever is learned: prepared, measured, learned in parts, measured again
objective     what a kind of model brings to it: network, batches, measure
passes        which part of the text is learned from when
keeping       facts of a run that is interrupted, and goes on
text          raw text on the disk, as documents; some of them held out
record        what is written down of it: run.json, card.md

settings      of a masked language model, which transformers learn
vocabulary    a tokenizer trained on the text
packing       documents as rows of subwords, in files of integers
packer        one such file as it fills
masking       which subwords are hidden
masked        the network with its loss
beginning     the network it begins with: opened, or new
fitting       the masked language model as an objective
"""
