"""Free text names → components of references."""

import re
import threading
import unicodedata

from contexta.contract.refs import MAX_COMPONENT
from contexta.errors import ContractError

_SEPARATORS = re.compile(r"[^a-z0-9]+")


def component(name: str, field: str = "name") -> str:
    """`"My Run #1"` → `my-run-1`; raises ContractError when the name is blank or has no letter or digit to go by."""
    if not isinstance(name, str) or not name.strip():
        raise ContractError(field, f"must be text that is not blank, got {name!r}")
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = _SEPARATORS.sub("-", plain).strip("-")[:MAX_COMPONENT].rstrip("-")
    if not slug:
        raise ContractError(field, f"{name!r} has no letter a-z or digit to make a reference from")
    return slug


def numbered(slug: str, number: int) -> str:
    """The name of the second and later of a name: `x`, `x-2`, `x-3`."""
    if number == 1:
        return slug
    tail = f"-{number}"
    return slug[: MAX_COMPONENT - len(tail)].rstrip("-") + tail


class Names:
    """The names taken in one scope, safe among threads; counted from `first`, where an earlier process left some."""

    def __init__(self, first: int = 0) -> None:
        self._last: dict[str, int] = {}
        self._count = first
        self._lock = threading.Lock()

    def take(self, slug: str) -> tuple[str, int]:
        """A name that was not taken before (the slug, or the slug with the next free number), and its place among all."""
        with self._lock:
            number = self._last.get(slug, 0) + 1
            while number > 1 and numbered(slug, number) in self._last:
                number += 1
            self._last[slug] = number
            name = numbered(slug, number)
            self._last.setdefault(name, 1)
            self._count += 1
            return name, self._count - 1
