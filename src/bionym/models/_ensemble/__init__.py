"""What an ensemble is made of.

averaging    the mean of what members say of the same tokens
members      one member, and what it may not be
combining    models in their folders become an ensemble in a folder
card         the model card
"""
