"""Many reports → a folder that opens from disk, a bucket or a sub-path."""

from contexta.site.build import Built, build_site
from contexta.site.executors import Crew, available_cores, dask, processes
from contexta.site.files import write_atomically
from contexta.site.hosting import Hosting, base_url
from contexta.site.plan import Selection
from contexta.site.press import FORMATS, SHEETS, Press, render_as
from contexta.site.published import links_of
from contexta.site.retention import Retention
from contexta.site.told import summaries

__all__ = [
    "FORMATS",
    "SHEETS",
    "Built",
    "Crew",
    "Hosting",
    "Press",
    "Retention",
    "Selection",
    "available_cores",
    "base_url",
    "build_site",
    "dask",
    "links_of",
    "processes",
    "render_as",
    "summaries",
    "write_atomically",
]
