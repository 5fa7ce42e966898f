"""Mentions as they compare: whether two are the same name."""

from bionym.data.entity import Entity


def mention_key(text: str, entity: Entity) -> str:
    """The mention in the form in which mentions compare: any case, any white space."""
    return " ".join(entity.text_in(text).split()).casefold()
