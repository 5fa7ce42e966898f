"""What a network reads of a token besides the vector of its word: one file for each input, its settings among it.

protocol               what each input offers
layers                 what its part of the network offers (torch)
graphs                 such a part as ONNX, for prediction without torch
files                  reading and copying what inputs write
characters             the characters of a word
groups                 the shape of a word and its clusters
lists                  places in term lists
sentence_characters    the characters of the sentence

The words themselves are no input like these: every other part rests on them (which words are unknown, which have pretrained
vectors, what is removed when a model is stripped), so they have files of their own, `words` and `vocabulary`.

An input becomes part of the network by its line in `settings`, and by its place in `WORD_INPUTS` or `SENTENCE_INPUTS` there.
"""
