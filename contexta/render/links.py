"""How a page finds the pages of what it names."""

from collections.abc import Callable

# The address of a reference's page, relative to the page that is rendered; None where there is none.
Links = Callable[[str], str | None]


def no_links(_ref: str) -> None:
    """For a page that stands alone."""
