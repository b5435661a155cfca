"""What a rule of a text is: it returns the text's value, or raises Invalid. Standard library only."""


class Invalid(ValueError):
    """A word that the vocabulary does not allow. The message says what was found and what is expected."""
