"""A linear-chain CRF over string attributes: trained by CRFsuite, decoded by us in numpy.

    columns     what is said of each token, and how far around it that counts
    training    CRFsuite finds the weights
    emissions   weights and columns give each token's score for each tag, cached per distinct cell
    chains      what may follow what, and at which price
    decoding    best tag sequences, and probabilities of entities, for many sentences at once
    pairwise    the same where every token scores pairs of tags
    screening   where the best sequence may leave "O" at all; best_path seeks it there
    lattice     probabilities; packing lays sentences side by side for both
    weights     weights to files and back, without pickle

CRFsuite looks every attribute of every token up by its string. Most attributes hang on the word alone, and a text
repeats its words; so we add up the weights of a word once, for each place in the window, and a token costs one look-up.
"""
