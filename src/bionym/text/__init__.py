"""From raw text to tokens and sentences, every offset kept."""

from bionym.text.pretokenized import tokenize_lines as tokenize_lines
from bionym.text.sentences import split_sentences as split_sentences
from bionym.text.tokenize import tokenize as tokenize
