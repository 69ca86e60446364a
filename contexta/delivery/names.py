"""Names that must differ."""

from collections.abc import Iterable, Iterator


def told_apart(names: Iterable[str], form: str) -> Iterator[str]:
    """Each name, with a number where it is taken: the second one is `form` of the name and 2."""
    taken: set[str] = set()
    for name in names:
        number, free = 1, name
        while free in taken:
            number += 1
            free = form.format(name, number)
        taken.add(free)
        yield free
