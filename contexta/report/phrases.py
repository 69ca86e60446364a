"""Words that many sentences share."""

from collections.abc import Sequence

# A sentence that lists more than these loses its reader.
MAX_LISTED = 5


def listed(words: Sequence[str]) -> str:
    """The first words of a list, and how many more there are: `a, b, c and 4 more`."""
    more = len(words) - MAX_LISTED
    return ", ".join(words[:MAX_LISTED]) + (f" and {more:,} more" if more > 0 else "")


def counted(count: int, one: str, many: str | None = None) -> str:
    """A count in words: `1 batch`, `12 batches`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
