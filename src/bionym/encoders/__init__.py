"""Pretrained encoders and their tokenizers: found, checked, opened, saved.

    folders     where an encoder's files are, and which of them are missing
    opening     its tokenizer, from whichever files there are
    subwords    our tokens as its subwords; needs only the package tokenizers
    networks    its network, as torch; importing it loads torch and transformers
    lower_layers what its first layers give, and an encoder that begins above them
    classifiers an encoder with a layer above it that classifies subwords, as transformers keeps it

Nothing is fetched from a network unless HF_HUB_OFFLINE is set to 0, and nothing that an encoder's folder holds is run.
"""
