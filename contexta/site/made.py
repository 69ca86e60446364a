"""What a build made, kept so that the next need not make it again."""

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import orjson

from contexta.site.files import Page


class Against(NamedTuple):
    """What the page of a run was measured against: an earlier run, a digest of what is known of it, whether a page compares both."""

    ref: str = ""
    digest: str = ""
    compared: bool = False


# Of a run before which there is none, and of one of which that is not known yet.
ALONE, UNCERTAIN = Against(), Against(digest="uncertain")


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """The files of one page in every format, and what else its making found.

    `written` counts the files whose bytes are new. `summary` is what the pages about many need to know. `presence` are files in the
    workspace that the page tells of, and whether they were there. `traits` is a digest of what the page of a later run knows of this one,
    `against` what this one was measured against.
    """

    ref: str
    title: str
    pages: tuple[Page, ...]
    written: int = 0
    summary: bytes = b""
    presence: tuple[tuple[str, bool], ...] = ()
    traits: str = ""
    against: Against = ALONE

    def with_summary(self, summary: bytes, presence: tuple[tuple[str, bool], ...]) -> "Made":
        """The same, and what was found."""
        return replace(self, summary=summary, presence=presence)

    def without_summary(self) -> "Made":
        """The same, for whoever has the summary: of many, they take room."""
        # Four times as quick as replacing it; there may be thousands.
        return Made(
            ref=self.ref,
            title=self.title,
            pages=self.pages,
            written=self.written,
            presence=self.presence,
            traits=self.traits,
            against=self.against,
        )

    def with_traits(self, traits: str, against: Against) -> "Made":
        """The same, and how it goes together with the runs around it."""
        return replace(self, traits=traits, against=against)

    def to_json(self) -> bytes:
        """Itself as text, for the index."""
        pages = [(page.address, page.digest, page.size, page.modified) for page in self.pages]
        return orjson.dumps([self.title, pages, self.presence, self.summary.decode(), self.traits, [*self.against]])

    @classmethod
    def from_json(cls, ref: str, text: bytes) -> "Made | None":
        """Read it back, nothing of it written anew; None where it is no such text."""
        try:
            title, pages, presence, summary, traits, (previous, digest, compared) = orjson.loads(text)
            return cls(
                ref=_text(ref),
                title=_text(title),
                pages=tuple(Page(_text(place), _text(digest), int(size), int(modified)) for place, digest, size, modified in pages),
                presence=tuple((_text(location), bool(there)) for location, there in presence),
                summary=_text(summary).encode(),
                traits=_text(traits),
                against=Against(_text(previous), _text(digest), bool(compared)),
            )
        except (ValueError, TypeError):
            return None


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value
