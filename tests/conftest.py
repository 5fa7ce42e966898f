"""Every run of Hypothesis sees the same examples, and none is timed."""

from hypothesis import settings

settings.register_profile("bionym", deadline=None, derandomize=True, max_examples=60)
settings.load_profile("bionym")
