"""The torch parts of neural taggers, one file each; a model composes them.

    padding                   where sentences end: masks, and reversal within the length
    embedding                 tables of vectors for characters and words
    word_vectors              pretrained and new word vectors, word and singleton dropout
    char_encoder              a vector of each distinct word from its characters: CNN or BiLSTM
    char_language_model       character LSTMs over the whole sentence, learning to predict words on the side
    highway                   gates between a vector and its transformation
    recurrent                 BiLSTM or BiGRU stack
    forward_backward          sums over all tag sequences, with their gradients by hand
    viterbi                   the best tag sequence
    output                    what all output layers do: loss, partial loss, decoding, marginals
    linear_chain, softmax     the output layers
    span_scores               the output layer for spans, which may nest

Lengths are 1 or more, and on the device of the tensor they belong to. What lies past a sentence's
end changes nothing, as long as it is a number.
Importing this room loads torch.
"""
