"""What the feature CRF knows of a token: one file a feature, chosen by name in the configuration.

A feature is a module of this folder with three names:

    Options    its settings, a `FeatureOptions`
    PER_WORD   whether it depends on the token's text alone (then it is worked out once per distinct word)
    build(options) -> function   from a word to its values, or, if not PER_WORD, from a document to the values of each token

No feature lower-cases or masks what another one sees: each gets the token as it stands in the text.
"""

from bionym.features._options import FeatureOptions

__all__ = ["FeatureOptions"]
