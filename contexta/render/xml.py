"""Text that XML can hold."""

import re

# All but what XML 1.0 calls a Char (section 2.2): a parser refuses a file that holds one of these, even escaped.
_ILLEGAL = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\ud800-\\udfff\\ufffe\\uffff]")


def legal(text: str) -> str:
    """The text, with `�` for each letter that XML forbids."""
    return _ILLEGAL.sub("�", text)
