"""The ensemble: several trained chains whose log-scores are averaged.

tagger       the ensemble, which predicts
averaging    the mean of the scores that members give the same tokens
members      one member, and what it may not be
combining    models in their folders become an ensemble in a folder
"""

from bionym.models.ensemble.combining import combine
from bionym.models.ensemble.tagger import Config, Ensemble, load, optional_files

__all__ = ["Config", "Ensemble", "combine", "load", "optional_files"]
