"""What `build` is told, and tells, about the place that a site is served from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from itertools import islice
from typing import Any

import click

# As many kinds of files as a sentence names.
_HEAVIEST = 3


def served_at(_context: click.Context, _option: click.Parameter, value: str | None) -> str:
    """The address of a site, empty where none is given."""
    from contexta.site import base_url

    if value is None:
        return ""
    try:
        return base_url(value)
    except ValueError as error:
        raise click.BadParameter(f"{error}; got {value!r}") from None


def publishing(command: Callable[..., None]) -> Callable[..., None]:
    """The options of a command that makes a site for others; it gets them as `hosting` and `retention`."""

    @click.option(
        "--base-url",
        "base",
        metavar="URL",
        callback=served_at,
        help="Where the site will be served: adds canonical links, previews of shared links, a sitemap and a feed.",
    )
    @click.option("--allow-indexing", is_flag=True, help="Let search engines list the pages, and sites they link to see their address.")
    @click.option("--keep", metavar="N", type=click.IntRange(min=1), help="Only the newest N runs of each project, and any deployed.")
    @click.option(
        "--keep-days",
        metavar="D",
        type=click.IntRange(min=1),
        help="Only runs of the D days before the newest line of any run, and any deployed; with --keep, what either keeps.",
    )
    @wraps(command)
    def told(*args: Any, base: str, allow_indexing: bool, keep: int | None, keep_days: int | None, **options: Any) -> None:
        from contexta.site import Hosting, Retention

        command(*args, hosting=Hosting(base, allow_indexing), retention=Retention(runs=keep, days=keep_days), **options)

    return told


def too_heavy(weights: Mapping[str, int]) -> str | None:
    """What to say of a site that GitHub Pages may not take, given the bytes of its files by kind, the heaviest first."""
    from contexta.site.preflight import NEAR, PAGES_LIMIT

    total = sum(weights.values())
    if total < NEAR:
        return None
    from contexta.render.words import size

    heaviest = ", ".join(f"{kind} {size(weight)}" for kind, weight in islice(weights.items(), _HEAVIEST))
    return (
        f"the site has {size(total)}, and GitHub Pages takes at most {size(PAGES_LIMIT)}; the most of it: {heaviest}. "
        "Leave out older runs (--keep N, --keep-days D), formats (--format) or projects (--project)"
    )
