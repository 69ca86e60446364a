"""Text that XML can hold."""

import re

# Everything but what XML 1.0 calls a Char (section 2.2): a parser refuses a file that holds such a letter, even escaped.
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def legal(text: str) -> str:
    """The text, with `�` for each letter that XML forbids."""
    return _ILLEGAL.sub("�", text)
