"""Document → the HTML part of a mail: tables and inline styles, since mail programs take little else; and nothing that is fetched.

What they do is recorded at https://www.caniemail.com. No background is set, and every colour is legible on white and on black, so that a
mail can be read whatever a program makes of light and dark.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from contexta.render import words
from contexta.render.links import Links
from contexta.report.document import Chart, Document, Histogram, Timeline
from contexta.report.inline import Cell, Change, Level, Ref, Status

if TYPE_CHECKING:
    import jinja2

    from contexta.render.theme import Theme

# Their contrast is at least 4 on white and on black.
GOOD, BAD, WARN, CALM, LINK = "#1b8547", "#d93636", "#b36200", "#767676", "#2b72d7"

_COLOURS = {
    **dict.fromkeys(("completed", "ok", "present"), GOOD),
    **dict.fromkeys(("failed", "error", "missing", "timeout", "critical"), BAD),
    **dict.fromkeys(("open", "warning"), WARN),
}

# A bar shorter than this, in hundredths of the whole, cannot be seen.
_LEAST = 1


@dataclass(frozen=True, slots=True)
class Strip:
    """A bar of table cells: what it is of, what to say of it, where it lies, in hundredths of the whole, and how deep in others."""

    what: Cell
    words: str
    colour: str
    before: int
    width: int
    depth: int = 0

    @property
    def after(self) -> int:
        """What is left of the whole."""
        return 100 - self.before - self.width


@dataclass(frozen=True, slots=True)
class MailRenderer:
    """Renders mails with one set of templates."""

    environment: "jinja2.Environment"
    theme: "Theme"

    @classmethod
    def create(cls, templates: Path | None = None, theme: Path | None = None) -> "MailRenderer":
        """With the shipped template or the one in `templates`, and title and footer of a theme.

        Raises TemplateFailure and ThemeFailure when one cannot be used.
        """
        from contexta.render.html_templates import environment_of
        from contexta.render.theme import SHIPPED, read_theme

        environment = environment_of(templates, _FILTERS)
        environment.globals["colours"] = {"good": GOOD, "bad": BAD, "warn": WARN, "calm": CALM, "link": LINK}
        return cls(environment, SHIPPED if theme is None else read_theme(theme))

    def render(self, document: Document, links: Links) -> str:
        """The mail; `links` gives the whole address of a reference's page, None where it has none. Raises TemplateFailure."""
        from contexta.render.html_templates import failures_told

        with failures_told():
            template = self.environment.get_template("mail.html.j2")
            return template.render(document=document, link=links, theme=self.theme)


def colour(of: Status | Level | Change | str) -> str:
    """What stands beside a word that says the same."""
    if isinstance(of, Change):
        return CALM if of.better is None or not of.amount else GOOD if of.better else BAD
    return _COLOURS.get(of if isinstance(of, str) else of.value, CALM)


def strips(drawn: Timeline | Histogram) -> list[Strip]:
    """The bars of a timeline or a histogram."""
    return [*(_of_timeline(drawn) if isinstance(drawn, Timeline) else _of_histogram(drawn))]


def _of_timeline(drawn: Timeline) -> Iterator[Strip]:
    ends = [bar.begin if bar.end is None else bar.end for bar in drawn.bars]
    whole = max(ends, default=0.0) or 1.0
    for bar, end in zip(drawn.bars, ends, strict=True):
        before = min(int(bar.begin / whole * 100), 100 - _LEAST)
        until = 100 if bar.end is None else round(end / whole * 100)
        lasted = "not ended" if bar.end is None else words.duration(bar.end - bar.begin)
        yield Strip(bar.what, lasted, colour(bar.status), before, max(until - before, _LEAST), bar.depth)


def _of_histogram(drawn: Histogram) -> Iterator[Strip]:
    most = max(drawn.counts, default=0) or 1
    for span, _, count in words.bins(drawn):
        yield Strip(Ref("", span), words.count(count), LINK, 0, max(round(count / most * 100), _LEAST) if count else 0)


_FILTERS: Sequence[tuple[str, tuple[type, ...], Callable[..., Any]]] = (
    ("words", get_args(Cell), words.cell),
    ("colour", (Status, Level, Change, str), colour),
    ("strips", (Timeline, Histogram), strips),
    ("course", (Chart,), words.chart),
    ("shortened", (str,), words.shortened),
)
