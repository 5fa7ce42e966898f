"""What taggers share whose heads are chains of tags, one head for each corpus.

head           what a corpus annotates, as tags
files          weights of heads, as files of a model
potentials     scores and transitions of heads, and the entities found from them
merging        entities of several heads in one document
batches        documents, some at a time
corpora        corpora as a configuration names them
development    scores on development data, while a model learns
fitted         what a training gives, and what can be trained
fitting        how families that learn in epochs are fitted
teacher        raw text that another model labelled, to learn from
settings       settings that all such taggers have
"""
