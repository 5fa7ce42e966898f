"""Taggers, and how a model is saved in a folder, found by name and loaded."""
