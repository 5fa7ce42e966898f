"""Terminologies: lists of terms and clusters of words, read from open files and looked up in text."""
