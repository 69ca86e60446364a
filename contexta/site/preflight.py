"""Whether a site fits where it may go."""

from collections import Counter
from collections.abc import Iterable, Mapping

from contexta.site.files import Page

# A site on GitHub Pages has at most 1 GB (docs.github.com, GitHub Pages limits); there should be room for what is beside it.
PAGES_LIMIT = 1_000_000_000
NEAR = 900_000_000


def weights(pages: Iterable[Page]) -> Mapping[str, int]:
    """The bytes of a site by folder and format, such as `runs/*.html`, the heaviest first."""
    found: Counter[str] = Counter()
    for page in pages:
        found[_kind(page.address)] += page.size
    return dict(sorted(found.items(), key=lambda one: (-one[1], one[0])))


def _kind(address: str) -> str:
    folder, slash, name = address.partition("/")
    return f"{folder}/*.{name.rpartition('.')[2]}" if slash else address
