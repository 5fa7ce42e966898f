"""Saved models: folders that are found by name, loaded, described, shared and exchanged.

store              save, locate and load
card               the model card, from the record of the training
members_card       the card of an ensemble
sharing            a copy without the words of the training data
exchange           from and to the folders of other programs
huggingface_card   the card of a model that was exported for transformers
resources          files that a model needs, copied beside it
"""
