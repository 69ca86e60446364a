"""What a page tells programs of itself, beside what people read."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Head:
    """Whether search engines may list a page and whoever it links to may learn where it lies; its full address; the feed that goes with it.

    The address is empty where nobody knows it.
    """

    indexed: bool = False
    address: str = ""
    feed: str = ""


# A page that nobody was told about.
PRIVATE = Head()
